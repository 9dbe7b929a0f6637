"""An Open Referral UK 3.0 feed on a real local port: pages of ids, then each service whole."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PER_PAGE = 2


def service(service_id: str, name: str, term: str = "Mental health", **more: Any) -> dict[str, Any]:
    """A service as councils publish them, with what we must not read: a contact's name and mail address."""
    return {
        "id": service_id, "name": name, "status": "active", "url": "https://www.example.org/listen",
        "description": f"<p>{name} is someone&nbsp;to talk to &amp; trust. Please note our policy.</p>",
        "email": "office@example.org", "minimum_age": 11, "maximum_age": 25.0, "assured_date": "2026-06-01",
        "last_modified": "2026-06-02T10:30:45.123Z",
        "organization": {"id": "o1", "name": "Sample Trust", "description": "A charity."},
        "schedules": [
            {"id": "s1", "freq": "WEEKLY", "interval": 1, "byday": "TU,TH", "opens_at": "10:00:00", "closes_at": "18:00:00"},
            {"id": "s2", "freq": "MONTHLY", "interval": 1, "byday": "2SA", "opens_at": "10:00", "closes_at": "12:00"},
        ],
        "service_areas": [{"id": "a1", "name": "ZZ1, ZZ2"}],
        "languages": [{"id": "l1", "name": "Polish"}, {"id": "l2", "code": "en-GB"}],
        "cost_options": [{"id": "c1", "option": "Free", "amount": 0, "currency": "GBP"}],
        "contacts": [{"id": "p1", "name": "Ann Persona", "email": "ann@example.org", "phones": [{"number": "(01632) 960 123"}]}],
        "service_at_locations": [{"id": "x1", "location": {
            "name": "The Hall", "addresses": [{"address_1": "1 Sample Street", "city": "Sample Town", "postal_code": "ZZ1 1AA"}],
        }}],
        "attributes": [{"id": "t1", "taxonomy_term": {"code": "x-12", "name": term}}],
        **more,
    }  # fmt: skip


@dataclass
class FeedDouble:
    """What the server gives. `answers` replace the answer of a path by (status, headers, body)."""

    services: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        parts = urlsplit(handler.path)
        if special := self.answers.get(handler.path) or self.answers.get(parts.path):
            special(handler)
        elif parts.path == "/o/services":
            send(handler, self._page(int(parse_qs(parts.query).get("page", ["1"])[0])))
        else:
            wanted = unquote(parts.path.removeprefix("/o/services/"))
            found = next((s for s in self.services if s["id"] == wanted), None)
            send(handler, found or {"error": "none"}, 200 if found else 404)

    def _page(self, number: int) -> dict[str, Any]:
        begin, total = (number - 1) * PER_PAGE, -(-len(self.services) // PER_PAGE)
        here = self.services[begin : begin + PER_PAGE]
        plain = [{"id": s["id"], "name": s["name"], "status": s.get("status", "active")} for s in here]
        return {
            "total_items": len(self.services), "total_pages": total, "page_number": number, "size": len(here),
            "first_page": number == 1, "last_page": number >= total, "empty": not here, "contents": plain,
        }  # fmt: skip


def send(handler: BaseHTTPRequestHandler, data: Any, status: int = 200, **headers: str) -> None:
    """A whole answer: JSON, or bytes as they are."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    handler.send_response(status)
    for name, value in {"Content_Type": "application/json", "Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for ever: each comes in time, all of them never."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)
    except OSError:
        return


@contextmanager
def serving(double: FeedDouble) -> Iterator[FeedDouble]:
    """The double while it listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            double.respond(self)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_address[1]}/o"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
