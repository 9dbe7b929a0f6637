"""Staff for tests of the core: invited and set up as in life, and two requests that really meet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import pyotp
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.db.ids import new_id
from server.staff import accounts, codes, links, sessions, signing_in
from server.staff.access import Member, Role
from server.staff.accounts import Wish
from server.staff.links import SetUp
from server.staff.sessions import SignedIn
from server.staff.signing_in import Outcome, Try, Visitor
from tests.support.patience import PATIENCE

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[Any]]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
PASSWORD = "marmalade lighthouse 42"
BROWSER = "Firefox, Linux"
HERE = Visitor("192.0.2.7", BROWSER)
NORTH, SOUTH = "north", "south"
FOUNDER = Member(new_id(), "Founder", frozenset({Role.ADMINISTRATOR}), frozenset({NORTH, SOUTH}))
"""Invites everybody else; has no account, so that it is never the other administrator."""

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Real argon2, at a cost that hundreds of tries can pay."""

_numbers = count(1)


def new_email() -> str:
    """An e-mail that nobody has."""
    return f"person{next(_numbers)}@example.org"


def new_area() -> str:
    """An area in which nobody works."""
    return f"area{next(_numbers)}"


def code_at(secret: str, at: datetime) -> str:
    """What the authenticator of this secret shows at this instant."""
    return pyotp.TOTP(secret).at(at)


@dataclass(frozen=True)
class Somebody:
    """A member of staff with all they know and have."""

    member: Member
    email: str
    secret: str
    token: str
    recovery: tuple[str, ...]
    password: str = PASSWORD


@dataclass
class Staffed:
    """A database with staff. Each call is a request: a transaction of its own."""

    engine: AsyncEngine

    async def does(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """One request."""
        async with self.engine.begin() as db:
            return await work(db)

    async def invites(self, *roles: Role, areas: tuple[str, ...] = (NORTH,), **wish: Any) -> tuple[str, Wish]:
        """An invitation's secret, and what was wished; for an adviser when no role is named."""
        made = Wish(
            **{
                "name": "Alex",
                "email": new_email(),
                "roles": frozenset(roles or (Role.ADVISER,)),
                "areas": frozenset(areas),
            }
            | wish
        )
        by = replace(FOUNDER, areas=FOUNDER.areas | made.areas)
        return await self.does(lambda db: accounts.invite(db, by, made, NOW)), made

    async def has(self, *roles: Role, areas: tuple[str, ...] = (NORTH,), at: datetime = NOW, **wish: Any) -> Somebody:
        """Somebody who was invited and set their account up half an hour before `at`, and is signed in since."""
        link, wished = await self.invites(*roles, areas=areas, **wish)
        then = at - HOUR / 2
        chosen = set_up_as(wished.name, then)
        token, recovery = await self.does(lambda db: links.set_up(db, link, chosen, BROWSER, then))
        found = await self.finds(token, at)
        assert found is not None
        return Somebody(found.member, wished.email, chosen.totp_secret, token, recovery)

    async def finds(self, token: str, at: datetime) -> SignedIn | None:
        """Whose cookie this is."""
        return await self.does(lambda db: sessions.find(db, token, at))

    async def tries(
        self, email: str, password: str = PASSWORD, *, at: datetime = NOW, network: str = HERE.network
    ) -> Try:
        """The first step of a sign-in."""
        visitor = Visitor(network, BROWSER)
        return await self.does(lambda db: signing_in.with_password(db, email, password, visitor, at))

    async def gives(self, who: Somebody, code: str, *, at: datetime = NOW, network: str = HERE.network) -> Outcome:
        """The second step, or a code again, in the session they have since they were set up."""
        found = await self.finds(who.token, at)
        session_id = found.session_id if found else new_id()
        visitor = Visitor(network, BROWSER)
        return await self.does(lambda db: signing_in.with_code(db, session_id, who.member.id, code, visitor, at))

    async def scalar(self, query: str, **values: Any) -> Any:
        """The first value of a query."""
        return await self.does(lambda db: _scalar(db, query, values))


async def _scalar(db: AsyncConnection, query: str, values: dict[str, Any]) -> Any:
    return (await db.execute(text(query), values)).scalar()


def set_up_as(name: str, at: datetime, *, email: str = "", password: str = PASSWORD) -> SetUp:
    """What somebody fills in behind their link, with a new authenticator."""
    secret = codes.new_secret()
    return SetUp(name, email, password, secret, code_at(secret, at))


async def at_once(engine: AsyncEngine, *works: Work) -> list[Any]:
    """What became of requests that begin at the same instant, each on its own connection: results, and errors as values."""
    gate = asyncio.Barrier(len(works))

    async def one(work: Work) -> Any:
        async with engine.begin() as db:
            await db.execute(text("SELECT 1"))
            await gate.wait()
            return await work(db)

    return await asyncio.gather(*(one(work) for work in works), return_exceptions=True)


async def overlapping(engine: AsyncEngine, first: Work, second: Work) -> list[Any]:
    """What became of two requests, the second of which comes when the first has done its work and not yet committed."""

    async def later() -> Any:
        async with engine.begin() as db:
            return await second(db)

    async with engine.begin() as db:
        done = await first(db)
        task = asyncio.create_task(later())
        await until_it_waits(engine, task)
    return [done, (await asyncio.gather(task, return_exceptions=True))[0]]


async def until_it_waits(engine: AsyncEngine, task: asyncio.Task[Any]) -> None:
    """Returns when the task waits for a lock of the database, or is over."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(PATIENCE), engine.connect() as db:
        while not task.done():
            if (await db.execute(text(waiting))).scalar():
                return
            await db.rollback()
            await asyncio.sleep(0.01)
