"""J5, the bot's half: Tom, 14, web chat, at 2am: "whats the point im done"."""

from __future__ import annotations

import time

from sqlalchemy import text

from server.escalations.service import words_of
from tests.support.program import Program
from tests.support.web_person import WebPerson

LINES = ("999", "0800 1111", "85258")


async def test_tom_gets_the_card_at_once_and_the_truth_about_who_is_here(
    sunday_2am: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    began = time.perf_counter()
    await web.says("whats the point im done")

    assert time.perf_counter() - began < 5
    assert all(number in web.heard for number in LINES)
    assert "Are you safe right now?" in web.heard
    assert "Monday" in web.heard
    assert "9am" in web.heard
    assert "shortly" not in web.heard.lower()
    assert "promise" not in web.heard.lower()


async def test_a_person_finds_his_own_words_first_in_the_list(
    sunday_2am: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("whats the point im done")

    async with program.service.engine.connect() as db:
        case_id, urgency, alarms = (
            await db.execute(text("SELECT id, urgency, alarms FROM cases WHERE closed_at IS NULL"))
        ).one()
        words = await words_of(db, case_id)
    assert urgency == "crisis"
    assert alarms
    assert words[0]["body"] == "whats the point im done"


async def test_the_bot_stays_and_every_reply_keeps_the_lines(
    sunday_2am: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("whats the point im done")
    await web.presses("not sure")
    assert all(number in web.heard for number in LINES)

    await web.says("need cscs")
    assert "CSCS" in web.heard
    assert all(number in web.heard for number in LINES)


async def test_he_is_not_scolded_for_having_meant_something_else(
    sunday_2am: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("whats the point im done")
    await web.says("im ok, i meant something else")

    assert "sorry" not in web.heard.lower() or "waste" not in web.heard.lower()
    await web.says("need cscs")
    assert "85258" not in web.heard
    async with program.service.engine.connect() as db:
        assert (await db.execute(text("SELECT count(*) FROM cases WHERE closed_at IS NULL"))).scalar() == 1
