"""Erasing a person concerns every slice: whoever keeps something that leads to a person says how it goes."""

from __future__ import annotations

from sqlalchemy import MetaData, Table

from server.db.base import metadata as _loaded
from server.db.types import personal_columns
from server.tables import metadata
from server.wiring import PERSONAL_DATA

ROOTS = {
    "people",
    "addresses",
    "conversations",
    "cases",
    "attachments",
    "appointments",
    "custody_spells",
    "phone_seats",
}
SEALED_WITHOUT_PERSON = {
    "unanswered_questions": "masked, filed without the person; nothing leads back",
    "staff": "members of staff, emptied when they are removed",
    "staff_browsers": "where members of staff are told of alarms; ended with their session",
    "push_keys": "the program's own key, about nobody",
    "outside_calendars": "where an adviser's own calendar is read, deleted with their account",
    "partner_calls": "what a partner was answered, for three days: times and numbers of its own appointments",
    "audit": "why a member of staff looked; whom it was about is an id that leads nowhere after a deletion",
}


def points_at_a_person(table: Table) -> bool:
    """True for a table that is one of the roots, or has a foreign key to one."""
    return table.name in ROOTS or any(key.column.table.name in ROOTS for key in table.foreign_keys)


def pointing(tables: MetaData) -> set[str]:
    """Names of all tables that lead to a person."""
    return {table.name for table in tables.sorted_tables if points_at_a_person(table)}


def handled() -> list[str]:
    """Names of the tables that a slice answers for."""
    return [table.name for handler in PERSONAL_DATA for table in handler.tables]


def test_every_table_that_points_at_a_person_has_one_handler() -> None:
    assert metadata is _loaded
    assert pointing(metadata) >= ROOTS
    assert set(handled()) == pointing(metadata)
    assert len(handled()) == len(set(handled()))


def test_what_points_is_deleted_before_what_is_pointed_at() -> None:
    order = {name: place for place, handler in enumerate(PERSONAL_DATA) for name in (t.name for t in handler.tables)}
    wrong = [
        (table.name, key.column.table.name)
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if table.name in order and key.column.table.name in order
        if order[table.name] > order[key.column.table.name]
    ]
    assert not wrong


def test_sealed_columns_stand_only_where_somebody_answers_for_them() -> None:
    sealed = {table.name for table, _ in personal_columns(metadata)}
    assert sealed >= {"messages", "deliveries", "case_messages", "addresses"}
    assert sealed - set(handled()) == set(SEALED_WITHOUT_PERSON)
