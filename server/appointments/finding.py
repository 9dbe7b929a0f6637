"""Free times: what the diaries of an area say, read in one statement, and what `slots` makes of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, DateTime, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import Manner, PartOfDay, part_of
from server.appointments.free import FreeSlot, Named, NotASlot, Rules, parse_key
from server.appointments.kinds import REMOTE, PlaceKind, Reason
from server.appointments.reading_json import diaries_of, extent, groups_of, spots_of, theirs_of
from server.appointments.slots import Length, Look, offers
from server.hours import bank_holidays

__all__ = ["Diaries", "FreeSlot", "Named", "NotASlot", "Query", "free_slots", "parse_key"]

MANNER_OF: Final[dict[PlaceKind, Manner]] = {PlaceKind.PHONE: Manner.PHONE, PlaceKind.VIDEO: Manner.VIDEO}
FAR: Final = timedelta(days=1)
"""Meetings of the day before and after are looked at too, for the way between places."""


@dataclass(frozen=True, slots=True)
class Diaries:
    """What holds for all diaries of an installation. `hold` is how long a time is kept for who decides in a chat, `hold_by_text` by SMS."""

    zone: ZoneInfo
    nation: str
    default_travel_minutes: int = 20
    hold: timedelta = timedelta(minutes=10)
    hold_by_text: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, from `starts_from` up to, without, `starts_until`. None and empty mean any.

    `moving` is an appointment whose own time counts as free. `by_young_person` holds to what they may book themselves: kinds that are
    theirs, the notice, no secure establishment.
    """

    area: str
    reason: Reason
    starts_from: datetime
    starts_until: datetime
    person_id: uuid.UUID | None = None
    adviser_ids: frozenset[uuid.UUID] | None = None
    place_ids: frozenset[uuid.UUID] | None = None
    manners: frozenset[Manner] | None = None
    part: PartOfDay | None = None
    step_free: bool = False
    quiet: bool = False
    moving: uuid.UUID | None = None
    by_young_person: bool = True


TAKEN: Final = """
    a.status IN ('held', 'booked') AND (a.hold_until IS NULL OR a.hold_until > :now)
    AND a.starts_at < :far_until AND a.ends_at > :far_from AND a.starts_at > CAST(:far_from AS timestamptz) - interval '1 day'
    AND (CAST(:moving AS uuid) IS NULL OR a.id <> :moving)
"""
"""What takes time now; no meeting is longer than a day, which lets the index by start do."""

