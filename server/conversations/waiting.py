"""Free times offered to whoever waits for one, in the order of asking; kept a while for each, then for the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.events import PlaceFree
from dialogs.messages import ChannelName
from server.appointments import booking, waiting
from server.appointments.booking import Booking, Gone
from server.appointments.finding import Query, free_slots
from server.appointments.free import FreeSlot
from server.conversations.appointing import contact_of, tell_about
from server.conversations.models import Conversation
from server.conversations.service import Conversations
from server.db.base import table_of
from server.escalations import service as escalations
from server.people.service import Contact

conversations = table_of(Conversation)

FROM: Final = time(9)
UNTIL: Final = time(19)
"""Nobody is written to of our own accord before or after, by the area's clock; the time for an answer stands still then."""

KEPT_FOR: Final = timedelta(minutes=30)
KEPT_FOR_BY_TEXT: Final = timedelta(hours=2)
AHEAD: Final = timedelta(days=60)
MOST_AT_ONCE: Final = 20


async def offer_next(db: AsyncConnection, service: Conversations, now: datetime) -> int:
    """Give back what is kept no more, then offer free times in the order of asking; how many were offered. A job of the worker.

    Passed over without losing their place: who may not be written to, is in danger, writes just now, or holds a time already.
    Repeating is harmless.
    """
    area = service.area
    await booking.give_back(db, now)
    await waiting.pass_over(db, now)
    if not is_awake(now, area.zone):
        return 0
    told, in_vain = 0, set[Any]()
    for row in await waiting.in_order(db, [area.slug]):
        wish = row["reason"], row["adviser_id"], row["place_id"], tuple(row["parts"])
        if wish in in_vain or not await _is_free_to_ask(db, row, now):
            continue
        found = await contact_of(db, row["person_id"], row["address_id"], lanes=service.channels)
        if found is None:
            continue
        if not await _offer(db, service, row, found[0], now):
            in_vain.add(wish)
            continue
        told += 1
        if told == MOST_AT_ONCE:
            break
    return told


def is_awake(now: datetime, zone: ZoneInfo) -> bool:
    """True between 9am and 7pm by the area's clock."""
    return FROM <= now.astimezone(zone).time() < UNTIL


def kept_until(now: datetime, channel: ChannelName, zone: ZoneInfo) -> datetime:
    """How long an offer stands: what is left of it at 7pm goes on at 9 the next morning. Asked only between these hours."""
    kept_for = KEPT_FOR_BY_TEXT if channel is ChannelName.SMS else KEPT_FOR
    local = now.astimezone(zone)
    evening = datetime.combine(local.date(), UNTIL, zone)
    left = evening.timestamp() - now.timestamp()
    if kept_for.total_seconds() <= left:
        return now + kept_for
    morning = datetime.combine(local.date() + timedelta(days=1), FROM, zone)
    return datetime.fromtimestamp(morning.timestamp() + kept_for.total_seconds() - left, now.tzinfo)


async def _is_free_to_ask(db: AsyncConnection, row: Mapping[str, Any], now: datetime) -> bool:
    talk = select(conversations.c.id).where(conversations.c.person_id == row["person_id"])
    if (await db.execute(talk.with_for_update(skip_locked=True))).first() is None:
        return False
    if await waiting.holds_something(db, row["person_id"], now):
        return False
    return not await escalations.has_danger_open(db, row["person_id"])


async def _offer(
    db: AsyncConnection, service: Conversations, row: Mapping[str, Any], contact: Contact, now: datetime
) -> bool:
    """Keep the first time that fits for them and say so; false where none does."""
    area = service.area
    until = kept_until(now, contact.channel, area.zone)
    slot = await _first_fitting(db, service, row, until, now)
    if slot is None:
        return False
    who = Booking(row["person_id"], row["address_id"], row["area"])
    held = await booking.hold(db, slot.key, who, now, until, area.diaries)
    if isinstance(held, Gone):
        return False
    await waiting.offered(db, row["id"], held["id"], now)
    return await tell_about(service, db, held["id"], PlaceFree, now)


async def _first_fitting(
    db: AsyncConnection, service: Conversations, row: Mapping[str, Any], until: datetime, now: datetime
) -> FreeSlot | None:
    adviser, place = row["adviser_id"], row["place_id"]
    query = Query(
        row["area"],
        row["reason"],
        until,
        now + AHEAD,
        person_id=row["person_id"],
        adviser_ids=frozenset({adviser}) if adviser else None,
        place_ids=frozenset({place}) if place else None,
    )
    return next(iter(await free_slots(db, query, service.area.diaries, now)), None)
