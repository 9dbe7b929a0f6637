"""Who has blocked the bot or said STOP is not written to: the adviser hears which routes are left."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.errors import SendError
from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.escalations.errors import CannotReach
from tests.server.wire import SMS, Wire
from tests.support.adviser import Adviser, newest_case
from tests.support.patience import PATIENCE


async def settled(wire: Wire) -> None:
    await wire.program.service.sender.drain()
    async with asyncio.timeout(PATIENCE):
        while await wire.scalar("SELECT count(*) FROM deliveries WHERE status IN ('due', 'sending')"):
            await asyncio.sleep(0.05)


async def refused(jo: Adviser) -> tuple[str, ...]:
    """The routes that Jo is told of."""
    assert jo.case is not None
    with pytest.raises(CannotReach) as found:
        await write_as_adviser(jo.service.conversations, jo.case, jo.who, "Hello?", utc_now())
    return found.value.left


async def of_case(wire: Wire, case: Any) -> list[str]:
    query = text("SELECT author FROM case_messages WHERE case_id = :case AND author = 'adviser'")
    async with wire.program.service.engine.connect() as db:
        return list((await db.execute(query, {"case": case})).scalars())


async def test_telegram_says_403(wire: Wire) -> None:
    person = wire.double.person(8001)
    await wire.says(8001, "can i talk to a person")
    jo = await Adviser.at(wire.program.service)
    case = await jo.takes()
    person.has_blocked = True
    await jo.writes("Hi, I am Jo.")
    await settled(wire)
    assert await refused(jo) == ()
    assert len(await of_case(wire, case)) == 1, "what was refused is kept by nobody as said"

    person.has_blocked = False
    await wire.says(8001, "i am back")
    await jo.writes("Good.")
    await settled(wire)
    assert "Good." in person.texts[-1]


async def test_the_provider_says_21610(wire: Wire) -> None:
    number = "+447700900555"
    await wire.twilio(SMS, wire.form(number, "person"))
    await settled(wire)
    jo = await Adviser.at(wire.program.service)
    await jo.takes()
    wire.sms.fail_next = [SendError("21610", is_retryable=False, is_opted_out=True)]
    await jo.writes("Hi, I am Jo.")
    await settled(wire)
    assert await refused(jo) == ()


async def test_stop_holds_for_people_too_until_start(wire: Wire) -> None:
    number = "+447700900556"
    await wire.twilio(SMS, wire.form(number, "person"))
    await settled(wire)
    jo = await Adviser.at(wire.program.service)
    case = await jo.takes()
    await jo.writes("Hi, I am Jo.")
    await wire.twilio(SMS, wire.form(number, "STOP"))
    await settled(wire)
    assert "reply START" in wire.sms.texts(number)[-1]
    assert await refused(jo) == ()
    assert (await newest_case(wire.program.service))["closed_at"] is None, "STOP closes nothing"
    sent = len(wire.sms.texts(number))
    await jo.closes()
    await settled(wire)
    assert len(wire.sms.texts(number)) == sent, "no farewell either"

    await wire.twilio(SMS, wire.form(number, "START"))
    await wire.twilio(SMS, wire.form(number, "person"))
    await settled(wire)
    assert await jo.takes() != case
    await jo.writes("Hi again.")
    await settled(wire)
    assert "Hi again." in wire.sms.texts(number)[-1]


async def test_who_said_stop_and_asks_for_a_person_is_told_how_one_can_answer(wire: Wire) -> None:
    number = "+447700900557"
    for words in ("hello", "STOP", "person"):
        await wire.twilio(SMS, wire.form(number, words))
        await settled(wire)
    assert "Reply START, or nobody can write to you." in wire.sms.texts(number)[-1]


async def test_the_other_route_is_named_unless_it_is_stopped(wire: Wire) -> None:
    code = next(x for x in (await wire.says(8002, "join"))[-1].split() if "-" in x)
    number = "+447700900558"
    await wire.twilio(SMS, wire.form(number, f"join {code}"))
    await wire.says(8002, "can i talk to a person")
    jo = await Adviser.at(wire.program.service)
    await jo.takes()
    await wire.says(8002, "stop")
    assert await refused(jo) == ("sms",)
    await wire.twilio(SMS, wire.form(number, "STOP"))
    await settled(wire)
    assert await refused(jo) == ()
