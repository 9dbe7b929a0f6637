"""The published Bot API as something that can say what is wrong with a call or an update.

Belongs here: reading the description that `node/describe-bot-api.mjs` makes from the declarations of @grammyjs/types
(written independently of the client in use), and checking values against it. Types, fields and the limits that the
documentation states ("1-4096 characters", "1-64 bytes") all come from there.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.node import TOOLS, VAR, node_modules, run_script

_SCRIPT = "describe-bot-api.mjs"
_LIMIT = re.compile(r"\b(\d+)-(\d+) (characters|bytes)\b")
_RANGE = re.compile(r"[Vv]alues between (\d+)-(\d+) are accepted")
_TRUTHS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


class BotApi:
    """Every method of the Bot API with its fields, and the update."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.version: str = description["version"]
        self.methods: dict[str, Any] = description["methods"]
        self._types: dict[str, Any] = description["types"]
        self._update: dict[str, Any] = description["update"]

    def method(self, name: str) -> str | None:
        """The method's own spelling, any case taken as Telegram does; None when there is no such method."""
        return self._by_folded_name.get(name.casefold())

    def read_call(self, method: str, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The call's values as they are meant (a form sends all as text), and what is wrong with it."""
        fields = self.methods[method]["fields"]
        values, faults = {}, [f"{method}: unknown field {name}" for name in arguments if name not in fields]
        for name, field in fields.items():
            if name in arguments:
                values[name] = self._meant(field["type"], arguments[name])
                faults += self.value_faults(field["type"], values[name], f"{method}.{name}", field["doc"])
            elif field["required"]:
                faults.append(f"{method}: {name} is missing")
        return values, faults

    def update_faults(self, update: Mapping[str, Any]) -> list[str]:
        """What is wrong with an update as Telegram would send it."""
        return self.value_faults(self._update, update, "update", "")

    def value_faults(self, kind: Mapping[str, Any], value: Any, path: str, doc: str) -> list[str]:
        """What is wrong with one value, each fault beginning with where it is."""
        return list(self._faults(kind, value, path, doc))

    @functools.cached_property
    def _by_folded_name(self) -> dict[str, str]:
        return {name.casefold(): name for name in self.methods}

    def _faults(self, kind: Mapping[str, Any], value: Any, path: str, doc: str) -> Iterator[str]:
        match kind["kind"]:
            case "ref":
                yield from self._faults(self._types[kind["name"]], value, path, doc)
            case "object":
                yield from self._object_faults(kind["fields"], value, path)
            case "array":
                yield from self._array_faults(kind["of"], value, path)
            case "union":
                yield from self._union_faults(kind["of"], value, path, doc)
            case "const":
                if value != kind["value"] or isinstance(value, bool) != isinstance(kind["value"], bool):
                    yield f"{path}: {value!r} is not {kind['value']!r}"
            case other:
                yield from _simple_faults(other, value, path, doc)

    def _object_faults(self, fields: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is not an object"
            return
        yield from (f"{path}: unknown field {name}" for name in value if name not in fields)
        for name, field in fields.items():
            if name in value:
                yield from self._faults(field["type"], value[name], f"{path}.{name}", field["doc"])
            elif field["required"]:
                yield f"{path}: {name} is missing"

    def _array_faults(self, kind: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path}: {value!r} is not a list"
            return
        for place, item in enumerate(value):
            yield from self._faults(kind, item, f"{path}[{place}]", "")

    def _union_faults(self, kinds: list[Mapping[str, Any]], value: Any, path: str, doc: str) -> Iterator[str]:
        """Nothing when one member fits, else the faults of the member that comes nearest."""
        nearest: list[str] | None = None
        for kind in kinds:
            faults = list(self._faults(kind, value, path, doc))
            if not faults:
                return
            if nearest is None or len(faults) < len(nearest):
                nearest = faults
        yield from nearest or []

    def _meant(self, kind: Mapping[str, Any], value: Any) -> Any:
        """A form's text as the value it stands for, by the field's type; other values as they are."""
        if not isinstance(value, str):
            return value
        kinds = self._plain_kinds(kind)
        if kinds & {"array", "object"} and value[:1] in ("[", "{"):
            return _json_or(value)
        if "string" not in kinds and "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", value):
            return _json_or(value)
        if "string" in kinds and "number" in kinds and re.fullmatch(r"-?\d{1,18}", value):
            return int(value)
        if "string" not in kinds and "boolean" in kinds:
            return _TRUTHS.get(value, value)
        return value

    def _plain_kinds(self, kind: Mapping[str, Any]) -> frozenset[str]:
        match kind["kind"]:
            case "ref":
                return self._plain_kinds(self._types[kind["name"]])
            case "union":
                return frozenset().union(*(self._plain_kinds(member) for member in kind["of"]))
            case "const":
                return frozenset({"boolean" if isinstance(kind["value"], bool) else "string"})
            case other:
                return frozenset({str(other)})


@dataclass(frozen=True, slots=True)
class Limit:
    """What the documentation says of a text's length."""

    least: int
    most: int
    unit: str

    def length(self, text: str) -> int:
        """The text's length; "characters" are counted as UTF-16 units, the strictest reading."""
        return len(text.encode()) if self.unit == "bytes" else len(text.encode("utf-16-le", "surrogatepass")) // 2


def limit_of(doc: str) -> Limit | None:
    """The limit that a field's documentation states, if any."""
    found = _LIMIT.search(doc)
    return Limit(int(found[1]), int(found[2]), found[3]) if found else None


@functools.cache
def bot_api() -> BotApi:
    """The description, made once for each version of its source and kept in `var/`."""
    package = (node_modules() / "@grammyjs" / "types" / "package.json").read_bytes()
    key = hashlib.sha256(package + (TOOLS / _SCRIPT).read_bytes()).hexdigest()[:16]
    kept = VAR / f"bot-api-{key}.json"
    if not kept.exists():
        _keep(kept, run_script(_SCRIPT))
    return BotApi(json.loads(kept.read_text()))


def _keep(path: Path, text: str) -> None:
    """Write whole or not at all: several test processes may do it at once."""
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).replace(path)


def _json_or(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _simple_faults(kind: str, value: Any, path: str, doc: str) -> Iterator[str]:
    wanted: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "boolean": (bool,)}
    if kind not in wanted:  # an uploaded file, or anything at all
        return
    if not isinstance(value, wanted[kind]) or (kind == "number" and isinstance(value, bool)):
        yield f"{path}: {value!r} is not a {kind}"
    elif isinstance(value, str) and (limit := limit_of(doc)) and not limit.least <= limit.length(value) <= limit.most:
        yield f"{path}: {limit.length(value)} {limit.unit}, must be {limit.least} to {limit.most}"
    elif (
        isinstance(value, (int, float))
        and (found := _RANGE.search(doc))
        and not int(found[1]) <= value <= int(found[2])
    ):
        yield f"{path}: {value}, must be {found[1]} to {found[2]}"
