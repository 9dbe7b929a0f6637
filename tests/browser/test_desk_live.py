"""A chat that stands open follows what happens: danger that grows, holds, other chats of mine, a line that is down, texts half written."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import text

from server.clock import utc_now
from server.escalations.service import tell
from server.staff import guard, sessions
from server.staff.access import Role
from tests.browser.conftest import PHONE, Seen
from tests.browser.walk import is_wider_than_screen, violations
from tests.browser.windows import LAPTOP, Desk, keep, says, says_why
from tests.support.program import Program
from tests.support.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.usefixtures("empty_queue")]

ASKS = "can i talk to a person"
PRESSES_LATE = """path => {
    const form = document.createElement("form");
    Object.assign(form, {method: "post", action: path});
    form.append(document.querySelector("input[name=form]").cloneNode());
    document.body.append(form);
    form.submit();
}"""
"""Take a chat by a form that stood open too long: the page itself takes its button away at once."""


@pytest.fixture
async def desk(program: Program, browser: Browser, seen: Seen) -> AsyncIterator[Desk]:
    made = Desk(program, browser, seen)
    yield made
    await made.close()


async def takes(page: Page) -> str:
    """Take whoever is next; the address of the chat."""
    await page.get_by_role("button", name="Take next").click()
    await is_ready(page)
    await expect(page.locator("#thread")).to_be_visible()
    return page.url.split("?")[0]


async def is_ready(page: Page) -> None:
    """The page's script works."""
    await expect(page.locator("main[data-ready]")).to_be_visible()


async def test_an_alarm_in_ones_own_open_chat_is_seen_and_heard(desk: Desk) -> None:
    ryan = await desk.young_person(ASKS)
    jo = await desk.adviser()
    await takes(jo)
    await jo.get_by_label("For colleagues only").fill("half a note")
    await expect(jo.get_by_role("button", name="Hold 10 min")).to_be_visible()
    await says(ryan, "i want to kill myself")
    await expect(jo.locator("#alarm-line")).to_contain_text("Alarm in this chat: Talks of ending their life")
    await expect(jo.locator("#case-name")).to_contain_text("Danger now")
    await expect(jo.locator("#facts")).to_contain_text("Talks of ending their life")
    await expect(jo.locator("main.is-danger")).to_be_visible()
    await expect(jo.get_by_role("button", name="Hold 10 min")).to_be_hidden()
    await expect(jo.locator("html")).to_have_attribute("data-rang", "alarm")
    await expect(jo.get_by_label("For colleagues only")).to_have_value("half a note")


async def test_a_hold_says_until_when_and_can_end(desk: Desk) -> None:
    await desk.young_person(ASKS)
    jo = await desk.adviser()
    await takes(jo)
    await jo.get_by_role("button", name="Hold 10 min").click()
    await expect(jo.locator(".case-held")).to_contain_text("On hold until ")
    await jo.get_by_role("button", name="Go on").click()
    await expect(jo.locator(".case-held")).to_have_count(0)


async def test_whoever_does_nothing_is_warned_before_the_chat_is_lost(desk: Desk) -> None:
    await desk.young_person(ASKS)
    jo = await desk.adviser()
    chat = await takes(jo)
    await expect(jo.locator("#leaves")).to_be_hidden()
    async with desk.program.service.engine.begin() as db:
        ago = "now() - interval '2 minutes'"
        await db.execute(text(f"UPDATE cases SET waiting_since = {ago}, adviser_active_at = {ago}"))
    other = await jo.context.new_page()
    await other.goto(chat)
    await expect(other.locator("#leaves")).to_contain_text("Are you there? In 1 min")


async def test_what_a_clock_does_next_is_told_to_whoever_looks(desk: Desk) -> None:
    await desk.young_person("i want to kill myself")
    jo = await desk.adviser()
    await takes(jo)
    await expect(jo.locator("#rings")).to_contain_text("it rings the next person in")
    await jo.get_by_label("Write to them").fill("Hi, I'm Jo, a person.")
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#rings")).to_have_count(0)


