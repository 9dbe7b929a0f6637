"""An alarm that somebody is still needed for never falls silent: not by hands, by haste, by a release, nor by an answer that is lost."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency, OpenCase
from dialogs.messages import ChannelName
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import holding
from server.escalations.climbing import acknowledge
from server.escalations.clock import Means, Rung
from server.escalations.errors import NoSuchCase
from server.escalations.forgotten import wake_forgotten
from server.escalations.models import CaseOutcome, CaseTask, TaskKind
from server.escalations.service import Asker, absorb, open_case
from server.escalations.undelivered import note_undelivered
from server.outbox.models import Delivery
from server.outbox.rules import DeliveryKind, Status
from server.people.models import Address
from tests.server.escalations.night import HOURS, NIGHT, case_row, crisis, due_notices, look, rota, told
from tests.support.staff import make_member

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
tasks, deliveries, addresses = table_of(CaseTask), table_of(Delivery), table_of(Address)


async def says(engine: AsyncEngine, case: uuid.UUID, urgency: CaseUrgency, at: datetime, **more: Any) -> uuid.UUID:
    """Their next words, which open or raise a case."""
    row = await case_row(engine, case)
    async with engine.begin() as db:
        asker = Asker(row.person_id, row.address_id, "home", is_open=True)
        return await open_case(db, asker, OpenCase("overdose", urgency, "en", **more), "i have taken pills", at)


async def test_taking_and_giving_back_keeps_nobody_from_being_rung(engine: AsyncEngine) -> None:
    await rota(engine)
    case, jo = await crisis(engine, NOON), await make_member(engine, "Jo")
    for minute in range(17):
        at = NOON + minute * MINUTE
        await look(engine, at)
        async with engine.begin() as db:
            await holding.take(db, jo, case, at)
            await holding.give_back(db, case, at + MINUTE / 2)
    assert {Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD} <= set(await told(engine))


async def test_a_promise_that_is_given_back_goes_on_from_where_it_was(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case, jo = await crisis(engine, NIGHT), await make_member(engine, "Jo")
    await look(engine, NIGHT + 6 * MINUTE)
    async with engine.begin() as db:
        await acknowledge(db, case, stands[Rung.SECOND], NIGHT + 7 * MINUTE)
        await holding.take(db, jo, case, NIGHT + 8 * MINUTE)
        await holding.give_back(db, case, NIGHT + 9 * MINUTE)
    row = await case_row(engine, case)
    assert (row.clock_since, row.acknowledged_at) == (NIGHT, None)
    await look(engine, NIGHT + 10 * MINUTE)
    assert await told(engine) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER]


async def test_who_is_in_training_cannot_keep_a_chat_that_becomes_an_alarm(engine: AsyncEngine) -> None:
    case, tim = await crisis(engine, NOON, CaseUrgency.ADVICE), await make_member(engine, "Tim", is_trainee=True)
    async with engine.begin() as db:
        await holding.take(db, tim, case, NOON)
    await says(engine, case, CaseUrgency.CRISIS, NOON + MINUTE)
    row = await case_row(engine, case)
    assert (row.adviser_id, row.acknowledged_at, row.clock_next_at) == (None, None, NOON + MINUTE)
    async with engine.begin() as db:
        with pytest.raises(NoSuchCase):
            await acknowledge(db, case, tim.id, NOON + MINUTE)


async def test_an_answer_does_not_answer_words_that_were_not_seen(engine: AsyncEngine) -> None:
    case, jo = await crisis(engine, NOON, CaseUrgency.ADVICE), await make_member(engine, "Jo")
    async with engine.begin() as db:
        await holding.take(db, jo, case, NOON)
    await says(engine, case, CaseUrgency.CRISIS, NOON + MINUTE)
    async with engine.begin() as db:
        await holding.note_answer(db, await holding.still_mine(db, jo, case), NOON + MINUTE, unseen_since=NOON + MINUTE)
    row = await case_row(engine, case)
    assert (row.waiting_since, row.acknowledged_at, row.clock_next_at) == (NOON + MINUTE, None, NOON + MINUTE)
    await rota(engine)
    await look(engine, NOON + 4 * MINUTE)
    assert Rung.FIRST in await told(engine)


async def test_whom_a_complaint_was_about_gets_none_of_the_next_chats(engine: AsyncEngine) -> None:
    case = await crisis(engine, NOON, CaseUrgency.COMPLAINT)
    jo, sam = await make_member(engine, "Jo"), await make_member(engine, "Sam")
    async with engine.begin() as db:
        await holding.bar(db, case, jo.id, NOON)
        await holding.take(db, sam, case, NOON)
        await holding.close(db, sam, case, CaseOutcome.ANSWERED, NOON)
    for is_late in (True, False):
        new = await says(engine, case, CaseUrgency.ADVICE, NOON + MINUTE, is_late_answer=is_late)
        assert (await case_row(engine, new)).barred == [jo.id]
        async with engine.begin() as db:
            assert await holding.take_the_next(db, jo, NOON + MINUTE) is None
            await holding.take(db, sam, new, NOON + MINUTE)
            await holding.close(db, sam, new, CaseOutcome.ANSWERED, NOON + MINUTE)


async def test_when_the_top_rung_is_empty_the_others_ring_again(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    async with engine.begin() as db:
        await db.execute(
            text("UPDATE staff SET removed_at = now() WHERE id = :i"), {"i": stands[Rung.SAFEGUARDING_LEAD]}
        )
    await crisis(engine)
    for minute in range(31):
        await look(engine, NIGHT + minute * MINUTE)
    calls = [who for who, means in await due_notices(engine) if means is Means.CALL]
    # once by the plan, then every five minutes from the twentieth on
    assert [calls.count(stands[rung]) for rung in (Rung.FIRST, Rung.SECOND, Rung.MANAGER)] == [4, 4, 4]


async def test_a_case_that_the_release_before_opens_rings_too(engine: AsyncEngine) -> None:
    await rota(engine)
    case = await crisis(engine, NIGHT, CaseUrgency.ADVICE)
    row = await case_row(engine, case)
    async with engine.begin() as db:
        await holding.take(db, await make_member(engine, "Jo"), case, NIGHT)
        await db.execute(text("UPDATE cases SET closed_at = now()"))
        values = {"i": new_id(), "p": row.person_id}
        await db.execute(
            text(
                "INSERT INTO cases (id, area, person_id, reason, urgency, language, alarms, opened_at)"
                " VALUES (:i, 'home', :p, 'overdose', 'crisis', 'en', '{}', now())"
            ),
            values,
        )
    row = await case_row(engine, values["i"])
    assert row.clock_next_at is not None
    assert row.waiting_since is not None


async def test_a_crisis_without_a_clock_is_found(engine: AsyncEngine) -> None:
    await rota(engine)
    case = await crisis(engine, NIGHT)
    async with engine.begin() as db:
        await db.execute(text("UPDATE cases SET clock_next_at = NULL"))
        assert await wake_forgotten(db, HOURS, NIGHT) == 1
        assert await wake_forgotten(db, HOURS, NIGHT) == 0
    await look(engine, NIGHT)
    assert await told(engine) == [Rung.FIRST]
    jo = await make_member(engine, "Jo")
    async with engine.begin() as db:
        await holding.take(db, jo, case, NIGHT)
        await holding.note_answer(db, await holding.still_mine(db, jo, case), NIGHT)
        assert await wake_forgotten(db, HOURS, NIGHT + MINUTE) == 0


async def test_two_cases_of_one_person_keep_the_clock_that_nobody_answered(engine: AsyncEngine) -> None:
    stays, gone = await crisis(engine, NOON), await crisis(engine, NOON + MINUTE)
    jo = await make_member(engine, "Jo")
    async with engine.begin() as db:
        await holding.take(db, jo, stays, NOON)
        await holding.note_answer(db, await holding.still_mine(db, jo, stays), NOON)
    one, other = await case_row(engine, stays), await case_row(engine, gone)
    async with engine.begin() as db:
        await absorb(db, gone=other, stays=one, now=NOON + 2 * MINUTE)
    row = await case_row(engine, stays)
    assert (row.adviser_id, row.acknowledged_at, row.clock_next_at) == (jo.id, None, NOON + 2 * MINUTE)


async def test_who_is_complained_about_rings_for_it_no_more(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case = await crisis(engine, NIGHT)
    await look(engine, NIGHT)
    async with engine.begin() as db:
        await acknowledge(db, case, stands[Rung.FIRST], NIGHT + MINUTE)
        await holding.bar(db, case, stands[Rung.FIRST], NIGHT + MINUTE)
    row = await case_row(engine, case)
    assert (row.acknowledged_at, row.clock_next_at) == (None, NIGHT + MINUTE)


async def wrote(engine: AsyncEngine, case: uuid.UUID, status: Status, at: datetime) -> None:
    """An adviser's words to the person of a case, and what became of them."""
    row = await case_row(engine, case)
    async with engine.begin() as db:
        to = (await db.execute(select(addresses).where(addresses.c.person_id == row.person_id))).first()
        if to is None:
            raise LookupError("the person has no address")
        values = {"id": new_id(), "area": "home", "address_id": to.id, "channel": ChannelName.SMS, "lane": "sms:a"}
        values |= {"to_address": "+447700900123", "address_hash": b"x", "kind": DeliveryKind.ADVISER, "urgency": 1}
        values |= {"reply": {}, "status": status, "created_at": at, "not_before": at, "expires_at": at}
        await db.execute(insert(deliveries).values(values))


