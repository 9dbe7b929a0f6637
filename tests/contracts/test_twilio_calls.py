"""Calls to staff against Twilio's own description of its interface, at the wire."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.errors import SendError, Unreadable
from bot.sms.errors import NO_ANSWER, NOT_CONNECTED
from bot.voice import inbound
from bot.voice.caller import VoiceCaller, VoiceSender
from bot.voice.spoken import VOICES, farewell, question
from tests.support.twilio_double import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    OUR_NUMBER,
    Drop,
    Garble,
    Hang,
    Refuse,
    TwilioDouble,
    running_twilio,
)

pytestmark = pytest.mark.node

JO = "+447700900321"
KEY, ENDED = "https://talk.example.org/key", "https://talk.example.org/ended"
WORDS = question([("en", "Somebody needs you now. Case C 1 0 4."), ("cy", "Pwyswch 1.")], KEY, ("en", "Nobody has it."))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running() -> AsyncIterator[TwilioDouble]:
    async with running_twilio() as double:
        yield double


@pytest.fixture
def twilio(running: TwilioDouble) -> TwilioDouble:
    running.reset()
    return running


def sender(twilio: TwilioDouble) -> VoiceSender:
    return VoiceSender(ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, base_url=twilio.url, timeout_seconds=20)


@pytest_asyncio.fixture(loop_scope="session")
async def caller(twilio: TwilioDouble) -> AsyncIterator[VoiceCaller]:
    made = VoiceCaller(sender(twilio))
    yield made
    await made.close()


async def test_a_call_is_placed_as_twilio_describes_it(twilio: TwilioDouble, caller: VoiceCaller) -> None:
    sid = await caller.call(JO, WORDS, ENDED)
    [call] = twilio.placed
    assert (sid, call.to, call.from_, call.status_callback, call.action) == (call.sid, JO, OUR_NUMBER, ENDED, KEY)
    assert call.said == ["Somebody needs you now. Case C 1 0 4.", "Pwyswch 1."] * 2 + ["Nobody has it."]
    assert call.voices[:2] == [VOICES["en"], VOICES["cy"]]
    assert twilio.faults == []


@pytest.mark.parametrize(("code", "is_dead"), [(21211, True), (21215, False), (20003, False)])
async def test_a_refused_call(twilio: TwilioDouble, caller: VoiceCaller, code: int, is_dead: bool) -> None:
    twilio.next_calls(Refuse(400, code))
    with pytest.raises(SendError) as caught:
        await caller.call(JO, WORDS, ENDED)
    assert (caught.value.code, caught.value.is_retryable, caught.value.is_address_dead) == (str(code), False, is_dead)
    assert "+44" not in repr(caught.value)


async def test_what_is_no_number_is_refused(twilio: TwilioDouble, caller: VoiceCaller) -> None:
    with pytest.raises(SendError):
        await caller.call("ring jo", WORDS, ENDED)
    assert twilio.placed == []


@pytest.mark.parametrize("trouble", [Refuse(503), Refuse(429, 20429, "3"), Drop(), Garble(), Drop(is_taken=False)])
async def test_what_may_go_better_next_time(twilio: TwilioDouble, caller: VoiceCaller, trouble: Refuse | Drop) -> None:
    twilio.next_calls(trouble)
    with pytest.raises(SendError) as caught:
        await caller.call(JO, WORDS, ENDED)
    assert caught.value.is_retryable


async def test_waiting_has_an_end(twilio: TwilioDouble) -> None:
    caller = VoiceCaller(replace(sender(twilio), timeout_seconds=1))
    twilio.next_calls(Hang(2))
    with pytest.raises(SendError, match=NO_ANSWER):
        await caller.call(JO, WORDS, ENDED)
    await caller.close()


async def test_nobody_there(twilio: TwilioDouble) -> None:
    caller = VoiceCaller(replace(sender(twilio), base_url="http://127.0.0.1:9"))
    with pytest.raises(SendError, match=NOT_CONNECTED):
        await caller.call(JO, WORDS, ENDED)
    await caller.close()
    await caller.close()


async def test_logs_name_nobody(twilio: TwilioDouble, caller: VoiceCaller, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await caller.call(JO, WORDS, ENDED)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp.access")]
    assert not [text for text in ours if "447700" in text]
    assert AUTH_TOKEN not in repr(sender(twilio))


def test_words_are_text_and_nothing_else() -> None:
    said = farewell([("en", "<Dial>999</Dial> & so on"), ("xx", "hello")])
    assert "&lt;Dial&gt;999&lt;/Dial&gt; &amp; so on" in said
    assert said.count('language="en-GB"') == 2
    assert said.endswith("<Hangup /></Response>")


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ({"CallSid": "CA1", "Digits": "1"}, "1"),
        ({"CallSid": "CA1", "Digits": "#"}, "#"),
        ({"CallSid": "CA1"}, ""),
        ({"CallSid": "CA1", "Digits": "11"}, ""),
        ({"CallSid": "CA1", "Digits": "1", "AnsweredBy": "machine_start"}, ""),
        ({"CallSid": "CA1", "Digits": "1", "AnsweredBy": "fax"}, ""),
        ({"CallSid": "CA1", "Digits": "1", "AnsweredBy": "human"}, "1"),
    ],
)
def test_keys(form: dict[str, str], key: str) -> None:
    assert inbound.key(form) == key


@pytest.mark.parametrize(
    "form", [{}, {"Digits": "1"}, {"CallSid": "CA1", "Digits": "١"}, {"CallSid": "CA1", "Digits": "x"}]
)
def test_what_is_no_key(form: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        inbound.key(form)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("completed", ""),
        ("busy", "busy"),
        ("no-answer", "no-answer"),
        ("failed", "failed"),
        ("canceled", "canceled"),
        ("ringing", ""),
        ("new-one", ""),
    ],
)
def test_how_a_call_ended(status: str, why: str) -> None:
    assert inbound.reached_nobody({"CallSid": "CA1", "CallStatus": status}) == why


@pytest.mark.parametrize("form", [{}, {"CallSid": "CA1"}, {"CallStatus": "busy"}])
def test_an_end_of_no_call(form: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        inbound.reached_nobody(form)
