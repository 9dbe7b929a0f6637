"""Diary, booking, and the release plan in a real browser: axe, the narrow screen, dark, big letters, the keyboard, a sheet in Arabic."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from dialogs.effects import CaseUrgency
from server.clock import utc_now
from server.staff.access import Role
from tests.browser.conftest import Seen
from tests.browser.test_record_pages import signed_in
from tests.browser.test_staff_pages import LONG_NAME, LOOKS, Opens, Walk, opens
from tests.server.console.care_people import looked_after, meets
from tests.server.console.house import House, Worker, Young
from tests.support.diary import a_town
from tests.support.program import Program

pytestmark = [pytest.mark.browser, pytest.mark.database]
__all__ = ["opens"]


@pytest.fixture(scope="module")
def program_settings() -> dict[str, object]:
    return {"has_worker": False}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(program: Program) -> House:
    return House(program)


async def at_work(house: House, name: str = LONG_NAME) -> tuple[Worker, Young]:
    """Somebody with hours in the diary, and a young person with a meeting there."""
    jo = await house.has(Role.ADVISER, Role.LEAD, name=name)
    young = await looked_after(house, jo)
    async with house.engine.begin() as db:
        await a_town(db, "home", jo.member.id, name=f"A house with a long name {jo.member.id.hex[-6:]}")
    await meets(house, young, jo, utc_now() + timedelta(hours=1))
    return jo, young


async def is_inside(house: House, jo: Worker, young: Young) -> str:
    """A release plan of theirs; its path."""
    today = utc_now().date()
    dates = {"entered_on": str(today - timedelta(days=60)), "release_on": str(today + timedelta(days=40))}
    answer = await jo.posts(f"/console/cases/{young.case}/release", **dates, status="planned")
    assert answer.status_code == 200
    spell = await house.scalar("SELECT id FROM custody_spells WHERE person_id = :id", id=young.person)
    return f"/console/release/{spell}"


@pytest.mark.parametrize("look", [look for look in LOOKS if not look.startswith("strong")])
async def test_every_page_is_for_everybody(house: House, program: Program, opens: Opens, seen: Seen, look: str) -> None:
    looks = LOOKS[look]
    jo, young = await at_work(house)
    if language := looks.get("language"):
        await house.changes("UPDATE staff SET console_language = :lang WHERE id = :id", lang=language, id=jo.member.id)
    appointment = await house.scalar("SELECT id FROM appointments WHERE person_id = :id", id=young.person)
    walk = Walk(await signed_in(jo, program, opens, **looks), program, seen, look)  # type: ignore[arg-type]
    await walk.at("week", "/console/diary")
    await walk.at("day", "/console/diary/day")
    await walk.at("book", f"/console/people/{young.person}/book?reason=first_talk")
    await walk.at("appointment", f"/console/appointments/{appointment}")
    await walk.at("move", f"/console/appointments/{appointment}/move")
    plan = await is_inside(house, jo, young)
    later = utc_now().date() + timedelta(days=47)
    await walk.at("board", "/console/release")
    await walk.at("plan", plan)
    await walk.at("plan moves", f"{plan}/move?on={later}&status=planned")
    await walk.at("sheet", f"{plan}/sheet?language=ar")
    assert await walk.page.locator("article[dir=rtl][lang=ar]").count(), (
        "the sheet is in the language of whoever reads it"
    )
    assert walk.found == []


async def test_a_time_is_booked_by_keyboard_alone(house: House, program: Program, opens: Opens) -> None:
    jo, young = await at_work(house, "Jo")
    page = await signed_in(jo, program, opens)
    await page.goto(f"{program.url}/console/people/{young.person}/book?reason=first_talk")
    await page.locator("[name=slot]").first.focus()
    await page.keyboard.press("Space")
    agreed = page.locator("[name=agreed][value=phone]")
    await agreed.focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/console/appointments/"))
    row = (
        await house.rows(
            "SELECT * FROM appointments WHERE person_id = :id AND booked_by = :by", id=young.person, by=jo.member.id
        )
    )[0]
    assert (row.status, row.agreed) == ("booked", "phone")


async def test_the_diary_is_walked_by_keyboard(house: House, program: Program, opens: Opens) -> None:
    jo, _ = await at_work(house, "Jo")
    page = await signed_in(jo, program, opens)
    year, week, _ = (utc_now() + timedelta(hours=1)).astimezone(ZoneInfo("Europe/London")).isocalendar()
    await page.goto(f"{program.url}/console/diary?week={year}-W{week:02}")  # late on a Sunday it is the next one
    await page.locator("a[href*='/console/appointments/']").first.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/console/appointments/"))


async def test_a_release_date_shows_what_changes_before_it_moves(house: House, program: Program, opens: Opens) -> None:
    jo = await house.has(Role.ADVISER, Role.LEAD, name="Jo")
    young = await house.writes("hello", CaseUrgency.ADVICE)
    await jo.posts(f"/console/cases/{young.case}/take")
    plan = await is_inside(house, jo, young)
    page = await signed_in(jo, program, opens)
    await page.goto(f"{program.url}{plan}")
    before = await page.locator(".step-day").all_inner_texts()
    later = str(utc_now().date() + timedelta(days=47))
    await page.locator("#on").fill(later)
    await page.get_by_role("button", name="See what would change").click()
    await page.get_by_role("heading", name="What would change").wait_for()
    on = "SELECT release_on FROM custody_spells WHERE person_id = :id"
    assert str(await house.scalar(on, id=young.person)) != later, "looked at, not done"
    await page.get_by_role("button", name="Move the plan").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(rf"{plan}(\?.*)?$"))
    assert str(await house.scalar(on, id=young.person)) == later
    assert await page.locator(".step-day").all_inner_texts() != before