async def test_an_answer_that_did_not_arrive_is_no_answer(engine: AsyncEngine) -> None:
    await rota(engine)
    case, jo = await crisis(engine, NOON), await make_member(engine, "Jo")
    async with engine.begin() as db:
        await db.execute(
            insert(addresses).values(
                id=new_id(), person_id=(await case_row(engine, case)).person_id, area="home", channel=ChannelName.SMS,
                lane="sms:a", address="+447700900123", address_hash=b"x", created_at=NOON, last_inbound_at=NOON,
            )
        )  # fmt: skip
        await holding.take(db, jo, case, NOON)
        await holding.note_answer(db, await holding.still_mine(db, jo, case), NOON)
    await wrote(engine, case, Status.DELIVERED, NOON)
    async with engine.begin() as db:
        assert await note_undelivered(db, NOON + MINUTE) == 0
    await wrote(engine, case, Status.UNDELIVERED, NOON)
    async with engine.begin() as db:
        assert await note_undelivered(db, NOON + MINUTE) == 1
        assert await note_undelivered(db, NOON + MINUTE) == 0
        found = (await db.execute(select(tasks.c.kind).where(tasks.c.case_id == case))).scalars().all()
    row = await case_row(engine, case)
    assert (row.waiting_since, row.acknowledged_at, row.clock_next_at) == (NOON, None, NOON + MINUTE)
    assert list(found) == [TaskKind.UNREACHABLE]
    await wrote(engine, case, Status.UNDELIVERED, NOON + MINUTE)
    await wrote(engine, case, Status.SENT, NOON + MINUTE)
    async with engine.begin() as db:
        await holding.note_answer(db, await holding.still_mine(db, jo, case), NOON + MINUTE)
        assert await note_undelivered(db, NOON + MINUTE) == 1
    assert (await case_row(engine, case)).waiting_since is None, "newer words are on their way"
    async with engine.begin() as db:
        await db.execute(update(deliveries).where(deliveries.c.status == Status.SENT).values(status=Status.FAILED))
        assert await note_undelivered(db, NOON + MINUTE) == 1
    async with engine.begin() as db:
        await db.execute(update(tasks).values(done_at=NOON))
    await look(engine, NOON + 4 * MINUTE)
    assert Rung.FIRST in await told(engine)