LOAD: Final = text(
    f"""
    WITH kind AS (
        SELECT * FROM appointment_kinds
        WHERE area = :area AND reason = :reason AND is_active AND (is_for_young_people OR NOT :by_young_person)
    ), members AS (
        SELECT s.id FROM staff s, kind k
        WHERE s.removed_at IS NULL AND :area = ANY (s.areas) AND (k.skill = '' OR k.skill = ANY (s.skills))
            AND (CAST(:advisers AS uuid[]) IS NULL OR s.id = ANY (:advisers))
    ), spots AS (
        SELECT p.* FROM places p, kind k
        WHERE p.area = :area AND (cardinality(k.place_kinds) = 0 OR p.kind = ANY (k.place_kinds))
            AND (CAST(:places AS uuid[]) IS NULL OR p.id = ANY (:places))
            AND (p.kind = ANY (:kinds_of_place)) AND (p.is_step_free OR NOT :step_free OR p.kind = ANY (:remote))
            AND (p.has_quiet_room OR NOT :quiet OR p.kind = ANY (:remote))
    ), theirs AS (
        SELECT a.adviser_id, a.place_id, a.reason, a.session_id, a.starts_at, a.ends_at, a.busy_from, a.busy_until
        FROM appointments a JOIN members m ON m.id = a.adviser_id
        WHERE {TAKEN}
    )
    SELECT
        (SELECT to_jsonb(kind) FROM kind) AS kind,
        (SELECT json_agg(json_build_array(d.staff_id, d.kind, d.place_id, d.weekday, d.starts_minute, d.ends_minute,
                d.from_on, d.until_on, d.reasons))
            FROM diary_patterns d JOIN members m ON m.id = d.staff_id
            WHERE d.area = :area AND d.from_on <= :last_on AND (d.until_on IS NULL OR d.until_on >= :first_on)) AS patterns,
        (SELECT json_agg(json_build_array(x.staff_id, x.kind, x.place_id, extract(epoch FROM x.starts_at)::bigint,
                extract(epoch FROM x.ends_at)::bigint))
            FROM diary_exceptions x JOIN members m ON m.id = x.staff_id
            WHERE x.starts_at < :far_until AND x.ends_at > :far_from AND (x.kind <> 'extra' OR x.area = :area)) AS exceptions,
        (SELECT json_agg(json_build_array(b.staff_id, extract(epoch FROM b.starts_at)::bigint,
                extract(epoch FROM b.ends_at)::bigint))
            FROM busy_times b JOIN members m ON m.id = b.staff_id
            WHERE b.starts_at < :far_until AND b.ends_at > :far_from) AS busy,
        (SELECT json_agg(one) FROM (
            SELECT json_build_array(t.adviser_id, t.place_id,
                json_agg(date_part('epoch', t.starts_at)::bigint), json_agg(date_part('epoch', t.ends_at)::bigint),
                json_agg(date_part('epoch', t.busy_from)::bigint), json_agg(date_part('epoch', t.busy_until)::bigint)) AS one
            FROM theirs t GROUP BY t.adviser_id, t.place_id) AS grouped) AS taken,
        (SELECT json_agg(one) FROM (
            SELECT json_build_array(a.place_id, a.room,
                json_agg(date_part('epoch', a.starts_at)::bigint), json_agg(date_part('epoch', a.ends_at)::bigint)) AS one
            FROM appointments a JOIN spots p ON p.id = a.place_id
            WHERE {TAKEN} AND a.room IS NOT NULL GROUP BY a.place_id, a.room) AS rooms) AS rooms,
        (SELECT json_agg(json_build_array(a.place_id, date_part('epoch', a.starts_at)::bigint,
                date_part('epoch', a.ends_at)::bigint))
            FROM appointments a WHERE {TAKEN} AND a.person_id = :person) AS theirs,
        (SELECT json_agg(one) FROM (
            SELECT json_build_array(t.adviser_id, t.place_id, date_part('epoch', t.starts_at)::bigint) AS one
            FROM theirs t, kind k WHERE k.capacity > 1 AND t.reason = :reason
            GROUP BY t.adviser_id, t.place_id, t.starts_at, t.session_id, k.capacity
            HAVING count(*) < k.capacity) AS groups) AS groups,
        (SELECT json_agg(json_build_array(p.id, p.kind, p.rooms, p.hours, p.closed_from)) FROM spots p) AS spots,
        (SELECT json_agg(p.id) FROM places p WHERE p.area = :area AND p.kind = ANY (:remote)) AS remote,
        (SELECT json_agg(json_build_array(w.from_place_id, w.to_place_id, w.minutes)) FROM travel_times w
            JOIN spots p ON p.id IN (w.from_place_id, w.to_place_id)) AS travel
    """  # noqa: S608 - our own text
).bindparams(
    bindparam("advisers", type_=ARRAY(Uuid)),
    bindparam("places", type_=ARRAY(Uuid)),
    bindparam("kinds_of_place", type_=ARRAY(Text)),
    bindparam("remote", type_=ARRAY(Text)),
    bindparam("person", type_=Uuid),
    bindparam("moving", type_=Uuid),
    bindparam("by_young_person", type_=Boolean),
    bindparam("step_free", type_=Boolean),
    bindparam("quiet", type_=Boolean),
    *(bindparam(name, type_=DateTime(timezone=True)) for name in ("now", "far_from", "far_until")),
)
"""All that decides which times are free, in one round trip. Holds that have run out count no more."""


