"""Sessions of staff: a random cookie kept as a hash, found and renewed at each request, listed and ended at will."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.db.types import blind_index
from server.staff.access import Member, Role, Skill
from server.staff.models import Staff, StaffSession

sessions = table_of(StaffSession)
staff = table_of(Staff)

LASTS: Final = timedelta(hours=12)
"""A working day: then everybody signs in again."""

IDLE: Final = timedelta(minutes=60)
"""Without an act; an installation may choose another."""

HALF_WAY: Final = timedelta(minutes=10)
"""From the password to the code."""

FRESH_CODE: Final = timedelta(minutes=10)
"""How long one code opens records and exports."""

RENEWED_EVERY: Final = timedelta(minutes=1)
KEPT_AFTER: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and whose it is. `has_code` is false half way through a sign-in; then nothing but the code may be asked."""

    session_id: uuid.UUID
    member: Member
    console_language: str
    has_code: bool
    code_at: datetime | None
    form_token: str
    is_on_duty: bool = False

    def has_fresh_code(self, now: datetime) -> bool:
        """True when a code was given within `FRESH_CODE`."""
        return self.code_at is not None and now - self.code_at <= FRESH_CODE


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def form_token(token: str) -> str:
    """What the forms of a session carry, so that no other site can fill them in."""
    return blind_index(token, "staff_sessions.form").hex()[:32]


async def open_session(
    db: AsyncConnection, staff_id: uuid.UUID, browser: str, now: datetime, *, has_code: bool, is_fresh: bool = True
) -> str:
    """A new session's cookie value. Without a code it lasts `HALF_WAY` and opens nothing.

    `is_fresh` is false when somebody else asked for the second factor: whole, but our own code is asked for before a step-up.
    """
    token = secrets.token_urlsafe(32)
    code_at = now if is_fresh else now - FRESH_CODE - timedelta(seconds=1)
    row = {
        "id": new_id(),
        "token_hash": _hash(token),
        "staff_id": staff_id,
        "browser": browser[:80],
        "created_at": now,
        "last_used_at": now,
        "expires_at": now + (LASTS if has_code else HALF_WAY),
        "second_factor_at": code_at if has_code else None,
    }
    await db.execute(insert(sessions).values(row))
    return token


async def find(
    db: AsyncConnection, token: str, now: datetime, *, idle: timedelta = IDLE, is_use: bool = True
) -> SignedIn | None:
    """Whose session this is; None for an unknown, ended, run out or idle one, and for somebody who was removed.

    `is_use` is false for what nobody did: it does not renew the idle time.
    """
    query = (
        select(
            sessions.c.id.label("session_id"),
            sessions.c.second_factor_at,
            sessions.c.last_used_at,
            *MEMBER_COLUMNS,
            staff.c.is_on_duty,
        )
        .join(staff, staff.c.id == sessions.c.staff_id)
        .where(
            sessions.c.token_hash == _hash(token),
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.last_used_at > now - idle,
            staff.c.removed_at.is_(None),
        )
    )
    row = (await db.execute(query)).mappings().first()
    if row is None:
        return None
    if is_use and now - row["last_used_at"] > RENEWED_EVERY:
        # the account first, as everybody who writes both: else a removal and this would wait for each other
        await db.execute(update(staff).where(staff.c.id == row["id"]).values(last_seen_at=now))
        await db.execute(update(sessions).where(sessions.c.id == row["session_id"]).values(last_used_at=now))
    return SignedIn(
        session_id=row["session_id"],
        member=member_of(row),
        console_language=row["console_language"],
        has_code=row["second_factor_at"] is not None,
        code_at=row["second_factor_at"],
        form_token=form_token(token),
        is_on_duty=row["is_on_duty"],
    )


MEMBER_COLUMNS = (
    staff.c.id,
    staff.c.name,
    staff.c.roles,
    staff.c.areas,
    staff.c.skills,
    staff.c.languages,
    staff.c.is_trainee,
    staff.c.console_language,
)
"""What `member_of` reads."""


def member_of(row: Mapping[Any, Any]) -> Member:
    """A member of staff from a row with `MEMBER_COLUMNS`; roles and skills that this release does not know count for nothing."""
    return Member(
        id=row["id"],
        name=row["name"],
        roles=frozenset(Role(x) for x in row["roles"] if x in set(Role)),
        areas=frozenset(row["areas"]),
        skills=frozenset(Skill(x) for x in row["skills"] if x in set(Skill)),
        languages=frozenset(row["languages"]),
        is_trainee=row["is_trainee"],
    )


async def note_code(db: AsyncConnection, session_id: uuid.UUID, now: datetime) -> None:
    """A code was given just now: a session half way is whole from here on, a whole one has a fresh code. One that is over stays so."""
    works = sessions.c.id == session_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now
    half = sessions.c.second_factor_at.is_(None)
    await db.execute(update(sessions).where(*works, half).values(expires_at=now + LASTS))
    await db.execute(update(sessions).where(*works).values(second_factor_at=now))


async def end(db: AsyncConnection, session_id: uuid.UUID, staff_id: uuid.UUID, now: datetime) -> bool:
    """End one session of somebody; false when it is not theirs or over already."""
    same = sessions.c.id == session_id, sessions.c.staff_id == staff_id, sessions.c.ended_at.is_(None)
    return bool((await db.execute(update(sessions).where(*same).values(ended_at=now))).rowcount)


async def end_all(db: AsyncConnection, staff_id: uuid.UUID, now: datetime, *, but: uuid.UUID | None = None) -> int:
    """End every session of somebody, except one; how many there were."""
    same = [sessions.c.staff_id == staff_id, sessions.c.ended_at.is_(None)]
    if but is not None:
        same.append(sessions.c.id != but)
    return (await db.execute(update(sessions).where(*same).values(ended_at=now))).rowcount


async def of_member(
    db: AsyncConnection, staff_id: uuid.UUID, now: datetime, *, idle: timedelta = IDLE
) -> list[Mapping[str, Any]]:
    """The sessions of somebody that still work, newest first: id, browser, created_at, last_used_at."""
    query = (
        select(sessions.c.id, sessions.c.browser, sessions.c.created_at, sessions.c.last_used_at)
        .where(
            sessions.c.staff_id == staff_id,
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.last_used_at > now - idle,
        )
        .order_by(sessions.c.created_at.desc())
    )
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def expire(db: AsyncConnection, now: datetime) -> int:
    """Delete sessions long over; how many. Repeating is harmless."""
    return (await db.execute(delete(sessions).where(sessions.c.expires_at < now - KEPT_AFTER))).rowcount
