"""Receive: one turn for a message, whole or not at all, in order, from whoever and however often it comes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.errors import SendError
from dialogs.events import Opened
from dialogs.messages import ChannelName, InboundMessage
from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.conversations.service import Received
from server.escalations import holding
from server.escalations.errors import CannotReach
from tests.server.wire import SMS, Wire
from tests.support.patience import PATIENCE
from tests.support.staff import make_member

BLOCKED = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}


def message(sender: str, words: str, external_id: str, lane: str = "telegram") -> InboundMessage:
    return InboundMessage(ChannelName(lane), lane, sender, external_id, utc_now(), text=words)


async def settled(wire: Wire) -> None:
    await wire.program.service.sender.drain()
    async with asyncio.timeout(PATIENCE):
        while await wire.scalar("SELECT count(*) FROM deliveries WHERE status IN ('due', 'sending')"):
            await asyncio.sleep(0.05)


async def test_a_repeat_changes_nothing(wire: Wire) -> None:
    wire.double.person(1)
    receive = wire.program.service.conversations.receive
    once = message("1", "hello", "once-1")
    outcomes = await asyncio.gather(*(receive(once, utc_now()) for _ in range(10)))
    assert sorted(outcomes) == [*[Received.DUPLICATE] * 9, Received.TURN]
    before = await wire.stored()
    assert await receive(once, utc_now() + timedelta(days=3)) is Received.DUPLICATE
    assert await wire.stored() == before


async def test_the_same_id_on_another_lane_is_another_message(wire: Wire) -> None:
    wire.double.person(2)
    receive = wire.program.service.conversations.receive
    assert await receive(message("2", "hello", "both-1"), utc_now()) is Received.TURN
    assert await receive(message("+447700900222", "hello", "both-1", "sms"), utc_now()) is Received.TURN


async def test_many_first_messages_of_one_address_make_one_person(wire: Wire) -> None:
    before = await wire.scalar("SELECT count(*) FROM people")
    updates = [wire.update(3, "hello") for _ in range(12)]
    answers = await asyncio.gather(*(wire.telegram(update) for update in updates))
    assert {answer.status_code for answer in answers} == {200}
    assert await wire.scalar("SELECT count(*) FROM people") == before + 1


@pytest.mark.parametrize("broken", ["_finish", "_take_turns", "_effects", "_fit"])
async def test_a_fault_in_the_middle_stores_nothing_and_the_next_try_does_all(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    chat = {"_finish": 40, "_take_turns": 41, "_effects": 42, "_fit": 43}[broken]
    update = wire.update(chat, "i want to kill myself")
    before = await wire.stored()
    original = getattr(wire.program.service.conversations, broken)

    async def falls(*args: Any) -> None:
        await original(*args)
        raise ZeroDivisionError

    def falls_at_once(*args: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(wire.program.service.conversations, broken, falls_at_once if broken == "_fit" else falls)
        with pytest.raises(ZeroDivisionError):
            await wire.program.service.conversations.receive(
                message(str(chat), "i want to kill myself", f"f{chat}"), utc_now()
            )
    assert await wire.stored() == before
    assert (await wire.telegram(update)).status_code == 200
    await settled(wire)
    assert wire.double.person(chat).texts


async def test_a_burst_of_one_person_is_answered_in_order(wire: Wire) -> None:
    """The menu's number counts the replies that had one."""
    for n in range(8):
        assert (await wire.telegram(wire.update(50, f"what is a cscs card {n}"))).status_code == 200
    await settled(wire)
    shown = [
        m["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        for m in wire.double.person(50).inbox
        if "reply_markup" in m
    ]
    menus = [int(data.removeprefix("m").partition(".")[0]) for data in shown]
    assert len(menus) >= 8
    assert menus == sorted(menus)


async def test_opening_the_page_twice_is_one_greeting(wire: Wire) -> None:
    happened = wire.program.service.conversations.happened
    before = await wire.scalar("SELECT count(*) FROM deliveries WHERE lane = 'web'")
    await asyncio.gather(
        *(happened(ChannelName.WEBCHAT, "web", "one browser", Opened("en"), utc_now()) for _ in range(5))
    )
    greeted = await wire.scalar("SELECT count(*) FROM deliveries WHERE lane = 'web'") - before
    await happened(ChannelName.WEBCHAT, "web", "another browser", Opened("en"), utc_now())
    assert await wire.scalar("SELECT count(*) FROM deliveries WHERE lane = 'web'") - before == 2 * greeted


async def test_an_adviser_answers_where_they_were_asked_and_is_told_which_ways_are_left_when_that_is_gone(
    wire: Wire,
) -> None:
    code = next(x for x in (await wire.says(60, "join"))[-1].split() if "-" in x)
    number = "+447700900333"
    assert (await wire.twilio(SMS, wire.form(number, f"join {code}"))).status_code == 200
    await wire.says(60, "can i talk to a person")
    await settled(wire)
    service = wire.program.service
    hashed = service.conversations.hash_of("telegram", "60")
    async with service.engine.connect() as db:
        query = "SELECT c.id FROM cases c JOIN addresses a USING (person_id) WHERE a.address_hash = :hashed"
        case = (await db.execute(text(query), {"hashed": hashed})).scalar_one()
    ada = await make_member(service.engine, "Ada")
    async with service.engine.begin() as db:
        await holding.take(db, ada, case, utc_now())
    await write_as_adviser(service.conversations, case, ada, "I am here now.", utc_now())
    await settled(wire)
    assert any("I am here now." in words for words in wire.double.person(60).texts)
    assert not any("I am here now." in words for words in wire.sms.texts(number))

    assert (await wire.twilio(SMS, wire.form(number, "im on my phone"))).status_code == 200
    await write_as_adviser(service.conversations, case, ada, "Still here.", utc_now())
    await settled(wire)
    assert any("Still here." in words for words in wire.double.person(60).texts)

    async with service.engine.begin() as db:
        await db.execute(text("UPDATE addresses SET is_reachable = false WHERE address_hash = :h"), {"h": hashed})
    with pytest.raises(CannotReach) as refused:
        await write_as_adviser(service.conversations, case, ada, "I write to your phone.", utc_now())
    assert refused.value.left == ("sms",)
    await settled(wire)
    assert not any("I write to your phone." in words for words in wire.sms.texts(number))


async def address(wire: Wire, lane: str, sender: str) -> Any:
    hashed = wire.program.service.conversations.hash_of(lane, sender)
    async with wire.program.service.engine.connect() as db:
        query = "SELECT is_reachable, stopped FROM addresses WHERE address_hash = :hashed"
        return tuple((await db.execute(text(query), {"hashed": hashed})).one())


async def test_a_dead_address_is_marked_and_what_waits_is_skipped_until_they_write_again(wire: Wire) -> None:
    person = wire.double.person(70)
    await wire.says(70, "hello")
    person.has_blocked = True
    await wire.telegram(wire.update(70, "what is a cscs card"))
    await settled(wire)
    assert await address(wire, "telegram", "70") == (False, "")
    assert await wire.scalar("SELECT count(*) FROM deliveries WHERE status = 'failed' AND reason = 'address-dead'") >= 1

    person.has_blocked = False
    count = len(person.texts)
    assert len(await wire.says(70, "hello")) > count
    assert await address(wire, "telegram", "70") == (True, "")


async def test_what_the_provider_calls_opted_out_is_stopped(wire: Wire) -> None:
    number = "+447700900444"
    await wire.twilio(SMS, wire.form(number, "hello"))
    await settled(wire)
    sent = len(wire.sms.texts(number))
    wire.sms.fail_next = [
        SendError("busy", is_retryable=True, retry_after_seconds=0.4),
        SendError("21610", is_retryable=False, is_opted_out=True),
    ]
    for words in ("what is a cscs card", "menu", "hello"):
        await wire.twilio(SMS, wire.form(number, words))
    await settled(wire)
    assert len(wire.sms.texts(number)) == sent
    assert await address(wire, "sms", number) == (True, "all")
    reasons = "SELECT count(*) FROM deliveries WHERE lane = 'sms' AND status = 'skipped' AND reason = 'opted-out'"
    assert await wire.scalar(reasons) >= 1
