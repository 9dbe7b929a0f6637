"""J5, our half: Tom writes at 2am, and telephones ring, one after the other, until a named person has answered him."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text

from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.escalations import holding
from server.escalations.silence import called_everybody
from tests.flows.fleet import until
from tests.support.alarm_house import DEE, JO, KIM, MAX, House, house_at_night
from tests.support.twilio_double import TwilioDouble
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.node

TWO = datetime(2026, 12, 6, 2, 0, tzinfo=UTC)


@pytest.fixture
def night() -> Iterator[time_machine.Coordinates]:
    """2am on Sunday 6 December 2026; the test moves it on."""
    with time_machine.travel(TWO, tick=True) as clock:
        yield clock


@pytest.fixture
async def house(night: time_machine.Coordinates, database_url: str, twilio: TwilioDouble) -> AsyncIterator[House]:
    async with house_at_night(database_url, twilio, area_hours="mon-fri 09:00-17:00") as made:
        yield made


async def tom_writes(house: House) -> WebPerson:
    async with house.program.browser() as client:
        tom = WebPerson(client)
        await tom.opens()
        await tom.says("whats the point im done")
        return tom


async def minutes_pass(house: House, night: time_machine.Coordinates, minutes: float) -> None:
    """The clock on the wall goes on; workers, who sleep for five seconds at most, look at it."""
    await house.quiet()
    night.shift(timedelta(minutes=minutes))
    async with house.program.service.engine.begin() as db:
        await db.execute(text("SELECT pg_notify('connexions_clock', '')"))


def rings(house: House) -> list[int]:
    return [len(house.twilio.calls_to(number)) for number in (JO, KIM, MAX, DEE)]


async def test_telephones_ring_one_after_the_other_until_everybody_sees_it(
    house: House, night: time_machine.Coordinates
) -> None:
    began = time.perf_counter()
    tom = await tom_writes(house)
    await house.call_to(JO)
    assert time.perf_counter() - began < 5
    assert all(number in tom.heard for number in ("999", "0800 1111", "85258"))
    assert rings(house) == [1, 0, 0, 0]

    for number, so_far in ((KIM, [1, 1, 0, 0]), (MAX, [1, 1, 1, 0]), (DEE, [1, 1, 1, 1])):
        await minutes_pass(house, night, 5)
        await house.call_to(number)
        await house.quiet()
        assert rings(house) == so_far
    assert await house.steps("taken") == [
        "first::",
        "second::",
        "manager::",
        "safeguarding_lead::",
        "everybody::",
    ]
    async with house.program.service.engine.connect() as db:
        (banner,) = await called_everybody(db, ["home"])
        query = "SELECT extract(epoch FROM at - clock_since) / 60 FROM case_steps WHERE kind = 'taken' ORDER BY number"
        minutes = [float(x) for x in (await db.execute(text(query))).scalars()]
    assert banner.urgency == "crisis"
    assert [round(x) for x in minutes] == [0, 5, 10, 15, 15]

    await minutes_pass(house, night, 5)
    await house.call_to(DEE, 2)
    said = [words for call in house.twilio.placed for words in call.said] + [m.body for m in house.twilio.messages]
    assert not [words for words in said if "point" in words or "Tom" in words or "crisis" in words]


async def test_jo_takes_it_and_answers_and_nobody_else_is_woken(house: House, night: time_machine.Coordinates) -> None:
    await tom_writes(house)
    assert await house.press(await house.call_to(JO), "1") == 200
    case, jo = await house.scalar("SELECT id FROM cases"), house.staff["Jo"]
    async with house.program.service.engine.begin() as db:
        await holding.take(db, jo, case, utc_now())
    await write_as_adviser(house.program.service.conversations, case, jo, "Hi, I'm Jo, a person.", utc_now())
    for _ in range(6):
        await minutes_pass(house, night, 5)
    assert rings(house) == [1, 0, 0, 0]
    assert await house.steps("acknowledged") == ["first::"]


async def test_jo_takes_it_and_falls_asleep_again(house: House, night: time_machine.Coordinates) -> None:
    await tom_writes(house)
    assert await house.press(await house.call_to(JO), "1") == 200
    await minutes_pass(house, night, 4.5)
    assert rings(house) == [1, 0, 0, 0]
    await minutes_pass(house, night, 0.6)
    await house.call_to(KIM)
    assert await house.steps("lapsed") == ["first::"]
    assert await house.press(house.twilio.calls_to(KIM)[0], "1") == 200
    assert await house.scalar("SELECT acknowledged_by FROM cases") == house.staff["Kim"].id


async def test_jo_answers_and_goes_silent_and_the_telephones_begin_anew(
    house: House, night: time_machine.Coordinates
) -> None:
    """J15 at night: a crisis does not wait for a choice."""
    async with house.program.browser() as client:
        tom = WebPerson(client)
        await tom.opens()
        await tom.says("whats the point im done")
        await house.press(await house.call_to(JO), "1")
        case, jo = await house.scalar("SELECT id FROM cases"), house.staff["Jo"]
        async with house.program.service.engine.begin() as db:
            await holding.take(db, jo, case, utc_now())
        await write_as_adviser(house.program.service.conversations, case, jo, "Hi, I'm Jo, a person.", utc_now())
        await tom.says("are you still there")
    await minutes_pass(house, night, 3)
    await house.call_to(JO, 2)

    async def is_nobodys() -> bool:
        return await house.scalar("SELECT adviser_id FROM cases") is None

    await until(is_nobodys)
    assert await house.scalar("SELECT count(DISTINCT clock_since) FROM case_steps") == 2
