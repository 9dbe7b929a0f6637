from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, StrEnum

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import create_async_engine

from server.db import types
from server.db.ids import new_id
from server.db.keyring import KeyRing, Tampered
from server.db.types import (
    EncryptedJson,
    EncryptedText,
    KeyRingNotSet,
    UtcDateTime,
    blind_index,
    context_of,
    key_ring,
    one_of,
    personal_columns,
    use_key_ring,
)
from tests.support.postgres import Databases, database_url, databases, make_database, postgres_url, prepare_template

__all__ = ["database_url", "databases", "make_database", "postgres_url", "prepare_template"]


class DeliveryStatus(StrEnum):
    PLANNED = "planned"
    SENT = "sent"


class Colour(Enum):
    RED = "red"


metadata = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("nickname", EncryptedText("people.nickname")),
    sa.Column("nickname_index", sa.LargeBinary(32)),
    sa.Column("notes", EncryptedJson("people.notes")),
    sa.Column("seen_at", UtcDateTime()),
    sa.Column("status", one_of(DeliveryStatus)),
    sa.Column("next_status", one_of(DeliveryStatus, "next_status")),
)
other = sa.Table("areas", metadata, sa.Column("name", sa.Text), sa.Column("colour", one_of(Colour)))


@pytest.fixture
def ring():
    before = types._Current.ring
    use_key_ring(KeyRing.new())
    yield key_ring()
    use_key_ring(before)


@pytest.fixture
async def connection(database_url, ring):
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        await connection.run_sync(metadata.create_all)
        yield connection
    await engine.dispose()


async def one(connection, *columns):
    return (await connection.execute(sa.select(*columns))).one()


async def test_sealed_columns_come_back_and_the_database_sees_only_bytes(connection, ring):
    notes = {"likes": ["football ⚽", None, 1.5], "Cymraeg": True}
    await connection.execute(people.insert().values(id=new_id(), nickname="Sâm", notes=notes))
    assert await one(connection, people.c.nickname, people.c.notes) == ("Sâm", notes)
    raw = await one(
        connection, *(sa.type_coerce(column, sa.LargeBinary) for column in (people.c.nickname, people.c.notes))
    )
    assert "Sâm".encode() not in raw[0]
    assert b"football" not in raw[1]
    assert ring.decrypt(raw[0], "people.nickname") == "Sâm".encode()


async def test_null_stays_null_and_can_be_searched_for(connection):
    await connection.execute(people.insert().values(id=new_id(), nickname=None, notes=None))
    query = sa.select(people.c.nickname, people.c.notes).where(people.c.nickname.is_(None), people.c.notes == None)  # noqa: E711
    assert (await connection.execute(query)).all() == [(None, None)]
    assert (await connection.execute(query.where(people.c.nickname.is_not(None)))).all() == []


@pytest.mark.parametrize(
    "compare",
    [
        lambda column: column == "Sam",
        lambda column: column != "Sam",
        lambda column: column.in_(["Sam"]),
        lambda column: column.like("S%"),
        lambda column: column.desc(),
        lambda column: column + "x",
    ],
)
@pytest.mark.parametrize("column", [people.c.nickname, people.c.notes])
def test_sealed_columns_refuse_comparison(compare, column):
    with pytest.raises(TypeError, match="blind index"):
        compare(column)


async def test_value_copied_to_another_column_does_not_open(connection):
    await connection.execute(people.insert().values(id=new_id(), nickname="Sam"))
    await connection.execute(sa.text("UPDATE people SET notes = nickname"))
    with pytest.raises(Tampered):
        await one(connection, people.c.notes)


async def test_look_up_by_blind_index(connection):
    index = blind_index("sam", "people.nickname")
    await connection.execute(people.insert().values(id=new_id(), nickname="Sam", nickname_index=index))
    query = sa.select(people.c.nickname).where(people.c.nickname_index == blind_index("sam", "people.nickname"))
    assert (await connection.execute(query)).scalar_one() == "Sam"


def test_without_a_ring_the_error_says_what_to_do(ring):
    use_key_ring(None)
    with pytest.raises(KeyRingNotSet, match="use_key_ring"):
        EncryptedText("people.nickname").process_bind_param(
            "Sam", sa.create_mock_engine("postgresql+asyncpg://", print).dialect
        )


async def test_instants_come_back_in_utc_whatever_their_zone(connection):
    there = datetime(2026, 6, 1, 12, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    await connection.execute(people.insert().values(id=new_id(), seen_at=there))
    await connection.execute(sa.text("SET TIME ZONE 'Asia/Dhaka'"))
    seen_at = (await one(connection, people.c.seen_at))[0]
    assert seen_at == there
    assert seen_at.tzinfo is UTC
    assert seen_at.hour == 7


async def test_instant_without_a_zone_is_refused(connection):
    with pytest.raises(StatementError, match="time zone"):
        await connection.execute(people.insert().values(id=new_id(), seen_at=datetime(2026, 6, 1)))  # noqa: DTZ001


async def test_enumeration_holds_its_values_in_program_and_database(connection):
    await connection.execute(people.insert().values(id=new_id(), status=DeliveryStatus.SENT, next_status="planned"))
    assert await one(connection, people.c.status, people.c.next_status) == (DeliveryStatus.SENT, DeliveryStatus.PLANNED)
    assert (await connection.execute(sa.text("SELECT status FROM people"))).scalar_one() == "sent"
    with pytest.raises(StatementError, match="lost"):
        await connection.execute(people.insert().values(id=new_id(), status="lost"))
    with pytest.raises(IntegrityError, match="ck_people_delivery_status"):
        await connection.execute(sa.text("UPDATE people SET status = 'lost'"))


async def test_checks_have_names_of_their_own(connection):
    rows = await connection.execute(
        sa.text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 ORDER BY 1")
    )
    assert rows.scalars().all() == ["ck_areas_colour", "ck_people_delivery_status", "ck_people_next_status"]


def test_personal_columns_are_found_with_their_contexts():
    found = [(table.name, column.name, context_of(column)) for table, column in personal_columns(metadata)]
    assert found == [("people", "nickname", "people.nickname"), ("people", "notes", "people.notes")]
    with pytest.raises(TypeError):
        context_of(other.c.name)


def test_new_ids_are_unique_and_in_order():
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(set(ids))
    assert {made.version for made in ids} == {7}


async def test_clone_of_the_template_is_fresh_and_fast(postgres_url):
    async def fill(url):
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.execute(other.insert().values(name="Leeds", colour=Colour.RED))
        await engine.dispose()

    from tests.support.postgres import execute, run_in_thread

    made = Databases(postgres_url, lambda url: run_in_thread(fill(url)))
    first = made.make()
    await execute(first, "DELETE FROM areas")
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        second = made.make()
        took.append(time.perf_counter() - begun)
        engine = create_async_engine(second)
        async with engine.connect() as connection:  # still connected when it is dropped
            assert await one(connection, other.c.name, other.c.colour) == ("Leeds", Colour.RED)
            made.drop(second)
            await connection.invalidate()
        await engine.dispose()
    made.drop(first)
    made.close()
    print(f"clones took {[round(seconds * 1000) for seconds in took]} ms")
    assert min(took) < 10
