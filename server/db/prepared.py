"""Statements of the busiest path, run by the driver itself inside SQLAlchemy's transaction: a third of the cost of each.

Only for statements that every message runs; everything else goes through SQLAlchemy (docs/decisions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import Column, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator, TypeEngine

from server.db.types import EncryptedJson, EncryptedText, UtcDateTime

_BEGIN = text("SELECT 1")
_NAME = re.compile(r"(?<!:):([a-z_]+)")
_CASTS: dict[type[TypeEngine[Any]], str] = {EncryptedJson: "bytea", EncryptedText: "bytea", UtcDateTime: "timestamptz"}
_PLAIN = {"Uuid": "uuid", "Text": "text", "LargeBinary": "bytea", "Enum": "text", "BigInteger": "bigint"}
_PLAIN |= {"Integer": "integer", "SmallInteger": "smallint", "Boolean": "boolean"}


class Prepared:
    """One statement with named parameters (`:name`), each of a column type, so that personal ones are sealed on the way."""

    def __init__(self, sql: str, types: Mapping[str, TypeEngine[Any] | Column[Any]]) -> None:
        self._sql = sql
        self._types = types
        self.names = tuple(dict.fromkeys(_NAME.findall(sql)))

    @cached_property
    def _ready(self) -> tuple[str, tuple[Callable[[Any], Any], ...]]:
        """The driver's form and what to do to each value. Made at the first use: a column's type can come from another table."""
        place = {name: number for number, name in enumerate(self.names, 1)}
        sql = _NAME.sub(lambda found: f"${place[found[1]]}::{_cast(self._types[found[1]])}", self._sql)
        return sql, tuple(_binder(self._types[name]) for name in self.names)

    async def first(self, db: AsyncConnection, values: Mapping[str, Any]) -> Any:
        """The first row, or None, in the transaction of `db`, which is begun if no statement has run on it yet."""
        sql, binders = self._ready
        connection: Any = (await db.get_raw_connection()).driver_connection
        if not connection.is_in_transaction():
            await db.execute(_BEGIN)
        bound = (bind(values[name]) for name, bind in zip(self.names, binders, strict=True))
        return await connection.fetchrow(sql, *bound)


def _kind(given: TypeEngine[Any] | Column[Any]) -> TypeEngine[Any]:
    """The type itself, or the one that the column has by now."""
    return given.type if isinstance(given, Column) else given


def _cast(given: TypeEngine[Any] | Column[Any]) -> str:
    kind = _kind(given)
    return _CASTS.get(type(kind)) or _PLAIN[type(kind).__name__]


def _binder(given: TypeEngine[Any] | Column[Any]) -> Callable[[Any], Any]:
    """What a value of the type becomes for the driver."""
    kind = _kind(given)
    if isinstance(kind, TypeDecorator):
        return lambda value: kind.process_bind_param(value, None)  # type: ignore[arg-type]
    if type(kind).__name__ == "Enum":
        return lambda value: getattr(value, "value", value)
    return lambda value: value
