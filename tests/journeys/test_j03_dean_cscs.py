"""J3, up to its answer: Dean, 18, pay as you go, texts "need cscs"."""

from __future__ import annotations

import asyncio

import pytest

from bot.sms.encoding import count_parts
from tests.support.patience import PATIENCE
from tests.support.program import Program
from tests.support.twilio_double import TwilioDouble

pytestmark = pytest.mark.node

DEAN = "+447700900456"


async def says(program: Program, twilio: TwilioDouble, text: str, wanted: int) -> list[str]:
    """Dean texts; everything he got, once there are that many messages."""
    form = twilio.inbound_form(DEAN, text)
    path = "/webhooks/twilio/message"
    assert await twilio.post(f"{program.url}{path}", form, public_url=f"https://chat.example{path}") == 200
    async with asyncio.timeout(PATIENCE):
        while len(twilio.bodies_to(DEAN)) < wanted:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    return twilio.bodies_to(DEAN)


async def test_dean_gets_one_part_without_a_link_and_the_cost_is_said_once(
    sms_program: Program, twilio: TwilioDouble
) -> None:
    intro, answer = await says(sms_program, twilio, "need cscs", 2)

    for body in (intro, answer):
        assert count_parts(body) == count_parts(body)._replace(encoding="GSM-7", parts=1)
        assert "http" not in body
        assert "www" not in body
    assert "cost" in intro.lower() or "rate" in intro.lower()
    assert "CSCS" in answer
    assert "1 " in answer
    assert "9 person" in answer

    more = await says(sms_program, twilio, "2", 3)
    assert not any("rate" in body.lower() and "text" in body.lower() for body in more[2:])
    assert twilio.faults == []


async def test_one_asks_for_help_with_booking(sms_program: Program, twilio: TwilioDouble) -> None:
    await says(sms_program, twilio, "need cscs", 2)
    bodies = await says(sms_program, twilio, "1", 3)

    assert "person" in bodies[-1].lower()
    assert "shortly" not in bodies[-1].lower()
