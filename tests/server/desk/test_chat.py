"""An adviser works a chat: takes it, reads it, answers, notes, passes it on, ends it."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import text

from server.staff.access import Role
from tests.support.advisers import FORM, Adviser, adviser
from tests.support.patience import PATIENCE
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database

SEEN = re.compile(r'name="seen" value="(\d+)"')


async def scalar(who: Adviser, query: str, **values: object) -> object:
    async with who.program.service.engine.begin() as db:
        return (await db.execute(text(query), values)).scalar()


async def test_take_next_opens_the_chat_and_an_answer_reaches_the_young_person(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    await ryan.says("my mum is kicking me out on friday")
    assert await jo.takes_next()
    assert "my mum is kicking me out on friday" in jo.shown
    assert "It is the only one that waits." in jo.shown
    await jo.writes("Hi, I'm Jo, a person. Where would you sleep?")
    await ryan.opens()
    assert "Where would you sleep?" in ryan.page
    assert "Jo" in ryan.page
    assert "Nothing waits" in jo.shown
    noted = "SELECT count(*) FROM audit WHERE what = 'wrote' AND about_case = :case AND about_person IS NOT NULL"
    assert await scalar(jo, noted, case=jo.case_id) == 1


async def test_while_jo_has_the_chat_the_computer_is_quiet(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    await jo.takes_next()
    before = await scalar(jo, "SELECT count(*) FROM deliveries")
    await ryan.says("can i leave school at 16")
    assert await scalar(jo, "SELECT count(*) FROM deliveries") == before
    await jo.opens(f"/console/cases/{jo.case_id}")
    assert "can i leave school at 16" in jo.shown


async def test_two_take_the_same_one_wins_and_the_other_is_told_who(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    sam = await adviser(jo.program, "Sam")
    (case_id,) = await jo.looks_at_queue()
    await sam.looks_at_queue()
    await jo.sends(f"/console/cases/{case_id}/take")
    answer = await sam.sends(f"/console/cases/{case_id}/take")
    assert answer.status_code == 409
    assert "Jo" in sam.shown
    await sam.client.aclose()


async def test_words_that_cannot_be_sent_are_kept(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    await ryan.client.post("/leave")
    await jo.writes("Are you there?")
    assert jo.path == f"/console/cases/{case_id}"
    assert "This way to them is closed" in jo.shown
    assert "Are you there?" in jo.page.text
    assert "No other way to them is known." in jo.shown


async def test_each_look_at_a_chat_is_one_row_of_the_audit(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    for _ in range(3):
        await jo.opens(f"/console/cases/{case_id}")
    count = "SELECT count(*) FROM audit WHERE what = :what AND about_case = :case"
    assert await scalar(jo, count, what="chat", case=case_id) == 1
    for _ in range(2):
        await jo.opens(f"/console/cases/{case_id}/number")
    assert await scalar(jo, count, what="number", case=case_id) == 2


async def test_notes_are_for_colleagues_alone(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    await jo.sends(f"/console/cases/{case_id}/notes", text="Brother may read the phone.", kind="note")
    assert "Brother may read the phone." in jo.shown
    await ryan.opens()
    assert "Brother" not in ryan.page


async def test_a_chat_is_passed_on_with_a_reason_and_everything_said(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    sam = await adviser(jo.program, "Sam")
    await jo.opens(f"/console/cases/{case_id}/pass-on")
    assert (await jo.sends(f"/console/cases/{case_id}/pass-on", to="", why="")).status_code == 422
    assert "Write why" in jo.shown
    await jo.sends(f"/console/cases/{case_id}/pass-on", to=f"staff:{sam.member.id}", why="Knows housing.")
    assert jo.path == "/console/queue"
    await sam.opens(f"/console/cases/{case_id}")
    assert "Knows housing." in sam.shown
    assert "Write to them" in sam.page.text
    await sam.client.aclose()


async def test_ending_a_chat_asks_how_it_ended_and_gives_the_computer_its_voice_back(
    jo: Adviser, ryan: WebPerson
) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    await jo.opens(f"/console/cases/{case_id}/close")
    assert (await jo.sends(f"/console/cases/{case_id}/close", outcome="")).status_code == 422
    await jo.sends(f"/console/cases/{case_id}/close", outcome="answered", next_step="Nothing more to do.")
    assert jo.path == "/console/queue"
    assert "The chat is closed." in jo.shown
    before = await scalar(jo, "SELECT count(*) FROM deliveries")
    await ryan.says("can i leave school at 16")
    assert await scalar(jo, "SELECT count(*) FROM deliveries") == before + 1
    await jo.opens(f"/console/cases/{case_id}")
    assert "Their question was answered" in jo.shown


async def test_a_chat_is_not_ended_over_words_that_nobody_has_read(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    close = f"/console/cases/{case_id}/close"
    await jo.opens(close)
    seen = SEEN.search(jo.page.text)[1]
    await ryan.says("i want to kill myself")
    end = {"outcome": "answered", "next_step": "Nothing more to do."}
    assert (await jo.sends(close, seen=seen, **end)).status_code == 422
    assert "They wrote again just now." in jo.shown
    assert "i want to kill myself" in jo.shown
    assert await scalar(jo, "SELECT closed_at IS NULL FROM cases WHERE id = :id", id=case_id)
    assert "Nothing more to do." in jo.page.text
    await jo.sends(close, seen=SEEN.search(jo.page.text)[1], **end)
    assert jo.path == "/console/queue"


async def test_an_answer_to_words_before_the_alarm_does_not_end_the_alarm(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    seen = SEEN.search(jo.page.text)[1]
    await ryan.says("i want to kill myself")
    clock = "SELECT clock_next_at IS NOT NULL AND waiting_since IS NOT NULL FROM cases WHERE id = :id"
    await jo.sends(f"/console/cases/{case_id}/messages", text="The office opens at 9.", seen=seen)
    assert await scalar(jo, clock, id=case_id)
    await jo.opens(f"/console/cases/{case_id}")
    seen = SEEN.search(jo.page.text)[1]
    await jo.sends(f"/console/cases/{case_id}/messages", text="I read that. Are you safe now?", seen=seen)
    assert not await scalar(jo, clock, id=case_id)


async def test_answers_are_found_in_our_language_and_shown_in_theirs(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    await jo.opens(f"/console/cases/{case_id}/answers", q="can i leave school at 16")
    assert "/answers/" in jo.page.text
    assert "Put in the box" in jo.page.text


async def test_a_crafted_message_is_shown_as_text(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    await ryan.says("<img src=x onerror=alert(1)><script>alert(2)</script>")
    await jo.takes_next()
    assert "<script>alert(2)" not in jo.page.text
    assert "&lt;script&gt;alert(2)" in jo.page.text


async def test_a_first_draft_and_words_that_come_in_do_not_wait_for_each_other(jo: Adviser, ryan: WebPerson) -> None:
    """A turn holds the case shared and then wants it alone; a draft that came between held on to it meanwhile."""
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    form = FORM.search(jo.page.text)[1]
    draft = {"form": form, "text": "Where would"}
    async with jo.program.service.engine.connect() as turn:
        await turn.execute(text("SELECT 1 FROM cases WHERE id = :case FOR SHARE"), {"case": case_id})
        typing = asyncio.create_task(jo.client.post(f"/console/cases/{case_id}/draft", data=draft))
        await waits_for_a_lock(jo)
        await turn.execute(text("SELECT 1 FROM cases WHERE id = :case FOR UPDATE"), {"case": case_id})
        await turn.rollback()
    assert (await typing).status_code == 200


async def waits_for_a_lock(who: Adviser) -> None:
    """Until somebody's statement stands behind another's."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(PATIENCE):
        while not await scalar(who, query):
            await asyncio.sleep(0.02)


async def test_after_a_hard_chat_a_break_is_offered_and_the_lead_has_a_task(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("whats the point im done")
    case_id = await jo.takes_next()
    await jo.writes("Hi, I'm Jo, a person. Are you safe?")
    await jo.opens(f"/console/cases/{case_id}/close")
    await jo.sends(f"/console/cases/{case_id}/close", outcome="safe_now", next_step="Asks again tomorrow.")
    assert "Take ten minutes" in jo.shown
    assert (await jo.opens("/console/tasks")).status_code == 200
    assert "Have a word with the adviser" not in jo.shown
    kim = await adviser(jo.program, "Kim", Role.LEAD)
    assert (await kim.opens("/console/tasks")).status_code == 200
    assert "Have a word with the adviser" in kim.shown
    await ryan.opens()
    assert "did this help" not in ryan.page.lower()
