"""The clock at work on a real database: every step once, by whichever worker, and nobody is skipped in silence."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency
from server.escalations import holding
from server.escalations.climbing import acknowledge, ring_next
from server.escalations.clock import Means, Rung
from server.escalations.errors import NoSuchCase
from server.escalations.models import StepKind
from server.escalations.service import absorb
from server.escalations.silence import called_everybody
from server.staff.access import Role
from tests.server.escalations.night import HOURS, NIGHT, case_row, cases, crisis, due_notices, look, rota, told
from tests.support.staff import make_member


async def test_a_night_that_nobody_answers_climbs_to_the_top(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    await crisis(engine)
    for minute in range(16):
        await look(engine, NIGHT + timedelta(minutes=minute))
    assert await told(engine) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD, Rung.EVERYBODY]
    rung = [staff for staff, means in await due_notices(engine) if means is Means.CALL]
    assert rung == [stands[x] for x in (Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD)]


async def test_an_empty_rung_is_written_down_and_the_next_one_rings_at_once(engine: AsyncEngine) -> None:
    lead = await make_member(engine, "dsl", Role.SAFEGUARDING_LEAD)
    await crisis(engine)
    await look(engine, NIGHT)
    assert await told(engine, StepKind.NOBODY) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER]
    assert (lead.id, Means.CALL) in await due_notices(engine)


async def test_a_named_person_stops_it_and_nobody_else_is_rung(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case = await crisis(engine)
    await look(engine, NIGHT)
    async with engine.begin() as db:
        assert await acknowledge(db, case, stands[Rung.FIRST], NIGHT + timedelta(minutes=1))
        assert not await acknowledge(db, case, stands[Rung.SECOND], NIGHT + timedelta(minutes=1))
    await look(engine, NIGHT + timedelta(minutes=5, seconds=59))
    assert await told(engine) == [Rung.FIRST]
    assert await told(engine, StepKind.ACKNOWLEDGED) == [Rung.FIRST]
    assert await due_notices(engine) == []


async def test_who_takes_it_and_does_not_answer_has_not_taken_it(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case = await crisis(engine)
    await look(engine, NIGHT)
    async with engine.begin() as db:
        await acknowledge(db, case, stands[Rung.FIRST], NIGHT + timedelta(minutes=1))
    for minute in range(2, 12):
        await look(engine, NIGHT + timedelta(minutes=minute))
    assert await told(engine, StepKind.LAPSED) == [Rung.FIRST]
    assert await told(engine) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER]
    row = await case_row(engine, case)
    assert (row.acknowledged_at, row.acknowledged_by) == (None, None)
    async with engine.begin() as db:
        assert await acknowledge(db, case, stands[Rung.MANAGER], NIGHT + timedelta(minutes=12))


async def test_an_answer_stops_it_for_good(engine: AsyncEngine) -> None:
    await rota(engine)
    case, ada = await crisis(engine), await make_member(engine, "Ada")
    await look(engine, NIGHT)
    async with engine.begin() as db:
        await acknowledge(db, case, ada.id, NIGHT + timedelta(minutes=1))
        await holding.take(db, ada, case, NIGHT + timedelta(minutes=2))
        await holding.note_answer(db, await holding.still_mine(db, ada, case), NIGHT + timedelta(minutes=3))
    await look(engine, NIGHT + timedelta(hours=3))
    assert await told(engine) == [Rung.FIRST]
    assert await told(engine, StepKind.LAPSED) == []
    assert (await case_row(engine, case)).clock_next_at is None


async def test_an_acknowledgement_of_a_repeated_ring_is_written_down_too(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case = await crisis(engine)
    await look(engine, NIGHT + timedelta(minutes=41))
    async with engine.begin() as db:
        await acknowledge(db, case, stands[Rung.SAFEGUARDING_LEAD], NIGHT + timedelta(minutes=42))
    assert await told(engine, StepKind.ACKNOWLEDGED) == [Rung.SAFEGUARDING_LEAD]


async def test_after_a_night_without_a_worker_each_of_them_rings_once_and_not_a_hundred_times(
    engine: AsyncEngine,
) -> None:
    stands = await rota(engine)
    await crisis(engine)
    await look(engine, NIGHT + timedelta(hours=8))
    calls = [who for who, means in await due_notices(engine) if means is Means.CALL]
    loud = Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD
    assert sorted(calls) == sorted(stands[rung] for rung in loud)
    await look(engine, NIGHT + timedelta(hours=8, minutes=5))
    assert len(await due_notices(engine)) == 2 * 3 * len(calls)


async def test_nobody_is_told_of_a_case_that_they_are_barred_from(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case = await crisis(engine)
    async with engine.begin() as db:
        await holding.bar(db, case, stands[Rung.FIRST], NIGHT)
        with pytest.raises(NoSuchCase):
            await acknowledge(db, case, stands[Rung.FIRST], NIGHT)
    await look(engine, NIGHT)
    assert {who for who, _ in await due_notices(engine)} == {stands[Rung.SECOND]}


async def test_who_passes_it_on_rings_the_next_one_once(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case = await crisis(engine)
    await look(engine, NIGHT)
    for _ in range(3):
        async with engine.begin() as db:
            assert await ring_next(db, HOURS, case, NIGHT, 1, NIGHT + timedelta(minutes=1))
    assert await told(engine) == [Rung.FIRST, Rung.SECOND]
    async with engine.begin() as db:
        assert not await ring_next(db, HOURS, case, NIGHT, 5, NIGHT + timedelta(minutes=1))
    for minute in range(2, 16):
        await look(engine, NIGHT + timedelta(minutes=minute))
    assert await told(engine) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD, Rung.EVERYBODY]
    async with engine.connect() as db:
        (banner,) = await called_everybody(db, ["home"])
        assert banner.id == case
        assert await called_everybody(db, ["elsewhere"]) == []
    assert stands


async def test_ten_workers_at_once_take_each_step_once(engine: AsyncEngine) -> None:
    await rota(engine)
    await crisis(engine)
    late = NIGHT + timedelta(minutes=12)
    await asyncio.gather(*(look(engine, late) for _ in range(10)))
    assert await told(engine) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER]


async def test_a_crisis_given_back_begins_its_clock_anew(engine: AsyncEngine) -> None:
    await rota(engine)
    case, ada = await crisis(engine), await make_member(engine, "Ada")
    async with engine.begin() as db:
        await holding.take(db, ada, case, NIGHT)
        await acknowledge(db, case, ada.id, NIGHT)
    async with engine.begin() as db:
        await holding.give_back(db, case, NIGHT + timedelta(minutes=4))
    await look(engine, NIGHT + timedelta(minutes=4))
    assert await told(engine) == [Rung.FIRST]


async def test_advice_at_night_rings_nobody(engine: AsyncEngine) -> None:
    await rota(engine)
    await crisis(engine, urgency=CaseUrgency.ADVICE)
    await look(engine, NIGHT + timedelta(hours=3))
    assert await due_notices(engine) == []


async def test_advice_of_the_night_climbs_in_the_morning(engine: AsyncEngine) -> None:
    lead = await make_member(engine, "lead", Role.LEAD)
    await crisis(engine, urgency=CaseUrgency.ADVICE)
    opens = datetime(2026, 6, 9, 8, 0, tzinfo=UTC)
    for half_hour in range(15):
        await look(engine, NIGHT + timedelta(minutes=30 * half_hour))
    assert await due_notices(engine) == []
    await look(engine, opens + timedelta(hours=2))
    assert await due_notices(engine) == [(lead.id, Means.TELEGRAM), (lead.id, Means.SMS)]


async def test_what_is_given_back_has_a_clock_again_whatever_it_is_about(engine: AsyncEngine) -> None:
    noon = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
    case, ada = await crisis(engine, noon, CaseUrgency.ADVICE), await make_member(engine, "Ada")
    async with engine.begin() as db:
        await holding.take(db, ada, case, noon)
        await holding.note_answer(db, await holding.still_mine(db, ada, case), noon)
    async with engine.begin() as db:
        await holding.give_back(db, case, noon + timedelta(minutes=9))
    row = await case_row(engine, case)
    assert (row.acknowledged_at, row.clock_next_at) == (None, noon + timedelta(minutes=9))


async def test_two_cases_of_one_person_become_one_though_both_clocks_ran(engine: AsyncEngine) -> None:
    noon = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
    stays, gone = [await crisis(engine, noon, CaseUrgency.ADVICE) for _ in range(2)]
    await look(engine, noon)
    async with engine.begin() as db:
        rows = [(await db.execute(select(cases).where(cases.c.id == case))).one() for case in (stays, gone)]
        await absorb(db, gone=rows[1], stays=rows[0], now=noon)
        still = (await db.execute(select(cases.c.id).where(cases.c.closed_at.is_(None)))).scalars().all()
    assert still == [stays], "the other one is closed and kept, with what its clock did"
