"""A process dies in the middle of a call to Twilio: the next one asks Twilio before it sends again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.flows.fleet import until
from tests.support.program import Program, running
from tests.support.twilio_double import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    OUR_NUMBER,
    Drop,
    Hang,
    Refuse,
    TwilioDouble,
    running_twilio,
)

pytestmark = pytest.mark.node

SAM = "+447700900123"
PUBLIC = "https://chat.example"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def prism() -> AsyncIterator[TwilioDouble]:
    async with running_twilio() as double:
        yield double


@pytest.fixture
def twilio(prism: TwilioDouble) -> TwilioDouble:
    prism.reset()
    return prism


def settings(twilio: TwilioDouble) -> dict[str, Any]:
    return {
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_from": OUR_NUMBER,
        "twilio_api": twilio.url,
        "sms_a_second": 100,
        "public_url": PUBLIC,
    }


async def scalar(program: Program, query: str) -> Any:
    async with program.service.engine.connect() as db:
        return (await db.execute(text(query))).scalar()


async def dies_in_the_call(database_url: str, twilio: TwilioDouble, *, is_taken: bool) -> int:
    """A message comes in and its answer hangs at Twilio when the process dies; how many texts were to be sent."""
    twilio.next_creates(Hang(30, is_taken=is_taken))
    async with running(database_url, has_worker=False, **settings(twilio)) as program:
        form = twilio.inbound_form(SAM, "hello")
        path = "/webhooks/twilio/message"
        assert await twilio.post(f"{program.url}{path}", form, f"{PUBLIC}{path}") == 200

        async def is_called() -> bool:
            return twilio.calls == 1 and len(twilio.messages) == int(is_taken)

        await until(is_called)
        await program.service.sender.stop(seconds=0)
        async with program.service.engine.begin() as db:
            # as a kill would leave it, half a minute later
            left = "UPDATE deliveries SET status = 'sending', lease_until = now() - interval '3 seconds', leased_by = 'gone'"
            return (await db.execute(text(left))).rowcount


async def settled(program: Program) -> None:
    async def is_settled() -> bool:
        return not await scalar(program, "SELECT count(*) FROM deliveries WHERE status IN ('due', 'sending')")

    await until(is_settled)


@pytest.mark.parametrize("is_taken", [True, False])
async def test_what_twilio_has_is_not_sent_again_and_what_it_has_not_is_sent_once(
    database_url: str, twilio: TwilioDouble, is_taken: bool
) -> None:
    count = await dies_in_the_call(database_url, twilio, is_taken=is_taken)
    async with running(database_url, **settings(twilio)) as program:
        await settled(program)
        reasons = await scalar(program, "SELECT array_agg(reason ORDER BY seq) FROM deliveries")
        sids = await scalar(program, "SELECT array_agg(provider_id ORDER BY seq) FROM deliveries")
    assert len(twilio.messages) == count
    assert sids == [message.sid for message in twilio.messages]
    assert reasons[0] == ("found-at-provider" if is_taken else "")
    assert twilio.faults == []


async def test_nothing_is_decided_while_twilio_does_not_answer(database_url: str, twilio: TwilioDouble) -> None:
    count = await dies_in_the_call(database_url, twilio, is_taken=True)
    twilio.next_lists(Refuse(503), Drop(), Refuse(500, 20500))
    async with running(database_url, **settings(twilio)) as program:
        await asyncio.sleep(0.5)
        assert await scalar(program, "SELECT count(*) FROM deliveries WHERE status = 'sending'") >= 1
        await settled(program)
    assert len(twilio.messages) == count


async def test_a_receipt_of_a_found_message_is_applied(database_url: str, twilio: TwilioDouble) -> None:
    await dies_in_the_call(database_url, twilio, is_taken=True)
    async with running(database_url, has_worker=False, **settings(twilio)) as program:
        path = "/webhooks/twilio/status"
        sid = twilio.messages[0].sid
        form = {
            "MessageSid": sid,
            "MessageStatus": "delivered",
            "From": OUR_NUMBER,
            "To": SAM,
            "AccountSid": ACCOUNT_SID,
        }
        assert await twilio.post(f"{program.url}{path}", form, f"{PUBLIC}{path}") == 204
    async with running(database_url, **settings(twilio)) as program:
        await settled(program)
        assert await scalar(program, f"SELECT status FROM deliveries WHERE provider_id = '{sid}'") == "delivered"
