"""A young person's page and the handover in a real browser: axe, the narrow screen, the keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.appointments.kinds import Reason
from server.clock import utc_now
from server.staff.access import Role
from tests.browser.test_record_pages import signed_in
from tests.browser.test_staff_pages import LONG_NAME, Opens, opens
from tests.browser.walk import is_wider_than_screen, violations
from tests.server.console.care_people import begins_handover, enters_custody, has_review, looked_after, meets
from tests.server.console.house import House, Worker
from tests.support.program import Program

pytestmark = [pytest.mark.browser, pytest.mark.database]
__all__ = ["opens"]


@pytest.fixture(scope="module")
def program_settings() -> dict[str, object]:
    return {"has_worker": False}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(program: Program) -> House:
    return House(program)


async def a_busy_person(house: House, jo: Worker) -> tuple[str, ...]:
    """Somebody with everything: late dates, a review, a handover with a no, long names."""
    ali, young = await house.has(name="Ali"), await looked_after(house, jo)
    now = utc_now()
    await enters_custody(house, young, now.date() - timedelta(days=20))
    review = await has_review(house, young, days=-3)
    await meets(house, young, ali, now + timedelta(days=2), reason=Reason.THREE_WAY)
    made = await begins_handover(house, young, ali)
    await jo.posts(f"/console/handovers/{made}/answer", answer="not_sure")
    where = f"/console/people/{young.person}"
    lists = ("/console/my-day", "/console/caseload", "/console/caseloads", "/console/reviews", "/console/timescales")
    return where, f"/console/handovers/{made}", f"{where}/change", f"/console/reviews/{review}", *lists


async def test_every_page_of_care_for_everybody(house: House, program: Program, opens: Opens, tmp_path: Any) -> None:
    jo = await house.has(Role.ADVISER, Role.LEAD, name=LONG_NAME)
    pages = await a_busy_person(house, jo)
    page = await signed_in(jo, program, opens)
    for width in (1280, 360):
        for place, path in enumerate(pages):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.goto(f"{program.url}{path}")
            await page.screenshot(path=tmp_path / f"{width}-{place}.png", full_page=True)
            assert not await is_wider_than_screen(page), (width, path)
            assert await violations(page) == [], (width, path)


async def test_a_handover_is_answered_by_keyboard_alone(house: House, program: Program, opens: Opens) -> None:
    jo = await house.has(name="Jo")
    handover = (await a_busy_person(house, jo))[1]
    page = await signed_in(jo, program, opens)
    await page.goto(f"{program.url}{handover}")
    await page.get_by_label("Yes, it is ok").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("It is kept.").wait_for()
    assert await page.get_by_text("They say: Not sure").count() == 0
