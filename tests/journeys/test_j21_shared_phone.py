"""J21: one old phone in a hostel, shared by three. Each is asked who they are by a letter; nothing of one is read by another."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from dialogs.events import HoldLifted
from dialogs.messages import ChannelName
from server.clock import utc_now
from server.people import phones
from server.people.service import Contact
from tests.support.adviser import Adviser
from tests.support.program import Program
from tests.support.twilio_double import TwilioDouble

pytestmark = pytest.mark.node

HOSTEL = "+447700900456"
PATH = "/webhooks/twilio/message"


class HostelPhone:
    """The one phone of three."""

    def __init__(self, program: Program, twilio: TwilioDouble) -> None:
        self.program = program
        self.twilio = twilio

    async def says(self, words: str) -> list[str]:
        """Text it; what came back, once it is quiet again."""
        before = len(self.twilio.bodies_to(HOSTEL))
        form = self.twilio.inbound_form(HOSTEL, words)
        status = await self.twilio.post(f"{self.program.url}{PATH}", form, public_url=f"https://chat.example{PATH}")
        assert status == 200
        await self.quiet()
        return self.twilio.bodies_to(HOSTEL)[before:]

    async def quiet(self) -> None:
        for _ in range(100):
            await self.program.service.sender.drain()
            await asyncio.sleep(0.05)
            waiting = "SELECT count(*) FROM deliveries WHERE status IN ('due', 'sending')"
            if not await self.one(waiting):
                return
        raise AssertionError("something is never sent")

    async def one(self, query: str) -> object:
        async with self.program.service.engine.connect() as db:
            return (await db.execute(text(query))).scalar()

    async def is_shared(self) -> None:
        """An adviser writes down that E, whose phone it was until now, shares it with K and T."""
        async with self.program.service.engine.begin() as db:
            person = (
                await db.execute(text("SELECT person_id FROM addresses ORDER BY created_at LIMIT 1"))
            ).scalar_one()
            await phones.share(db, person, "E", ("E", "K", "T"), utc_now())


@pytest.fixture
async def phone(sms_program: Program, twilio: TwilioDouble) -> HostelPhone:
    phone = HostelPhone(sms_program, twilio)
    await phone.says("hello")
    await phone.is_shared()
    return phone


async def test_who_is_this_and_then_the_answer_to_what_was_asked(phone: HostelPhone) -> None:
    asked = await phone.says("what is universal credit")
    assert asked == ["Who is this?\n1 E, 2 K, 3 T, 4 other person, 9 person"]
    told = await phone.says("2")
    assert "You claim UC online." in told[-1]
    again = await phone.says("more")
    assert "Who is this" not in again[0], "K goes on for a while without being asked again"


async def test_what_one_asked_is_none_of_the_others(phone: HostelPhone) -> None:
    await phone.says("my data")
    heard = await phone.says("k")
    assert heard
    assert await phone.one("SELECT count(DISTINCT person_id) FROM conversations") == 3, (
        "E, K and whoever is not on the list"
    )
    named = "SELECT count(*) FROM messages m JOIN addresses a ON a.id = m.address_id JOIN phone_seats s USING (address_hash)"
    assert await phone.one(f"{named} WHERE s.nickname IS NOT NULL") == 2, "E's first hello, and what K asked"


async def test_what_we_say_by_ourselves_waits_for_its_reader(phone: HostelPhone) -> None:
    lane = str(await phone.one("SELECT lane FROM addresses"))
    to = Contact(ChannelName.SMS, lane, HOSTEL, phones.seat_hash(lane, HOSTEL, "E"))
    before = len(phone.twilio.bodies_to(HOSTEL))
    async with phone.program.service.engine.begin() as db:
        await phone.program.service.conversations.tell(db, to, HoldLifted(), utc_now())
    await phone.quiet()
    assert phone.twilio.bodies_to(HOSTEL)[before:] == ["E: a message for you. Send E to read it."]
    assert (await phone.says("E"))[0].startswith("Thank you. You can write to us here again.")


async def test_an_advisers_words_wait_until_it_is_them(phone: HostelPhone) -> None:
    await phone.says("i want to talk to a person")
    await phone.says("2")
    jo = await Adviser.at(phone.program.service)
    await jo.takes()
    await jo.writes("Hello K, this is Jo.")
    assert "Hello K, this is Jo." in phone.twilio.bodies_to(HOSTEL)[-1], "K holds the phone: it is their talk"
    with time_machine.travel(utc_now() + phones.SPEAKS_FOR + timedelta(minutes=1)):
        await jo.writes("The clinic is open until six.")
        assert phone.twilio.bodies_to(HOSTEL)[-1] == "K: a message for you. Send K to read it."
        assert "The clinic is open until six." in (await phone.says("k"))[0]


async def test_after_ten_quiet_minutes_somebody_else_may_hold_it(phone: HostelPhone) -> None:
    await phone.says("hello")
    await phone.says("1")
    with time_machine.travel(utc_now() + phones.SPEAKS_FOR + timedelta(minutes=1)):
        assert (await phone.says("hello"))[0].startswith("Who is this?")


async def test_a_letter_alone_hands_the_phone_over(phone: HostelPhone) -> None:
    await phone.says("hello")
    await phone.says("1")
    heard = await phone.says("T")
    assert heard
    assert "Who is this" not in heard[0]
    speaking = "SELECT count(*) FROM phone_seats WHERE speaks_until > now()"
    assert await phone.one(speaking) == 1


async def test_danger_is_answered_before_anybody_is_asked(phone: HostelPhone) -> None:
    heard = await phone.says("i want to kill myself")
    assert "Who is this" not in heard[0]
    assert "Shout 85258" in " ".join(heard)
    assert await phone.one("SELECT count(*) FROM cases WHERE closed_at IS NULL") == 1
    assert "Who is this" not in (await phone.says("i took some pills"))[0]


async def test_stop_is_for_the_number(phone: HostelPhone) -> None:
    await phone.says("hello")
    await phone.says("2")
    await phone.says("STOP")
    assert await phone.one("SELECT count(*) FROM addresses WHERE stopped <> 'all'") == 0


async def test_a_wrong_number_is_asked_again_and_kept_for_nobody(phone: HostelPhone) -> None:
    await phone.says("hello")
    assert (await phone.says("7"))[0].startswith("Who is this?")
    assert await phone.one("SELECT count(*) FROM messages WHERE is_unasked") == 1


async def test_what_is_tender_asks_first_and_names_nothing(phone: HostelPhone) -> None:
    await phone.says("hello")
    await phone.says("2")
    heard = await phone.says("emergency contraception")
    assert heard[0].startswith("Others use this phone. Do you want to read this here?")
    assert "contracep" not in heard[0].casefold()
    assert (await phone.says("1"))[0].startswith("Go to a chemist or clinic today.")


async def test_erased_is_erased_and_the_others_stay(phone: HostelPhone) -> None:
    await phone.says("delete me")
    await phone.says("2")
    await phone.says("yes")
    assert await phone.one("SELECT count(*) FROM phone_seats") == 3, "E, T, and whoever is not on the list"
