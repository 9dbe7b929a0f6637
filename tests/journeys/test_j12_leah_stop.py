"""J12: Leah, SMS: "stop it i cant live like this". Danger beats STOP: the card, a person, and STOP waits for a human."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.journeys.test_sms_ways import Phone
from tests.support.program import Program
from tests.support.twilio_double import TwilioDouble

pytestmark = pytest.mark.node


async def test_the_card_comes_a_person_is_asked_and_she_is_not_stopped(
    sms_program: Program, twilio: TwilioDouble
) -> None:
    leah = Phone(sms_program, twilio)
    heard = await leah.says("stop it i cant live like this")

    assert "999" in heard[0]
    assert "Are you safe right now?" in heard[0]
    async with sms_program.service.engine.connect() as db:
        urgency = (await db.execute(text("SELECT urgency FROM cases"))).scalar_one()
        stopped = (await db.execute(text("SELECT stopped FROM addresses"))).scalar_one()
    assert (urgency, stopped) == ("crisis", "")


async def test_a_plain_stop_still_stops(sms_program: Program, twilio: TwilioDouble) -> None:
    leah = Phone(sms_program, twilio)
    await leah.says("hello")
    await leah.says("stop")

    async with sms_program.service.engine.connect() as db:
        assert (await db.execute(text("SELECT stopped FROM addresses"))).scalar_one() == "all"
