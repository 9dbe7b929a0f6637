"""Whether the new times of a plan's appointments are free: asked of all of them at once, what moves with the plan left out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.finding import Diaries
from server.appointments.kinds import Owner
from server.appointments.release_rules import IsWorking

MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new time for an appointment, instants in UTC; `old` is its row."""

    old: Mapping[str, Any]
    starts_at: datetime
    ends_at: datetime

    @property
    def id(self) -> uuid.UUID:
        """The appointment's."""
        found: uuid.UUID = self.old["id"]
        return found

    @property
    def busy(self) -> tuple[datetime, datetime]:
        """The adviser's time with what the kind needs around it."""
        before, after = self.old["starts_at"] - self.old["busy_from"], self.old["busy_until"] - self.old["ends_at"]
        return self.starts_at - before, self.ends_at + after


def wanted(old: Mapping[str, Any], wall: datetime, settings: Diaries) -> Wanted:
    """The same length from a local wall time on."""
    starts_at = wall.replace(tzinfo=settings.zone).astimezone(UTC)
    return Wanted(old, starts_at, starts_at + (old["ends_at"] - old["starts_at"]))


CLASHES: Final = text(
    """
    WITH wish AS (
        SELECT * FROM unnest(:ids, :starts, :ends, :busy_from, :busy_until, :days, :first, :last, :old_days, :old_first, :old_last)
            AS w (id, starts_at, ends_at, busy_from, busy_until, day, first, last, old_day, old_first, old_last)
    ), asked AS (
        SELECT w.*, a.person_id, a.adviser_id, a.place_id, a.room, a.session_id, a.owner
        FROM wish w JOIN appointments a ON a.id = w.id
    ), others AS (
        SELECT * FROM appointments o
        WHERE o.status IN ('held', 'booked') AND (o.hold_until IS NULL OR o.hold_until > :now) AND o.id <> ALL (:ids)
    )
    SELECT a.id, CASE
        WHEN EXISTS (SELECT 1 FROM others o WHERE o.person_id = a.person_id
            AND o.starts_at < a.ends_at AND o.ends_at > a.starts_at) THEN 'person'
        WHEN a.owner <> 'ours' THEN ''
        WHEN EXISTS (SELECT 1 FROM others o WHERE o.adviser_id = a.adviser_id AND o.session_id <> a.session_id
            AND o.busy_from < a.busy_until AND o.busy_until > a.busy_from) THEN 'adviser'
        WHEN EXISTS (SELECT 1 FROM others o WHERE o.place_id = a.place_id AND o.room = a.room
            AND o.session_id <> a.session_id AND o.starts_at < a.ends_at AND o.ends_at > a.starts_at) THEN 'room'
        WHEN EXISTS (SELECT 1 FROM diary_exceptions x WHERE x.staff_id = a.adviser_id AND x.kind <> 'extra'
            AND x.starts_at < a.ends_at AND x.ends_at > a.starts_at) THEN 'away'
        WHEN EXISTS (SELECT 1 FROM busy_times b WHERE b.staff_id = a.adviser_id
            AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at) THEN 'away'
        WHEN EXISTS (SELECT 1 FROM places p WHERE p.id = a.place_id
            AND p.closed_from <= date '1970-01-01' + a.day::int) THEN 'place'
        WHEN EXISTS (SELECT 1 FROM diary_patterns d WHERE d.staff_id = a.adviser_id AND d.kind = 'open'
                AND d.weekday = (a.old_day + 3) % 7 AND d.starts_minute <= a.old_first AND d.ends_minute >= a.old_last)
            AND NOT EXISTS (SELECT 1 FROM diary_patterns d WHERE d.staff_id = a.adviser_id AND d.kind = 'open'
                AND d.place_id = a.place_id AND d.weekday = (a.day + 3) % 7
                AND d.starts_minute <= a.first AND d.ends_minute >= a.last
                AND d.from_on <= date '1970-01-01' + a.day::int
                AND (d.until_on IS NULL OR d.until_on >= date '1970-01-01' + a.day::int))
            AND NOT EXISTS (SELECT 1 FROM diary_exceptions x WHERE x.staff_id = a.adviser_id AND x.kind = 'extra'
                AND x.starts_at <= a.starts_at AND x.ends_at >= a.ends_at) THEN 'hours'
        ELSE '' END AS why
    FROM asked a
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("now", type_=DateTime(timezone=True)),
    *(bindparam(name, type_=ARRAY(DateTime(timezone=True))) for name in ("starts", "ends", "busy_from", "busy_until")),
    *(
        bindparam(name, type_=ARRAY(BigInteger))
        for name in ("days", "first", "last", "old_days", "old_first", "old_last")
    ),
)
"""Why each time is not free, or an empty text. Days are counted from 1970, a Thursday; minutes from midnight, local time."""

EPOCH: Final = date(1970, 1, 1)


async def clashes(
    db: AsyncConnection, wishes: Sequence[Wanted], settings: Diaries, is_working: IsWorking, now: datetime
) -> dict[uuid.UUID, str]:
    """Why new times are not free, by appointment; those that are free are left out.

    What cannot go stays where it is, and may stand in the way of another one that would have gone there: so the rest is asked again.
    """
    found = _by_calendar(wishes, settings, is_working)
    found |= _among_themselves([one for one in wishes if one.id not in found])
    while left := [one for one in wishes if one.id not in found]:
        rows = (await db.execute(CLASHES, _values(left, settings, now))).all()
        new = {row.id: row.why for row in rows if row.why}
        if not new:
            break
        found |= new
    return found


def _by_calendar(wishes: Sequence[Wanted], settings: Diaries, is_working: IsWorking) -> dict[uuid.UUID, str]:
    """Ours are on no bank holiday, unless they were before."""
    return {
        one.id: "closed"
        for one in wishes
        if one.old["owner"] is Owner.OURS
        and not is_working(one.starts_at.astimezone(settings.zone).date())
        and is_working(one.old["starts_at"].astimezone(settings.zone).date())
    }


def _among_themselves(wishes: Sequence[Wanted]) -> dict[uuid.UUID, str]:
    """Nobody is at two places at once: of two that would meet, the later one of the plan stays."""
    kept: list[Wanted] = []
    found: dict[uuid.UUID, str] = {}
    for one in wishes:
        if any(other.starts_at < one.ends_at and one.starts_at < other.ends_at for other in kept):
            found[one.id] = "person"
        else:
            kept.append(one)
    return found


def _values(wishes: Sequence[Wanted], settings: Diaries, now: datetime) -> dict[str, Any]:
    spans = [_local(one.starts_at, one.ends_at, settings) for one in wishes]
    old = [_local(one.old["starts_at"], one.old["ends_at"], settings) for one in wishes]
    return {
        "ids": [one.id for one in wishes],
        "now": now,
        "starts": [one.starts_at for one in wishes],
        "ends": [one.ends_at for one in wishes],
        "busy_from": [one.busy[0] for one in wishes],
        "busy_until": [one.busy[1] for one in wishes],
        **{name: [span[place] for span in spans] for place, name in enumerate(("days", "first", "last"))},
        **{name: [span[place] for span in old] for place, name in enumerate(("old_days", "old_first", "old_last"))},
    }


def _local(starts_at: datetime, ends_at: datetime, settings: Diaries) -> tuple[int, int, int]:
    """Day since 1970 and minutes from midnight, by local clocks."""
    here = starts_at.astimezone(settings.zone)
    first = here.hour * MINUTE + here.minute
    return (here.date() - EPOCH).days, first, first + int((ends_at - starts_at).total_seconds()) // MINUTE
