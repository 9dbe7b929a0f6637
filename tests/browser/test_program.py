"""The real program in a real browser: a question, its answer and a person's reply, in three languages, with axe."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import text

from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.escalations import holding
from tests.browser.conftest import PHONE, Seen
from tests.browser.walk import violations
from tests.support.program import Program, running
from tests.support.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.database]

PICTURES = os.environ.get("CONNEXIONS_TEST_PICTURES")
"""A folder to keep pictures in (the README's are made so); empty: none are kept."""


@pytest.fixture
async def program(database_url: str) -> AsyncIterator[Program]:
    async with running(database_url) as started:
        yield started


async def opened(browser: Browser, program: Program, seen: Seen, *, language: str = "en-GB") -> Page:
    """A phone of somebody who opens the page."""
    context = await browser.new_context(viewport=PHONE, locale=language, device_scale_factor=2)
    seen.watch(context)
    page = await context.new_page()
    await page.goto(program.url)
    return page


async def writes(page: Page, words: str) -> None:
    """Write and send; wait for the answer."""
    count = await page.locator(".item.ours").count()
    await page.locator("textarea[name=text]").fill(words)
    await page.keyboard.press("Enter")
    await expect(page.locator(".item.ours")).to_have_count(count + 1)


async def keep(page: Page, name: str, *, top: bool = False) -> None:
    """Keep a picture, when somebody wants them."""
    if PICTURES:
        if top:
            await page.locator(".item.ours").last.evaluate("item => item.scrollIntoView({block: 'start'})")
        await asyncio.sleep(0.4)
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def test_a_question_an_answer_and_its_source(browser: Browser, program: Program, seen: Seen) -> None:
    page = await opened(browser, program, seen)
    await writes(page, "can i leave school at 16")
    await page.get_by_role("button", name="England").last.click()
    await expect(page.locator(".item.ours").last).to_contain_text("until 18")
    await keep(page, "chat-phone", top=True)

    assert all(address.startswith(program.url) for address in seen.requests)
    assert seen.faults == []  # before axe, which styles things itself
    assert await violations(page) == []


async def test_the_card_and_a_person_who_joins_live(browser: Browser, program: Program, seen: Seen) -> None:
    page = await opened(browser, program, seen)
    await writes(page, "whats the point im done")
    await expect(page.locator(".crisis").last).to_contain_text("85258")
    await keep(page, "chat-crisis")
    async with program.service.engine.connect() as db:
        case_id = (await db.execute(text("SELECT id FROM cases"))).scalar_one()
    jo = await make_member(program.service.engine, "Jo")
    async with program.service.engine.begin() as db:
        await holding.take(db, jo, case_id, utc_now())
    await write_as_adviser(program.service.conversations, case_id, jo, "Hi, I am Jo, a person.", utc_now())

    await expect(page.locator(".item.ours").last).to_contain_text("Hi, I am Jo, a person.")
    assert seen.faults == []
    assert await violations(page) == []


@pytest.mark.parametrize(
    ("locale", "code", "question"), [("ar", "ar", "كيف أحصل على بطاقة cscs"), ("cy", "cy", "dwi angen cerdyn cscs")]
)
async def test_in_their_own_language(
    browser: Browser, program: Program, seen: Seen, locale: str, code: str, question: str
) -> None:
    page = await opened(browser, program, seen, language=locale)
    assert await page.locator("html").get_attribute("lang") == code
    await writes(page, question)
    await expect(page.locator(".item.ours").last).to_contain_text("CSCS")
    await keep(page, {"ar": "chat-arabic", "cy": "chat-welsh"}[code], top=True)

    assert await page.locator("html").get_attribute("dir") == ("rtl" if code == "ar" else "ltr")
    assert await violations(page) == []


async def test_text_twice_as_large(browser: Browser, program: Program, seen: Seen) -> None:
    page = await opened(browser, program, seen)
    await page.request.post(f"{program.url}/view", form={"size": "200"}, headers={"origin": program.url})
    await page.reload()
    await writes(page, "need cscs")
    await keep(page, "chat-large-text", top=True)

    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert await violations(page) == []


async def test_a_reload_goes_on_and_leaving_shows_nothing(browser: Browser, program: Program, seen: Seen) -> None:
    page = await opened(browser, program, seen)
    await writes(page, "need cscs")
    await page.reload()
    await expect(page.locator(".item.ours").last).to_contain_text("CSCS")

    await page.get_by_role("button", name="Leave fast").click()
    await page.wait_for_url("**/left")
    await page.goto(program.url)
    await expect(page.locator("body")).not_to_contain_text("CSCS")
