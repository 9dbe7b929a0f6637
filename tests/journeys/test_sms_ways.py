"""What somebody with an old phone can do by text message."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.sms.encoding import count_parts
from tests.support.program import Program
from tests.support.twilio_double import TwilioDouble

pytestmark = pytest.mark.node

LEAH = "+447700900789"
PATH = "/webhooks/twilio/message"


class Phone:
    """Leah's phone."""

    def __init__(self, program: Program, twilio: TwilioDouble) -> None:
        self.program = program
        self.twilio = twilio

    async def says(self, words: str) -> list[str]:
        """Text it; what came back, once it is quiet again."""
        before = len(self.twilio.bodies_to(LEAH))
        form = self.twilio.inbound_form(LEAH, words)
        assert (
            await self.twilio.post(f"{self.program.url}{PATH}", form, public_url=f"https://chat.example{PATH}") == 200
        )
        await self.program.service.sender.drain()
        await asyncio.sleep(0.05)
        return self.twilio.bodies_to(LEAH)[before:]


@pytest.fixture
def phone(sms_program: Program, twilio: TwilioDouble) -> Phone:
    return Phone(sms_program, twilio)


async def stopped(program: Program) -> str | None:
    async with program.service.engine.connect() as db:
        return (await db.execute(text("SELECT stopped FROM addresses"))).scalar()


@pytest.mark.parametrize("word", ["STOP", "stop.", "Unsubscribe", "STOPIO", "توقف"])
async def test_stop_in_every_language_gets_one_line_and_a_meeting_still_stands(phone: Phone, word: str) -> None:
    await phone.says("hello")
    heard = await phone.says(word)

    assert len(heard) == 1
    assert await stopped(phone.program) == "all"


async def test_start_brings_us_back(phone: Phone) -> None:
    await phone.says("hello")
    assert "START" in (await phone.says("STOP"))[0]
    await phone.says("START")

    assert await stopped(phone.program) == ""


async def test_danger_comes_before_stop(phone: Phone) -> None:
    await phone.says("hello")
    heard = await phone.says("stop it i cant live like this")

    assert "999" in heard[0]
    assert await stopped(phone.program) == ""


async def test_help_says_who_we_are_and_how_to_stop(phone: Phone) -> None:
    await phone.says("hello")
    heard = await phone.says("HELP")

    assert "STOP" in heard[0]
    assert "person" in heard[0].lower()


async def test_the_menu_has_four_choices_at_most_and_goes_on(phone: Phone) -> None:
    await phone.says("hello")
    menu = (await phone.says("menu"))[-1]

    assert "4 " in menu
    assert "5 " not in menu
    assert "9 person" in menu
    assert "0 menu" in menu


async def test_a_word_or_a_near_spelling_will_do_for_a_number(phone: Phone) -> None:
    await phone.says("hello")
    await phone.says("menu")

    assert (await phone.says("mony"))[-1] == (await _again(phone, "2"))[-1]


async def _again(phone: Phone, words: str) -> list[str]:
    await phone.says("menu")
    return await phone.says(words)


async def test_no_text_is_longer_than_three_parts_and_more_brings_the_rest(phone: Phone) -> None:
    await phone.says("hello")
    await phone.says("they arrested me what are my rights")
    heard = await phone.says("more")
    heard += await phone.says("more")

    assert heard
    assert all(count_parts(body).parts <= 3 for body in phone.twilio.bodies_to(LEAH))


async def test_a_receipt_moves_the_delivery_on_and_the_last_word_stands(phone: Phone) -> None:
    await phone.says("hello")
    message = phone.twilio.messages[-1]
    for status in ("delivered", "sent"):
        form_status = await phone.twilio.post(
            f"{phone.program.url}/webhooks/twilio/status",
            {
                "MessageSid": message.sid,
                "MessageStatus": status,
                "From": message.from_,
                "To": message.to,
                "AccountSid": "AC" + "0" * 32,
            },
            public_url="https://chat.example/webhooks/twilio/status",
        )
        assert form_status == 204
    async with phone.program.service.engine.connect() as db:
        query = text("SELECT status FROM deliveries WHERE provider_id = :sid")
        assert (await db.execute(query, {"sid": message.sid})).scalar() == "delivered"
