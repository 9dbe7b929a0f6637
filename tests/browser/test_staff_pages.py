"""The console in a real browser: set up and signed in to by keyboard alone, and every page for everybody, with axe."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from re import compile as pattern
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Seen
from tests.browser.walk import is_wider_than_screen, violations
from tests.support.patience import PATIENCE_MS
from tests.support.program import Program
from tests.support.staff_person import PASSWORD, StaffPerson, first_link

pytestmark = [pytest.mark.browser, pytest.mark.database]

PICTURES = os.environ.get("CONNEXIONS_TEST_PICTURES")
"""A folder to keep pictures in; empty: none are kept."""

DESK = {"width": 1280, "height": 800}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "text at 200%": {"size": "200"},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True},
    "phone, dark, text at 200%": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "size": "200"},
    "welsh": {"locale": "cy-GB", "language": "cy"},
    "strong contrast": {"contrast": "more"},
    "strong contrast, dark": {"contrast": "more", "color_scheme": "dark"},
}
LONG_NAME = "Samantha-Louise Featherstonehaugh-Cholmondeley"


@pytest.fixture(scope="module")
def program_settings() -> dict[str, object]:
    return {"has_worker": False, "public_url": "https://chat.example.org"}


@pytest_asyncio.fixture(loop_scope="session")
async def jo(program: Program) -> StaffPerson:
    """The first administrator, not set up yet, in an empty house."""
    person = StaffPerson(program, program.browser())
    await person.empties_the_house()
    return person


Opens = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def opens(browser: Browser, program: Program, seen: Seen) -> AsyncIterator[Opens]:
    """A page of a new browser at a desk: `opens(path, **looks)`."""
    contexts: list[BrowserContext] = []

    async def opened(path: str, *, size: str = "", language: str = "", **looks: Any) -> Page:
        del language
        context = await browser.new_context(**{"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce"} | looks)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        seen.watch(context)
        if size:
            await context.add_cookies([{"name": "v", "value": f".{size}.normal.plain.auto", "url": program.url}])
        page = await context.new_page()
        await page.goto(program.url + path)
        return page

    yield opened
    for context in contexts:
        await context.close()


async def press(page: Page, *keys: str) -> None:
    """Keys, one after the other."""
    for key in keys:
        await page.keyboard.press(key)


RING = """e => e.matches('.govuk-radios__input, .govuk-checkboxes__input')
  ? getComputedStyle(e.nextElementSibling, '::before').outlineStyle : getComputedStyle(e).outlineStyle"""
"""How the focus shows: boxes to tick draw theirs beside them."""


async def tab_to(page: Page, label: str, *, most: int = 40) -> None:
    """Tab on until something with this accessible name has the focus, which everybody can see."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if not await focused.count():
            continue
        assert await focused.evaluate(RING) == "solid", await focused.evaluate("e => e.outerHTML")
        name = await focused.evaluate("e => e.ariaLabel || (e.labels && e.labels[0] || e).innerText")
        if name.strip() == label:
            return
    pytest.fail(f"no way to {label!r} by keyboard")


async def test_set_up_and_signed_in_by_keyboard_alone(
    jo: StaffPerson, program: Program, opens: Opens, seen: Seen
) -> None:
    page = await opens(f"/console/welcome/{await first_link(program)}")
    await press(page, "Tab")
    await expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    await tab_to(page, "Your name")
    await page.keyboard.type("Jo")
    await tab_to(page, "E-mail")
    await page.keyboard.type("jo@example.org")
    await tab_to(page, "Password")
    await page.keyboard.type(PASSWORD)
    await tab_to(page, "Show password")
    await press(page, "Enter")
    await expect(page.locator("#password")).to_have_attribute("type", "text")
    jo.secret = (await page.locator(".letters").inner_text()).replace(" ", "").replace("\n", "")
    await tab_to(page, "Code")
    await page.keyboard.type(jo.code())
    await tab_to(page, "Set up my account")
    await press(page, "Enter")
    await expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    await tab_to(page, "Print")
    await tab_to(page, "I have kept them")
    await press(page, "Enter")
    await expect(page.get_by_role("button", name="Take next")).to_be_visible()
    await tab_to(page, "Sign out")
    await press(page, "Enter")
    await expect(page.get_by_text("You are signed out.")).to_be_visible()

    await tab_to(page, "E-mail")
    await page.keyboard.type("jo@example.org")
    await tab_to(page, "Password")
    await page.keyboard.type("not this one")
    await press(page, "Enter")
    await expect(page.locator(".govuk-error-summary")).to_be_focused()
    await press(page, "Tab", "Enter")
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await expect(page.get_by_label("E-mail")).to_have_value("jo@example.org")
    await tab_to(page, "Password")
    await page.keyboard.type(PASSWORD)
    await press(page, "Enter")
    await expect(page.get_by_role("heading", name="Your code")).to_be_visible()
    await tab_to(page, "Code")
    await page.keyboard.type(await jo.new_code())
    await press(page, "Enter")
    await expect(page.get_by_role("button", name="Take next")).to_be_visible()
    assert own(seen, program) == []


