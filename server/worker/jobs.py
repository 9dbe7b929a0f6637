"""Jobs that come round by the clock: each in its own transaction, harmless to repeat, leaving a heartbeat."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import ChannelName
from server.appointments import feeds, outside
from server.appointments.fetching import Reach
from server.clock import utc_now
from server.conversations.dates import make_date_tasks
from server.conversations.long_waits import tell_long_waits
from server.conversations.models import Message
from server.conversations.waiting import offer_next
from server.db.base import table_of
from server.db.engine import is_away
from server.db.heartbeats import beat
from server.escalations import rota
from server.escalations.models import Case
from server.escalations.morning import list_morning
from server.log import logger
from server.outbox.receipts import apply_all_waiting
from server.people.models import Address, Person
from server.people.privacy import erase_person
from server.staff import audit, push, sessions, signing_in
from server.wiring import PERSONAL_DATA, Service

log = logger(__name__)
people = table_of(Person)
addresses = table_of(Address)
messages = table_of(Message)
cases = table_of(Case)

FAREWELL_KEPT = timedelta(days=1)

Work = Callable[[AsyncConnection, datetime], Awaitable[object]]


def schedule(service: Service) -> AsyncIOScheduler:
    """A scheduler, not started, that wakes every job."""
    kept = timedelta(days=service.settings.keep_messages_days)

    async def expire(db: AsyncConnection, now: datetime) -> None:
        for handler in PERSONAL_DATA:
            await handler.expire(db, now, kept)

    jobs: dict[str, tuple[Work, int]] = {
        "receipts": (lambda db, _: apply_all_waiting(db), 30),
        "morning": (lambda db, now: list_morning(db, service.desk.hours, now), 60),
        "dates": (lambda db, now: make_date_tasks(db, service.desk.hours, now), 3600),
        "long_waits": (
            lambda db, now: tell_long_waits(db, service.conversations, service.desk.hours, now),
            300,
        ),
        "places": (lambda db, now: offer_next(db, service.conversations, now), 30),
        "farewells": (erase_farewells, 300),
        "visits": (erase_visits, 600),
        "retention": (expire, 3600),
        "accounts": (expire_accounts, 3600),
    }
    made = AsyncIOScheduler(timezone="UTC")
    for name, (work, seconds) in jobs.items():
        made.add_job(
            run_job,
            "interval",
            args=(service, name, work),
            seconds=seconds,
            max_instances=1,
            coalesce=True,
            next_run_time=utc_now(),
            id=name,
        )
    reach = Reach(is_local_ok=service.settings.calendars_local)
    made.add_job(
        read_calendars,
        "interval",
        args=(service, reach),
        seconds=60,
        max_instances=1,
        coalesce=True,
        next_run_time=utc_now(),
        id="calendars",
    )
    return made


async def read_calendars(service: Service, reach: Reach) -> None:
    """Read every outside calendar that is due; each is due 15 minutes after the last time. No transaction spans a fetching."""
    try:
        while not service.stopping.is_set() and await outside.read_next(
            service.engine, reach, service.conversations.area.zone, utc_now()
        ):
            pass
    except Exception as error:
        if is_away(error):
            log.warning("job waits for the database", job="calendars")
        else:
            log.exception("job failed", job="calendars")
    else:
        await run_job(service, "calendars", _nothing)


async def _nothing(db: AsyncConnection, now: datetime) -> None:
    """The work is done; what is left is the heartbeat."""


async def run_job(service: Service, name: str, work: Work) -> None:
    """Do one job in one transaction. One of the three broad edges: a failing job is logged and comes round again."""
    now = utc_now()
    try:
        async with service.engine.begin() as db:
            await work(db, now)
            await beat(db, name, now)
    except Exception as error:
        if is_away(error):
            log.warning("job waits for the database", job=name)
        else:
            log.exception("job failed", job=name)


async def expire_accounts(db: AsyncConnection, now: datetime) -> None:
    """Delete what is kept of staff no longer than it may be: sessions long over, counts of wrong tries, old audit and rota."""
    await push.expire(db, now)
    await sessions.expire(db, now)
    await signing_in.expire_tries(db, now)
    await audit.expire(db, now)
    await rota.expire(db, now)
    await outside.expire(db)
    await feeds.expire(db, now)


async def erase_farewells(db: AsyncConnection, now: datetime) -> None:
    """Finish deletions: the record that said goodbye goes a day later, the one kept for a case when it is closed."""
    wrote_again = exists().where(
        addresses.c.person_id == people.c.id,
        messages.c.address_id == addresses.c.id,
        messages.c.received_at > people.c.first_seen_at,
    )
    said_goodbye = select(people.c.id).where(
        people.c.is_farewell, people.c.first_seen_at < now - FAREWELL_KEPT, ~wrote_again
    )
    has_case = exists().where(cases.c.person_id == people.c.id, cases.c.closed_at.is_(None))
    kept_for_case = select(people.c.id).where(people.c.erase_when_closed, ~has_case)
    for query in (said_goodbye, kept_for_case):
        for (person_id,) in (await db.execute(query.limit(100))).all():
            await erase_person(db, PERSONAL_DATA, person_id)


async def erase_visits(db: AsyncConnection, now: datetime) -> None:
    """Forget pages that were opened and never written on: a day later nobody comes back to them."""
    wrote = exists().where(messages.c.address_id == addresses.c.id)
    is_web = addresses.c.channel == ChannelName.WEBCHAT, addresses.c.created_at < now - FAREWELL_KEPT
    has_case = exists().where(cases.c.person_id == addresses.c.person_id)
    query = select(addresses.c.person_id).where(*is_web, ~wrote, ~has_case, addresses.c.stopped == "").limit(500)
    for (person_id,) in (await db.execute(query)).all():
        if not await _has_another_address(db, person_id):
            await erase_person(db, PERSONAL_DATA, person_id)


async def _has_another_address(db: AsyncConnection, person_id: uuid.UUID) -> bool:
    count = select(func.count()).select_from(addresses).where(addresses.c.person_id == person_id)
    return bool((await db.execute(count)).scalar_one() > 1)
