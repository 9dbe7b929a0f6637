"""The chat page with JavaScript: sending, news, leaving, and nothing that gives anybody away."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.walk import ANSWER, CRISIS, write

pytestmark = pytest.mark.browser


async def test_first_visit_is_greeted_with_a_menu_and_a_person(page: Page) -> None:
    assert await page.title() == "Chat"
    await expect(page.get_by_text("I am a computer, not a person.")).to_be_visible()
    choices = page.locator(".choices .choice")
    assert [int(await c.locator(".number").inner_text()) for c in await choices.all()] == [1, 2, 3, 4, 5, 6, 0, 9]
    await expect(page.locator(".to-person button")).to_be_in_viewport()


async def test_a_question_and_its_answer_with_the_source_on_tap(page: Page) -> None:
    await write(page, ANSWER)
    answer = page.locator("#items > .ours").last
    await expect(answer.locator(".lead")).to_be_in_viewport()
    await expect(answer.locator(".steps li")).to_have_count(3)
    await expect(answer.get_by_role("link", name="0808 800 4444")).to_have_attribute("href", "tel:08088004444")
    source = answer.get_by_role("link", name="Housing: your rights")
    await expect(source).to_be_hidden()
    await answer.get_by_text("Checked 3 June 2026").click()
    await expect(source).to_have_attribute("href", "https://www.gov.uk/browse/housing-local-services")


async def test_the_crisis_card_shows_three_numbers_and_the_question_on_a_phone(page: Page) -> None:
    await write(page, CRISIS)
    card = page.locator(".crisis")
    for number in ("0800 1111", "999", "85258"):
        await expect(card.get_by_role("link", name=number)).to_be_in_viewport()
    await expect(card.get_by_text("Are you safe right now?")).to_be_in_viewport()
    await expect(card.get_by_role("button")).to_have_count(3)


async def test_a_button_sends_its_press_and_older_menus_step_back(page: Page, desk) -> None:
    await page.get_by_role("button", name="Money").click()
    await expect(page.locator("#items > .theirs .bubble")).to_have_text(["Money"])
    text, press, _ = desk.said[0]
    assert (text, press.menu_id, press.number) == ("", 1, 2)
    await expect(page.get_by_role("button", name="Home and family")).to_be_hidden()
    await expect(page.get_by_role("button", name="Tell me more")).to_be_visible()


async def test_a_person_is_always_one_tap_away(page: Page, desk) -> None:
    await page.locator(".to-person button").click()
    await expect(page.get_by_text("A person will write to you here")).to_be_visible()
    assert [text for text, _, _ in desk.said] == ["9"]


async def test_a_persons_message_arrives_live_and_is_named(page: Page, advise) -> None:
    await advise("I have read what you wrote.", "Jo")
    message = page.locator("#items > .adviser")
    await expect(message).to_contain_text("Jo · a person")
    await expect(message).to_contain_text("I have read what you wrote.")
    await expect(page.locator(".to-person")).to_be_hidden()


async def test_reading_further_up_is_not_disturbed_by_news(page: Page, advise) -> None:
    await write(page, "long")
    await page.evaluate("scrollTo(0, 0)")
    await advise("Are you still there?", "Jo")
    newest = page.get_by_role("button", name="New message")
    await expect(newest).to_be_visible()
    assert await page.evaluate("scrollY") == 0
    await newest.click()
    await expect(page.get_by_text("Are you still there?")).to_be_in_viewport()


async def test_reload_shows_the_same_thread_once(page: Page, advise) -> None:
    await write(page, ANSWER)
    await advise("Hello.", "Jo")
    await expect(page.locator("#items > .adviser")).to_be_visible()
    before = await page.locator("#items > .item").all_inner_texts()
    await page.reload()
    assert await page.locator("#items > .item").all_inner_texts() == before


async def test_two_messages_written_fast_arrive_once_each_in_order(page: Page, desk) -> None:
    desk.delay_seconds = 1.0
    for text in ("one", "two", "three"):
        await page.get_by_role("textbox").fill(text)
        await page.keyboard.press("Enter")
    await expect(page.locator("#unsent .bubble").first).to_have_text("one")
    await expect(page.get_by_text("Sending…").first).to_be_visible()
    await expect(page.locator("#items > .theirs .bubble")).to_have_text(["one", "two", "three"])
    await expect(page.locator("#unsent .item")).to_have_count(0)
    assert [text for text, _, _ in desk.said] == ["one", "two", "three"]


async def test_a_failed_message_is_kept_and_sent_again_by_a_tap(page: Page, desk) -> None:
    desk.is_down = True
    await page.get_by_role("textbox").fill("dont lose this")
    await page.keyboard.press("Enter")
    again = page.get_by_role("button", name="Not sent. Tap to try again.")
    await expect(again).to_be_visible()
    await expect(page.locator("#unsent .bubble")).to_have_text("dont lose this")
    desk.is_down = False
    await again.click()
    await expect(page.locator("#items > .theirs .bubble")).to_have_text(["dont lose this"])
    await expect(page.locator("#unsent .item")).to_have_count(0)


async def test_offline_says_so_keeps_the_words_and_sends_them_later(page: Page, context: BrowserContext) -> None:
    await context.set_offline(True)
    await expect(page.locator("#connection")).to_have_text("No internet. Your words stay here.")
    await page.get_by_role("textbox").fill("no signal")
    await page.keyboard.press("Enter")
    again = page.get_by_role("button", name="Not sent. Tap to try again.")
    await expect(again).to_be_visible()
    await context.set_offline(False)
    await again.click()
    await expect(page.locator("#items > .theirs .bubble")).to_have_text(["no signal"])


async def test_sending_the_same_message_id_twice_is_one_message(page: Page, desk, chat_url: str) -> None:
    for _ in range(2):
        await page.request.post(
            f"{chat_url}/say",
            form={"text": "hi", "message_id": "the-same-id"},
            headers={"sec-fetch-site": "same-origin"},
        )
    assert [text for text, _, _ in desk.said] == ["hi"]


async def test_the_box_grows_to_five_lines_and_shift_enter_makes_one(page: Page, desk) -> None:
    box = page.get_by_role("textbox")
    await box.focus()
    for _ in range(8):
        await page.keyboard.type("a")
        await page.keyboard.press("Shift+Enter")
    assert await box.get_attribute("rows") == "5"
    assert desk.said == []
    await box.fill("")
    assert await box.get_attribute("rows") == "1"


async def test_the_page_follows_when_the_conversation_changes_language(page: Page) -> None:
    await page.get_by_role("textbox").fill("cymraeg")
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("lang", "cy")


async def test_the_language_button_switches_page_and_conversation(page: Page) -> None:
    before = await page.evaluate("history.length")
    await page.locator(".tool > summary").first.click()
    await page.get_by_role("button", name="العربية").click()
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.get_by_role("button", name="البيت والعائلة").last).to_be_visible()
    assert await page.evaluate("history.length") == before


async def test_looks_change_at_once_and_are_remembered(page: Page) -> None:
    await page.locator(".tool > summary").nth(1).click()
    async with page.expect_response("**/view"):
        await page.get_by_label("Biggest").check()
    async with page.expect_response("**/view"):
        await page.get_by_label("Dark").check()
    size = await page.evaluate("getComputedStyle(document.documentElement).fontSize")
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (size, ground) == ("36px", "rgb(23, 18, 31)")
    await page.reload()
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == size
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == ground


@pytest.mark.parametrize("way", ["button", "escape"])
async def test_leave_fast_shows_nothing_then_or_with_back_or_on_opening_again(
    page: Page, context: BrowserContext, chat_url: str, desk, way: str
) -> None:
    await write(page, "told to leave home")
    if way == "button":
        await page.get_by_role("button", name="Leave fast").click()
    else:
        for _ in range(3):
            await page.keyboard.press("Escape")
    await page.wait_for_url("**/left")
    assert await page.title() == "Units"
    assert desk.sessions == {}
    assert await context.cookies() == []
    await page.go_back()
    assert "told to leave home" not in await page.content()
    assert not page.url.startswith(chat_url)
    await page.goto(chat_url)
    await expect(page.get_by_text("I am a computer")).to_be_visible()
    await expect(page.locator("#items > .theirs")).to_have_count(0)


async def test_the_screen_is_empty_at_once_not_when_the_server_answers(page: Page, seen) -> None:
    await write(page, ANSWER)
    shown = "document.getElementById('leave').click(), [document.body.innerText, document.title]"
    assert await page.evaluate(shown) == ["", "Units"]
    await page.wait_for_url("**/left")
    assert [fault for fault in seen.faults if "TypeError" in fault or "Cannot read" in fault] == []


async def test_leaving_in_one_tab_ends_the_other(page: Page, context: BrowserContext, chat_url: str) -> None:
    await write(page, ANSWER)
    other = await context.new_page()
    await other.goto(chat_url)
    await other.get_by_role("button", name="Leave fast").click()
    await other.wait_for_url("**/left")
    await expect(page.get_by_text(ANSWER)).to_have_count(0)


async def test_the_page_after_leaving_truly_works(page: Page) -> None:
    await page.get_by_role("button", name="Leave fast").click()
    await page.wait_for_url("**/left")
    await page.get_by_label("Number").fill("10")
    await page.get_by_role("button").click()
    await expect(page.locator(".answer")).to_have_text("16.09 km")


async def test_nothing_is_asked_of_anybody_else_nothing_breaks_the_policy_nothing_is_stored(
    page: Page, seen, chat_url: str, advise
) -> None:
    await write(page, ANSWER)
    await write(page, CRISIS)
    await advise("Hi.", "Jo")
    await expect(page.locator(".adviser")).to_be_visible()
    await page.locator(".tool > summary").nth(1).click()
    async with page.expect_response("**/view"):
        await page.get_by_label("Biggest").check()
    assert seen.faults == []
    assert [url for url in seen.requests if not url.startswith(chat_url)] == []
    assert await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


async def test_script_in_a_message_is_only_text(page: Page, seen) -> None:
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    await write(page, attack)
    await expect(page.locator("#items > .theirs .bubble")).to_have_text([attack])
    assert await page.locator("#items img, #items script").count() == 0
    assert seen.faults == []


async def test_who_is_writing_and_when_somebody_is_here_show_and_go(page: Page, desk, chat_site) -> None:
    await asyncio.to_thread(
        chat_site.call, desk.set_state, typing="Jo", notice="Nobody is here until 9am on Monday 8 June."
    )
    await expect(page.locator("#state")).to_contain_text("Jo is writing…")
    await expect(page.locator("#state")).to_contain_text("Nobody is here until 9am on Monday 8 June.")
    await asyncio.to_thread(chat_site.call, desk.set_state)
    await expect(page.locator("#state")).to_have_text("")


async def test_a_crisis_card_that_comes_by_itself_is_shown(page: Page, desk, chat_site) -> None:
    from tests.support.fake_chat_desk import crisis

    await asyncio.to_thread(chat_site.call, desk.show, crisis(), datetime.now(UTC))
    await expect(page.locator(".crisis").get_by_role("link", name="0800 1111")).to_be_visible()
