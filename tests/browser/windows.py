"""Windows of a story: of advisers who are signed in, and of young people; pictures when somebody wants to look."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect

from server.clock import utc_now
from server.staff import guard, sessions
from server.staff.access import Member, Role
from tests.browser.conftest import PHONE, Seen
from tests.support.patience import PATIENCE_MS
from tests.support.program import Program
from tests.support.staff import make_member

PICTURES = os.environ.get("CONNEXIONS_TEST_PICTURES")
"""A folder to keep pictures in; empty: none are kept."""

LAPTOP = {"width": 1440, "height": 900}


class Desk:
    """Opens windows: of advisers who are signed in, and of young people."""

    def __init__(self, program: Program, browser: Browser, seen: Seen) -> None:
        self.program, self._browser, self._seen = program, browser, seen
        self._contexts: list[BrowserContext] = []

    async def adviser(self, name: str = "Jo", *roles: Role, **looks: Any) -> Page:
        """A member of staff at the queue."""
        who = await make_member(self.program.service.engine, name, *roles)
        return await self.signed_in(who, **looks)

    async def signed_in(self, who: Member, **looks: Any) -> Page:
        """Somebody who was signed in with password and code."""
        size = looks.pop("size", None)
        context = await self._context(**{"viewport": LAPTOP, **looks})
        cookies = [{"name": guard.COOKIE, "value": await self.cookie(who), "url": f"{self.program.url}/console"}]
        if size:
            cookies.append({"name": "v", "value": f"en.{size}.normal.plain.auto", "url": self.program.url})
        await context.add_cookies(cookies)
        page = await context.new_page()
        await page.goto(f"{self.program.url}/console/queue")
        return page

    async def cookie(self, who: Member) -> str:
        """The cookie of a session that begins now."""
        async with self.program.service.engine.begin() as db:
            return await sessions.open_session(db, who.id, "Firefox, Linux", utc_now(), has_code=True)

    async def young_person(self, *said: str) -> Page:
        """Somebody on a phone who has asked for a person, and more."""
        context = await self._context(viewport=PHONE, has_touch=True)
        page = await context.new_page()
        await page.goto(self.program.url)
        for words in said:
            await says(page, words)
        return page

    async def _context(self, **looks: Any) -> BrowserContext:
        context = await self._browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **looks})
        context.set_default_timeout(PATIENCE_MS)
        self._seen.watch(context)
        self._contexts.append(context)
        return context

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


async def says(page: Page, words: str) -> None:
    """The young person writes, and it is in their thread."""
    await page.get_by_role("textbox").fill(words)
    await page.keyboard.press("Enter")
    await expect(page.locator("#unsent .item")).to_have_count(0)
    await expect(page.locator("#items")).to_contain_text(words)


async def keep(page: Page, name: str) -> None:
    """A picture, when a folder for them is set."""
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def says_why(page: Page) -> None:
    """Why they look at a chat that is not their work: asked once, before anything is shown."""
    await page.get_by_label("I stand in for whoever has it").check()
    await page.get_by_role("button", name="Open the chat").click()
