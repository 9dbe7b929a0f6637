"""Complaints over real HTTP: their own words for who looks into it, a handler by name, what came of it, and nothing for whom it is about."""

from __future__ import annotations

import uuid

import pytest

from dialogs.effects import CaseUrgency, Complain
from server.clock import utc_now
from server.escalations import complaints
from server.staff.access import Role
from tests.server.console.house import FUZZ, House, Worker, Young

pytestmark = pytest.mark.database
WORDS = "ur jo is racist i want complain"


@pytest.fixture(autouse=True)
async def nothing_yet(house: House) -> None:
    await house.changes("DELETE FROM case_tasks")
    await house.changes("DELETE FROM complaints")
    await house.changes("UPDATE staff SET removed_at = now()")


async def complained(house: House, jo: Worker, words: str = WORDS) -> tuple[Young, uuid.UUID]:
    """About Jo, who holds the chat."""
    young = await house.writes("my benefits stopped", CaseUrgency.ADVICE)
    await jo.posts(f"/console/cases/{young.case}/take")
    await says(house, young, words)
    return young, await house.scalar("SELECT id FROM complaints WHERE case_id = :id", id=young.case)


async def says(house: House, young: Young, words: str) -> None:
    hours = house.program.service.desk.hours["home"]
    async with house.engine.begin() as db:
        await complaints.complain(db, young.case, Complain("en"), words, hours, utc_now())


async def test_whoever_looks_into_it_reads_their_own_words_and_each_look_is_noted(house: House) -> None:
    jo, max_ = await house.has(name="Jo"), await house.has(Role.MANAGER, name="Max")
    young, which = await complained(house, jo)
    await says(house, young, "she laughed at how i talk")
    assert WORDS not in (await max_.opens("/console/complaints")).text
    for _ in range(2):
        page = await max_.opens(f"/console/complaints/{which}")
        assert WORDS in page.text
        assert "she laughed at how i talk" in page.text
    seen = await house.rows("SELECT what, about_person, about_case FROM audit WHERE staff_id = :id", id=max_.member.id)
    assert [tuple(row) for row in seen] == [("complaint", young.person, young.case)] * 2
    assert (await max_.opens(f"/console/cases/{young.case}")).status_code == 404


async def test_whom_it_is_about_never_sees_it_nor_may_look_into_it(house: House) -> None:
    jo, lee = await house.has(Role.ADVISER, Role.LEAD, name="Jo"), await house.has(Role.LEAD, name="Lee")
    _, which = await complained(house, jo)
    assert (await jo.opens(f"/console/complaints/{which}")).status_code == 404
    for what in ("handler", "call", "answered", "close"):
        page = await jo.posts(f"/console/complaints/{which}/{what}", to=str(jo.member.id), text="x", outcome="x")
        assert page.status_code == 404
    assert str(jo.member.id) not in (await lee.opens(f"/console/complaints/{which}")).text
    page = await lee.posts(f"/console/complaints/{which}/handler", to=str(jo.member.id))
    assert page.status_code == 422
    assert await house.scalar("SELECT handler_id FROM complaints") == lee.member.id
    assert await house.scalar("SELECT closed_at FROM complaints") is None


async def test_somebody_is_named_who_has_the_right(house: House) -> None:
    jo, ada = await house.has(name="Jo"), await house.has(name="Ada")
    _, which = await complained(house, jo)
    assert await house.scalar("SELECT handler_id FROM complaints") is None
    dee = await house.has(Role.SAFEGUARDING_LEAD, name="Dee")
    far = await house.has(Role.MANAGER, name="Far", area="elsewhere")
    assert "Nobody yet" in (await dee.opens(f"/console/complaints/{which}")).text
    for wrong in ("", "x", str(ada.member.id), str(far.member.id), str(uuid.uuid4())):
        assert (await dee.posts(f"/console/complaints/{which}/handler", to=wrong)).status_code == 422
    page = await dee.posts(f"/console/complaints/{which}/handler", to=str(dee.member.id))
    assert "They look into it from now on." in page.text
    assert await house.scalar("SELECT handler_id FROM complaints") == dee.member.id


async def test_closing_asks_what_came_of_it_and_keeps_it_sealed(house: House) -> None:
    jo, max_ = await house.has(name="Jo"), await house.has(Role.MANAGER, name="Max")
    _, which = await complained(house, jo)
    page = await max_.posts(f"/console/complaints/{which}/close", outcome="  ")
    assert page.status_code == 422
    assert "Write what came of it." in page.text
    await max_.posts(f"/console/complaints/{which}/close", outcome="Jo said sorry.")
    assert "The complaint is closed." in max_.shown
    page = await max_.opens(f"/console/complaints/{which}")
    assert "Jo said sorry." in page.text
    assert "Ask for a call back" not in page.text
    row = (await house.rows("SELECT words, outcome, first_answer_at, closed_at FROM complaints"))[0]
    assert b"racist" not in bytes(row.words)
    assert b"sorry" not in bytes(row.outcome)
    assert row.closed_at == row.first_answer_at


async def test_a_manager_who_may_not_chat_has_them_called_and_jo_does_not_see_the_task(house: House) -> None:
    jo, max_ = await house.has(name="Jo"), await house.has(Role.MANAGER, name="Max")
    ben = await house.has(name="Ben")
    young, which = await complained(house, jo)
    assert (await max_.posts(f"/console/complaints/{which}/call", text="")).status_code == 422
    page = await max_.posts(f"/console/complaints/{which}/call", text="Tell them Jo is off the case.")
    assert "A colleague is asked to call them back" in page.text
    assert await house.scalar("SELECT case_id FROM case_tasks WHERE kind = 'call_back'") == young.case
    task = await house.scalar("SELECT id FROM case_tasks WHERE kind = 'call_back'")
    assert "Tell them Jo is off the case." in (await ben.opens(f"/console/tasks/{task}")).text
    assert (await jo.opens(f"/console/tasks/{task}")).status_code == 404


async def test_a_late_one_says_so_and_a_lead_is_led_to_the_chat(house: House) -> None:
    jo, lee = await house.has(name="Jo"), await house.has(Role.LEAD, name="Lee")
    young, which = await complained(house, jo)
    await house.changes("UPDATE complaints SET first_due_at = now() - interval '1 hour'")
    assert "Late:" in (await lee.opens("/console/complaints")).text
    page = await lee.opens(f"/console/complaints/{which}")
    assert '<span class="tag late">Late</span>' in page.text
    assert f'href="/console/cases/{young.case}"' in page.text


@pytest.mark.parametrize("junk", FUZZ, ids=range(len(FUZZ)))
async def test_no_field_breaks_anything(house: House, junk: str) -> None:
    jo, max_ = await house.has(name="Jo"), await house.has(Role.MANAGER, name="Max")
    _, which = await complained(house, jo, junk[:9000].replace("\0", "") or "x")
    for what, name in (("handler", "to"), ("call", "text"), ("answered", "x"), ("close", "outcome")):
        assert (await max_.posts(f"/console/complaints/{which}/{what}", {name: junk})).status_code < 500
        page = await max_.opens(f"/console/complaints/{which}", done=junk[:100])
        assert page.status_code < 500
        assert "<script>alert" not in page.text
