"""The chat page for everybody: no axe violations in any look, keyboard only, small screens."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.walk import ANSWER, CRISIS, choose_looks, is_wider_than_screen, violations, write

pytestmark = pytest.mark.browser

LOOKS = {
    "english": {},
    "arabic": {"language": "ar"},
    "dark": {"theme": "dark"},
    "strong contrast": {"contrast": "high"},
    "strong contrast, dark": {"contrast": "high", "theme": "dark"},
    "dyslexia-friendly": {"font": "easy"},
    "dyslexia-friendly, dark": {"font": "easy", "theme": "dark"},
    "text at 200%": {"size": "200"},
}


@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS.keys())
async def test_axe_finds_nothing(page: Page, looks: dict[str, str]) -> None:
    await page.context.clear_cookies()
    await choose_looks(page, **looks)
    await write(page, "عربي" if looks.get("language") == "ar" else ANSWER)
    await write(page, CRISIS)
    await expect(page.locator(".crisis")).to_be_visible()
    assert await violations(page) == []


@pytest.mark.parametrize("tool", [0, 1], ids=["languages", "settings"])
async def test_axe_finds_nothing_in_an_open_panel(page: Page, tool: int) -> None:
    await page.locator(".tool > summary").nth(tool).click()
    await expect(page.locator(".panel").nth(tool)).to_be_visible()
    assert await violations(page) == []


async def test_axe_finds_nothing_on_a_failed_message_and_a_person_who_writes(
    page: Page, desk, advise, chat_site
) -> None:
    await advise("Hi, I'm Jo, a person.", "Jo")
    chat_site.call(desk.set_state, typing="Jo", notice="Nobody is here until 9am on Monday 8 June.")
    await expect(page.get_by_text("is writing")).to_be_visible()
    desk.is_down = True
    await page.get_by_role("textbox").fill("hello")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Not sent")).to_be_visible()
    assert await violations(page) == []


async def test_axe_finds_nothing_on_the_page_after_leaving(page: Page) -> None:
    await page.get_by_role("button", name="Leave fast").click()
    await page.wait_for_url("**/left")
    assert await violations(page) == []


@pytest.mark.parametrize("looks", [{}, {"size": "200"}, {"font": "easy"}, {"language": "ar"}], ids=str)
@pytest.mark.parametrize("text", [ANSWER, CRISIS, "long", "x" * 300])
async def test_nothing_scrolls_sideways_at_320_pixels(page: Page, looks: dict[str, str], text: str) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    await choose_looks(page, **looks)
    await write(page, text)
    assert not await is_wider_than_screen(page)


async def test_at_400_percent_zoom_the_way_out_and_the_words_are_both_on_screen(page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 256})
    await write(page, ANSWER)
    assert not await is_wider_than_screen(page)
    await expect(page.get_by_role("button", name="Leave fast")).to_be_in_viewport()
    lead, leave = page.get_by_text("You have rights. We can help you today."), page.locator("#leave")
    await expect(lead).to_be_in_viewport()
    lead_box, leave_box = await lead.bounding_box(), await leave.bounding_box()
    assert lead_box["y"] >= leave_box["y"] + leave_box["height"]


async def test_every_button_and_link_is_48_pixels_high(page: Page) -> None:
    await write(page, ANSWER)
    await write(page, CRISIS)
    targets = page.locator("button:visible, summary:visible, .line-ways a:visible, textarea")
    boxes = [await target.bounding_box() for target in await targets.all()]
    assert len(boxes) > 10
    assert [box for box in boxes if box["height"] < 47.9] == []


async def test_a_whole_conversation_by_keyboard(page: Page) -> None:
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Go to the writing box")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Leave fast")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#settings")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#settings")).to_be_hidden()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Talk to a person").first).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Home and family")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#items > .ours").last).to_be_focused()
    await expect(page.get_by_text("You have rights")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="0808 800 4444")).to_be_focused()


async def test_focus_is_never_under_what_stays_on_the_screen(page: Page) -> None:
    await write(page, ANSWER)
    header, composer = await page.locator(".top").bounding_box(), await page.locator(".composer").bounding_box()
    for _ in range(14):
        await page.keyboard.press("Shift+Tab")
        focused = page.locator("#chat .log :focus")
        if await focused.count():
            box = await focused.bounding_box()
            assert box["y"] >= header["y"] + header["height"] - 1
            assert box["y"] + box["height"] <= composer["y"] + 1


async def test_new_messages_are_announced_politely_and_the_thread_at_the_start_is_not(page: Page) -> None:
    log = page.get_by_role("log")
    assert await log.get_attribute("aria-live") == "polite"
    await write(page, ANSWER)
    assert "Computer:" in await log.inner_text()
    assert await page.locator("[aria-live=assertive]").count() == 0


async def test_a_reply_says_its_own_language_and_direction(page: Page) -> None:
    await write(page, "عربي")
    reply = page.locator("#items > .ours").last.locator(".reply")
    assert (await reply.get_attribute("lang"), await reply.get_attribute("dir")) == ("ar", "rtl")
    assert await page.locator("html").get_attribute("dir") == "ltr"


async def test_in_forced_colours_a_chosen_setting_is_still_marked(browser: Browser, chat_url: str) -> None:
    context = await browser.new_context(forced_colors="active", locale="en-GB")
    page = await context.new_page()
    await page.goto(chat_url)
    await page.get_by_text("Text and colours").click()
    chosen = page.locator(".option input:checked + span").first
    assert await chosen.evaluate("e => getComputedStyle(e).borderTopWidth") == "3px"
    await context.close()
