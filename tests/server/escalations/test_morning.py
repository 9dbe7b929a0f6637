"""The list of nine in the morning: advice that waits since a day before, once a day, on working days, for leads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency
from server.db.base import table_of
from server.escalations import tasks
from server.escalations.models import CaseTask, TaskKind
from server.escalations.morning import list_morning
from server.staff.access import Role
from tests.server.escalations.night import HOURS, cases, crisis
from tests.support.staff import make_member

MONDAY = datetime(2026, 6, 8, 14, 0, tzinfo=UTC)
NINE = datetime(2026, 6, 9, 8, 0, tzinfo=UTC)  # nine in summer time


async def listed(engine: AsyncEngine, at: datetime) -> int:
    async with engine.begin() as db:
        return await list_morning(db, HOURS, at)


async def test_from_nine_on_once_and_again_on_the_next_working_day(engine: AsyncEngine) -> None:
    case = await crisis(engine, MONDAY, CaseUrgency.ADVICE)
    assert await listed(engine, NINE - timedelta(seconds=1)) == 0
    assert [await listed(engine, NINE + timedelta(minutes=m)) for m in (0, 1, 300)] == [1, 0, 0]
    table = table_of(CaseTask)
    async with engine.begin() as db:
        row = (await db.execute(select(table))).one()
        assert (row.case_id, row.kind, row.due_at) == (case, TaskKind.MORNING, NINE)
        await db.execute(update(table).values(done_at=NINE))
    assert await listed(engine, NINE + timedelta(hours=1)) == 0
    assert await listed(engine, NINE + timedelta(days=1)) == 1


@pytest.mark.parametrize("urgency", [CaseUrgency.CRISIS, CaseUrgency.SAFEGUARDING])
async def test_danger_waits_for_no_list(engine: AsyncEngine, urgency: CaseUrgency) -> None:
    await crisis(engine, MONDAY, urgency)
    assert await listed(engine, NINE) == 0


async def test_not_for_what_came_today_nor_on_a_sunday_nor_for_another_area(engine: AsyncEngine) -> None:
    await crisis(engine, NINE - timedelta(hours=2), CaseUrgency.ADVICE)
    assert await listed(engine, NINE) == 0
    assert await listed(engine, NINE + timedelta(days=5)) == 0
    assert await listed(engine, NINE + timedelta(days=6)) == 1
    async with engine.begin() as db:
        assert await list_morning(db, {"elsewhere": HOURS["home"]}, NINE + timedelta(days=7)) == 0


async def test_leads_see_it_until_somebody_answers(engine: AsyncEngine) -> None:
    await crisis(engine, MONDAY, CaseUrgency.ADVICE)
    await listed(engine, NINE)
    kim, ada = await make_member(engine, "Kim", Role.LEAD), await make_member(engine)
    async with engine.begin() as db:
        seen = [len(await tasks.still_open(db, who, NINE)) for who in (kim, ada)]
        await db.execute(update(cases).values(waiting_since=None))
        assert (seen, await tasks.still_open(db, kim, NINE)) == ([1, 0], [])
