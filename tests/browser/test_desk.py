"""An adviser and a young person in two windows, for real: live both ways, by keyboard alone, for everybody, and nothing lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from server.clock import utc_now
from server.staff import guard, sessions
from server.staff.access import Role
from tests.browser.conftest import PHONE, Seen
from tests.browser.walk import is_wider_than_screen, violations
from tests.browser.windows import Desk, keep, says, says_why
from tests.support.program import Program
from tests.support.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.usefixtures("empty_queue")]


@pytest.fixture
async def desk(program: Program, browser: Browser, seen: Seen) -> AsyncIterator[Desk]:
    made = Desk(program, browser, seen)
    yield made
    await made.close()


async def test_words_go_both_ways_while_both_look(desk: Desk) -> None:
    ryan = await desk.young_person("can i talk to a person")
    jo = await desk.adviser()
    await jo.get_by_role("button", name="Take next").click()
    await expect(jo.locator("#thread")).to_contain_text("can i talk to a person")
    await jo.get_by_label("Write to them").fill("Hi, I'm Jo, a person.")
    await jo.get_by_role("button", name="Send").click()
    await expect(ryan.locator("#items")).to_contain_text("Hi, I'm Jo, a person.")
    await expect(jo.locator("#thread")).to_contain_text("Hi, I'm Jo, a person.")
    await expect(jo.get_by_label("Write to them")).to_have_value("")
    await says(ryan, "mum says i have to be out by friday")
    await expect(jo.locator("#thread")).to_contain_text("mum says i have to be out by friday")
    assert await jo.locator("#thread .line-person", has_text="out by friday").count() == 1
    await keep(jo, "desk-chat")


async def test_who_waits_appears_by_itself_and_never_under_the_pointer(desk: Desk) -> None:
    jo = await desk.adviser()
    await expect(jo.get_by_text("Nobody waits. Whoever asks")).to_be_visible()
    await jo.mouse.move(1200, 600)
    await desk.young_person("can i talk to a person")
    await expect(jo.locator("#queue a.row")).to_have_count(1)
    await jo.locator("#queue a.row").hover()
    await desk.young_person("can i talk to a person")
    await expect(jo.locator(".update-queue")).to_be_visible()
    await expect(jo.locator("#queue a.row")).to_have_count(1)
    await jo.locator(".update-queue").click()
    await expect(jo.locator("#queue a.row")).to_have_count(2)


async def test_what_is_typed_survives_a_reload_and_an_ended_session(desk: Desk) -> None:
    await desk.young_person("can i talk to a person")
    who = await make_member(desk.program.service.engine, "Jo")
    jo = await desk.signed_in(who)
    await jo.get_by_role("button", name="Take next").click()
    async with jo.expect_response("**/draft"):
        await jo.get_by_label("Write to them").fill("You can stay with")
    await jo.reload()
    await expect(jo.get_by_label("Write to them")).to_have_value("You can stay with")

    async with desk.program.service.engine.begin() as db:
        await sessions.end_all(db, who.id, utc_now())
    await jo.get_by_label("Write to them").fill("You can stay with us tonight.")
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#problem")).to_contain_text("You were signed out")
    await expect(jo.get_by_label("Write to them")).to_have_value("You can stay with us tonight.")
    cookie = {"name": guard.COOKIE, "value": await desk.cookie(who), "url": f"{desk.program.url}/console"}
    await jo.context.add_cookies([cookie])
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#thread")).to_contain_text("You can stay with us tonight.")


async def test_each_sees_that_the_other_is_typing(desk: Desk) -> None:
    ryan = await desk.young_person("can i talk to a person")
    jo = await desk.adviser()
    await jo.get_by_role("button", name="Take next").click()
    await jo.get_by_label("Write to them").press_sequentially("Hi")
    await expect(ryan.get_by_text("Jo is writing")).to_be_visible()
    await jo.get_by_role("button", name="Send").click()
    await expect(ryan.locator("#items > .adviser")).to_be_visible()
    await expect(ryan.get_by_text("Jo is writing")).to_have_count(0)
    await ryan.get_by_role("textbox").press_sequentially("its ju")
    await expect(jo.locator("#they-type")).to_contain_text("They are typing")
    sam = await desk.adviser("Sam")
    await sam.goto(jo.url)
    await says_why(sam)
    await expect(sam.get_by_text("Jo has this chat.")).to_be_visible()


async def test_when_a_chat_changes_hands_what_was_typed_is_kept(desk: Desk) -> None:
    await desk.young_person("can i talk to a person")
    jo = await desk.adviser()
    await jo.get_by_role("button", name="Take next").click()
    async with jo.expect_response("**/draft"):
        await jo.get_by_label("Write to them").fill("Have you tried")
    sam = await desk.adviser("Sam", Role.LEAD)
    await sam.goto(jo.url.split("?")[0] + "/pass-on")
    await sam.get_by_role("radio", name="Whoever is next").check()
    await sam.get_by_label("Why, and what they need").fill("Jo has gone home.")
    await sam.get_by_role("button", name="Pass on").click()
    await expect(jo.get_by_text("What you typed here is kept")).to_be_visible()


async def test_a_crafted_message_never_runs(desk: Desk, seen: Seen) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    ryan = await desk.young_person("can i talk to a person", attack)
    jo = await desk.adviser()
    await jo.get_by_role("button", name="Take next").click()
    await expect(jo.locator("#thread")).to_contain_text("onerror")
    await says(ryan, attack + " again")
    await expect(jo.locator("#thread .line-person")).to_have_count(3)
    assert "owned" not in await jo.title()
    assert not [url for url in seen.requests if not url.startswith((desk.program.url, "data:"))]


async def test_a_whole_case_by_keyboard_alone(desk: Desk) -> None:
    ryan = await desk.young_person("can i talk to a person")
    jo = await desk.adviser()
    await expect(jo.locator("main[data-ready]")).to_be_visible()
    await jo.keyboard.press("n")
    await expect(jo.locator("#thread")).to_contain_text("can i talk to a person")
    await expect(jo.locator("main[data-ready]")).to_be_visible()
    await jo.keyboard.press("?")
    await expect(jo.get_by_role("dialog")).to_be_visible()
    await jo.keyboard.press("Escape")
    await jo.keyboard.press("r")
    await jo.keyboard.type("Hi, I'm Jo, a person.")
    await jo.keyboard.press("Control+Enter")
    await expect(ryan.locator("#items")).to_contain_text("Hi, I'm Jo, a person.")
    await jo.keyboard.press("Escape")
    await jo.keyboard.press("e")
    await expect(jo.get_by_role("heading", name="End C-")).to_be_visible()
    await jo.get_by_role("radio").first.focus()
    await jo.keyboard.press("Space")
    for _ in range(6):
        if await jo.evaluate("document.activeElement.id") == "next_step":
            break
        await jo.keyboard.press("Tab")
    await jo.keyboard.type("She will ring her aunt.")
    await jo.keyboard.press("Tab")
    await jo.keyboard.press("Enter")
    await expect(jo.get_by_text("The chat is closed. Well done.")).to_be_visible()


LOOKS: dict[str, dict[str, Any]] = {
    "laptop": {},
    "tablet": {"viewport": {"width": 768, "height": 1024}},
    "phone": {"viewport": PHONE, "has_touch": True},
    "dark": {"color_scheme": "dark"},
    "text at 200%": {"size": "200"},
    "phone, text at 200%": {"viewport": PHONE, "has_touch": True, "size": "200"},
}


@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS.keys())
async def test_axe_finds_nothing(desk: Desk, looks: dict[str, Any], request: pytest.FixtureRequest) -> None:
    await desk.young_person("أريد التحدث مع شخص", "أمي طردتني من البيت")
    await desk.young_person("can i talk to a person", "need cscs")
    await desk.young_person("whats the point im done")
    jo = await desk.adviser("Jo", Role.ADVISER, Role.LEAD, **looks)
    name = request.node.callspec.id.replace(" ", "-").replace(",", "").replace("%", "")
    await keep(jo, f"desk-queue-{name}")
    assert await violations(jo) == []
    assert not await is_wider_than_screen(jo)
    await jo.get_by_role("button", name="Take next").click()
    await expect(jo.locator("#thread")).to_contain_text("whats the point im done")
    await keep(jo, f"desk-crisis-{name}")
    assert await violations(jo) == []
    assert not await is_wider_than_screen(jo)
    await jo.get_by_role("link", name="Answers").click()
    await expect(jo.locator("#drawer")).to_be_visible()
    await keep(jo, f"desk-drawer-{name}")
    assert await violations(jo) == []