async def free_slots(db: AsyncConnection, query: Query, settings: Diaries, now: datetime) -> list[FreeSlot]:
    """Every time that can be booked now, soonest first; empty where the area has no such kind."""
    found_row = (await db.execute(LOAD, _values(query, settings, now))).mappings().one()
    row = dict(found_row)
    kind = row["kind"]
    if kind is None:
        return []
    query = _within(query, kind, now)
    spots = spots_of(row, {place.value for place in REMOTE})
    look = _look(query, settings, row, kind)
    found = offers(diaries_of(row), spots, look) if look.starts_from < look.starts_until else []
    rules = _rules(query.reason, kind)
    free = [FreeSlot(*offer, rules) for offer in found]
    if query.part is None:
        return free
    return [slot for slot in free if part_of(slot.starts_at.astimezone(settings.zone)) is query.part]


def _values(query: Query, settings: Diaries, now: datetime) -> Mapping[str, Any]:
    is_own = query.by_young_person
    allowed = [kind for kind in PlaceKind if not (is_own and kind is PlaceKind.SECURE_ESTABLISHMENT)]
    if query.manners is not None:
        allowed = [kind for kind in allowed if MANNER_OF.get(kind, Manner.FACE_TO_FACE) in query.manners]
    return {
        "area": query.area,
        "reason": query.reason.value,
        "by_young_person": is_own,
        "advisers": None if query.adviser_ids is None else list(query.adviser_ids),
        "places": None if query.place_ids is None else list(query.place_ids),
        "kinds_of_place": [kind.value for kind in allowed],
        "remote": [kind.value for kind in REMOTE],
        "step_free": query.step_free,
        "quiet": query.quiet,
        "person": query.person_id,
        "moving": query.moving,
        "now": now,
        "far_from": query.starts_from - FAR,
        "far_until": query.starts_until + FAR,
        "first_on": (query.starts_from - FAR).astimezone(settings.zone).date(),
        "last_on": (query.starts_until + FAR).astimezone(settings.zone).date(),
    }


def _within(query: Query, kind: Mapping[str, Any], now: datetime) -> Query:
    """The window cut to what the kind allows: how soon and how far ahead. Staff may book at any time that is to come."""
    notice = timedelta(hours=kind["notice_hours"]) if query.by_young_person else timedelta(0)
    until = now + timedelta(days=kind["ahead_days"]) if query.by_young_person else query.starts_until
    return replace(query, starts_from=max(query.starts_from, now + notice), starts_until=min(query.starts_until, until))


def _look(query: Query, settings: Diaries, row: Mapping[str, Any], kind: Mapping[str, Any]) -> Look:
    length = Length(kind["minutes"], kind["step_minutes"], kind["before_minutes"], kind["after_minutes"])
    return Look(
        zone=settings.zone,
        holidays=bank_holidays(settings.nation),
        length=length,
        reason=query.reason.value,
        starts_from=extent(query.starts_from),
        starts_until=extent(query.starts_until),
        theirs=theirs_of(row),
        travel={(min(a, b), max(a, b)): minutes for a, b, minutes in _ways(row["travel"] or ())},
        default_travel=settings.default_travel_minutes,
        groups=groups_of(row),
        remote=frozenset(map(uuid.UUID, row["remote"] or ())),
    )


def _ways(rows: Sequence[Sequence[Any]]) -> list[tuple[uuid.UUID, uuid.UUID, int]]:
    return [(uuid.UUID(one), uuid.UUID(other), minutes) for one, other, minutes in rows]


def _rules(reason: Reason, kind: Mapping[str, Any]) -> Rules:
    length, before, after = (timedelta(minutes=kind[name]) for name in ("minutes", "before_minutes", "after_minutes"))
    return Rules(reason, length, before, after, kind["capacity"])
