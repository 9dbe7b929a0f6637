"""J15: Jo goes offline in the middle of a chat with Ryan. He is told once, chooses, and repeats nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.clock import utc_now
from server.escalations.service import words_of
from tests.support.adviser import Adviser, newest_case
from tests.support.program import Program
from tests.support.web_person import WebPerson

SILENT = timedelta(minutes=3, seconds=1)


@pytest.fixture
async def jo(tuesday_noon: None, program: Program, web: WebPerson) -> Adviser:
    """Jo has taken Ryan's case and answered; Ryan has written since and waits."""
    await web.opens()
    await web.says("person")
    await web.says("my benefits stopped last week")
    made = await Adviser.at(program.service)
    await made.takes()
    await made.writes("Hi, I am Jo, a person.")
    await web.says("they sent me a letter")
    return made


async def test_he_is_told_once_and_waits(program: Program, web: WebPerson, jo: Adviser) -> None:
    assert not await jo.is_found_silent(utc_now() + timedelta(minutes=2)), "she is not silent yet"
    assert await jo.is_found_silent(utc_now() + SILENT)
    assert not await jo.is_found_silent(utc_now() + SILENT), "repeating does nothing"
    await web.opens()
    assert "Jo has lost connection." in web.heard
    assert web.all_heard.count("Jo has lost connection.") == 1

    await web.says("1")
    assert "You wait for Jo" in web.heard
    assert (await newest_case(program.service))["adviser_id"] == jo.who.id
    await jo.writes("Sorry, I am back.")
    assert (await newest_case(program.service))["lost_told_at"] is None


async def test_another_person_reads_all_of_it_and_jo_gets_it_last(
    program: Program, web: WebPerson, jo: Adviser
) -> None:
    await jo.is_found_silent(utc_now() + SILENT)
    await web.opens()
    await web.presses("Another person")
    assert "You do not have to say it again." in web.heard
    assert "shortly" not in web.heard

    case = await newest_case(program.service)
    assert (case["adviser_id"], case["passed_over"]) == (None, [jo.who.id])
    ali = await Adviser.at(program.service, "Ali")
    assert await ali.takes_next() == case["id"]
    async with program.service.engine.connect() as db:
        said = [row["body"] for row in await words_of(db, case["id"])]
    assert "my benefits stopped last week" in said
    assert "they sent me a letter" in said
    await web.says("hello?")
    assert (await newest_case(program.service))["adviser_id"] == ali.who.id


async def test_whoever_was_passed_over_is_given_anything_else_first(
    program: Program, web: WebPerson, jo: Adviser
) -> None:
    await web.says("stop, i want someone else")
    async with program.browser() as client:
        other = WebPerson(client)
        await other.opens()
        await other.says("person")
    given = await jo.takes_next()
    case = await newest_case(program.service)
    assert given == case["id"], "the one who came later but did not turn her away"


async def test_once_jo_is_back_a_number_is_for_jo(program: Program, web: WebPerson, jo: Adviser) -> None:
    await jo.is_found_silent(utc_now() + SILENT)
    await jo.writes("I am back. 1 for today, 2 for tomorrow?")
    await web.says("2")
    assert (await newest_case(program.service))["adviser_id"] == jo.who.id


async def test_in_danger_nobody_is_asked_to_choose(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("i want to die")
    jo = await Adviser.at(program.service)
    await jo.takes()
    await jo.writes("Hi, I am Jo, a person.")
    await web.says("i cant do this")
    assert await jo.is_found_silent(utc_now() + SILENT)
    await web.opens()

    assert "Jo has lost connection. I have asked for someone else." in web.heard
    assert "0800 1111" in web.heard
    assert "Another person" not in web.read().buttons
    case = await newest_case(program.service)
    assert case["adviser_id"] is None
    assert case["acknowledged_at"] is None, "the clock begins anew"
    assert not await jo.is_found_silent(utc_now() + SILENT)


async def test_a_page_that_was_left_is_asked_nothing_and_the_case_goes_on(
    program: Program, web: WebPerson, jo: Adviser
) -> None:
    await web.leaves()
    assert await jo.is_found_silent(utc_now() + SILENT)
    assert (await newest_case(program.service))["adviser_id"] is None
