"""Whose account it is that comes by single sign-on: an invited one by its e-mail the first time, by its subject ever after."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.staff import audit, sessions
from server.staff.models import LinkKind, Staff, StaffLink
from server.staff.oidc import Proven, SignOnRefused, Why
from server.staff.signing_in import email_hash

staff = table_of(Staff)
links = table_of(StaffLink)


@dataclass(frozen=True, slots=True)
class Arrived:
    """The new session's cookie value. When it is not whole, our own code comes next."""

    token: str
    is_whole: bool


async def is_known(db: AsyncConnection, proven: Proven) -> bool:
    """True when this subject has signed in before: then nobody needs to know their e-mail."""
    return await _by_subject(db, proven) is not None


async def sign_in(db: AsyncConnection, proven: Proven, email: str | None, browser: str, now: datetime) -> Arrived:
    """A session of their account, noted in the audit. Raises SignOnRefused: nobody gets an account by coming here."""
    # once more by subject: of two first sign-ins at once, one waits for the other and then finds the account its own
    staff_id = await _by_subject(db, proven) or await _bind(db, proven, email, now) or await _by_subject(db, proven)
    if staff_id is None:
        raise SignOnRefused(Why.NOT_INVITED)
    has_own = (await db.execute(select(staff.c.totp_secret).where(staff.c.id == staff_id))).scalar() is not None
    if not has_own and (await _is_reset(db, staff_id) or not proven.has_second_factor):
        raise SignOnRefused(Why.NOT_SET_UP)
    is_whole = proven.has_second_factor
    await audit.note(db, staff_id, "single_sign_on", now)
    # is_fresh: the provider's second factor opens the console, but records and exports ask for our own
    return Arrived(await sessions.open_session(db, staff_id, browser, now, has_code=is_whole, is_fresh=False), is_whole)


async def _by_subject(db: AsyncConnection, proven: Proven) -> uuid.UUID | None:
    query = select(staff.c.id).where(staff.c.oidc_subject_hash == proven.subject_hash, staff.c.removed_at.is_(None))
    return (await db.execute(query)).scalar()


async def _bind(db: AsyncConnection, proven: Proven, email: str | None, now: datetime) -> uuid.UUID | None:
    """The account with this e-mail is theirs from now on, unless it is another subject's already."""
    if email is None:
        return None
    free = (
        staff.c.email_hash == email_hash(email),
        staff.c.oidc_subject_hash.is_(None),
        staff.c.removed_at.is_(None),
    )
    bound = update(staff).where(*free).values(oidc_subject_hash=proven.subject_hash).returning(staff.c.id)
    staff_id: uuid.UUID | None = (await db.execute(bound)).scalar()
    if staff_id is not None:
        await audit.note(db, staff_id, "single_sign_on_linked", now)
    return staff_id


async def _is_reset(db: AsyncConnection, staff_id: uuid.UUID) -> bool:
    """True between an administrator's reset and the use of its link: until then nobody signs in, this way neither."""
    open_reset = links.c.staff_id == staff_id, links.c.kind == LinkKind.RESET, links.c.used_at.is_(None)
    return (await db.execute(select(links.c.token_hash).where(*open_reset).limit(1))).first() is not None
