"""The chat page without JavaScript: everything still works, with a reload."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.walk import ANSWER, CRISIS

pytestmark = pytest.mark.browser


async def send(page: Page, text: str) -> None:
    await page.get_by_role("textbox").fill(text)
    await page.get_by_role("button", name="Send").click()


async def test_write_press_and_read(plain_page: Page, desk) -> None:
    await send(plain_page, ANSWER)
    await expect(plain_page.get_by_text("You have rights. We can help you today.")).to_be_visible()
    assert plain_page.url.endswith("/#end")
    await plain_page.get_by_role("button", name="Tell me more").last.click()
    await expect(plain_page.locator(".theirs .bubble")).to_have_text([ANSWER, "Tell me more"])
    assert desk.said[1][1].token() == "m2.2"
    await send(plain_page, CRISIS)
    await expect(plain_page.get_by_role("link", name="0800 1111")).to_be_visible()


async def test_a_persons_message_shows_after_looking(plain_page: Page, advise) -> None:
    await advise("I am here.", "Jo")
    await plain_page.get_by_role("button", name="Look for new messages").click()
    await expect(plain_page.get_by_text("I am here.")).to_be_visible()


async def test_a_failed_message_stays_in_the_box(plain_page: Page, desk) -> None:
    desk.is_down = True
    await send(plain_page, "dont lose this")
    await expect(plain_page.get_by_role("textbox")).to_have_value("dont lose this")
    await expect(plain_page.get_by_text("Not sent. Your words are still here.")).to_be_visible()
    desk.is_down = False
    await plain_page.get_by_role("button", name="Send").click()
    await expect(plain_page.locator(".theirs .bubble")).to_have_text(["dont lose this"])


async def test_settings_and_language(plain_page: Page) -> None:
    await plain_page.locator(".tool > summary").nth(1).click()
    await plain_page.get_by_label("Biggest").check()
    await plain_page.get_by_role("button", name="Save").click()
    await expect(plain_page.locator("html")).to_have_attribute("data-size", "200")
    await plain_page.locator(".tool > summary").first.click()
    await plain_page.get_by_role("button", name="العربية").click()
    await expect(plain_page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(plain_page.locator("html")).to_have_attribute("data-size", "200")


async def test_leave_shows_nothing_with_back(plain_page: Page, desk) -> None:
    await send(plain_page, ANSWER)
    await plain_page.get_by_role("button", name="Leave fast").click()
    await plain_page.wait_for_url("**/left")
    assert desk.sessions == {}
    await plain_page.go_back()
    assert ANSWER not in await plain_page.content()


async def test_a_session_that_was_lost_does_not_lose_the_message(plain_page: Page, desk) -> None:
    desk.sessions.clear()
    await send(plain_page, "still here")
    await expect(plain_page.locator(".theirs .bubble")).to_have_text(["still here"])


async def test_nothing_is_asked_of_anybody_else(plain_page: Page, seen, chat_url: str) -> None:
    await send(plain_page, ANSWER)
    await expect(plain_page.get_by_text("You have rights")).to_be_visible()
    assert [url for url in seen.requests if not url.startswith(chat_url)] == []
    assert seen.faults == []
