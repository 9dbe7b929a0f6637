"""J2, J6: a person takes over, the bot is quiet, and the end of the talk hands back: one question, or none after danger."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from server.clock import utc_now
from server.escalations.models import CaseOutcome
from tests.support.adviser import Adviser, newest_case, rows
from tests.support.program import Program
from tests.support.web_person import WebPerson


@pytest.fixture
async def jo(tuesday_noon: None, program: Program, web: WebPerson) -> Adviser:
    await web.opens()
    await web.says("person")
    await web.says("my benefits stopped")
    made = await Adviser.at(program.service)
    await made.takes()
    await made.writes("Hi, I am Jo, a person.")
    return made


async def test_the_bot_is_quiet_until_it_is_asked_for_something_of_its_own(web: WebPerson, jo: Adviser) -> None:
    for words in ("what is a cscs card", "2", "menu", "ok thanks", "more"):
        await web.says(words)
        assert "Hi, I am Jo, a person." in web.heard, words
    await web.says("my data")
    assert "We hold" in web.heard


async def test_the_alarm_comes_in_the_middle_of_it_and_the_case_is_raised(
    program: Program, web: WebPerson, jo: Adviser
) -> None:
    await web.says("i want to kill myself")
    assert "999" in web.heard
    case = await newest_case(program.service)
    assert (case["urgency"], case["adviser_id"], case["skill"]) == ("crisis", jo.who.id, "safeguarding")
    assert case["acknowledged_at"] is None, "a crisis has a clock of its own"


async def test_the_farewell_says_the_next_date_and_keeps_their_view(
    program: Program, web: WebPerson, jo: Adviser
) -> None:
    await jo.closes(next_on=date(2026, 12, 15))
    await web.opens()
    assert "Jo has to go now. You can ask me again any time. Next date: Tuesday 15 December." in web.heard
    assert web.heard.count("?") == 1
    await web.presses("A bit")
    case = await newest_case(program.service)
    assert case["persons_view"] == "a_bit"
    assert case["closed_at"] is not None, "an answer to the question opens nothing"
    assert len(await rows(program.service, "SELECT id FROM cases")) == 1
    await web.says("need cscs")
    assert "CSCS" in web.heard


async def test_after_danger_nobody_is_asked_and_somebody_looks_again_tomorrow(
    tuesday_noon: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("i want to die")
    jo = await Adviser.at(program.service)
    await jo.takes()
    await jo.writes("Hi, I am Jo, a person.")
    await jo.closes(CaseOutcome.SAFE_NOW)
    await web.opens()
    assert "Jo has to go now." in web.heard
    assert "Did this help?" not in web.heard
    task = (await rows(program.service, "SELECT * FROM case_tasks WHERE kind = 'follow_up'"))[0]
    assert timedelta(hours=23) < task["due_at"] - utc_now() <= timedelta(hours=24)

    await web.says("it was him again at the door")
    case = await newest_case(program.service)
    assert case["closed_at"] is None
    assert case["urgency"] in {"crisis", "safeguarding"}


async def test_a_wrong_number_is_told_nothing(program: Program, web: WebPerson, jo: Adviser) -> None:
    await jo.closes(CaseOutcome.WRONG_NUMBER)
    await web.opens()
    assert "Jo has to go" not in web.all_heard


async def test_late_words_open_a_case_that_knows_the_one_before(program: Program, web: WebPerson, jo: Adviser) -> None:
    await jo.closes()
    closed = await newest_case(program.service)
    await web.says("jo what was that number again")
    assert "Jo has gone. I have passed that on: a person will read it." in web.heard
    case = await newest_case(program.service)
    assert (case["follows_id"], case["reason"], case["closed_at"]) == (closed["id"], "late_answer", None)
    assert await rows(program.service, "SELECT closed_at FROM cases WHERE closed_at IS NOT NULL"), "the first stays"


async def test_whoever_never_heard_from_a_person_is_told_that_it_was_read(
    tuesday_noon: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("person")
    jo = await Adviser.at(program.service)
    await jo.takes()
    await jo.closes()
    await web.opens()
    assert "Jo has read what you wrote." in web.heard
    assert "Did this help?" not in web.heard


async def test_stop_i_want_someone_else_is_no_stop(program: Program, web: WebPerson, jo: Adviser) -> None:
    await web.says("STOP, I want someone else!")
    assert "I have asked for someone else." in web.heard
    case = await newest_case(program.service)
    assert (case["adviser_id"], case["passed_over"], case["barred"]) == (None, [jo.who.id], [])
    assert (await rows(program.service, "SELECT stopped FROM addresses")) == [{"stopped": ""}]
