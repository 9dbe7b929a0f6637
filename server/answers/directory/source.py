"""What an import reads from a source: services, faults, and what was left out and why; the same for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from pydantic import ValidationError

from dialogs.fold import fold
from server.answers.directory.schema import Service
from server.answers.schema import Strict

LONGEST_ID = 60


class SourceError(Exception):
    """The source as a whole cannot be used; the text says why, in words for whoever runs the import."""


@dataclass(frozen=True, slots=True)
class SourceFault:
    """One thing wrong in a source. `where` is a line of a file or the id of a service."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(slots=True)
class Found:
    """Services in the order of the source (each id once), every fault, and how many were left out by reason."""

    services: list[Service] = field(default_factory=list)
    faults: list[SourceFault] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def take(self, where: str, plain: Mapping[str, Any]) -> None:
        """Keeps the service that the data describes, or the faults that it has."""
        try:
            service = Service.model_validate(plain)
        except ValidationError as error:
            self.faults += [SourceFault(where, message) for message in explained(error)]
            return
        if service.id in self.named:
            self.faults.append(SourceFault(where, f"id: '{service.id}' stands twice"))
            return
        self.named.add(service.id)
        self.services.append(service)

    def fault(self, where: str, message: str) -> None:
        """Notes something wrong."""
        self.faults.append(SourceFault(where, message))

    def leave_out(self, reason: str) -> None:
        """Counts one service that is no fault and not for us."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


class Told(Strict):
    """What whoever runs the import says about it. `name` is kept with each entry; `default_source` is shown to people."""

    name: str
    default_source: str


def explained(error: ValidationError) -> list[str]:
    """One sentence for each thing that does not fit the shape, with the field it is in."""
    return [_sentence(found) for found in error.errors(include_url=False, include_input=False)]


def slug(text: str) -> str:
    """An id of ours for an id of theirs: the same every time, and another one for every other text."""
    if _is_ours(text):
        return text
    plain = "".join(c for c in "-".join(fold(text).split()) if c.isascii())
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return "-".join(part for part in (*plain[:LONGEST_ID].split("-"), digest) if part)


def _is_ours(text: str) -> bool:
    parts = text.split("-")
    return len(text) <= LONGEST_ID and all(
        part and part.isascii() and part.isalnum() and part == part.lower() for part in parts
    )


def _sentence(found: Any) -> str:
    where = ".".join(str(part) for part in found["loc"] if part != "[key]")
    message = str(found["msg"]).removeprefix("Value error, ")
    if found["type"] == "missing":
        message = "this field is missing"
    return f"{where}: {message}" if where else message
