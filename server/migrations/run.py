"""Bring a database to a revision, one process at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

_LOCK = 0x0C0FFEE0


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, with the connection to use."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Run what is missing. Several processes may call it at once; repeating is harmless."""
    async with engine.connect() as db:
        await db.run_sync(_upgrade, revision)


def _upgrade(connection: Connection, revision: str) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    connection.commit()
    try:
        heads = MigrationContext.configure(connection).get_current_heads()
        connection.rollback()
        if heads != (newest(),) or revision != "head":
            command.upgrade(config(connection), revision)
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    """Take migrations back to a revision ("base" for none)."""
    async with engine.connect() as db:
        await db.run_sync(lambda connection: command.downgrade(config(connection), revision))
        await db.commit()


async def current(engine: AsyncEngine) -> str | None:
    """The revision that the database is at; None for an empty one."""
    async with engine.connect() as db:
        return await db.run_sync(lambda connection: MigrationContext.configure(connection).get_current_revision())


def newest() -> str:
    """The newest revision in the program."""
    head = ScriptDirectory(str(Path(__file__).parent)).get_current_head()
    assert head is not None  # noqa: S101 - there is always a first migration
    return head
