"""Hours and an appointment of others in a real browser on a telephone: axe, and what asks for one more press."""

from __future__ import annotations

import pytest
import pytest_asyncio

from dialogs.effects import CaseUrgency
from server.clock import utc_now
from server.staff.access import Role
from tests.browser.conftest import Seen
from tests.browser.test_record_pages import signed_in
from tests.browser.test_staff_pages import LONG_NAME, LOOKS, Opens, Walk, opens
from tests.server.console.house import House
from tests.server.console.test_outside_pages import a_day
from tests.support.diary import a_kind, a_pattern, a_place
from tests.support.program import Program

pytestmark = [pytest.mark.browser, pytest.mark.database]
__all__ = ["opens"]


@pytest.fixture(scope="module")
def program_settings() -> dict[str, object]:
    return {"has_worker": False}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(program: Program) -> House:
    return House(program)


async def test_pages_of_diaries_are_for_everybody(house: House, program: Program, opens: Opens, seen: Seen) -> None:
    sal = await house.has(Role.SAFEGUARDING_LEAD, Role.LEAD, name=LONG_NAME)
    young = await house.writes("hello", CaseUrgency.ADVICE)
    async with house.engine.begin() as db:
        await a_kind(db, "home")
        places = [await a_place(db, "home", f"The very long name of a house {utc_now():%H%M%S} {n}") for n in range(2)]
        await a_pattern(db, sal.member.id, "home", places[0])
    await sal.says_why(young)
    walk = Walk(await signed_in(sal, program, opens, **LOOKS["phone"]), program, seen, "phone")
    page = walk.page
    await walk.at("places", "/console/places")
    await walk.at("place", f"/console/places/{places[0]}")
    await walk.at("place new", "/console/places/add")
    await walk.send()
    await walk.at("place wrong")
    await walk.at("kinds", "/console/kinds")
    await page.locator("tbody a").first.click()
    await walk.at("kind")
    await walk.at("hours", f"/console/hours/{sal.member.id}")
    await page.locator("form[action$='/patterns'] .govuk-button").click()
    await walk.at("hours wrong")
    await walk.at("punctuality", "/console/punctuality/team")
    await walk.at("outside", f"/console/cases/{young.case}/outside")
    await page.locator("#owner").select_option("court")
    await page.locator("#starts").fill(a_day(4, "14:00"))
    await walk.send()
    await walk.at("outside warned")
    assert await page.locator(".warned").is_visible()
    await walk.send()
    await page.locator(".done").wait_for()
    await walk.at("outside kept")
    assert not walk.found, "\n".join(walk.found)
