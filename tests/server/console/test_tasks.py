"""Tasks over real HTTP: late ones first, then the most urgent; done once, by name; what is asked is read one at a time and noted."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from dialogs.effects import CaseUrgency
from server.clock import utc_now
from server.escalations import tasks
from server.escalations.models import TaskKind
from server.staff.access import Role
from tests.server.console.house import FUZZ, House, Worker, Young

pytestmark = pytest.mark.database
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def nothing_yet(house: House) -> None:
    await house.changes("DELETE FROM case_tasks")


async def task(
    house: House, young: Young | None = None, *, due: timedelta = HOUR, area: str = "home", **more: object
) -> uuid.UUID:
    about = {"case_id": young.case, "person_id": young.person} if young else {}
    wish = tasks.Wish(
        **{"kind": TaskKind.CALL_BACK, "area": area, "due_at": utc_now() + due, "words": "ring after school"}
        | about
        | more
    )  # type: ignore[arg-type]
    async with house.engine.begin() as db:
        return await tasks.add(db, wish, utc_now())


async def test_late_ones_come_first_in_red_with_a_word_then_the_most_urgent(house: House) -> None:
    crisis, advice = await house.writes("im done"), await house.writes("cscs", CaseUrgency.ADVICE)
    soon = await task(house, advice, due=HOUR)
    urgent = await task(house, crisis, due=5 * HOUR)
    late = await task(house, advice, due=-HOUR)
    later_urgent = await task(house, crisis, due=-HOUR / 2)
    bare = await task(house, due=HOUR / 2)
    ada = await house.has()
    page = await ada.opens("/console/tasks")
    shown = re.findall(r'href="/console/tasks/([0-9a-f-]{36})"', page.text)
    assert shown == [str(x) for x in (later_urgent, late, urgent, soon, bare)]
    assert page.text.count('<span class="tag late">Late</span>') == 2
    assert "ring after school" not in page.text
    assert await house.scalar("SELECT count(*) FROM audit WHERE staff_id = :id", id=ada.member.id) == 0


async def test_what_is_asked_is_read_on_its_own_page_and_noted(house: House) -> None:
    young = await house.writes("im done")
    which, ada = await task(house, young), await house.has()
    assert "ring after school" in (await ada.opens(f"/console/tasks/{which}")).text
    row = (await house.rows("SELECT what, about_person FROM audit WHERE staff_id = :id", id=ada.member.id))[0]
    assert tuple(row) == ("chat", young.person)


async def test_done_by_a_named_member_once(house: House) -> None:
    which, ada, ben = await task(house), await house.has(name="Ada"), await house.has(name="Ben")
    await ada.opens(f"/console/tasks/{which}")
    await ben.opens(f"/console/tasks/{which}")
    page = await ada.sends(f"/console/tasks/{which}/done")
    assert "It is done." in page.text
    assert "Nothing to do just now" in page.text
    page = await ben.sends(f"/console/tasks/{which}/done")
    assert "Somebody had done it already." in page.text
    assert await house.scalar("SELECT done_by FROM case_tasks WHERE id = :id", id=which) == ada.member.id
    page = await ben.opens(f"/console/tasks/{which}")
    assert "by Ada" in page.text
    assert "I do it" not in page.text


async def test_taken_by_one_of_two(house: House) -> None:
    which, ada, ben = await task(house), await house.has(name="Ada"), await house.has(name="Ben")
    assert "It is yours." in (await ada.posts(f"/console/tasks/{which}/take")).text
    page = await ben.posts(f"/console/tasks/{which}/take")
    assert "Somebody else has it." in page.text
    assert "Ada does it." in page.text
    assert str(which) in (await ada.opens("/console/tasks", own="1")).text
    assert "Nothing is yours just now." in (await ben.opens("/console/tasks", own="1")).text


async def badge(house: House, who: Worker) -> int:
    async with house.engine.connect() as db:
        return tasks.badge(await tasks.read_open(db, who.member.areas), who.member, utc_now())


async def test_the_badge_counts_what_is_mine_or_nobodys(house: House) -> None:
    young = await house.writes("im done")
    ada, ben = await house.has(name="Ada"), await house.has(name="Ben")
    await task(house, young)
    await task(house, staff_id=ada.member.id)
    await task(house, staff_id=ben.member.id)
    done = await task(house)
    far = await house.has(area="elsewhere")
    await task(house, area="elsewhere")
    async with house.engine.begin() as db:
        await tasks.finish(db, ben.member, done, utc_now())
    assert [await badge(house, who) for who in (ada, ben, far)] == [2, 2, 1]
    await house.changes(
        "UPDATE cases SET barred = ARRAY[CAST(:who AS uuid)] WHERE id = :id", who=ada.member.id, id=young.case
    )
    assert await badge(house, ada) == 1


async def test_other_areas_bars_and_roles_without_the_queue_see_none(house: House) -> None:
    young = await house.writes("im done")
    which = await task(house, young)
    far, barred, beth = await house.has(area="elsewhere"), await house.has(), await house.has(Role.YJS_WORKER)
    await house.changes(
        "UPDATE cases SET barred = ARRAY[CAST(:who AS uuid)] WHERE id = :id", who=barred.member.id, id=young.case
    )
    for who in (far, barred, beth):
        assert str(which) not in (await who.opens("/console/tasks")).text
        assert (await who.opens(f"/console/tasks/{which}")).status_code == 404
        for what in ("take", "done"):
            assert (await who.posts(f"/console/tasks/{which}/{what}")).status_code == 404
    assert await house.scalar("SELECT done_at FROM case_tasks WHERE id = :id", id=which) is None


async def test_a_thousand_tasks_are_one_page(house: House) -> None:
    await task(house)
    await house.changes(
        "INSERT INTO case_tasks (id, area, kind, due_at, created_at) SELECT gen_random_uuid(), area, kind, due_at, created_at FROM case_tasks, generate_series(1, 1000)"
    )
    page = await (await house.has()).opens("/console/tasks")
    assert page.text.count(">Call back</a>") == 200
    assert "There are more." in page.text


@pytest.mark.parametrize("junk", FUZZ, ids=range(len(FUZZ)))
async def test_no_address_breaks_anything(house: House, junk: str) -> None:
    ada = await house.has()
    for name in ("own", "done"):
        assert (await ada.client.get("/console/tasks", params={name: junk})).status_code < 500
    await task(house, words=junk or "x")
    page = await ada.opens("/console/tasks")
    which = re.findall(r'href="(/console/tasks/[0-9a-f-]{36})"', page.text)[0]
    page = await ada.opens(which)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
