"""A text message in danger, a real worker, a telephone that rings: what Jo presses is what happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from server.clock import utc_now
from server.db.heartbeats import beat
from server.escalations import holding
from server.escalations.lost import Lost
from server.escalations.silence import BEAT
from server.worker import clock as clock_task
from server.worker.clock import watch_clock, work_clock
from tests.flows.fleet import until
from tests.support.alarm_house import DANGER, DEE, JO, JO_CHAT, KIM, MAX, PUBLIC, SAM, House, house_at_night
from tests.support.telegram_double import TOKEN, TelegramDouble
from tests.support.telegram_double import running as running_telegram
from tests.support.twilio_double import (
    Refuse,
    TwilioDouble,
    running_twilio,
    sign,
)

pytestmark = pytest.mark.node


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def prism() -> AsyncIterator[TwilioDouble]:
    async with running_twilio() as double:
        yield double


@pytest.fixture
def twilio(prism: TwilioDouble) -> TwilioDouble:
    prism.reset()
    return prism


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with running_telegram() as double:
        double.person(JO_CHAT)
        yield double


@pytest.fixture
async def house(database_url: str, twilio: TwilioDouble, telegram: TelegramDouble) -> AsyncIterator[House]:
    bot = {"telegram_token": TOKEN, "telegram_api": telegram.base_url}
    async with house_at_night(database_url, twilio, **bot) as made:
        yield made


async def test_jo_is_told_by_every_means_and_takes_it_with_one_key(house: House, telegram: TelegramDouble) -> None:
    await house.danger()
    call = await house.call_to(JO)
    await house.quiet()
    number = await house.scalar("SELECT number FROM cases")
    spoken = " ".join(str(number))
    assert call.said[:2] == [
        f"Somebody needs you now. Case C {spoken}.",
        "Press 1 to take it. Press 2 to pass it to the next person now.",
    ]
    (sms,) = house.twilio.bodies_to(JO)
    case = await house.scalar("SELECT id FROM cases")
    assert sms == f"Somebody needs you now. Case C-{number}. {PUBLIC}/console/cases/{case}"
    assert telegram.person(JO_CHAT).texts == [sms]
    for told in (*call.said, sms):
        assert "kill" not in told
        assert SAM not in told

    assert await house.press(call, "1") == 200
    assert "It is yours" in call.said[0]
    assert not call.action
    assert await house.scalar("SELECT acknowledged_by FROM cases") == house.staff["Jo"].id
    assert await house.steps("acknowledged") == ["first::"]
    assert sorted(await house.steps("told")) == ["first:call:", "first:sms:", "first:telegram:"]


async def test_pressing_twice_is_harmless_and_a_second_person_hears_the_truth(house: House) -> None:
    await house.danger()
    call = await house.call_to(JO)
    asks = call.twiml
    for _ in range(2):
        call.twiml = asks
        assert await house.press(call, "2") == 200
    kims = await house.call_to(KIM)
    assert await house.steps("passed") == ["first:call:"]
    assert await house.steps("taken") == ["first::", "second::"]
    assert len(house.twilio.calls_to(KIM)) == 1
    for _ in range(2):
        kims_asks = kims.twiml
        assert await house.press(kims, "1") == 200
        assert "It is yours" in kims.said[0]
        kims.twiml = kims_asks
    call.twiml = asks
    assert await house.press(call, "1") == 200
    assert call.said == ["Somebody else has it already. Thank you. Goodbye."]
    assert await house.scalar("SELECT acknowledged_by FROM cases") == house.staff["Kim"].id
    assert await house.steps("acknowledged") == ["second::"]


async def test_a_machine_that_answers_and_another_key_acknowledge_nothing(house: House) -> None:
    await house.danger()
    call = await house.call_to(JO)
    for key, more in (("1", {"AnsweredBy": "machine_start"}), ("", {}), ("7", {})):
        assert await house.press(call, key, **more) == 200
        assert call.action, "it asks again"
    assert await house.ends(call, "completed") == 204
    assert await house.scalar("SELECT acknowledged_at FROM cases") is None
    assert await house.steps("acknowledged") == []


async def test_a_key_that_is_sent_again_long_after_the_call_takes_nothing(house: House) -> None:
    await house.danger()
    call = await house.call_to(JO)
    await house.quiet()
    async with house.program.service.engine.begin() as db:
        await db.execute(text("UPDATE staff_notices SET told_at = told_at - interval '16 minutes'"))
    assert await house.press(call, "1") == 200
    assert call.said == []
    assert await house.scalar("SELECT acknowledged_at FROM cases") is None


async def test_it_is_passed_on_until_nobody_is_left_and_the_last_one_is_asked_again(house: House) -> None:
    await house.danger()
    for number in (JO, KIM, MAX):
        call = await house.call_to(number)
        assert await house.press(call, "2") == 200
        assert call.said == ["The next person is told now. Thank you. Goodbye."]
    last = await house.call_to(DEE)
    assert await house.press(last, "2") == 200
    assert last.said[:2] == [
        "Nobody comes after you just now.",
        "Press 1 to take it. Press 2 to pass it to the next person now.",
    ]
    assert await house.press(last, "1") == 200
    assert await house.scalar("SELECT acknowledged_by FROM cases") == house.staff["Dee"].id


async def test_who_took_it_can_still_pass_it_on(house: House) -> None:
    await house.danger()
    call = await house.call_to(JO)
    asks = call.twiml
    assert await house.press(call, "1") == 200
    call.twiml = asks
    assert await house.press(call, "2") == 200
    await house.call_to(KIM)
    assert await house.steps("lapsed") == ["first::"]
    assert await house.scalar("SELECT acknowledged_at FROM cases") is None


async def test_a_call_that_nobody_answers_is_a_step_once(house: House) -> None:
    await house.danger()
    call = await house.call_to(JO)
    for _ in range(2):
        assert await house.ends(call, "no-answer") == 204
    assert await house.ends(call, "busy") == 204
    assert await house.steps("failed") == ["first:call:no-answer", "first:call:busy"]
    assert house.twilio.calls_to(KIM) == []


async def test_when_no_means_reaches_anybody_the_next_one_rings_at_once(
    database_url: str, twilio: TwilioDouble
) -> None:
    async with house_at_night(database_url, twilio) as house:
        twilio.opted_out.add(JO)
        await house.danger()
        call = await house.call_to(JO)
        await house.quiet()
        assert twilio.calls_to(KIM) == []
        assert await house.ends(call, "failed") == 204
        await house.call_to(KIM)
        assert sorted(x for x in await house.steps("failed") if x.startswith("first")) == [
            "first:call:failed",
            "first:sms:21610",
            "first:telegram:not_set_up",
        ]


async def test_only_the_provider_may_say_what_was_pressed(house: House) -> None:
    await house.danger()
    call = await house.call_to(JO)
    inside = house.inside(call.action)
    form = {"CallSid": call.sid, "Digits": "1"}
    async with httpx.AsyncClient() as client:
        assert (await client.post(inside, data=form)).status_code == 401
        assert (await client.post(inside, data=form, headers={"x-twilio-signature": "no"})).status_code == 403
        elsewhere = call.action.replace(call.action.split("/")[-2], "0" * 32)
        signed = {"x-twilio-signature": sign(elsewhere, form)}
        assert (await client.post(house.inside(elsewhere), data=form, headers=signed)).status_code == 403
        strange = {"x-twilio-signature": sign(call.action, {"Digits": "1"})}
        assert (await client.post(inside, data={"Digits": "1"}, headers=strange)).status_code == 400
        assert (await client.post(inside, json=form)).status_code == 400
    assert await house.scalar("SELECT acknowledged_at FROM cases") is None


async def test_a_call_about_a_case_that_is_gone_or_over_says_so(house: House) -> None:
    await house.danger()
    call = await house.call_to(JO)
    await house.quiet()
    async with house.program.service.engine.begin() as db:
        await db.execute(text("UPDATE cases SET closed_at = now()"))
    asks = call.twiml
    for key in "12":
        call.twiml = asks
        assert await house.press(call, key) == 200
        assert call.said == ["That case is over already. Thank you. Goodbye."]
    async with house.program.service.engine.begin() as db:
        await db.execute(text("DELETE FROM staff_notices"))
    call.twiml = asks
    assert await house.press(call, "1") == 200
    assert call.said == []
    assert await house.ends(call, "busy") == 204


async def test_twilio_that_is_out_of_order_is_asked_again(database_url: str, twilio: TwilioDouble) -> None:
    async with house_at_night(database_url, twilio) as house:
        twilio.next_calls(Refuse(503), Refuse(500, 20500))
        await house.danger()
        await house.call_to(JO)
        assert await house.scalar("SELECT attempt FROM staff_notices WHERE means = 'call'") == 3


async def test_without_a_worker_a_process_with_pages_rings_by_itself(database_url: str, twilio: TwilioDouble) -> None:
    async with house_at_night(database_url, twilio, has_worker=False) as house:
        service = house.program.service
        await house.danger()
        watching = [asyncio.create_task(watch_clock(service)) for _ in range(2)]
        await asyncio.sleep(1)
        assert twilio.placed == [], "a minute has not passed"
        async with service.engine.begin() as db:
            await beat(db, BEAT, utc_now() - timedelta(seconds=61))
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        watching = [asyncio.create_task(watch_clock(service)) for _ in range(2)]
        await house.call_to(JO)
        await house.quiet()
        assert len(twilio.calls_to(JO)) == 1
        async with httpx.AsyncClient() as client:
            shown = (await client.get(f"{house.program.url}/metrics")).text
        line = next(x for x in shown.splitlines() if x.startswith("connexions_clock_silent_seconds "))
        assert float(line.split()[1]) >= 60, "who stands in does not silence the alarm"
        service.stopping.set()
        await asyncio.gather(*watching)


async def test_one_case_that_cannot_climb_keeps_no_other_from_it_and_the_beat_stops(
    database_url: str, twilio: TwilioDouble
) -> None:
    async with house_at_night(database_url, twilio, has_worker=False) as house:
        service = house.program.service
        await house.danger()
        form = twilio.inbound_form("+447700900124", DANGER)
        path = "/webhooks/twilio/message"
        assert await twilio.post(f"{house.program.url}{path}", form, f"{PUBLIC}{path}") == 200
        async with service.engine.begin() as db:
            # a fault of the database's own: the first case's steps cannot be written
            first = await db.scalar(text("SELECT id FROM cases ORDER BY number LIMIT 1"))
            await db.execute(
                text(
                    "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                    f"IF NEW.case_id = '{first}' THEN RAISE EXCEPTION 'broken' USING ERRCODE = 'XX000'; END IF; "
                    "RETURN NEW; END $$"
                )
            )
            await db.execute(
                text("CREATE TRIGGER broken BEFORE INSERT ON case_steps FOR EACH ROW EXECUTE FUNCTION broken()")
            )
        working = asyncio.create_task(work_clock(service))
        await house.call_to(JO)
        await asyncio.sleep(2 * clock_task.AWAY.total_seconds())
        assert await house.scalar("SELECT count(*) FROM heartbeats WHERE job = 'clock'") == 0
        assert await house.scalar("SELECT count(DISTINCT case_id) FROM case_steps") == 1
        service.stopping.set()
        await working


async def test_a_person_whose_adviser_is_gone_is_told_once_and_tried_again_when_the_telling_failed(
    database_url: str, twilio: TwilioDouble
) -> None:
    async with house_at_night(database_url, twilio, has_worker=False) as house:
        service, jo = house.program.service, house.staff["Jo"]
        await house.danger()
        told: list[Lost] = []

        async def tell(lost: Lost, now: datetime) -> None:
            told.append(lost)
            if len(told) == 1:
                raise RuntimeError("the telling failed")

        async with service.engine.begin() as db:
            await db.execute(text("UPDATE cases SET urgency = 'advice', opened_at = now() - interval '1 hour'"))
            case = await db.scalar(text("SELECT id FROM cases"))
            await holding.take(db, jo, case, utc_now() - timedelta(minutes=4))
            await db.execute(text("UPDATE cases SET waiting_since = now() - interval '4 minutes'"))
        working = asyncio.create_task(work_clock(service, tell_lost=tell))
        await until(lambda: _is_so(len(told) == 1))
        async with service.engine.begin() as db:
            await db.execute(text("UPDATE cases SET lost_ask_at = now()"))  # half a minute later
        await until(lambda: _is_so(len(told) == 2))
        await asyncio.sleep(1)
        assert [(x.case_id, x.staff_id, x.is_taken_back) for x in told] == [(case, jo.id, False)] * 2
        assert await house.scalar("SELECT lost_ask_at FROM cases") is None
        assert await house.scalar("SELECT adviser_id FROM cases") == jo.id
        service.stopping.set()
        await working


async def _is_so(so: bool) -> bool:
    return so
