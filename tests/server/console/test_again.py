"""Writing again after a chat was closed, and a lead who takes a chat over."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from sqlalchemy import insert

from dialogs.effects import CaseUrgency
from server.clock import utc_now
from server.conversations.models import Conversation
from server.db.base import table_of
from server.db.ids import new_id
from server.staff.access import Role
from tests.server.console.house import House, Worker, Young

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
async def nothing_yet(house: House) -> None:
    await house.changes("DELETE FROM case_tasks")
    await house.changes("UPDATE cases SET closed_at = now() WHERE closed_at IS NULL")


async def closed(house: House, urgency: CaseUrgency = CaseUrgency.ADVICE) -> Young:
    young = await house.writes("cscs", urgency)
    await house.changes("UPDATE cases SET closed_at = now() WHERE id = :id", id=young.case)
    now = utc_now()
    row = {"id": new_id(), "person_id": young.person, "area": "home", "state": {}, "pace_since": now, "updated_at": now}
    async with house.engine.begin() as db:
        await db.execute(insert(table_of(Conversation)).values(row))
    return young


async def opened(house: House, young: Young) -> list:
    return await house.rows("SELECT * FROM cases WHERE person_id = :id AND closed_at IS NULL", id=young.person)


async def again(who: Worker, young: Young) -> None:
    await who.posts(f"/console/cases/{young.case}/again")


async def test_it_opens_a_chat_that_follows_and_is_mine(house: House) -> None:
    young, ada = await closed(house, CaseUrgency.SAFEGUARDING), await house.has()
    await ada.says_why(young)
    assert "Write again" in (await ada.opens(f"/console/cases/{young.case}")).text
    await again(ada, young)
    (case,) = await opened(house, young)
    assert (case.follows_id, case.adviser_id, case.waiting_since) == (young.case, ada.member.id, None)
    assert ada.path == f"/console/cases/{case.id}"
    assert 'id="say"' in ada.shown
    assert await house.scalar("SELECT closed_at IS NOT NULL FROM cases WHERE id = :id", id=young.case)
    row = (
        await house.rows("SELECT what, about_person FROM audit WHERE about_case = :id AND what = 'take'", id=case.id)
    )[0]
    assert tuple(row) == ("take", young.person)


async def test_two_who_press_at_once_are_in_one_chat(house: House) -> None:
    young, people = await closed(house), [await house.has(name=name) for name in ("Ada", "Ben")]
    for who in people:
        await who.says_why(young)
    await asyncio.gather(*(again(who, young) for who in people))
    (case,) = await opened(house, young)
    assert {who.path.removesuffix("/why") for who in people} == {f"/console/cases/{case.id}"}


@pytest.mark.parametrize("how", ["is_reachable = false", "stopped = 'all'"])
async def test_who_blocked_us_or_said_stop_is_not_written_to_and_the_ways_left_are_named(
    house: House, how: str
) -> None:
    young, ada = await closed(house), await house.has()
    await house.changes(f"UPDATE addresses SET {how} WHERE person_id = :id", id=young.person)
    await ada.says_why(young)
    await again(ada, young)
    assert "This way to them is closed" in ada.shown
    assert await opened(house, young) == []


async def test_whom_a_complaint_barred_stays_barred_and_trainees_do_not_follow_danger(house: House) -> None:
    young, jo, ada = await closed(house), await house.has(name="Jo"), await house.has()
    await house.changes(
        "UPDATE cases SET barred = ARRAY[CAST(:id AS uuid)] WHERE person_id = :p", id=jo.member.id, p=young.person
    )
    await again(jo, young)
    assert jo.page is not None
    assert jo.page.status_code == 404
    await again(ada, young)
    (case,) = await opened(house, young)
    assert case.barred == [jo.member.id]
    hard, tia = await closed(house, CaseUrgency.CRISIS), await house.has(name="Tia", is_trainee=True)
    await again(tia, hard)
    assert await opened(house, hard) == []


async def test_one_that_is_gone_cannot_be_written_to(house: House) -> None:
    ada = await house.has()
    assert (await ada.posts(f"/console/cases/{uuid.uuid4()}/again")).status_code == 404


async def test_a_lead_takes_a_chat_over_with_a_reason_and_the_other_is_told(house: House) -> None:
    young = await house.writes("cscs", CaseUrgency.ADVICE)
    ada, kim = await house.has(), await house.has(Role.LEAD, name="Kim")
    path = f"/console/cases/{young.case}"
    await ada.posts(f"{path}/take")
    assert "You: take it over" in (await kim.opens(f"{path}/pass-on")).text
    page = await kim.posts(f"{path}/pass-on", to=f"staff:{kim.member.id}")
    assert page.status_code == 422
    await kim.posts(f"{path}/pass-on", to=f"staff:{kim.member.id}", why="I know the family.")
    assert await house.scalar("SELECT adviser_id FROM cases WHERE id = :id", id=young.case) == kim.member.id
    assert "A lead gave your chat to somebody: read why" in (await ada.opens("/console/tasks")).text
    task = await house.scalar("SELECT id FROM case_tasks WHERE kind = 'taken_over'")
    assert "I know the family." in (await ada.opens(f"/console/tasks/{task}")).text
    assert (await kim.opens(f"/console/tasks/{task}")).status_code == 404
    assert (
        await house.scalar("SELECT count(*) FROM audit WHERE about_case = :id AND what = 'assign'", id=young.case) == 1
    )


async def test_who_passes_on_their_own_chat_is_told_nothing(house: House) -> None:
    young = await house.writes("cscs", CaseUrgency.ADVICE)
    ada, ben = await house.has(), await house.has(name="Ben")
    path = f"/console/cases/{young.case}"
    await ada.posts(f"{path}/take")
    assert "take it over" not in (await ada.opens(f"{path}/pass-on")).text
    await ada.posts(f"{path}/pass-on", to=f"staff:{ben.member.id}", why="x")
    assert await house.scalar("SELECT count(*) FROM case_tasks WHERE kind = 'taken_over'") == 0
