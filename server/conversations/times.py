"""Free times for a wish, as the conversation offers them: read once, then sorted by place, day and part of the day."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.events import DayFree, TimesFound
from dialogs.meetings import PartOfDay, PlaceCard, Wish, part_of
from dialogs.topics.booking_draft import ANYBODY
from server.appointments import reading, theirs
from server.appointments.finding import Diaries, Query, free_slots
from server.appointments.free import FreeSlot
from server.appointments.kinds import Reason
from server.conversations.scene import Scene

AHEAD: Final = timedelta(days=60)
"""So far is looked; kinds may allow less."""

MOST_TIMES: Final = 40
OUR_REASONS: Final = frozenset(Reason)


def diaries(scene: Scene) -> Diaries:
    """What holds for the diaries of the scene's area."""
    return Diaries(scene.zone, scene.hours.nation)


def language(scene: Scene) -> str:
    """The language that they chat in."""
    return scene.thread.state.settings.language or scene.language


async def look_for_times(db: AsyncConnection, wish: Wish, scene: Scene) -> TimesFound:
    """Free times for the wish; nothing for a wish that names what is not theirs."""
    query = await _query(db, wish, scene)
    if query is None:
        return TimesFound(wish)
    found = await free_slots(db, query, diaries(scene), scene.now)
    cards = await _cards(db, found, scene)
    places = tuple(dict.fromkeys(cards[one.place_id] for one in found if one.place_id in cards))
    fits = [one for one in found if _is_wished(cards.get(one.place_id), wish)]
    chosen = _of_day(fits, wish.day, scene.zone) if wish.day else []
    slots = await reading.slots_of(db, chosen[:MOST_TIMES], scene.zone, language(scene))
    narrowed = tuple(place for place in places if wish.manner in {None, place.manner})
    return TimesFound(wish, _days(fits, scene.zone), tuple(slots), narrowed)


async def _query(db: AsyncConnection, wish: Wish, scene: Scene) -> Query | None:
    """The wish as the finder reads it. A meeting that moves stays with its adviser unless they ask for anybody."""
    if wish.reason not in OUR_REASONS:
        return None
    adviser = uuid_of(wish.adviser_id) if wish.adviser_id not in {"", ANYBODY} else None
    moving = uuid_of(wish.moving) if wish.moving else None
    if wish.moving:
        row = await theirs.one(db, scene.thread.person_id, moving) if moving else None
        if row is None:
            return None
        adviser = adviser or (None if wish.adviser_id == ANYBODY else row["adviser_id"])
    return Query(
        scene.area,
        Reason(wish.reason),
        scene.now,
        scene.now + AHEAD,
        person_id=scene.thread.person_id,
        adviser_ids=None if adviser is None else frozenset({adviser}),
        step_free=wish.step_free,
        quiet=wish.quiet,
        moving=moving,
    )


async def _cards(db: AsyncConnection, found: Sequence[FreeSlot], scene: Scene) -> dict[uuid.UUID, PlaceCard]:
    """The places of the times, each read once, in the order of their first time."""
    first = {one.place_id: one for one in reversed(found)}
    slots = await reading.slots_of(db, list(first.values()), scene.zone, language(scene))
    return {uuid.UUID(slot.place.id): slot.place for slot in slots}


def _is_wished(place: PlaceCard | None, wish: Wish) -> bool:
    if place is None or (wish.place_id and place.id != wish.place_id):
        return False
    return wish.manner in {None, place.manner}


def _of_day(found: Sequence[FreeSlot], day: str, zone: ZoneInfo) -> list[FreeSlot]:
    """The times of a local day, each once whoever has it."""
    that_day = (one for one in found if one.starts_at.astimezone(zone).date().isoformat() == day)
    first: dict[Any, FreeSlot] = {}
    for one in that_day:
        first.setdefault(one.starts_at, one)
    return list(first.values())


def _days(found: Sequence[FreeSlot], zone: ZoneInfo) -> tuple[DayFree, ...]:
    parts: dict[date, set[PartOfDay]] = {}
    for one in found:
        at = one.starts_at.astimezone(zone)
        parts.setdefault(at.date(), set()).add(part_of(at))
    return tuple(DayFree(day, tuple(part for part in PartOfDay if part in some)) for day, some in parts.items())


def uuid_of(plain: str) -> uuid.UUID | None:
    """The id that a text is; None for anything else."""
    try:
        return uuid.UUID(plain)
    except ValueError:
        return None
