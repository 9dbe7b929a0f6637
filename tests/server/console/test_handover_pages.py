"""Handover, reviews, timescales and what is kept of somebody, by their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.clock import utc_now
from server.staff.access import Role
from tests.server.console.care_people import audited, begins_handover, has_review, looked_after, meets
from tests.server.console.house import FUZZ, House

pytestmark = pytest.mark.database


async def test_five_ticks_and_the_new_adviser_takes_over(house: House) -> None:
    beth, ali = await house.has(name="Beth"), await house.has(name="Ali")
    young = await looked_after(house, beth)
    later = utc_now() + timedelta(days=2)
    first = await meets(house, young, ali, later)
    await beth.posts(f"/console/people/{young.person}/handover", to=str(ali.member.id))
    where = beth.path
    assert where.startswith("/console/handovers/")
    for fields in ({"tick": "briefed"}, {"tick": "met"}, {"tick": "first", "value": str(first)}):
        assert (await beth.posts(f"{where}/tick", fields)).status_code == 200
    refused = await beth.posts(f"{where}/close")
    assert refused.status_code == 422
    assert "Not all five are ticked." in beth.shown
    assert "Missing: The young person says, apart, that it is ok" in beth.shown
    await beth.posts(f"{where}/answer", answer="not_sure")
    assert "They say: Not sure" in beth.shown
    task = (await house.rows("SELECT staff_id, kind FROM case_tasks WHERE person_id = :id", id=young.person))[0]
    assert (task.staff_id, task.kind) == (beth.member.id, "handover")
    await beth.posts(f"{where}/answer", answer="yes")
    until = (utc_now().date() + timedelta(days=28)).isoformat()
    await beth.posts(f"{where}/close", until=until)
    assert beth.path == f"/console/people/{young.person}"
    for words in ("The handover is over.", "Ali", "Still around"):
        assert words in beth.shown
    await beth.posts(f"{where}/tick", tick="briefed")
    assert "This handover is over. Nothing was changed." in beth.shown
    assert "handover_closed" in await audited(house, beth, young)


async def test_asked_where_no_message_may_reach_them_somebody_asks_face_to_face(house: House) -> None:
    beth, ali = await house.has(name="Beth"), await house.has(name="Ali")
    young = await looked_after(house, beth)
    made = await begins_handover(house, young, ali)
    await house.changes("UPDATE people SET on_hold_since = now() WHERE id = :id", id=young.person)
    await beth.posts(f"/console/handovers/{made}/ask")
    assert "No message may reach them just now." in beth.shown
    assert await house.scalar("SELECT comfort_asked_at FROM handovers WHERE id = :id", id=made) is not None


async def test_whatever_is_put_into_a_handover_is_a_clear_error(house: House) -> None:
    beth = await house.has(name="Beth")
    young = await looked_after(house, beth)
    made = await begins_handover(house, young, None)
    where = f"/console/handovers/{made}"
    for value in FUZZ:
        for path, fields in (
            ("tick", {"tick": value, "value": value}),
            ("tick", {"tick": "named", "value": value}),
            ("tick", {"tick": "first", "value": value}),
            ("answer", {"answer": value}),
            ("close", {"until": value, "why": value}),
        ):
            answer = await beth.posts(f"{where}/{path}", fields)
            assert answer.status_code in {400, 413, 422}, (path, value)
    for path in ("ask", "tick"):
        assert (await beth.posts(f"{where}/{path}", tick="met")).status_code == 422
    assert await house.scalar("SELECT to_id FROM handovers WHERE id = :id", id=made) is None


async def test_a_review_ends_with_a_next_day_or_a_reason(house: House) -> None:
    jo = await house.has(name="Jo")
    young = await looked_after(house, jo)
    made = await has_review(house, young, days=-3)
    await meets(house, young, jo, utc_now() + timedelta(days=1), questions="Can I do the bike course?")
    await jo.opens("/console/reviews")
    assert f"/console/reviews/{made}" in jo.shown
    assert "Overdue" in jo.shown
    where = f"/console/reviews/{made}"
    await jo.opens(where)
    assert "Can I do the bike course?" in jo.shown
    today = utc_now().date()
    assert (await jo.posts(f"{where}/close", held_on=today.isoformat())).status_code == 422
    assert "Set the day of the next review, or write why there is none." in jo.shown
    for value in FUZZ:
        if value.strip():
            answer = await jo.posts(f"{where}/close", held_on=value, next_on=value)
            assert answer.status_code in {400, 413, 422}, value
    later = (today + timedelta(days=90)).isoformat()
    await jo.posts(f"{where}/close", held_on=today.isoformat(), next_on=later)
    assert "The review is over. The next one is planned." in jo.shown
    await jo.posts(f"{where}/close", held_on=today.isoformat(), next_on=later)
    assert "This review was over already." in jo.shown
    rows = await house.rows("SELECT due_on, closed_by FROM reviews WHERE person_id = :id ORDER BY 1", id=young.person)
    assert [row.closed_by for row in rows] == [jo.member.id, None]


async def test_what_is_kept_of_somebody(house: House) -> None:
    jo, ali = await house.has(name="Jo"), await house.has(name="Ali")
    young = await looked_after(house, None)
    where = f"/console/people/{young.person}"
    await jo.opens(where)
    assert "No one yet" in jo.shown
    me, other = str(jo.member.id), str(ali.member.id)
    assert (await jo.posts(f"{where}/adviser", adviser=me, cover=me)).status_code == 422
    assert (await jo.posts(f"{where}/adviser", adviser=me, cover=other, part="night")).status_code == 422
    await jo.posts(f"{where}/adviser", adviser=me, cover=other, part="afternoon")
    await jo.posts(f"{where}/adviser", adviser=other)
    assert "They have an adviser. Begin a handover instead." in jo.shown
    needs = {"helps": ["quiet", "fare", "nonsense"], "barriers": ["sleep", "x"], "language": "ur", "gender": "woman"}
    await jo.posts(f"{where}/needs", needs)
    await jo.posts(f"{where}/trusted", names=["Nan", "", "Mr <b>Khan</b>"], whos=["my nan", "", "teacher"])
    assert (await jo.posts(f"{where}/check-word", word="ab")).status_code == 422
    await jo.posts(f"{where}/check-word", word="Blue Tiger")
    born = utc_now().date() + timedelta(days=40)
    assert (await jo.posts(f"{where}/days", order_ends="2999-01-01")).status_code == 422
    await jo.posts(f"{where}/days", eighteenth=born.isoformat())
    for words in (
        "A quiet room",
        "Money for the fare",
        "اردو",
        "Nan (my nan)",
        "Mr <b>Khan</b>",
        "Afternoon",
        "There is one.",
    ):
        assert words in jo.shown, words
    assert "They turn 18" in jo.shown
    assert "sort out who leads" in jo.shown
    for page in (where, f"{where}/change"):
        await jo.opens(page)
        assert "tiger" not in jo.shown.lower()
    for value in FUZZ:
        for path in ("adviser", "needs", "check-word", "days", "trusted"):
            fields = dict.fromkeys(("adviser", "language", "order_ends", "names", "helps"), value)
            answer = await jo.posts(f"{where}/{path}", fields | {"word": value[:2]})
            assert answer.status_code < 500, (path, value)
    await jo.posts(f"{where}/trusted", names=["a", "b", "c", "d"])
    assert len(await house.rows("SELECT 1 FROM person_care WHERE person_id = :id", id=young.person)) == 1


async def test_leads_change_a_timescale_and_a_bad_one_is_named(house: House) -> None:
    lee = await house.has(Role.LEAD, name="Lee")
    rule = await house.scalar("SELECT id FROM timescale_rules WHERE area = 'home' AND code = 'custody_visit'")
    where = f"/console/timescales/{rule}"
    good = {
        "amount": "2",
        "red_amount": "2",
        "unit": "months",
        "repeat_months": "2",
        "repeat_days": "0",
        "active": "yes",
    }
    for field, value in (
        ("amount", "x"),
        ("amount", "3"),
        ("red_amount", "-99999"),
        ("red_amount", "99999"),
        ("unit", "weeks"),
        ("repeat_days", "7"),
        ("repeat_months", "١"),
    ):
        answer = await lee.posts(where, good | {field: value})
        assert answer.status_code == 422, (field, value)
        assert f'value="{value}"' in answer.text or field == "unit"
    await lee.posts(where, good)
    assert "It is changed." in lee.shown
    row = (await house.rows("SELECT amount, repeat_months, is_active FROM timescale_rules WHERE id = :id", id=rule))[0]
    assert tuple(row) == (2, 2, True)
    assert await house.scalar("SELECT count(*) FROM audit WHERE what = 'set_timescales'") == 1


async def test_an_advisers_people_red_first_and_the_numbers_for_leads(house: House) -> None:
    jo, lee, mo = await house.has(name="Jo"), await house.has(Role.LEAD, name="Lee"), await house.has(Role.MANAGER)
    calm, late = await looked_after(house, jo), await looked_after(house, jo)
    await has_review(house, late, days=-3)
    await meets(house, calm, jo, utc_now() + timedelta(days=1))
    await jo.opens("/console/caseload")
    shown = jo.shown
    assert shown.index(str(late.person)) < shown.index(str(calm.person))
    assert await audited(house, jo, calm) == ["next_meeting"]
    assert str(late.person) not in (await lee.opens("/console/caseload")).text
    assert str(late.person) in (await lee.opens("/console/caseload", of=str(jo.member.id))).text
    assert (await jo.opens("/console/caseload", of=str(lee.member.id))).status_code == 404
    page = (await mo.opens("/console/caseloads")).text
    assert "Jo" in page
    assert str(late.person) not in page
