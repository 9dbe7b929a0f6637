"""The channel against Twilio's own description of its interface, at the wire."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channel import Channel, DeliveryReceipt, ReceiptStatus
from bot.errors import NotFromProvider, SendError
from bot.sms import inbound, receipts, signature
from bot.sms.channel import SmsChannel, TwilioSender
from bot.sms.errors import MEANINGS, NO_ANSWER, NOT_CONNECTED, TOO_LONG
from dialogs.messages import ChannelName, Choice, Reply, ReplyKind
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

SAM = "+447700900123"
REPLY = Reply("en", "It’s ok. We can help.", choices=(Choice(9, "person", "Talk to a person", "person"),))
BODY = "It's ok. We can help.\n9 person"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running() -> AsyncIterator[TwilioDouble]:
    async with running_twilio() as double:
        yield double


@pytest.fixture
def twilio(running: TwilioDouble) -> TwilioDouble:
    running.reset()
    return running


def sender(twilio: TwilioDouble) -> TwilioSender:
    return TwilioSender(ACCOUNT_SID, AUTH_TOKEN, from_number=OUR_NUMBER, base_url=twilio.url, timeout_seconds=20)


@pytest_asyncio.fixture(loop_scope="session")
async def channel(twilio: TwilioDouble) -> AsyncIterator[SmsChannel]:
    channel = SmsChannel(replace(sender(twilio), status_callback_url="https://talk.example.org/receipts"))
    yield channel
    await channel.close()


async def test_a_reply_is_sent_as_twilio_describes_it(twilio: TwilioDouble, channel: SmsChannel) -> None:
    as_contract: Channel = channel
    result = await as_contract.send(SAM, REPLY)
    [message] = twilio.messages
    assert (result.provider_id, result.parts, result.is_delivered) == (message.sid, 1, False)
    assert (message.to, message.from_, message.body) == (SAM, OUR_NUMBER, BODY)
    assert message.status_callback == "https://talk.example.org/receipts"
    assert twilio.faults == []


async def test_a_messaging_service_picks_the_number(twilio: TwilioDouble) -> None:
    service = "MG" + "0" * 32
    channel = SmsChannel(replace(sender(twilio), from_number="", messaging_service_sid=service))
    await channel.send(SAM, REPLY)
    assert (twilio.messages[0].from_, twilio.messages[0].messaging_service_sid) == ("", service)
    assert await channel.find_sent(SAM, REPLY, datetime.now(UTC)) == twilio.messages[0].sid
    assert twilio.faults == []
    await channel.close()


async def test_whatsapp_addresses_and_text(twilio: TwilioDouble) -> None:
    channel = SmsChannel(sender(twilio), ChannelName.WHATSAPP)
    result = await channel.send(SAM, REPLY)
    [message] = twilio.messages
    assert (message.to, message.from_) == (f"whatsapp:{SAM}", f"whatsapp:{OUR_NUMBER}")
    assert message.body == "It’s ok. We can help.\n\n9 Talk to a person"
    assert result.parts == 1
    assert await channel.find_sent(SAM, REPLY, datetime.now(UTC)) == message.sid
    assert twilio.faults == []
    await channel.close()


async def test_arabic_arrives_letter_for_letter_in_two_parts(twilio: TwilioDouble, channel: SmsChannel) -> None:
    text = "مرحبا سام. لديك موعد يوم الثلاثاء 9 يونيو الساعة 2:30pm مع جو. نراك هناك إن شاء الله."
    result = await channel.send(SAM, Reply("ar", text))
    assert (twilio.bodies_to(SAM), result.parts) == ([text], 2)


async def test_the_description_is_really_asked(twilio: TwilioDouble) -> None:
    channel = SmsChannel(replace(sender(twilio), from_number="", messaging_service_sid="not a sid"))
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    assert (caught.value.code, caught.value.is_retryable) == ("422", False)
    assert len(twilio.faults) == 1
    assert twilio.messages == []
    await channel.close()


async def test_a_wrong_secret_is_refused(twilio: TwilioDouble) -> None:
    channel = SmsChannel(replace(sender(twilio), auth_token="wrong"))
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    assert (caught.value.code, caught.value.is_retryable, caught.value.is_address_dead) == ("20003", False, False)
    await channel.close()


async def test_an_opted_out_number(twilio: TwilioDouble, channel: SmsChannel) -> None:
    twilio.opted_out.add(SAM)
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    assert (caught.value.is_opted_out, caught.value.is_retryable) == (True, False)


@pytest.mark.parametrize("code", [code for code in MEANINGS if code.isdigit()])
async def test_every_code_of_the_table_at_the_wire(twilio: TwilioDouble, channel: SmsChannel, code: str) -> None:
    twilio.next_creates(Refuse(400, int(code)))
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    error, what = caught.value, MEANINGS[code]
    assert (error.code, error.is_retryable, error.retry_after_seconds, error.is_address_dead, error.is_opted_out) == (
        code, what.is_retryable, what.retry_after_seconds, what.is_address_dead, what.is_opted_out,
    )  # fmt: skip
    assert "+44" not in repr(error)
    assert error.__cause__ is None
    assert twilio.calls == 1


async def test_told_to_slow_down(twilio: TwilioDouble, channel: SmsChannel) -> None:
    twilio.next_creates(Refuse(429, 20429, retry_after="17"))
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    assert (caught.value.is_retryable, caught.value.retry_after_seconds) == (True, 17.0)
    await channel.send(SAM, REPLY)
    assert twilio.bodies_to(SAM) == [BODY]


async def test_a_broken_gateway_is_worth_another_try(twilio: TwilioDouble, channel: SmsChannel) -> None:
    twilio.next_creates(Refuse(502))
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    assert (caught.value.code, caught.value.is_retryable) == ("502", True)


@pytest.mark.parametrize("trouble", [Drop(), Garble()])
async def test_no_answer_but_the_message_was_taken(
    twilio: TwilioDouble, channel: SmsChannel, trouble: Drop | Garble
) -> None:
    twilio.next_creates(trouble)
    result = await channel.send(SAM, REPLY)
    assert [message.sid for message in twilio.messages] == [result.provider_id]


@pytest.mark.parametrize("is_taken", [True, False])
async def test_waiting_has_an_end(twilio: TwilioDouble, *, is_taken: bool) -> None:
    channel = SmsChannel(replace(sender(twilio), timeout_seconds=2))
    twilio.next_creates(Hang(3, is_taken=is_taken))
    if is_taken:
        assert (await channel.send(SAM, REPLY)).provider_id == twilio.messages[0].sid
    else:
        with pytest.raises(SendError, match=NO_ANSWER):
            await channel.send(SAM, REPLY)
    assert len(twilio.messages) == is_taken
    await channel.close()


async def test_no_answer_and_no_message(twilio: TwilioDouble, channel: SmsChannel) -> None:
    twilio.next_creates(Drop(is_taken=False))
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    assert (caught.value.code, caught.value.is_retryable) == (NO_ANSWER, True)
    assert twilio.messages == []


async def test_no_answer_to_either_question(twilio: TwilioDouble, channel: SmsChannel) -> None:
    twilio.next_creates(Drop())
    twilio.next_lists(Refuse(500, 20500))
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    assert caught.value.code == NO_ANSWER


async def test_nobody_there(twilio: TwilioDouble) -> None:
    channel = SmsChannel(replace(sender(twilio), base_url="http://127.0.0.1:9"))
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, REPLY)
    assert (caught.value.code, caught.value.is_retryable) == (NOT_CONNECTED, True)
    await channel.close()


async def test_find_sent_knows_this_text_to_this_number_since_then(twilio: TwilioDouble, channel: SmsChannel) -> None:
    began_at = datetime.now(UTC)
    other = replace(REPLY, text="Something else.")
    assert await channel.find_sent(SAM, REPLY, began_at) is None
    sid = (await channel.send(SAM, REPLY)).provider_id
    await channel.send(SAM, other)
    assert await channel.find_sent(SAM, REPLY, began_at) == sid
    assert await channel.find_sent("+447700900124", REPLY, began_at) is None
    assert await channel.find_sent(SAM, replace(REPLY, text="Not sent."), began_at) is None
    assert await channel.find_sent(SAM, REPLY, began_at + timedelta(minutes=1)) is None
    assert twilio.faults == []


async def test_find_sent_that_gets_no_answer_does_not_say_none(twilio: TwilioDouble, channel: SmsChannel) -> None:
    await channel.send(SAM, REPLY)
    twilio.next_lists(Refuse(503))
    with pytest.raises(SendError) as caught:
        await channel.find_sent(SAM, REPLY, datetime.now(UTC))
    assert caught.value.is_retryable


async def test_an_unfitted_reply_is_not_cut_in_silence(twilio: TwilioDouble, channel: SmsChannel) -> None:
    long = replace(REPLY, text="You can ask us. " * 60)
    with pytest.raises(SendError) as caught:
        await channel.send(SAM, long)
    assert (caught.value.code, caught.value.is_retryable) == (TOO_LONG, False)
    assert await channel.find_sent(SAM, long, datetime.now(UTC)) is None
    now, rest = channel.fit(long)
    assert rest is not None
    assert (await channel.send(SAM, now)).parts == 3
    assert (await channel.send(SAM, replace(long, kind=ReplyKind.CRISIS))).parts == 3
    with pytest.raises(SendError):
        await channel.send(SAM, Reply("en", " "))


async def test_many_at_once_share_one_session(twilio: TwilioDouble, channel: SmsChannel) -> None:
    results = await asyncio.gather(*(channel.send(SAM, replace(REPLY, text=f"Number {n}.")) for n in range(20)))
    assert len({result.provider_id for result in results}) == 20
    await channel.close()
    await channel.close()
    await channel.send(SAM, REPLY)


async def test_logs_name_nobody(twilio: TwilioDouble, channel: SmsChannel, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await channel.send(SAM, REPLY)
        await channel.find_sent(SAM, REPLY, datetime.now(UTC))
    ours = [record for record in caplog.records if not record.name.startswith("aiohttp.access")]  # the double's own
    assert not [
        record.getMessage() for record in ours if "447700" in record.getMessage() or "help" in record.getMessage()
    ]
    assert AUTH_TOKEN not in repr(sender(twilio))


async def test_a_signed_webhook_and_a_signed_receipt_arrive(twilio: TwilioDouble) -> None:
    """Both directions over a real connection: the double signs and posts, our parsers check and read."""
    got: list[object] = []

    async def hook(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            signature.check(str(request.url), form, request.headers.get("X-Twilio-Signature"), AUTH_TOKEN)
        except NotFromProvider:
            return web.Response(status=403)
        is_receipt = "MessageStatus" in form
        got.append(receipts.parse(form, "sms") if is_receipt else inbound.parse(form, "sms", datetime.now(UTC)))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    channel = SmsChannel(replace(sender(twilio), status_callback_url=url))
    try:
        assert await twilio.inbound(url, SAM, "مرحبا & + % hi") == 200
        await channel.send(SAM, REPLY)
        assert await twilio.receipt(twilio.messages[0], "queued") == 200
        assert await twilio.receipt(twilio.messages[0], "undelivered", "30005") == 200
        assert (
            await twilio.post(url, twilio.inbound_form(SAM, "forged"), public_url="http://other.example.org/hook")
            == 403
        )
    finally:
        await channel.close()
        await runner.cleanup()
    message, queued, receipt = got
    assert isinstance(message, inbound.InboundMessage)
    assert (message.sender, message.text) == (SAM, "مرحبا & + % hi")
    assert queued is None
    assert receipt == DeliveryReceipt("sms", twilio.messages[0].sid, ReceiptStatus.UNDELIVERED, "30005")


@pytest.mark.parametrize("both", [("", ""), (OUR_NUMBER, "MG" + "0" * 32)])
def test_a_sender_has_one_origin(both: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="one of the two"):
        TwilioSender(ACCOUNT_SID, AUTH_TOKEN, from_number=both[0], messaging_service_sid=both[1])