async def test_words_in_another_chat_of_mine_are_heard_and_stand_in_the_title(desk: Desk) -> None:
    ryan = await desk.young_person(ASKS)
    jo = await desk.adviser()
    first = await takes(jo)
    await jo.get_by_label("Write to them").fill("Hi, I'm Jo.")
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#thread")).to_contain_text("Hi, I'm Jo.")
    await desk.young_person(ASKS)
    await jo.goto(f"{desk.program.url}/console/queue")
    second = await takes(jo)
    assert first != second
    await expect(jo).to_have_title("(1) " + (await jo.locator("main").get_attribute("data-name")) + " – Connexions")
    await jo.evaluate("delete document.documentElement.dataset.rang")
    await says(ryan, "are you there")
    await expect(jo.locator("html")).to_have_attribute("data-rang", "words")
    assert (await jo.title()).startswith("(2) C-")


async def test_a_line_that_is_down_is_said_and_nothing_is_lost_or_doubled(desk: Desk) -> None:
    ryan = await desk.young_person(ASKS)
    jo = await desk.adviser()
    await takes(jo)
    await jo.context.set_offline(True)
    await expect(jo.locator("#line-down")).to_contain_text("What you see may be old")
    await says(ryan, "my mum is kicking me out")
    await jo.get_by_label("Write to them").fill("I am here.")
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#problem")).to_contain_text("What you typed is kept")
    await jo.context.set_offline(False)
    await expect(jo.locator("#line-down")).to_be_empty()
    await expect(jo.locator("#thread .line-person", has_text="kicking me out")).to_have_count(1)
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#thread .line-adviser", has_text="I am here.")).to_have_count(1)
    await expect(ryan.locator("#items .adviser", has_text="I am here.")).to_have_count(1)


async def test_a_half_written_note_outlives_others_notes_a_reload_and_a_change_of_hands(desk: Desk) -> None:
    await desk.young_person(ASKS)
    jo = await desk.adviser()
    chat = await takes(jo)
    sam = await desk.adviser("Sam")
    await sam.goto(chat)
    await says_why(sam)
    await sam.get_by_label("For colleagues only").fill("Does she have a social worker?")
    await sam.get_by_label("As", exact=True).select_option("ask")
    await sam.get_by_role("button", name="Save note").click()
    await jo.get_by_text("Answer this").click()
    await jo.get_by_label("Your answer, for colleagues only").fill("Yes, since")
    await jo.get_by_label("For colleagues only", exact=True).fill("half a note")
    await sam.get_by_label("For colleagues only", exact=True).fill("Seen.")
    await sam.get_by_role("button", name="Save note").click()
    await expect(jo.locator("#notes")).to_contain_text("Seen.")
    await expect(jo.get_by_label("Your answer, for colleagues only")).to_have_value("Yes, since")
    await jo.reload()
    await expect(jo.get_by_label("Your answer, for colleagues only")).to_have_value("Yes, since")
    await expect(jo.get_by_label("For colleagues only", exact=True)).to_have_value("half a note")
    await jo.get_by_role("button", name="Save note").click()
    await expect(jo.locator("#notes")).to_contain_text("half a note")
    await expect(jo.get_by_label("For colleagues only", exact=True)).to_have_value("")