async def test_an_invitation_by_keyboard_alone(jo: StaffPerson, program: Program, opens: Opens) -> None:
    page = await signed_in(jo, program, opens)
    await page.goto(f"{program.url}/console/team")
    await tab_to(page, "Invite somebody")
    await press(page, "Enter")
    await tab_to(page, "Name")
    await page.keyboard.type("Sam")
    await tab_to(page, "E-mail")
    await page.keyboard.type("sam@example.org")
    await tab_to(page, "Adviser")
    await press(page, "Space")
    await tab_to(page, "Make the link")
    await press(page, "Enter")
    await expect(page.get_by_label("The link")).to_have_value(
        pattern(r"https://chat\.example\.org/console/welcome/[\w-]{43}")
    )


async def test_a_picture_that_a_phone_can_read_and_pages_ask_nobody_else(
    jo: StaffPerson, program: Program, opens: Opens, seen: Seen
) -> None:
    page = await opens(f"/console/welcome/{await first_link(program)}", color_scheme="dark")
    box = await page.locator(".square-code").bounding_box()
    assert box["width"] == box["height"] > 180
    ground = await page.locator(".picture").evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == "rgb(255, 255, 255)", "dark on light, in the dark too"
    assert seen.requests
    assert all(address.startswith(program.url) for address in seen.requests)
    assert seen.faults == []


async def test_without_javascript_everything_works(jo: StaffPerson, program: Program, opens: Opens) -> None:
    page = await opens(f"/console/welcome/{await first_link(program)}", java_script_enabled=False)
    jo.secret = await page.locator("input[name=secret]").input_value()
    await expect(page.get_by_role("button", name="Show password")).to_be_hidden()
    await page.get_by_label("Your name").fill("Jo")
    await page.get_by_label("E-mail").fill("jo@example.org")
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_label("Code", exact=True).fill(jo.code())
    await page.get_by_role("button", name="Set up my account").click()
    await expect(page.get_by_role("button", name="Print")).to_be_hidden()
    await page.get_by_role("button", name="I have kept them").click()
    await page.get_by_role("link", name="Your account").click()
    await page.get_by_label("Dark").check()
    await page.get_by_role("button", name="Save").click()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 18, 31)"


async def test_the_looks_are_kept_for_the_chat_too_and_its_language_is_not_lost(
    jo: StaffPerson, program: Program, opens: Opens
) -> None:
    page = await signed_in(jo, program, opens)
    await page.context.add_cookies([{"name": "v", "value": "pl.100.high.easy.auto", "url": program.url}])
    await page.goto(f"{program.url}/console/account")
    await page.get_by_label("Biggest").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("as you chose")
    kept = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies(program.url)}
    assert kept["v"] == "pl.200.high.easy.auto"


async def signed_in(jo: StaffPerson, program: Program, opens: Opens, **looks: Any) -> Page:
    """Jo's page of a browser that is signed in."""
    await jo.sets_up(await first_link(program))
    if language := looks.get("language"):
        await jo.changes("UPDATE staff SET console_language = :language", language=language)
    page = await opens("/console/sign-in", **looks)
    token = jo.client.cookies["staff"]
    await page.context.add_cookies([{"name": "staff", "value": token, "url": f"{program.url}/console"}])
    return page


def own(seen: Seen, program: Program) -> list[str]:
    """Faults of pages, without the browser's remarks that an answer had the status we gave it."""
    return [fault for fault in seen.faults if "the server responded with a status of" not in fault]


