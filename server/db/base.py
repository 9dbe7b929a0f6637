"""The base of every table: one metadata, names of constraints by rule, one order for everything in a thread."""

from __future__ import annotations

from typing import cast

from sqlalchemy import MetaData, Sequence, Table
from sqlalchemy.orm import DeclarativeBase

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

thread_order = Sequence("thread_order", metadata=metadata)
"""Numbers messages and deliveries alike, so that a thread is read in the order in which it happened."""


class Base(DeclarativeBase):
    """Every table of ours. Services use Core statements on `Model.__table__`; nothing loads behind their back."""

    metadata = metadata


def table_of(model: type[Base]) -> Table:
    """The table behind a model, as the Core statements want it."""
    return cast(Table, model.__table__)
