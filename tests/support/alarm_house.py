"""The program at night with people on call, and a telephone network outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from server.clock import utc_now
from server.escalations.clock import Rung
from server.escalations.oncall import put_on_call
from server.staff.access import Role
from tests.flows.fleet import until
from tests.support.oncall import reachable
from tests.support.program import Program, running
from tests.support.staff import make_member
from tests.support.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, PlacedCall, TwilioDouble

SAM, JO, KIM, MAX, DEE = "+447700900123", "+447700900321", "+447700900322", "+447700900323", "+447700900324"
JO_CHAT = 4711
PUBLIC = "https://chat.example"
DANGER = "i want to kill myself"


class House:
    """The program at night, with Jo and Kim on call, and a lead for safeguarding."""

    def __init__(self, program: Program, twilio: TwilioDouble, staff: dict[str, Any]) -> None:
        self.program = program
        self.twilio = twilio
        self.staff = staff

    def inside(self, address: str) -> str:
        """Where an address that the outside sees is on this machine."""
        return address.replace(PUBLIC, self.program.url)

    async def danger(self) -> None:
        path = "/webhooks/twilio/message"
        form = self.twilio.inbound_form(SAM, DANGER)
        assert await self.twilio.post(f"{self.program.url}{path}", form, f"{PUBLIC}{path}") == 200

    async def call_to(self, number: str, count: int = 1) -> PlacedCall:
        async def rang() -> bool:
            return len(self.twilio.calls_to(number)) >= count

        await until(rang)
        return self.twilio.calls_to(number)[-1]

    async def press(self, call: PlacedCall, key: str, **more: str) -> int:
        return await self.twilio.press(call, key, self.inside(call.action), **more)

    async def ends(self, call: PlacedCall, status: str) -> int:
        return await self.twilio.ends(call, status, self.inside(call.status_callback))

    async def scalar(self, query: str) -> Any:
        async with self.program.service.engine.connect() as db:
            return (await db.execute(text(query))).scalar()

    async def steps(self, kind: str) -> list[str]:
        query = f"SELECT rung || ':' || coalesce(means, '') || ':' || code FROM case_steps WHERE kind = '{kind}' ORDER BY at, id"
        async with self.program.service.engine.connect() as db:
            return list((await db.execute(text(query))).scalars())

    async def quiet(self) -> None:
        """Wait until every notice is sent or given up."""

        async def is_so() -> bool:
            return not await self.scalar("SELECT count(*) FROM staff_notices WHERE status IN ('due', 'sending')")

        await until(is_so)


@asynccontextmanager
async def house_at_night(database_url: str, twilio: TwilioDouble, **more: Any) -> AsyncIterator[House]:
    settings = {
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_from": OUR_NUMBER,
        "twilio_api": twilio.url,
        "voice_from": OUR_NUMBER,
        "sms_a_second": 100,
        "public_url": PUBLIC,
        "area_hours": "",
    }
    async with running(database_url, **(settings | more)) as program:
        engine = program.service.engine
        staff = {
            "Jo": await make_member(engine, "Jo", Role.ADVISER),
            "Kim": await make_member(engine, "Kim", Role.LEAD),
            "Max": await make_member(engine, "Max", Role.MANAGER),
            "Dee": await make_member(engine, "Dee", Role.SAFEGUARDING_LEAD),
        }
        await reachable(engine, staff["Jo"], JO, str(JO_CHAT))
        await reachable(engine, staff["Kim"], KIM)
        await reachable(engine, staff["Max"], MAX)
        await reachable(engine, staff["Dee"], DEE)
        now = utc_now()
        async with engine.begin() as db:
            for rung, who in ((Rung.FIRST, "Jo"), (Rung.SECOND, "Kim")):
                await put_on_call(db, "home", rung, staff[who].id, now - timedelta(days=1), now + timedelta(days=1))
        yield House(program, twilio, staff)
    assert twilio.faults == []