@pytest.mark.parametrize(("page", "label", "button"), [("pass-on", "Why, and what they need", "Pass on")])
async def test_a_form_whose_session_ended_comes_back_as_it_was_typed(
    desk: Desk, page: str, label: str, button: str
) -> None:
    await desk.young_person(ASKS)
    who = await make_member(desk.program.service.engine, "Jo")
    jo = await desk.signed_in(who)
    chat = await takes(jo)
    await jo.goto(f"{chat}/{page}")
    await jo.get_by_label(label).fill("Knows housing, she has to be out by Friday.")
    async with desk.program.service.engine.begin() as db:
        await sessions.end_all(db, who.id, utc_now())
    await jo.get_by_role("button", name=button).click()
    await expect(jo.get_by_label("What you typed")).to_have_value("Knows housing, she has to be out by Friday.")
    cookie = {"name": guard.COOKIE, "value": await desk.cookie(who), "url": f"{desk.program.url}/console"}
    await jo.context.add_cookies([cookie])
    await jo.goto(f"{chat}/{page}")
    await expect(jo.get_by_label(label)).to_have_value("Knows housing, she has to be out by Friday.")


@pytest.mark.parametrize("size", [(320, 568), (360, 740)], ids=["320", "360"])
async def test_on_a_small_phone_what_was_said_has_the_screen(desk: Desk, size: tuple[int, int]) -> None:
    await desk.young_person(ASKS, "my mum is kicking me out on friday")
    jo = await desk.adviser(viewport={"width": size[0], "height": size[1]}, has_touch=True)
    await takes(jo)
    await keep(jo, f"desk-phone-{size[0]}")
    wide = "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
    names = await jo.evaluate(f"{wide}.map(e => `${{e.tagName}}.${{e.className}}`).slice(0, 12)")
    assert not await is_wider_than_screen(jo), names
    await expect(jo.locator("#thread .line").last).to_be_in_viewport(ratio=1)
    composer = await jo.locator(".composer").bounding_box()
    assert composer is not None
    assert composer["height"] < size[1] * 0.4
    await jo.get_by_role("link", name="Answers").click()
    await expect(jo.locator("#drawer")).to_be_visible()
    await keep(jo, f"desk-phone-drawer-{size[0]}")
    await jo.locator(".close-drawer").click()
    await expect(jo.locator("#drawer")).to_be_hidden()


async def test_on_a_phone_new_words_are_followed_or_told(desk: Desk) -> None:
    ryan = await desk.young_person(ASKS, *(f"and then {n} things happened" for n in range(8)))
    jo = await desk.adviser(viewport=PHONE, has_touch=True)
    await takes(jo)
    await says(ryan, "are you there")
    await expect(jo.locator("#thread .line", has_text="are you there")).to_be_in_viewport(ratio=1)
    await jo.evaluate("scrollTo(0, 0)")
    await says(ryan, "please write")
    await expect(jo.get_by_role("button", name="New words")).to_be_visible()
    await jo.get_by_role("button", name="New words").click()
    await expect(jo.locator("#thread .line", has_text="please write")).to_be_in_viewport(ratio=1)


async def test_newest_words_and_the_drawer_have_room_on_a_small_laptop(desk: Desk) -> None:
    await desk.young_person(ASKS, *(f"and then {n} things happened" for n in range(9)))
    jo = await desk.adviser(viewport={"width": 1180, "height": 740})
    await takes(jo)
    newest = jo.locator("#thread > li").last
    await expect(newest).to_be_in_viewport(ratio=1)
    await jo.get_by_label("Write to them").evaluate("box => box.style.blockSize = '9rem'")
    await expect(newest).to_be_in_viewport(ratio=1)
    await jo.get_by_role("link", name="Answers").click()
    await expect(jo.locator("#drawer")).to_be_visible()
    assert (await jo.locator("#drawer").bounding_box() or {}).get("height", 0) > 200
    await jo.get_by_label("Write to them").evaluate("box => box.style.blockSize = ''")
    await expect(newest).to_be_in_viewport(ratio=1)


