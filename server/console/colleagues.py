"""Colleagues: who works in an area, who is there just now, and how many chats each has."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.console.reading import cases, staff
from server.escalations.errors import NoSuchCase
from server.staff.access import Act, Fact, Member, may_do, may_read
from server.staff.sessions import MEMBER_COLUMNS, member_of


class NotForThem(Exception):
    """They may not have, nor be asked about, this case: their role, their area, or it is about them."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may take chats in an area."""

    id: uuid.UUID
    name: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    is_on_duty: bool
    chats: int


async def colleagues(db: AsyncConnection, area: str) -> list[Colleague]:
    """Everybody who may take a chat there, those on duty first, then those with the fewest chats."""
    held = (
        select(func.count())
        .where(cases.c.adviser_id == staff.c.id, cases.c.closed_at.is_(None))
        .scalar_subquery()
        .label("chats")
    )
    query = select(*MEMBER_COLUMNS, staff.c.is_on_duty, held).where(
        staff.c.areas.contains([area]), staff.c.removed_at.is_(None)
    )
    rows = (await db.execute(query)).mappings().all()
    found = [
        Colleague(
            row["id"],
            row["name"],
            tuple(sorted(row["skills"])),
            tuple(sorted(row["languages"])),
            row["is_on_duty"],
            row["chats"],
        )
        for row in rows
        if may_do(member_of(row), Act.TAKE, area)
    ]
    return sorted(found, key=lambda c: (not c.is_on_duty, c.chats, c.name.casefold()))


async def member(db: AsyncConnection, staff_id: uuid.UUID) -> Member:
    """Somebody who works here. Raises NoSuchCase for one who was removed or never was: there is nobody to give it to."""
    query = select(*MEMBER_COLUMNS).where(staff.c.id == staff_id, staff.c.removed_at.is_(None))
    row = (await db.execute(query)).mappings().first()
    if row is None:
        raise NoSuchCase("no such member")
    return member_of(row)


async def fit_member(db: AsyncConnection, staff_id: uuid.UUID, case: Any) -> Member:
    """Somebody who may take chats in the case's area and read this one. Raises NotForThem for anybody else, also for nobody."""
    try:
        found = await member(db, staff_id)
    except NoSuchCase as error:
        raise NotForThem from error
    if not may_do(found, Act.TAKE, case.area) or not may_read(found, Fact.CHAT, case.area, case.barred):
        raise NotForThem
    return found
