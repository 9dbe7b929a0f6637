"""Who stands on a rung of an area's clock just now: by the rota, or by role where the rota names nobody."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.clock import Rung
from server.escalations.models import OnCall
from server.staff.access import Role
from server.staff.models import Staff

on_call = table_of(OnCall)
staff = table_of(Staff)

BY_ROLE: Final = {
    Rung.LEAD: Role.LEAD,
    Rung.MANAGER: Role.MANAGER,
    Rung.SAFEGUARDING_LEAD: Role.SAFEGUARDING_LEAD,
}
"""Rungs that are somebody's role, also while nobody wrote a rota. The first and the second on call are named or nobody."""


async def who_stands(db: AsyncConnection, area: str, rung: Rung, now: datetime) -> tuple[uuid.UUID, ...]:
    """Members to tell, in a stable order; nobody when the rung is empty. Those who were removed do not count."""
    here = staff.c.removed_at.is_(None), staff.c.areas.contains([area])
    if rung is Rung.ON_DUTY:
        query = select(staff.c.id).where(*here, staff.c.is_on_duty)
        return tuple((await db.execute(query.order_by(staff.c.id))).scalars())
    named = (
        select(staff.c.id)
        .join(on_call, on_call.c.staff_id == staff.c.id)
        .where(*here, on_call.c.area == area, on_call.c.rung == rung)
        .where(on_call.c.starts_at <= now, on_call.c.ends_at > now)
        .order_by(on_call.c.starts_at.desc(), staff.c.id)
    )
    if found := tuple(dict.fromkeys((await db.execute(named)).scalars())):
        return found
    if rung not in BY_ROLE:
        return ()
    query = select(staff.c.id).where(*here, staff.c.roles.contains([BY_ROLE[rung].value])).order_by(staff.c.id)
    return tuple((await db.execute(query)).scalars())


async def put_on_call(
    db: AsyncConnection, area: str, rung: Rung, staff_id: uuid.UUID, starts_at: datetime, ends_at: datetime
) -> uuid.UUID:
    """Name somebody for a rung from one instant to another; the entry's id."""
    entry = new_id()
    row = {"id": entry, "area": area, "rung": rung, "staff_id": staff_id, "starts_at": starts_at, "ends_at": ends_at}
    await db.execute(insert(on_call).values(row))
    return entry


async def take_off_call(db: AsyncConnection, area: str, entry: uuid.UUID) -> bool:
    """Remove an entry of the rota; false when the area has no such one."""
    result = await db.execute(delete(on_call).where(on_call.c.id == entry, on_call.c.area == area))
    return bool(result.rowcount)


def without_barred(whom: Iterable[uuid.UUID], case: Any) -> tuple[uuid.UUID, ...]:
    """Those who may be told of a case: a complaint about somebody never goes to them."""
    return tuple(member for member in whom if member not in case.barred)
