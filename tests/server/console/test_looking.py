"""A chat that is not somebody's work asks why they look, once, before it shows anything."""

from __future__ import annotations

import pytest

from dialogs.effects import CaseUrgency
from server.staff.access import Role, Skill
from tests.server.console.house import House, Worker, Young

pytestmark = pytest.mark.database
ASKED = "Why do you look at C-"
SECRET = "my mum is kicking me out"
WORDS = "because of the meeting"


async def taken(house: House, urgency: CaseUrgency = CaseUrgency.ADVICE) -> tuple[Young, Worker]:
    young, jo = await house.writes(SECRET, urgency), await house.has(name="Jo")
    await jo.posts(f"/console/cases/{young.case}/take")
    return young, jo


async def sees(who: Worker, young: Young, part: str = "") -> str:
    return (await who.client.get(f"/console/cases/{young.case}{part}")).text


async def read(house: House, who: Worker) -> int:
    query = "SELECT count(*) FROM audit WHERE staff_id = :id AND what IN ('chat', 'number')"
    return int(await house.scalar(query, id=who.member.id))


async def test_nothing_is_shown_before_a_reason_and_then_it_is_kept(house: House) -> None:
    (young, _), sam = await taken(house), await house.has(name="Sam")
    for part in ("", "/news", "/number"):
        page = await sees(sam, young, part)
        assert ASKED in page
        assert SECRET not in page
    await sam.posts(f"/console/cases/{young.case}/notes", text="hm")
    assert await house.scalar("SELECT count(*) FROM case_notes WHERE case_id = :id", id=young.case) == 0
    assert await read(house, sam) == 0
    for form in ({}, {"reason": "x"}, {"reason": "other", "words": " "}):
        answer = await sam.posts(f"/console/cases/{young.case}/why", form)
        assert answer.status_code == 422
    await sam.posts(f"/console/cases/{young.case}/why", reason="other", words=WORDS)
    assert sam.page is not None
    assert SECRET in sam.page.text
    assert ASKED not in await sees(sam, young, "/news?after=0")
    assert await read(house, sam) == 1
    row = "SELECT about_person, area FROM audit WHERE staff_id = :id AND what = 'gave_reason'"
    assert await house.rows(row, id=sam.member.id) == [(young.person, "home")]
    lead = await house.has(Role.SAFEGUARDING_LEAD, name="Lou")
    assert WORDS in (await lead.client.get("/console/audit")).text
    other = await taken(house)
    assert ASKED in await sees(sam, other[0])


async def test_a_page_script_is_told_and_not_sent_elsewhere(house: House) -> None:
    (young, _), sam = await taken(house), await house.has(name="Sam")
    answer = await sam.client.get(f"/console/cases/{young.case}/news?after=0", headers={"x-requested-with": "page"})
    assert answer.status_code == 403
    assert SECRET not in answer.text


async def test_after_a_day_it_is_asked_again(house: House) -> None:
    (young, _), sam = await taken(house), await house.has(name="Sam")
    late = "INSERT INTO audit (at, staff_id, area, what, about_case) VALUES (now() - interval '13 hours', :who, 'home', 'gave_reason', :id)"
    await house.changes(late, who=sam.member.id, id=young.case)
    assert ASKED in await sees(sam, young)


async def test_own_work_needs_no_reason(house: House) -> None:
    young, jo = await taken(house)
    assert SECRET in await sees(jo, young)
    asked, knows = await house.has(name="Ann"), await house.has(name="Kim", skills=frozenset({Skill.HOUSING}))
    for to in (f"staff:{asked.member.id}", "skill:housing"):
        await jo.posts(f"/console/cases/{young.case}/notes", text="what do you think", kind="ask", to=to)
    for who in (asked, knows):
        assert SECRET in await sees(who, young)
    new = await house.has(name="New")
    await jo.posts(f"/console/cases/{young.case}/pass-on", to=f"staff:{new.member.id}", why="you know this")
    for who in (jo, new):
        assert SECRET in await sees(who, young)
    await new.posts(f"/console/cases/{young.case}/give-back")
    free = await house.has(name="Fay")
    assert SECRET in await sees(free, young)


async def test_a_trainee_may_not_take_a_crisis_and_says_why_they_look(house: House) -> None:
    young, trainee = await house.writes(SECRET), await house.has(name="Tia", is_trainee=True)
    assert ASKED in await sees(trainee, young)
