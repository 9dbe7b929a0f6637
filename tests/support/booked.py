"""A diary behind the running program, and what stands in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from server.appointments import reading
from server.staff.access import Skill
from tests.support.diary import Town, a_town
from tests.support.program import Program
from tests.support.staff import make_member


async def open_diary(program: Program, hours: str = "09:00-17:00") -> Town:
    """Jo, who knows benefits, at The Hub on weekdays."""
    jo = await make_member(program.service.engine, "Jo", skills=frozenset({Skill("benefits")}))
    async with program.service.engine.begin() as db:
        return await a_town(db, "home", jo.id, hours)


async def meetings(program: Program, status: str = "booked") -> list[Any]:
    """Every appointment of that status, soonest first, whole."""
    async with program.service.engine.connect() as db:
        query = text("SELECT id FROM appointments WHERE status = :status ORDER BY starts_at, created_at")
        ids = (await db.execute(query, {"status": status})).scalars().all()
        return [await reading.one(db, one) for one in ids]
