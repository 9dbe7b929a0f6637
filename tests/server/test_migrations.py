"""Migrations: up from nothing, down to nothing, up again; what they make is what the program means; two at once is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from server.db.engine import make_engine
from server.migrations.run import downgrade, newest, upgrade
from server.tables import metadata


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = make_engine(database_url, pool=3)
    yield made
    await made.dispose()


def shape(connection: Connection) -> dict[str, Any]:
    """Tables with their columns, keys, indexes and checks, and sequences, as the database has them."""
    seen = inspect(connection)
    return {
        table: (
            sorted(
                (column["name"], str(column["type"]), column["nullable"], str(column["default"]))
                for column in seen.get_columns(table)
            ),
            seen.get_pk_constraint(table),
            sorted(map(str, seen.get_foreign_keys(table))),
            sorted(map(str, seen.get_indexes(table))),
            sorted(map(str, seen.get_check_constraints(table))),
        )
        for table in sorted(seen.get_table_names())
    } | {"sequences": sorted(seen.get_sequence_names())}


async def shape_of(engine: AsyncEngine) -> dict[str, Any]:
    async with engine.connect() as db:
        return await db.run_sync(shape)


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_what_the_migrations_make_is_what_the_program_means(engine: AsyncEngine) -> None:
    async with engine.connect() as db:
        assert await db.run_sync(differences) == []


async def test_every_check_and_partial_index_of_the_program_is_there(engine: AsyncEngine, make_database: Any) -> None:
    """Alembic compares neither checks nor conditions of indexes: a database made from the metadata does."""
    made = make_engine(make_database(), pool=1)
    await downgrade(made, "base")
    async with made.begin() as db:
        await db.run_sync(metadata.create_all)
    assert (await shape_of(made)) | {"alembic_version": None} == (await shape_of(engine)) | {"alembic_version": None}
    await made.dispose()


async def test_down_to_nothing_and_up_again_is_the_same(engine: AsyncEngine) -> None:
    before = await shape_of(engine)
    await downgrade(engine, "base")
    empty = await shape_of(engine)
    assert (set(empty), empty["sequences"]) == ({"alembic_version", "sequences"}, [])
    await upgrade(engine)
    assert await shape_of(engine) == before


async def test_two_processes_at_once_migrate_once(database_url: str) -> None:
    engines = [make_engine(database_url, pool=1) for _ in range(3)]
    await downgrade(engines[0], "base")
    await asyncio.gather(*(upgrade(engine) for engine in engines))
    async with engines[0].connect() as db:
        assert (await db.execute(text("SELECT version_num FROM alembic_version"))).scalars().all() == [newest()]
        assert await db.run_sync(differences) == []
    for engine in engines:
        await engine.dispose()


async def test_repeating_changes_nothing_and_leaves_no_lock(engine: AsyncEngine) -> None:
    before = await shape_of(engine)
    await upgrade(engine)
    assert await shape_of(engine) == before
    async with engine.connect() as db:
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        assert (await db.execute(text(locks))).scalar() == 0
