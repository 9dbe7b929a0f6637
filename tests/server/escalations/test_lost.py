"""J15, the clock's half: an adviser who falls silent loses a crisis at once, and the person of another chat is found once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency
from server.escalations import holding
from server.escalations.clock import Rung
from server.escalations.holding import note_activity
from server.escalations.lost import ASKED_AGAIN_AFTER, Lost, lost_advisers, note_told, take_back
from server.escalations.service import add_words
from server.staff.access import Member
from tests.server.escalations.night import HOURS, case_row, cases, crisis, look, rota, told
from tests.support.staff import make_member

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def held(engine: AsyncEngine, urgency: CaseUrgency) -> tuple[uuid.UUID, Member]:
    """Jo took it and answered at noon; the person wrote again at once."""
    case, jo = await crisis(engine, NOON, urgency), await make_member(engine, "Jo")
    async with engine.begin() as db:
        await holding.take(db, jo, case, NOON)
        await holding.note_answer(db, await holding.still_mine(db, jo, case), NOON)
        await add_words(db, case, "home", "are you there", NOON)
    return case, jo


async def find(engine: AsyncEngine, minutes: float) -> int:
    async with engine.begin() as db:
        return await take_back(db, HOURS, NOON + minutes * MINUTE)


async def lost(engine: AsyncEngine, at: datetime) -> list[Lost]:
    async with engine.begin() as db:
        return await lost_advisers(db, at)


async def test_a_crisis_goes_back_to_the_queue_with_its_clock_begun_anew(engine: AsyncEngine) -> None:
    await rota(engine)
    case, jo = await held(engine, CaseUrgency.CRISIS)
    assert await find(engine, 2.9) == 0
    assert await find(engine, 3) == 1
    row = await case_row(engine, case)
    assert (row.adviser_id, row.acknowledged_at, row.clock_since) == (None, None, NOON + 3 * MINUTE)
    assert row.waiting_since == NOON
    await look(engine, NOON + 3 * MINUTE)
    assert (await told(engine))[-1] is Rung.ON_DUTY
    found = await lost(engine, NOON + 3 * MINUTE)
    assert found == [Lost(case, jo.id, CaseUrgency.CRISIS, NOON + 3 * MINUTE, is_taken_back=True)]


async def test_at_night_the_clock_that_begins_anew_rings_at_once(engine: AsyncEngine) -> None:
    case, _ = await held(engine, CaseUrgency.SAFEGUARDING)
    night = NOON + timedelta(hours=9)
    async with engine.begin() as db:
        await take_back(db, HOURS, night)
    assert not (await case_row(engine, case)).clock_in_hours


async def test_another_chat_is_marked_and_found_once(engine: AsyncEngine) -> None:
    case, jo = await held(engine, CaseUrgency.ADVICE)
    assert await find(engine, 4) == 1
    assert await find(engine, 5) == 0
    row = await case_row(engine, case)
    assert (row.adviser_id, row.lost_since) == (jo.id, NOON + 4 * MINUTE)
    at = NOON + 4 * MINUTE
    assert await lost(engine, at) == [Lost(case, jo.id, CaseUrgency.ADVICE, at, is_taken_back=False)]
    assert await lost(engine, at) == []
    async with engine.begin() as db:
        await note_told(db, case)
    assert await lost(engine, at + timedelta(hours=1)) == []


async def test_who_dies_before_the_person_is_told_leaves_it_to_the_next_one(engine: AsyncEngine) -> None:
    case, _ = await held(engine, CaseUrgency.ADVICE)
    await find(engine, 4)
    at = NOON + 4 * MINUTE
    assert [x.case_id for x in await lost(engine, at)] == [case]
    assert [x.case_id for x in await lost(engine, at + ASKED_AGAIN_AFTER)] == [case]


async def test_an_adviser_who_is_back_is_not_lost_and_can_be_lost_again(engine: AsyncEngine) -> None:
    case, jo = await held(engine, CaseUrgency.ADVICE)
    await find(engine, 4)
    async with engine.begin() as db:
        await note_activity(db, jo, case, NOON + 5 * MINUTE)
    assert (await case_row(engine, case)).lost_since is None
    assert await lost(engine, NOON + 5 * MINUTE) == []
    assert await find(engine, 7) == 0
    assert await find(engine, 8) == 1
    assert len(await lost(engine, NOON + 8 * MINUTE)) == 1


async def test_who_answered_or_waits_for_an_answer_is_not_lost(engine: AsyncEngine) -> None:
    case, _ = await held(engine, CaseUrgency.CRISIS)
    async with engine.begin() as db:
        await db.execute(update(cases).where(cases.c.id == case).values(waiting_since=None))
    assert await find(engine, 60) == 0
