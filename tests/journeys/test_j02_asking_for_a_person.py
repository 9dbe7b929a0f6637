"""J2, the handover: when somebody reads it is said truthfully, in hours and out of them, on the web and by text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text

from bot.sms.encoding import count_parts
from server.clock import utc_now
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.models import Case
from tests.journeys.test_sms_ways import Phone
from tests.support.adviser import newest_case, rows
from tests.support.program import Program
from tests.support.twilio_double import TwilioDouble
from tests.support.web_person import WebPerson


async def test_at_night_times_to_be_written_to_and_lines_that_are_open(
    sunday_2am: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("person")
    assert "People are here again on Monday 7 December, 9am (tomorrow)." in web.heard
    assert "You can talk to these people now." in web.heard
    assert "0800 1111" in web.heard
    assert "85258" in web.heard
    assert "wait" not in web.heard, "a measured wait is for when people are here"
    assert "shortly" not in web.heard

    await web.presses("Monday 7 December, 9:30am")
    assert "A person is asked to write to you here on Monday 7 December, 9:30am (tomorrow)." in web.heard
    case = await newest_case(program.service)
    task = (await rows(program.service, "SELECT * FROM case_tasks"))[0]
    assert (task["kind"], task["case_id"]) == ("call_back", case["id"])
    assert task["due_at"] == datetime(2026, 12, 7, 9, 30, tzinfo=UTC)
    await web.says("my landlord wont fix the heating")
    assert "passed that on" in web.heard


async def test_words_instead_of_a_time_will_do(sunday_2am: None, program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("person")
    await web.says("my landlord wont fix the heating")
    assert await rows(program.service, "SELECT id FROM case_tasks") == []


async def test_in_hours_the_wait_is_the_one_that_was_measured(
    tuesday_noon: None, program: Program, web: WebPerson
) -> None:
    async with program.service.engine.begin() as db:
        for minutes in (5, 12, 40):
            opened = utc_now() - timedelta(hours=1)
            row = {"id": new_id(), "area": "home", "reason": "asked", "urgency": "advice", "language": "en"}
            row |= {"opened_at": opened, "closed_at": utc_now(), "clock_since": opened}
            row["first_answer_at"] = opened + timedelta(minutes=minutes)
            await db.execute(insert(table_of(Case)).values(row))
    await web.opens()
    await web.says("person")
    assert "People are here now, until 5pm. Lately people waited about 15 minutes." in web.heard


async def test_in_hours_without_figures_nobody_knows(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("person")
    assert "I do not know how long you will wait." in web.heard


@pytest.mark.node
@pytest.mark.parametrize("hour", ["sunday_2am", "tuesday_noon"])
async def test_each_text_message_is_one_part(
    request: pytest.FixtureRequest, hour: str, sms_program: Program, twilio: TwilioDouble
) -> None:
    request.getfixturevalue(hour)
    leah = Phone(sms_program, twilio)
    await leah.says("hello")
    for words in ("person", "someone else", "complain"):
        heard = await leah.says(words)
        assert heard
        assert [count_parts(body).parts for body in heard] == [1] * len(heard), heard


@pytest.mark.node
async def test_an_interpreter_is_found_by_a_time_whatever_the_hour(
    sunday_2am: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("ina bukatar taimako ina jin tsoro")
    async with program.service.engine.connect() as db:
        due = (await db.execute(text("SELECT due_at FROM case_tasks"))).scalar_one()
    assert due == datetime(2026, 12, 7, 17, tzinfo=UTC)