class Walk:
    """Looks at each page: nothing for axe to find, nothing to scroll sideways, no fault; keeps a picture when wanted."""

    def __init__(self, page: Page, program: Program, seen: Seen, look: str) -> None:
        self.page, self.program, self.seen, self.look = page, program, seen, look
        self.found: list[str] = []

    async def at(self, name: str, path: str = "") -> None:
        """Go there, if a path is given, and look."""
        page, size = self.page, self.page.viewport_size
        if path:
            await page.goto(self.program.url + path)
        await page.locator("body.govuk-frontend-supported h1").wait_for()
        self.found += [f"{name}: {fault}" for fault in own(self.seen, self.program)]
        if await is_wider_than_screen(page):
            self.found.append(f"{name}: wider than the screen")
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / f"{name} {self.look}.png", full_page=True)
        self.found += [f"{name}: {fault}" for fault in await violations(page)]
        self.seen.faults.clear()  # axe styles things itself
        await page.set_viewport_size(size)

    async def send(self, button: str = "main form:not([action$=sign-out]) .govuk-button:not([type=button])") -> None:
        """Send the page's own form."""
        await self.page.locator(button).first.click()


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_is_for_everybody(
    jo: StaffPerson, program: Program, opens: Opens, seen: Seen, look: str
) -> None:
    looks = LOOKS[look]
    link = await first_link(program)
    walk = Walk(await opens("/console/sign-in", **looks), program, seen, look)
    await walk.at("sign-in")
    await walk.page.locator("#email").fill("nobody@example.org")
    await walk.send()
    await walk.at("sign-in wrong")
    await walk.at("welcome", f"/console/welcome/{link}")
    await walk.send()
    await walk.at("welcome wrong")
    await walk.at("link spent", "/console/welcome/none")

    walk.page = await signed_in(jo, program, opens, **looks)
    sam = jo.another("Samantha")
    sam.name = LONG_NAME
    await jo.invites(sam, email="samantha.louise@a-very-long-name-of-a-council.example.org")
    await own_pages(walk)
    await team_pages(walk)
    await walk.page.goto(f"{program.url}/console/team/invite")
    await jo.changes("UPDATE staff_sessions SET second_factor_at = now() - interval '11 minutes'")
    await walk.send()
    await walk.at("again, words kept")
    await walk.page.locator("#code").fill(await jo.new_code())
    await walk.send()
    await walk.at("go on")
    await jo.changes("UPDATE staff_sessions SET second_factor_at = now() - interval '11 minutes'")
    await walk.at("again", "/console/team")
    await walk.send()
    await walk.at("again wrong")
    await jo.changes("UPDATE staff_sessions SET second_factor_at = NULL")
    await walk.at("code", "/console")
    await jo.changes("UPDATE staff_sessions SET ended_at = now()")
    await walk.at("ended", "/console/audit")
    assert not walk.found, "\n".join(walk.found)


async def own_pages(walk: Walk) -> None:
    """The start and the account."""
    await walk.at("start", "/console")
    await walk.at("account", "/console/account?done=look")
    await walk.at("password", "/console/account/password")
    await walk.send()
    await walk.at("password wrong")
    await walk.at("renew", "/console/account/recovery")
    await walk.send()
    await walk.at("recovery")
    await walk.at("nothing there", "/console/nothing-here")


async def team_pages(walk: Walk) -> None:
    """The team and the audit."""
    page = walk.page
    await walk.at("team", "/console/team")
    await walk.at("invite", "/console/team/invite")
    await page.locator("#areas").uncheck()
    await walk.send()
    await walk.at("invite wrong")
    await page.locator("#name").fill("Alex")
    await page.locator("#email").fill("alex@example.org")
    await page.locator("#roles").check()
    await page.locator("#areas").check()
    await walk.send()
    await walk.at("link")
    await page.goto(f"{walk.program.url}/console/team")
    await page.get_by_role("link", name=LONG_NAME).click()
    await walk.at("member")
    await page.locator(".danger-link").click()
    await walk.at("remove")
    await walk.at("audit", "/console/audit")


async def test_every_target_is_large_enough(jo: StaffPerson, program: Program, opens: Opens) -> None:
    page = await signed_in(jo, program, opens)
    for path in ("/console", "/console/account", "/console/team", "/console/audit"):
        await page.goto(program.url + path)
        boxes = [
            (await target.evaluate("e => e.outerHTML.slice(0, 80)"), await target.bounding_box())
            for target in await page.locator("button:visible, select:visible, input:visible, nav a:visible").all()
        ]
        assert [html for html, box in boxes if box["height"] < 32] == []
