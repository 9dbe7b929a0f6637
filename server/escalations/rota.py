"""The rota as people plan it: who stands on which rung from when to when, where nobody does, and who cannot be reached."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.escalations.clock import Rung
from server.escalations.models import OnCall
from server.escalations.oncall import BY_ROLE
from server.staff.access import Act, Member, Role, may_do
from server.staff.models import Staff
from server.staff.sessions import MEMBER_COLUMNS, member_of

on_call = table_of(OnCall)
staff = table_of(Staff)

RUNGS: Final = (Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD)
"""Rungs that a rota names somebody for."""

AHEAD: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=31)
KEPT: Final = timedelta(days=365)
LOCAL: Final = re.compile(r"([0-9]{4})-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Stander:
    """A member of staff and how an alarm reaches them."""

    member: Member
    has_phone: bool
    has_telegram: bool

    @property
    def is_reachable(self) -> bool:
        """True when something rings or arrives; an open console alone does not wake anybody."""
        return self.has_phone or self.has_telegram


def gaps(spans: Iterable[Span], since: datetime, until: datetime) -> list[Span]:
    """Where none of the spans is, between two instants, in order."""
    found, reached = [], since
    for starts, ends in sorted(spans):
        if starts > reached:
            found.append((reached, min(starts, until)))
        reached = max(reached, ends)
        if reached >= until:
            return found
    return [*found, (reached, until)]


def may_stand(who: Member, rung: Rung, area: str) -> bool:
    """True when somebody may be put on a rung: able to take the chat and no trainee, or of the role that the rung is named for."""
    if area not in who.areas or who.is_trainee:
        return False
    if rung is Rung.SAFEGUARDING_LEAD:
        return Role.SAFEGUARDING_LEAD in who.roles
    if rung is Rung.MANAGER:
        return bool(who.roles & {Role.MANAGER, Role.LEAD, Role.SAFEGUARDING_LEAD})
    return rung in RUNGS and may_do(who, Act.TAKE, area)


def instant(text: str, zone: ZoneInfo, now: datetime, *, is_end: bool = False) -> datetime | None:
    """What a field for day and time says, in UTC; None for no such day or one far away.

    Of an hour that comes twice a beginning is the first and an end the second, so that nobody goes home an hour early.
    """
    found = LOCAL.fullmatch(text)
    if not found or abs(int(found[1]) - now.year) > 1:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    return local.replace(tzinfo=zone, fold=int(is_end)).astimezone(UTC)


async def entries(db: AsyncConnection, area: str, now: datetime) -> list[Mapping[str, Any]]:
    """What the rota says from now on, in order: id, rung, staff_id, starts_at, ends_at, name. Those who were removed do not stand."""
    query = (
        select(on_call, staff.c.name)
        .join(staff, staff.c.id == on_call.c.staff_id)
        .where(on_call.c.area == area, on_call.c.ends_at > now, staff.c.removed_at.is_(None))
        .where(staff.c.areas.contains([area]))
        .order_by(on_call.c.starts_at, on_call.c.id)
    )
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def standers(db: AsyncConnection, area: str) -> list[Stander]:
    """Everybody who works in the area, by whether an alarm reaches them; never the numbers."""
    reach = staff.c.phone.is_not(None).label("has_phone"), staff.c.telegram_chat.is_not(None).label("has_telegram")
    query = select(*MEMBER_COLUMNS, *reach).where(staff.c.removed_at.is_(None), staff.c.areas.contains([area]))
    rows = (await db.execute(query.order_by(staff.c.created_at))).mappings()
    return [Stander(member_of(row), row["has_phone"], row["has_telegram"]) for row in rows]


def by_role(everybody: Iterable[Stander], rung: Rung) -> list[Stander]:
    """Who is told where the rota names nobody: everybody of the role, on rungs that are one."""
    return [one for one in everybody if BY_ROLE.get(rung) in one.member.roles]


async def stands_then(db: AsyncConnection, area: str, rung: Rung, staff_id: uuid.UUID, span: Span) -> bool:
    """True when somebody stands on this rung at a part of this time already. Locks the account: two who press at once are put in order."""
    await db.execute(select(staff.c.id).where(staff.c.id == staff_id).with_for_update(key_share=True))
    same = on_call.c.area == area, on_call.c.rung == rung, on_call.c.staff_id == staff_id
    query = select(on_call.c.id).where(*same, on_call.c.starts_at < span[1], on_call.c.ends_at > span[0])
    return (await db.execute(query.limit(1))).first() is not None


async def find(db: AsyncConnection, entry_id: uuid.UUID) -> Any:
    """An entry's row; None when there is none."""
    return (await db.execute(select(on_call).where(on_call.c.id == entry_id))).first()


async def expire(db: AsyncConnection, now: datetime) -> int:
    """Delete entries a year after they ended; how many. Repeating is harmless."""
    return (await db.execute(delete(on_call).where(on_call.c.ends_at < now - KEPT))).rowcount
