"""One young person on one screen: who may look, what is shown, what is noted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.appointments.reviews import ReviewKind
from server.clock import utc_now
from server.db.ids import new_id
from server.escalations.models import TaskKind
from server.staff.access import Role
from tests.server.console.care_people import (
    audited,
    begins_handover,
    enters_custody,
    has_review,
    looked_after,
    meets,
)
from tests.server.console.house import FUZZ, House

pytestmark = pytest.mark.database


async def test_their_adviser_sees_all_on_one_screen_and_each_look_is_noted(house: House) -> None:
    jo, ali = await house.has(name="Jo"), await house.has(name="Ali")
    young = await looked_after(house, jo)
    await meets(house, young, jo, utc_now() + timedelta(days=2))
    await begins_handover(house, young, ali)
    await has_review(house, young, days=-3)
    await enters_custody(house, young, utc_now().date() - timedelta(days=20))
    page = await jo.opens(f"/console/people/{young.person}")
    assert page.status_code == 200
    for words in (
        "Jo",
        "Ali",
        "Review of the plan",
        "Overdue",
        "Hold the planning meeting",
        "The new adviser is named",
    ):
        assert words in jo.shown, words
    assert await audited(house, jo, young) == ["name", "next_meeting", "adviser", "custody"]


async def test_whoever_does_not_look_after_them_says_why_first(house: House) -> None:
    jo, kim = await house.has(name="Jo"), await house.has(name="Kim")
    young = await looked_after(house, jo)
    await jo.posts(f"/console/cases/{young.case}/take")
    where = f"/console/people/{young.person}"
    await kim.opens(where)
    assert kim.path == f"{where}/why"
    assert await audited(house, kim, young) == []
    assert (await kim.posts(f"{where}/why", reason="")).status_code == 422
    assert (await kim.posts(f"{where}/why", reason="other", words=" ")).status_code == 422
    await kim.posts(f"{where}/why", reason="cover")
    assert kim.path == where
    assert await audited(house, kim, young) == ["gave_reason", "name", "next_meeting", "adviser"]


async def test_that_somebody_is_inside_is_for_those_who_need_it(house: House) -> None:
    jo, kim, hana = await house.has(name="Jo"), await house.has(name="Kim"), await house.has(Role.HOST_ADVISER)
    young = await looked_after(house, jo)
    await enters_custody(house, young, utc_now().date())
    await has_review(house, young, ReviewKind.CUSTODY)
    for who, sees in ((jo, True), (kim, False), (hana, True)):
        await who.posts(f"/console/people/{young.person}/why", reason="cover")
        await who.opens(f"/console/people/{young.person}")
        for words in ("Visit them", "/reviews/"):
            assert (words in who.shown) is sees, (who.name, words)
        assert ("custody" in await audited(house, who, young)) is sees


async def test_nobody_else_is_let_in_and_nothing_says_whether_there_is_anybody(house: House) -> None:
    jo = await house.has(name="Jo")
    young = await looked_after(house, jo)
    far, beth = await house.has(area="elsewhere"), await house.has(Role.YJS_WORKER, name="Beth")
    barred = await house.has(*Role, name="Bea")
    await house.changes(
        "UPDATE cases SET barred = ARRAY[CAST(:who AS uuid)] WHERE id = :id", who=barred.member.id, id=young.case
    )
    for who in (far, beth, barred):
        for person in (young.person, new_id()):
            for path in ("", "/why", "/change"):
                assert (await who.opens(f"/console/people/{person}{path}")).status_code == 404
    assert (await jo.opens(f"/console/people/{new_id()}")).status_code == 404


async def test_a_date_is_ticked_off_once_with_its_task(house: House) -> None:
    jo = await house.has(name="Jo")
    young = await looked_after(house, jo)
    await enters_custody(house, young, utc_now().date() - timedelta(days=7))
    of_them = "FROM timescale_dates WHERE code = 'vacancies' AND person_id = :id"
    date = await house.scalar(f"SELECT id {of_them}", id=young.person)
    await house.changes(
        "INSERT INTO case_tasks (id, area, person_id, kind, due_at, created_at, language, skill) "
        "VALUES (:id, 'home', :person, :kind, now(), now(), '', '')",
        id=date,
        person=young.person,
        kind=TaskKind.DATE.value,
    )
    await house.changes("UPDATE timescale_dates SET task_id = :id WHERE id = :id", id=date)
    where = f"/console/people/{young.person}/dates/{date}/done"
    other = await looked_after(house, jo)
    await jo.posts(f"/console/people/{other.person}/dates/{date}/done")
    assert await house.scalar("SELECT done_at FROM timescale_dates WHERE id = :id", id=date) is None
    for words in ("It is ticked off.", "Somebody had ticked it off already."):
        await jo.posts(where)
        assert words in jo.shown
    rows = await house.rows(f"SELECT done_by {of_them} ORDER BY due_on", id=young.person)
    assert [row.done_by for row in rows] == [jo.member.id, None]
    assert await house.scalar("SELECT done_by FROM case_tasks WHERE id = :id", id=date) == jo.member.id
    assert (await audited(house, jo, young)).count("date_done") == 1


async def test_whatever_is_put_into_the_forms_is_a_clear_error(house: House) -> None:
    jo = await house.has(name="Jo")
    young = await looked_after(house, jo)
    where = f"/console/people/{young.person}"
    for value in FUZZ:
        for path, fields in (
            ("handover", {"to": value}),
            ("reviews", {"kind": value, "due": value}),
            ("reviews", {"kind": "plan", "due": value}),
            ("why", {"reason": value, "words": value}),
        ):
            answer = await jo.posts(f"{where}/{path}", fields)
            assert answer.status_code in {400, 413, 422}, (path, value)
    await jo.posts(f"{where}/reviews", kind="plan", due="2001-01-01")
    assert "This day is over" in jo.shown
    assert 'value="2001-01-01"' in jo.shown
    await jo.posts(f"{where}/handover", to=str(jo.member.id))
    assert "That is their adviser already." in jo.shown
    for table in ("reviews", "handovers"):
        assert await house.scalar(f"SELECT count(*) FROM {table} WHERE person_id = :id", id=young.person) == 0
