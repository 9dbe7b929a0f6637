"""Records, tasks, rota and duty in a real browser: every page for everybody with axe, long, empty and right to left."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dialogs.effects import CaseUrgency
from server.clock import utc_now
from server.escalations import holding, tasks
from server.escalations.clock import Rung
from server.escalations.models import TaskKind
from server.escalations.oncall import put_on_call
from server.staff.access import Role
from tests.browser.conftest import Seen
from tests.browser.test_staff_pages import LONG_NAME, LOOKS, Opens, Walk, opens
from tests.server.console.house import House, Worker, Young
from tests.support.program import Program

pytestmark = [pytest.mark.browser, pytest.mark.database]
__all__ = ["opens"]

URDU = "وہ مجھے مارتا ہے۔ میں گھر نہیں جا سکتی، پلیز help کریں 07700 900123"
SCRIPT = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"


@pytest.fixture(scope="module")
def program_settings() -> dict[str, object]:
    return {"has_worker": False}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(program: Program) -> House:
    return House(program)


@pytest_asyncio.fixture(loop_scope="session")
async def sal(house: House) -> Worker:
    """A safeguarding lead with the longest name."""
    return await house.has(Role.SAFEGUARDING_LEAD, Role.LEAD, name=LONG_NAME)


async def words_of(house: House, young: Young) -> str:
    query = "SELECT id FROM safeguarding_entries WHERE record_id = :id AND kind = 'words' ORDER BY place LIMIT 1"
    return f"/console/records/{young.record}/words/{await house.scalar(query, id=young.record)}"


async def a_full_house(house: House, sal: Worker) -> tuple[Young, str]:
    """A record with a translation and a gist, tasks late and not, a rota with a gap, a chat that is held."""
    young = await house.writes(URDU, CaseUrgency.SAFEGUARDING, language="ur")
    await house.writes(SCRIPT + " " + "W" * 300, person=young.person)
    words = await words_of(house, young)
    for kind, maker in (("translation", "Amira, interpreter"), ("gist", "a machine")):
        await sal.posts(
            words, kind=kind, made_by=maker, language="en", text="He hits me. I cannot go home, please help."
        )
    await sal.posts(f"/console/records/{young.record}/add", kind="action", text="Rang the duty team.\nThey come.")
    now = utc_now()
    async with house.engine.begin() as db:
        for hours in (-2, 3):
            wish = tasks.Wish(
                TaskKind.INTERPRETER, "home", now + timedelta(hours=hours), "asks for a woman", "ur", young.case
            )
            await tasks.add(db, wish, now)
        await put_on_call(db, "home", Rung.FIRST, sal.member.id, now - timedelta(hours=1), now + timedelta(hours=9))
        await holding.take(db, sal.member, young.case, now)
    return young, words


async def signed_in(sal: Worker, program: Program, opens: Opens, **looks: object) -> Walk:
    page = await opens("/console/sign-in", **looks)
    await page.context.add_cookies([{"name": "staff", "value": sal.token, "url": f"{program.url}/console"}])
    return page  # type: ignore[return-value]


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_is_for_everybody(
    house: House, sal: Worker, program: Program, opens: Opens, seen: Seen, look: str
) -> None:
    young, words = await a_full_house(house, sal)
    looks = LOOKS[look]
    if language := looks.get("language"):
        await house.changes("UPDATE staff SET console_language = :lang WHERE id = :id", lang=language, id=sal.member.id)
    walk = Walk(await signed_in(sal, program, opens, **looks), program, seen, look)  # type: ignore[arg-type]
    page, record = walk.page, f"/console/records/{young.record}"
    await walk.at("records", "/console/records")
    await walk.at("record", record)
    assert await page.title() != "run"
    await page.locator("form[action$='/add'] .govuk-button").click()
    await walk.at("record wrong")
    await walk.at("record words", words)
    await page.locator(f"form[action='{words}'] .govuk-button").click()
    await walk.at("record words wrong")
    await walk.at("record export", f"{record}/export")
    await walk.send()
    await walk.at("record export wrong")
    await walk.at("tasks", "/console/tasks")
    await walk.at("tasks own", "/console/tasks?own=1")
    await page.goto(f"{program.url}/console/tasks")
    await page.locator("tbody a").first.click()
    await walk.at("task")
    await walk.at("rota", "/console/rota")
    await page.locator("form[action='/console/rota'] .govuk-button").click()
    await walk.at("rota wrong")
    await walk.at("alarm", "/console/account/alarm")
    await page.locator("#phone").fill("ring me")
    await walk.send()
    await walk.at("alarm wrong")
    await page.goto(f"{program.url}/console/tasks")
    await page.locator(".duty button").click()
    await walk.at("duty")
    assert not walk.found, "\n".join(walk.found)


async def test_the_file_is_downloaded_and_the_page_stays(
    house: House, sal: Worker, program: Program, opens: Opens, tmp_path: Path
) -> None:
    young, _ = await a_full_house(house, sal)
    page = (await signed_in(sal, program, opens)).context.pages[-1]  # type: ignore[attr-defined]
    await page.goto(f"{program.url}/console/records/{young.record}/export")
    await page.get_by_label("For our own safeguarding system").check()
    await page.get_by_label("Who gets it?").fill("Duty desk")
    await page.get_by_label("JSON").check()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Make the file").click()
    saved = tmp_path / (await download.value).suggested_filename
    await (await download.value).save_as(saved)
    assert json.loads(saved.read_bytes())["entries"][1]["text"] == URDU
    assert await page.get_by_label("Who gets it?").input_value() == "Duty desk"
