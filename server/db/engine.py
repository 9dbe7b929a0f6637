"""Engines: how a process talks to its PostgreSQL."""

from __future__ import annotations

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

POOL_WAIT_SECONDS = 5
STATEMENT_SECONDS = 15


def make_engine(url: str, *, pool: int = 10) -> AsyncEngine:
    """An engine with `pool` connections, statement and lock time-outs, and dead connections noticed."""
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=False,
        pool_reset_on_return="rollback",
        hide_parameters=True,  # an error of the database must not carry what somebody wrote into a log
        connect_args={
            "timeout": 5,
            "server_settings": {
                "application_name": "connexions",
                "statement_timeout": f"{STATEMENT_SECONDS}s",
                "idle_in_transaction_session_timeout": "60s",
                "jit": "off",
            },
        },
    )


def is_away(error: BaseException) -> bool:
    """True when the error says that the database cannot be reached just now, rather than that a statement is wrong."""
    if isinstance(error, PoolTimeout | OSError | TimeoutError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = type(getattr(error, "orig", None) or error)
    names = {x.__name__ for base in (cause, type(error.__cause__)) for x in base.__mro__}
    gone = {
        "PostgresConnectionError",
        "CannotConnectNowError",
        "AdminShutdownError",
        "CrashShutdownError",
        "TooManyConnectionsError",
        "ConnectionDoesNotExistError",
        "InterfaceError",
        "ConnectionError",
        "QueryCanceledError",
        "DeadlockDetectedError",
        "ReadOnlySQLTransactionError",
    }
    is_the_database_s = isinstance(error, DBAPIError | asyncpg.PostgresError | asyncpg.InterfaceError)
    return is_the_database_s and bool(names & gone)
