"""Real workers die at every step of a case's clock: every rung is told all the same, no step is taken twice, none is lost.

One story, because a process takes long to start. Gates in the database hold a worker where it is to die: before a step is
committed, after that and before anything is sent, and after a call and before its note; a slow double holds it in the call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.clock import utc_now
from server.escalations.clock import Rung
from server.escalations.oncall import put_on_call
from server.staff.access import Role
from tests.flows.fleet import Fleet, Running, until
from tests.server.escalations.night import crisis
from tests.support.oncall import reachable
from tests.support.staff import make_member
from tests.support.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, TwilioDouble, running_twilio

pytestmark = [pytest.mark.process, pytest.mark.node]

RUNGS = ("first", "second", "manager", "safeguarding_lead")
PHONES = dict(zip(RUNGS, ("+447700900320", "+447700900321", "+447700900322", "+447700900323"), strict=True))
CHATS = {rung: 4711 + place for place, rung in enumerate(RUNGS)}
STEP, CLAIM, NOTE = 1, 2, 3
"""Gates: before the notices of a step are written, before they are claimed, before it is noted that somebody was told."""

GATES = (
    (
        "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END $$"
    ),
    f"CREATE TRIGGER gate_step BEFORE INSERT ON staff_notices FOR EACH ROW EXECUTE FUNCTION gate('{STEP}')",
    (
        "CREATE TRIGGER gate_claim BEFORE UPDATE ON staff_notices FOR EACH ROW WHEN (NEW.status = 'sending') "
        f"EXECUTE FUNCTION gate('{CLAIM}')"
    ),
    (
        "CREATE TRIGGER gate_note BEFORE UPDATE ON staff_notices FOR EACH ROW WHEN (NEW.status = 'told') "
        f"EXECUTE FUNCTION gate('{NOTE}')"
    ),
)


class Night:
    """A fleet with somebody on every rung, and a telephone network outside."""

    def __init__(self, fleet: Fleet, twilio: TwilioDouble) -> None:
        self.fleet = fleet
        self.twilio = twilio

    async def begin(self) -> None:
        """People on call, gates in the database."""
        await self.fleet.forget()
        roles = {"first": Role.ADVISER, "second": Role.ADVISER, "manager": Role.MANAGER}
        now = utc_now()
        for rung in RUNGS:
            who = await make_member(self.fleet.engine, rung, roles.get(rung, Role.SAFEGUARDING_LEAD))
            await reachable(self.fleet.engine, who, PHONES[rung], str(CHATS[rung]))
            self.fleet.double.person(CHATS[rung])
            async with self.fleet.engine.begin() as db:
                day = timedelta(days=1)
                await put_on_call(db, "home", Rung(rung), who.id, now - day, now + day)
        for statement in GATES:
            await self.fleet.execute(statement)

    @asynccontextmanager
    async def closed(self, gate: int) -> AsyncIterator[None]:
        """Whoever comes to the gate waits there."""
        async with self.fleet.engine.connect() as holder:
            await holder.execute(text(f"SELECT pg_advisory_lock({gate})"))
            try:
                yield
            finally:
                await holder.execute(text(f"SELECT pg_advisory_unlock({gate})"))

    async def somebody_waits(self) -> None:
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(lambda: self.fleet.count(query))

    async def dies(self, worker: Running) -> None:
        """As a crash of its machine; whatever it held runs out."""
        worker.kill()
        await worker.process.wait()

    async def leases_run_out(self) -> int:
        """Half a minute later, for what the dead one had in its hands; how many calls to providers that were."""
        gone = "UPDATE staff_notices SET lease_until = now() - interval '1 second' WHERE status = 'sending'"
        return await self.fleet.execute(gone)

    async def minutes_pass(self, minutes: int) -> None:
        """Everything that has happened is so much longer ago."""
        ago = f"- interval '{minutes} minutes'"
        async with self.fleet.engine.begin() as db:
            await db.execute(text("SET LOCAL session_replication_role = replica"))
            await db.execute(
                text(f"UPDATE cases SET clock_since = clock_since {ago}, clock_next_at = clock_next_at {ago}")
            )
            await db.execute(text(f"UPDATE case_steps SET clock_since = clock_since {ago}, at = at {ago}"))
            await db.execute(text(f"UPDATE staff_notices SET clock_since = clock_since {ago}"))
            await db.execute(text("SELECT pg_notify('connexions_clock', '')"))

    async def rows(self, query: str) -> list[Any]:
        async with self.fleet.engine.connect() as db:
            return [tuple(row) for row in (await db.execute(text(query))).all()]

    async def taken(self) -> list[str]:
        return [row[0] for row in await self.rows("SELECT rung FROM case_steps WHERE kind = 'taken' ORDER BY number")]

    async def told(self, rung: str) -> list[str]:
        query = f"SELECT means FROM case_steps WHERE kind = 'told' AND rung = '{rung}' ORDER BY means"
        return [row[0] for row in await self.rows(query)]

    async def everything_sent(self, rung: str) -> None:
        """The rung was told by every means, each noted once, and nothing waits."""

        async def is_so() -> bool:
            waiting = await self.fleet.count("SELECT count(*) FROM staff_notices WHERE status IN ('due', 'sending')")
            return bool(await self.told(rung)) and not waiting

        await until(is_so)
        assert await self.told(rung) == ["call", "sms", "telegram"]

    def rings(self, rung: str) -> int:
        return len(self.twilio.calls_to(PHONES[rung]))


async def test_workers_die_at_every_step_and_every_rung_is_told(fleet: Fleet) -> None:
    async with running_twilio() as twilio:
        fleet.settings |= {
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_from": OUR_NUMBER,
            "twilio_api": twilio.url,
            "voice_from": OUR_NUMBER,
            "area_hours": "",
        }
        night = Night(fleet, twilio)
        await night.begin()
        worker = await before_the_commit(night)
        worker = await before_anything_is_sent(night, worker)
        worker = await during_the_call(night, worker)
        worker = await before_the_note(night, worker)
        await with_no_worker_left(night, worker)
        assert twilio.faults == []


async def before_the_commit(night: Night) -> Running:
    (worker,) = await night.fleet.start("work")
    async with night.closed(STEP):
        await crisis(night.fleet.engine, utc_now(), is_open=False)  # a night at any hour
        await night.somebody_waits()
        await night.dies(worker)
        assert await night.taken() == []
    (heir,) = await night.fleet.start("work")
    await night.everything_sent("first")
    assert await night.taken() == ["first"]
    assert night.rings("first") == 1
    return heir


async def before_anything_is_sent(night: Night, worker: Running) -> Running:
    async with night.closed(CLAIM):
        await night.minutes_pass(5)
        await night.somebody_waits()
        await night.dies(worker)
        assert await night.taken() == ["first", "second"]
        assert night.rings("second") == 0
    assert await night.fleet.count("SELECT count(*) FROM staff_notices WHERE status = 'due'") == 3
    (heir,) = await night.fleet.start("work")
    await night.everything_sent("second")
    assert night.rings("second") == 1
    return heir


async def during_the_call(night: Night, worker: Running) -> Running:
    night.twilio.call_delay_seconds = 60

    async def is_ringing() -> bool:
        return night.rings("manager") == 1

    await night.minutes_pass(5)
    await until(is_ringing)
    await night.dies(worker)
    night.twilio.call_delay_seconds = 0
    assert "call" not in await night.told("manager")
    assert await night.leases_run_out() >= 1
    (heir,) = await night.fleet.start("work")
    await night.everything_sent("manager")
    assert night.rings("manager") == 2, "nobody knew whether it had rung"
    return heir


async def before_the_note(night: Night, worker: Running) -> Running:
    async def has_rung() -> bool:
        return night.rings("safeguarding_lead") == 1

    async with night.closed(NOTE):
        await night.minutes_pass(5)
        await until(has_rung)
        await night.somebody_waits()
        await night.dies(worker)
        assert await night.told("safeguarding_lead") == []
    assert await night.leases_run_out() >= 1
    heir, _ = await night.fleet.start("work", "serve")
    await night.everything_sent("safeguarding_lead")
    assert night.rings("safeguarding_lead") == 2
    assert await night.taken() == [*RUNGS, "everybody"]
    return heir


async def with_no_worker_left(night: Night, worker: Running) -> None:
    """The web process misses the beat and rings by itself; the alarm stays until a worker is back."""
    await night.dies(worker)
    await night.fleet.execute("UPDATE heartbeats SET ended_at = ended_at - interval '2 minutes' WHERE job = 'clock'")
    await night.minutes_pass(5)

    async def has_rung_again() -> bool:
        return night.rings("safeguarding_lead") == 3

    await until(has_rung_again)
    (web,) = (running for running in night.fleet.started if running.process.returncode is None)
    assert "no worker keeps the clock" in web.log
    shown = (await night.fleet.client.get(f"{web.url}/metrics")).text
    line = next(x for x in shown.splitlines() if x.startswith("connexions_clock_silent_seconds "))
    assert float(line.split()[1]) > 60
    assert await night.taken() == [*RUNGS, "everybody", *RUNGS], "everybody who can be rung is rung again"