async def test_keys_of_one_letter_can_be_turned_off_and_stay_off(desk: Desk) -> None:
    await desk.young_person(ASKS)
    jo = await desk.adviser()
    await is_ready(jo)
    await jo.keyboard.press("?")
    dialog = jo.get_by_role("dialog", name="Keys and sounds")
    await dialog.get_by_role("button", name="One-letter keys: on").click()
    await expect(dialog.get_by_role("button", name="One-letter keys: off")).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_be_hidden()
    await jo.reload()
    await is_ready(jo)
    await jo.keyboard.press("n")
    await jo.keyboard.press("?")
    await expect(jo.get_by_role("dialog")).to_have_count(0)
    await expect(jo.locator("main.is-queue")).to_be_visible()
    await jo.get_by_role("button", name="Sound when somebody waits: on").click()
    await expect(jo.get_by_role("button", name="Sound when somebody waits: off")).to_be_visible()


async def test_axe_finds_nothing_on_the_pages_around_a_chat(desk: Desk) -> None:
    await desk.young_person(ASKS, *(f"and then {n} things happened" for n in range(4)))
    jo = await desk.adviser("Jo", Role.ADVISER, Role.LEAD)
    chat = await takes(jo)
    await jo.get_by_label("For colleagues only").fill("Does she have a social worker?")
    await jo.get_by_label("As", exact=True).select_option("ask")
    await jo.get_by_role("button", name="Save note").click()
    await jo.get_by_text("Answer this").click()
    assert await violations(jo) == []
    await jo.set_viewport_size(LAPTOP)
    for path in ("pass-on", "close", "number", "answers"):
        await jo.goto(f"{chat}/{path}")
        assert await violations(jo) == [], path
    await jo.goto(f"{desk.program.url}/console/complaints")
    assert await violations(jo) == []
    await jo.goto(f"{chat}/close")
    await jo.get_by_role("button", name="End the chat").click()
    assert await violations(jo) == []
    await jo.get_by_role("radio").first.check()
    await jo.get_by_label("What comes next").fill("Nothing more to do.")
    await jo.get_by_role("button", name="End the chat").click()
    await expect(jo.get_by_text("The chat is closed")).to_be_visible()
    assert await violations(jo) == []
    await jo.goto(chat)
    await expect(jo.get_by_text("This chat is closed.")).to_be_visible()
    assert await violations(jo) == []


async def test_axe_finds_nothing_where_a_chat_ends_and_after(desk: Desk) -> None:
    ryan = await desk.young_person("whats the point im done")
    jo = await desk.adviser("Jo", Role.ADVISER, Role.LEAD)
    chat = await takes(jo)
    await jo.get_by_label("Write to them").fill("Hi, I'm Jo, a person.")
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#thread")).to_contain_text("Hi, I'm Jo")
    await jo.goto(f"{chat}/close")
    await says(ryan, "i am scared of tonight")
    await jo.get_by_role("radio").first.check()
    await jo.get_by_label("What comes next").fill("She is with her aunt.")
    await jo.get_by_role("button", name="End the chat").click()
    await expect(jo.get_by_text("They wrote again just now").first).to_be_visible()
    assert await violations(jo) == []
    await jo.get_by_role("button", name="End the chat").click()
    await expect(jo.get_by_text("That was a hard one")).to_be_visible()
    assert await violations(jo) == []


async def test_axe_finds_nothing_where_somebody_was_first_or_says_why_they_look(desk: Desk) -> None:
    await desk.young_person(ASKS)
    sam, jo = await desk.adviser("Sam"), await desk.adviser()
    row = sam.locator("#queue a.row")
    await expect(row).to_have_count(1)
    chat = f"{desk.program.url}{await row.get_attribute('href')}"
    await takes(jo)
    async with sam.expect_navigation():
        await sam.evaluate(PRESSES_LATE, f"{chat}/take")
    await expect(sam.get_by_role("heading", name="Jo was first")).to_be_visible()
    assert await violations(sam) == []
    await sam.goto(chat)
    await expect(sam.get_by_role("heading", name="Why do you look at")).to_be_visible()
    await sam.get_by_role("button").last.click()
    await expect(sam.get_by_role("alert").first).to_be_visible()
    assert await violations(sam) == []


