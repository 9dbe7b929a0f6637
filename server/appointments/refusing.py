"""What a diary cannot hold, by name: a constraint of the database becomes the field and the reason that a form shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection


class BadDiary(ValueError):
    """Something that a diary cannot hold. `field` names it.

    `code` says why: ends_before, overlaps, past, unknown, too_long, taken or hours.
    """

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


async def once(db: AsyncConnection, statement: Any) -> None:
    """Run it; a constraint that refuses becomes a named error."""
    try:
        async with db.begin_nested():
            await db.execute(statement)
    except IntegrityError as error:
        code = getattr(error.orig, "sqlstate", "")
        if code == "23P01":
            raise BadDiary("starts", "overlaps") from None
        if code == "23505":
            raise BadDiary("name", "taken") from None
        raise BadDiary("starts", "unknown") from None


def field_of(error: IntegrityError, fields: Sequence[str]) -> str:
    """The field that a check names."""
    words = str(error.orig)
    return next((name for name in reversed(fields) if f"_{name}" in words), fields[0])
