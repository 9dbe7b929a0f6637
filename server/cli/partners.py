"""Tokens of partner systems, for whoever runs the program."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from server.appointments import partners
from server.appointments.kinds import Owner
from server.appointments.partners import Scope
from server.areas import keep_area
from server.cli.processes import database, migrated, read_settings, run_async
from server.clock import utc_now
from server.db.engine import make_engine
from server.db.types import use_key_ring
from server.settings import Settings
from server.wiring import key_ring_of


def add(name: str, owner: str, *, is_read_only: bool, a_minute: int) -> int:
    """Print the token of a new partner, this once. 1 for an owner that there is not."""
    owners = [one.value for one in Owner if one is not Owner.OURS]
    if owner not in owners:
        print(f"The owner is one of: {', '.join(owners)}")
        return 1
    settings = read_settings()
    scopes = (Scope.READ,) if is_read_only else tuple(Scope)

    async def use(engine: AsyncEngine) -> int:
        async with engine.begin() as db:
            await keep_area(db, settings.area)
            token = await partners.add(db, settings.area, name, Owner(owner), scopes, a_minute, utc_now())
        print("Hand this token over on a safe way; it is not shown again:")
        print(token)
        return 0

    return _with_database(settings, use)


def revoke(partner: str) -> int:
    """End a partner's token. 1 when there is none to end."""
    try:
        partner_id = uuid.UUID(partner)
    except ValueError:
        print("Give the partner's number, as `connexions partner list` prints it.")
        return 1

    async def use(engine: AsyncEngine) -> int:
        async with engine.begin() as db:
            is_ended = await partners.revoke(db, partner_id, utc_now())
        print("The token is good no longer." if is_ended else "There is no such partner with a good token.")
        return 0 if is_ended else 1

    return _with_database(read_settings(), use)


def show() -> int:
    """Every partner with its number."""

    async def use(engine: AsyncEngine) -> int:
        async with engine.connect() as db:
            rows = await partners.listed(db)
        for row in rows:
            state = f"ended {row['revoked_at']:%Y-%m-%d}" if row["revoked_at"] else " ".join(row["scopes"])
            print(f"{row['id']}  {row['owner'].value:<10} {row['a_minute']:>5}/min  {state}  {row['name']}")
        return 0

    return _with_database(read_settings(), use)


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
