"""The reference page of the partner API, made from its own description: plain HTML, no script, nothing from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from fastapi import FastAPI

from server.webhooks.api_models import Problem
from server.webhooks.api_problems import CODES


def description_of(app: FastAPI) -> dict[str, Any]:
    """What OpenAPI says of it, with the form of problems, where every error points."""
    made = app.openapi()
    made["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    return made


def page_of(made: dict[str, Any]) -> str:
    """The whole page."""
    title, description = escape(made["info"]["title"]), escape(made["info"]["description"])
    calls = "".join(
        _call(path, method, operation)
        for path, methods in made["paths"].items()
        for method, operation in methods.items()
    )
    rows = "".join(
        f'<tr id="{code}"><th scope="row"><code>{code}</code></th><td>{status}</td><td>{escape(title)}</td></tr>'
        for code, (status, title) in CODES.items()
    )
    schemas = "".join(
        f'<h3 id="schema-{name}">{name}</h3><pre>{escape(json.dumps(schema, indent=2))}</pre>'
        for name, schema in made["components"]["schemas"].items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title></head><body><main><h1>{title}</h1><p>{description}</p>"
        '<p>For programs: <a href="/api/v1/openapi.json">openapi.json</a></p>'
        f"<h2>Calls</h2>{calls}<h2>Problems</h2><table><thead><tr><th>Code</th><th>Status</th><th>What it says</th></tr>"
        f"</thead><tbody>{rows}</tbody></table><h2>Forms</h2>{schemas}</main></body></html>"
    )


def _call(path: str, method: str, operation: dict[str, Any]) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    form = str(body.get("$ref", "")).rsplit("/", 1)[-1]
    asked = "".join(
        f"<li><code>{escape(one['name'])}</code> ({one['in']}) {escape(one.get('description', ''))}</li>"
        for one in operation.get("parameters", ())
    )
    sent = f'<p>Body: <a href="#schema-{form}">{form}</a></p>' if form else ""
    statuses = ", ".join(operation["responses"])
    return (
        f"<h3>{escape(operation['summary'])}</h3><p><code>{method.upper()} /api/v1{escape(path)}</code></p>"
        f"<ul>{asked}</ul>{sent}<p>Answers: {statuses}</p>"
    )
