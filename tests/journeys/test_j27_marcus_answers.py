"""J27, Marcus's side: he is asked in his own chat, apart from both, and each answer is fine."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.appointments import care, handover
from server.clock import utc_now
from server.conversations.handing_over import ask_comfort
from tests.server.appointments.care_house import a_meeting
from tests.support.adviser import Adviser, rows
from tests.support.program import Program
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database


async def asked(program: Program, web: WebPerson) -> uuid.UUID:
    """Beth hands Marcus over to Ali, the three meet on Thursday at 4pm, and he is asked. Beth's id."""
    await web.opens()
    await web.says("hi")
    service, now = program.service, utc_now()
    beth, ali = (await Adviser.at(service, "Beth")).who.id, (await Adviser.at(service, "Ali")).who.id
    async with service.engine.begin() as db:
        marcus = (await db.execute(text("SELECT id FROM people"))).scalar_one()
        await care.set_adviser(db, marcus, beth, now)
        made = await handover.start(db, marcus, ali, now)
        await handover.brief(db, made, now)
        thursday = now.replace(hour=16, minute=0, second=0, microsecond=0) + timedelta(days=2)
        await handover.set_meeting(db, made, await a_meeting(db, marcus, ali, thursday))
        assert await ask_comfort(db, service.conversations, made, now) is True
    await web.opens()
    return beth


async def kept(program: Program) -> Any:
    return (await rows(program.service, "SELECT comfort FROM handovers"))[0]["comfort"]


async def private_talks(program: Program) -> list[Any]:
    found = await rows(program.service, "SELECT staff_id FROM case_tasks WHERE kind = 'handover'")
    return [row["staff_id"] for row in found]


async def test_the_question_names_both_and_the_day(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await asked(program, web)
    assert (
        "Your new adviser is Ali. Beth, Ali and you meet: Thursday 10 December, 4pm. Are you OK with this?" in web.heard
    )
    assert {"1 Yes", "2 Not sure", "3 No"} <= set(web.read().buttons)
    await web.presses("Yes")
    assert await kept(program) == "yes"
    assert await private_talks(program) == []


@pytest.mark.parametrize(("said", "answer"), [("2", "not_sure"), ("idk tbh", "not_sure"), ("nah", "no"), ("No", "no")])
async def test_without_a_yes_beth_talks_with_him_alone(
    tuesday_noon: None, program: Program, web: WebPerson, said: str, answer: str
) -> None:
    beth = await asked(program, web)
    await web.says(said)
    assert "Thank you for telling me. Beth talks with you alone first." in web.heard
    assert await kept(program) == answer
    assert await private_talks(program) == [beth]
    await web.says(said)
    assert await private_talks(program) == [beth], "once"


async def test_a_sigh_is_no_yes(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await asked(program, web)
    await web.says("whatever")
    assert "Just to be sure: are you OK with this?" in web.heard
    assert await kept(program) == ""
    await web.says("yeah")
    assert await kept(program) == "yes"


async def test_danger_comes_before_his_answer(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await asked(program, web)
    await web.says("i want to die")
    assert "0800 1111" in web.heard
    assert await kept(program) == ""
