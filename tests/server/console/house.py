"""People at work in the console, signed in for real, and young people whose cases they work on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency, OpenCase
from dialogs.messages import ChannelName
from server.areas import keep_area
from server.clock import utc_now
from server.db.base import table_of
from server.db.ids import new_id
from server.db.types import blind_index
from server.escalations.service import Asker, open_case
from server.people.models import Address, Person
from server.staff import guard, sessions
from server.staff.access import Member, Role
from tests.support.program import Program
from tests.support.staff import make_member
from tests.support.staff_person import StaffPerson

FUZZ = (
    "",
    " ",
    "x" * 30_000,
    "\x00\x01\x1f\x7f",
    "\u202eevil\u202c\u2066",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% raw %}${7*7}#{7*7}",
    "مرحبا ሓገዝ 我害怕 😭🏳️\u200d🌈",
    "e\u0301\u0300" * 50,
    "-1",
    "99999999999999999999999999",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2026-02-30T25:61",
    "00000000-0000-0000-0000-000000000000",
    "'; DROP TABLE staff; --",
    "../../etc/passwd",
    "\n\r\n\t",
)
"""What somebody, or a program, might put into any field."""


@dataclass(frozen=True)
class Young:
    """A young person with a case and, when it is about danger, its record."""

    person: uuid.UUID
    case: uuid.UUID
    record: uuid.UUID | None


@dataclass
class House:
    """A running program with its people."""

    program: Program

    @property
    def engine(self) -> AsyncEngine:
        """Its database."""
        return self.program.service.engine

    async def has(
        self, *roles: Role, name: str = "Ada", area: str = "home", is_fresh: bool = True, **more: Any
    ) -> Worker:
        """Somebody of the staff, signed in; with a fresh code unless told otherwise."""
        async with self.engine.begin() as db:
            await keep_area(db, area)
        member = await make_member(self.engine, name, *roles, area=area, **more)
        return await self.signs_in(member, is_fresh=is_fresh)

    async def signs_in(self, member: Member, *, is_fresh: bool = True, has_code: bool = True) -> Worker:
        """A browser of theirs with a session of its own."""
        async with self.engine.begin() as db:
            token = await sessions.open_session(
                db, member.id, "Firefox, Linux", utc_now(), has_code=has_code, is_fresh=is_fresh
            )
        client = self.program.browser()
        client.cookies.set(guard.COOKIE, token, path=guard.ROOT)
        return Worker(self.program, client, name=member.name, member=member, token=token)

    async def writes(
        self,
        words: str,
        urgency: CaseUrgency = CaseUrgency.CRISIS,
        *,
        area: str = "home",
        language: str = "en",
        channel: ChannelName = ChannelName.SMS,
        person: uuid.UUID | None = None,
    ) -> Young:
        """Somebody young writes, for the first time or again."""
        now = utc_now()
        async with self.engine.begin() as db:
            await keep_area(db, area)
            person_id = person or new_id()
            if person is None:
                await db.execute(insert(table_of(Person)).values(id=person_id, area=area, first_seen_at=now))
                row = {"id": new_id(), "person_id": person_id, "area": area, "channel": channel, "lane": channel.value}
                row |= {"address": "+447700900123", "address_hash": blind_index(str(person_id), "x")}
                await db.execute(insert(table_of(Address)).values(row | {"created_at": now, "last_inbound_at": now}))
            asked = text("SELECT id FROM addresses WHERE person_id = :id")
            address = (await db.execute(asked, {"id": person_id})).scalar_one()
            wish = OpenCase("asked", urgency, language)
            case_id = await open_case(db, Asker(person_id, address, area), wish, words, now)
            record = text("SELECT id FROM safeguarding_records WHERE case_id = :id")
            return Young(person_id, case_id, (await db.execute(record, {"id": case_id})).scalar())

    async def scalar(self, query: str, **values: Any) -> Any:
        """One value from the database."""
        async with self.engine.begin() as db:
            return (await db.execute(text(query), values)).scalar()

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Rows from the database."""
        async with self.engine.begin() as db:
            return list((await db.execute(text(query), values)).all())

    async def changes(self, statement: str, **values: Any) -> None:
        """Change what stands in the database."""
        async with self.engine.begin() as db:
            await db.execute(text(statement), values)


@dataclass
class Worker(StaffPerson):
    """Somebody of the staff at a browser, signed in."""

    member: Member = None  # type: ignore[assignment]
    token: str = ""

    async def says_why(self, young: Young) -> httpx.Response:
        """Why they look at a chat that is not their work."""
        return await self.posts(f"/console/cases/{young.case}/why", reason="cover")

    async def posts(self, path: str, data: dict[str, Any] | None = None, **fields: Any) -> httpx.Response:
        """Send a form without opening its page first."""
        values = {"form": sessions.form_token(self.token), **(data or {}), **fields}
        self.page = await self.client.post(path, data=values)
        return self.page