async def test_axe_finds_nothing_on_earlier_messages_and_on_what_was_kept(desk: Desk) -> None:
    await desk.young_person(ASKS)
    jo = await desk.adviser()
    chat = await takes(jo)
    await an_old_long_chat(desk)
    await jo.goto(chat)
    older = await jo.locator("#earlier").get_attribute("href")
    await jo.goto(f"{desk.program.url}{older}")
    await expect(jo.get_by_role("link", name="Back to the newest")).to_be_visible()
    assert await violations(jo) == []
    await jo.goto(f"{chat}/close")
    await jo.get_by_role("radio").first.check()
    await jo.get_by_label("What comes next").fill("Nothing more to do.")
    await jo.get_by_role("button", name="End the chat").click()
    await expect(jo.get_by_text("The chat is closed")).to_be_visible()
    await jo.goto(chat)
    await expect(jo.get_by_text("This chat is closed.")).to_be_visible()
    assert await violations(jo) == []


async def test_axe_finds_nothing_on_a_complaint(desk: Desk) -> None:
    ryan = await desk.young_person(ASKS)
    jo = await desk.adviser()
    await takes(jo)
    await jo.get_by_label("Write to them").fill("Hi, I'm Jo.")
    await jo.get_by_role("button", name="Send").click()
    await expect(ryan.locator("#items")).to_contain_text("Hi, I'm Jo.")
    await says(ryan, "complain")
    max_ = await desk.adviser("Max", Role.MANAGER)
    await max_.goto(f"{desk.program.url}/console/complaints")
    await max_.locator("th a", has_text="C-").first.click()
    await expect(max_.get_by_role("heading", name="In their words")).to_be_visible()
    assert await violations(max_) == []
    await max_.get_by_role("button", name="Close it").click()
    await expect(max_.get_by_text("Write what came of it.").first).to_be_visible()
    assert await violations(max_) == []


async def an_old_long_chat(desk: Desk) -> None:
    """More was said before than one page holds."""
    before = """
        INSERT INTO messages (id, conversation_id, address_id, area, lane, external_id, kind, body, sent_at, received_at)
        SELECT gen_random_uuid(), conversation_id, address_id, area, lane, 'many-' || n, kind, body, sent_at, received_at
        FROM messages CROSS JOIN generate_series(1, 70) AS n WHERE id = (SELECT id FROM messages ORDER BY received_at DESC LIMIT 1)
        """
    async with desk.program.service.engine.begin() as db:
        await db.execute(text(before))


async def test_a_banner_for_everybody_stands_on_every_page_and_comes_by_itself(desk: Desk) -> None:
    await desk.young_person("i want to kill myself")
    jo = await desk.adviser()
    await is_ready(jo)
    sam = await desk.adviser("Sam")
    await sam.goto(f"{desk.program.url}/console/account")
    await expect(sam.locator("#banners")).not_to_contain_text("Nobody has answered an alarm.")
    async with desk.program.service.engine.begin() as db:
        await db.execute(
            text(
                """
                INSERT INTO case_steps (id, case_id, area, clock_since, number, rung, kind, at)
                SELECT gen_random_uuid(), id, area, clock_since, 99, 'everybody', 'taken', now()
                FROM cases WHERE closed_at IS NULL
                """
            )
        )
        row = (await db.execute(text("SELECT id, area FROM cases WHERE closed_at IS NULL"))).one()
        await tell(db, row.id, row.area)
    await expect(jo.locator("#banners")).to_contain_text("Nobody has answered an alarm.")
    await jo.locator("#queue a.row").first.click()
    await is_ready(jo)
    await expect(jo.locator(".acts")).to_be_in_viewport(ratio=1)  # nothing of the desk is pushed off the screen
    for page in ("account", "tasks"):
        await sam.goto(f"{desk.program.url}/console/{page}")
        await expect(sam.locator("#banners")).to_contain_text("Nobody has answered an alarm.")
