"""One-time links for accounts of staff, for whoever runs the program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from server.cli.processes import database, migrated, read_settings, run_async, tell_first_link, welcome_address
from server.clock import utc_now
from server.db.engine import make_engine
from server.db.types import use_key_ring
from server.settings import Settings
from server.staff import accounts
from server.wiring import key_ring_of


def link(email: str) -> int:
    """Print a link: for the first account while nobody can sign in, else for the account with this e-mail. 1 without one."""
    settings = read_settings()
    return _with_database(
        settings, lambda engine: _for_account(engine, settings, email) if email else _first(engine, settings)
    )


async def _first(engine: AsyncEngine, settings: Settings) -> int:
    if await tell_first_link(engine, settings):
        return 0
    print("Somebody can sign in already. For a person who has no way in: connexions staff link --email THEIRS")
    return 1


async def _for_account(engine: AsyncEngine, settings: Settings, email: str) -> int:
    async with engine.begin() as db:
        secret = await accounts.reset_by_operator(db, email, utc_now())
    if secret is None:
        print("Nobody has an account with this e-mail.")
        return 1
    print("They are signed out everywhere. Hand this link over within two hours; it works once:")
    print(welcome_address(settings, secret))
    return 0


def _with_database(settings: Settings, use: Callable[[AsyncEngine], Awaitable[int]]) -> int:
    code = 0

    async def main(url: str) -> None:
        nonlocal code
        use_key_ring(key_ring_of(settings))
        await migrated(url)
        engine = make_engine(url, pool=1)
        try:
            code = await use(engine)
        finally:
            await engine.dispose()

    with database(settings) as url:
        run_async(lambda: main(url))
    return code
