"""What partners send and get, as JSON: strict, so that a slip is refused and never guessed at."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from dialogs.messages import clean_text

RFC3339: Final = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
)


def _instant(value: Any) -> datetime:
    """An instant with its zone, written out; numbers and local times are refused."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not RFC3339.fullmatch(value):
        raise ValueError("an instant with its offset is needed, as in 2026-12-08T14:30:00Z")
    try:
        return datetime.fromisoformat(value).astimezone(UTC).replace(second=0, microsecond=0)
    except (ValueError, OverflowError):
        raise ValueError("there is no such instant") from None


def _plain(value: str) -> str:
    if clean_text(value) != value.strip() or not value.strip():
        raise ValueError("plain text is needed")
    return value.strip()


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-12-08T14:30:00Z"]}),
]
Reference = Annotated[
    str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9./_:-]{0,63}$"), Field(examples=["A-1047"])
]
Words = Annotated[
    str,
    StringConstraints(
        strict=True, min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f\s]([^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s])?$"
    ),
    AfterValidator(_plain),
]


class Strict(BaseModel):
    """Nothing beside what is named."""

    model_config = ConfigDict(extra="forbid")


class NewTimes(Strict):
    """From when to when. Seconds are dropped."""

    starts_at: Instant
    ends_at: Instant


class NewAppointment(NewTimes):
    """An appointment at the partner's office. `person` and `reference` are the partner's own references."""

    person: Reference
    reference: Reference
    place: Words | None = None
    contact: Words | None = None
    bring: Words | None = None


class Search(Strict):
    """Whose appointments, by the partner's own reference."""

    person: Reference


class Answer(BaseModel):
    """An appointment as its partner sees it. `changed`: somebody here changed it, ask them; the times are not told then."""

    id: uuid.UUID | None = Field(description="Ours; stays through every move. Empty for a dry run that makes one.")
    status: Literal["booked", "cancelled", "changed"]
    starts_at: datetime | None
    ends_at: datetime | None


class Found(BaseModel):
    """Appointments to come, soonest first, 100 at most."""

    appointments: list[Answer]


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is for programs; `nearest` comes with `clash`; `fields` with `invalid`."""

    type: str
    title: str
    status: int
    code: str
    nearest: list[datetime] | None = None
    fields: list[str] | None = None
