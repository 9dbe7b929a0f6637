"""A plan's move, written down: every step and every appointment in a few statements, whatever their number."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Date, DateTime, Text, Uuid, bindparam, insert, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.finding import Diaries
from server.appointments.history import changes
from server.appointments.kinds import By, Change, OfficeStatus, Owner
from server.appointments.release_clashes import Wanted, wanted
from server.appointments.release_errors import TimeTaken
from server.appointments.release_models import StepState
from server.appointments.release_reading import PlanStep, appointments
from server.appointments.release_rules import Consequence, Effect, wished
from server.db.ids import new_id

Pairs = Sequence[tuple[PlanStep, Consequence]]

_MOVE_STEPS: Final = text(
    """
    UPDATE release_steps s SET due_on = n.due_on, state = n.state, version = :version,
        done_at = CASE WHEN n.state = 'done' THEN s.done_at END, done_by = CASE WHEN n.state = 'done' THEN s.done_by END
    FROM unnest(:ids, :dues, :states) AS n (id, due_on, state) WHERE s.id = n.id
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)), bindparam("dues", type_=ARRAY(Date)), bindparam("states", type_=ARRAY(Text))
)


async def move_steps(db: AsyncConnection, pairs: Pairs, version: int) -> None:
    """Write the new days; what was confirmed and is not any more is to do again."""
    changed = [(step, one) for step, one in pairs if one.effects]
    states = [StepState.OPEN if Effect.AGAIN in one.effects else step.row["state"] for step, one in changed]
    values = {"ids": [one.step_id for _, one in changed], "dues": [one.new_on for _, one in changed]}
    await db.execute(_MOVE_STEPS, {**values, "states": [state.value for state in states], "version": version})


_FREE: Final = text(
    "UPDATE appointments SET status = 'cancelled' WHERE id = ANY (:ids) AND status = 'booked'"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
"""What moves leaves its old time first: two of a plan may change places, and the database looks at each row by itself."""

_PUT: Final = text(
    """
    UPDATE appointments a SET status = 'booked', starts_at = n.starts_at, ends_at = n.ends_at, busy_from = n.busy_from,
        busy_until = n.busy_until, sequence = a.sequence + 1, changed_at = :now
    FROM unnest(:ids, :starts, :ends, :busy_from, :busy_until) AS n (id, starts_at, ends_at, busy_from, busy_until)
    WHERE a.id = n.id
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("now", type_=DateTime(timezone=True)),
    *(bindparam(name, type_=ARRAY(DateTime(timezone=True))) for name in ("starts", "ends", "busy_from", "busy_until")),
)


async def move_meetings(db: AsyncConnection, pairs: Pairs, who: uuid.UUID, now: datetime, settings: Diaries) -> None:
    """Write the new times, all at once, and that offices are not told yet. Raises TimeTaken."""
    rows = {step.meeting["id"]: step.meeting for step, _ in pairs if step.meeting is not None}
    moves = [wanted(rows[key], wall, settings) for key, wall in wished(one for _, one in pairs).items()]
    if moves:
        try:
            await db.execute(_FREE, {"ids": [one.id for one in moves]})
            await db.execute(_PUT, _times(moves) | {"now": now})
        except IntegrityError:
            raise TimeTaken from None
        await db.execute(insert(changes).values([_line(one, who, now) for one in moves]))
    offices = [one.appointment_id for _, one in pairs if Effect.OFFICE in one.effects]
    if offices:
        of_office = appointments.c.id.in_(offices), appointments.c.owner != Owner.OURS
        not_told = {"office": OfficeStatus.NOT_TOLD, "changed_at": now}
        await db.execute(update(appointments).where(*of_office).values(not_told))


def _times(moves: Sequence[Wanted]) -> dict[str, Any]:
    return {
        "ids": [one.id for one in moves],
        "starts": [one.starts_at for one in moves],
        "ends": [one.ends_at for one in moves],
        "busy_from": [one.busy[0] for one in moves],
        "busy_until": [one.busy[1] for one in moves],
    }


def _line(one: Wanted, who: uuid.UUID, now: datetime) -> dict[str, Any]:
    row = {
        "id": new_id(),
        "appointment_id": one.id,
        "at": now,
        "by": By.RELEASE,
        "staff_id": who,
        "change": Change.MOVED,
    }
    return row | {"old_starts_at": one.old["starts_at"], "new_starts_at": one.starts_at, "detail": ""}
