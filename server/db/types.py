"""Column types: sealed text and JSON, instants in UTC, and enumerations that the database checks as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from server.db.keyring import KeyRing

_T = TypeVar("_T")

ONE_OF_LENGTH = 40
"""Width of every enumeration column, in characters: adding a longer name is then no change of type."""


class KeyRingNotSet(RuntimeError):
    """A sealed column was used before `use_key_ring`."""


class _Current:
    """Holds the one key ring of this process."""

    ring: KeyRing | None = None


def use_key_ring(ring: KeyRing | None) -> None:
    """From now on sealed columns of this process use this ring; again after a rotation. None takes it away."""
    _Current.ring = ring


def key_ring() -> KeyRing:
    """The ring in use. Raises `KeyRingNotSet`."""
    if _Current.ring is None:
        raise KeyRingNotSet("no key ring: call server.db.types.use_key_ring(ring) once at start-up")
    return _Current.ring


def blind_index(text: str, context: str) -> bytes:
    """32 bytes to store beside a sealed column and look it up by. Normalise the text first; see `KeyRing`."""
    return key_ring().blind_index(text, context)


class _Sealed(TypeDecorator[_T]):
    """What sealed columns have in common. `context` binds a value to its column: "people.nickname"."""

    impl = sa.LargeBinary
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Any]):
        """Refuses comparisons: the same text is sealed differently each time, so `==` would quietly find nothing."""

        def operate(self, op: operators.OperatorType, *other: Any, **kwargs: Any) -> sa.ColumnElement[Any]:
            if other == (None,) or op in {operators.is_, operators.is_not}:
                return super().operate(op, *other, **kwargs)
            raise TypeError("a sealed column cannot be compared or sorted in SQL: use its blind index")

    comparator_factory = Comparator

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context


class EncryptedText(_Sealed[str]):
    """Text, sealed with the process's key ring. Only NULL can be searched for."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:
        del dialect
        return None if value is None else key_ring().encrypt(value.encode(), self.context)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> str | None:
        del dialect
        return None if value is None else key_ring().decrypt(value, self.context).decode()


class EncryptedBytes(_Sealed[bytes]):
    """Bytes, sealed with the process's key ring: a piece of a file."""

    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: sa.Dialect) -> bytes | None:
        del dialect
        return None if value is None else key_ring().encrypt(value, self.context)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> bytes | None:
        del dialect
        return None if value is None else key_ring().decrypt(value, self.context)


class EncryptedJson(_Sealed[Any]):
    """JSON-shaped data, sealed with the process's key ring. Replace the value: a change inside it is not noticed."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> bytes | None:
        del dialect
        if value is None:
            return None
        return key_ring().encrypt(to_json(value), self.context)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> Any:
        del dialect
        return None if value is None else from_json(key_ring().decrypt(value, self.context))


class UtcDateTime(TypeDecorator[datetime]):
    """An instant (`timestamptz`): aware going in, in UTC coming out. Refuses a datetime without a zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        del dialect
        return None if value is None else value.astimezone(UTC)


def one_of(members: type[Enum], name: str | None = None) -> sa.Enum:
    """A text column that holds one of the enumeration's values, checked here and by a named CHECK in the database.

    `name` goes into the constraint's name (default: the class in snake case); give it when one table has two of a kind.
    """
    return sa.Enum(
        members,
        name=name or re.sub(r"(?<!^)(?=[A-Z])", "_", members.__name__).lower(),
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=ONE_OF_LENGTH,
        values_callable=lambda kinds: [str(member.value) for member in kinds],
    )


def personal_columns(metadata: sa.MetaData) -> Iterator[tuple[sa.Table, sa.Column[Any]]]:
    """Every sealed column with its table, tables before those that point at them: for rotation and for tests."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, _Sealed):
                yield table, column


def context_of(column: sa.Column[Any]) -> str:
    """The context a sealed column's values are bound to. Raises `TypeError` for any other column."""
    if not isinstance(column.type, _Sealed):
        raise TypeError(f"{column} is not sealed")
    return column.type.context
