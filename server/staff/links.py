"""One-time links: an invitation, the first administrator's, a reset; and the page behind them, where an account is set up."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.staff import audit, codes, passwords, sessions
from server.staff.errors import KnownAlready, LinkSpent, SignInRefused
from server.staff.models import LinkKind, RecoveryCode, Staff, StaffLink
from server.staff.signing_in import email_hash

staff = table_of(Staff)
links = table_of(StaffLink)
recovery_codes = table_of(RecoveryCode)

LINK_LASTS: Final = {
    LinkKind.INVITATION: timedelta(days=3),
    LinkKind.FIRST_ADMINISTRATOR: timedelta(hours=24),
    LinkKind.RESET: timedelta(hours=2),
}


@dataclass(frozen=True, slots=True)
class Welcome:
    """Whose link it is, before anything was set up. `totp_secret` is new and stored only when a code proves it."""

    staff_id: uuid.UUID
    name: str
    email: str
    kind: LinkKind


async def make_link(db: AsyncConnection, staff_id: uuid.UUID, kind: LinkKind, now: datetime) -> str:
    """A one-time link's secret; earlier links of the account do not work any more."""
    await db.execute(delete(links).where(links.c.staff_id == staff_id, links.c.used_at.is_(None)))
    secret = secrets.token_urlsafe(32)
    row = {
        "token_hash": _hash(secret),
        "staff_id": staff_id,
        "kind": kind,
        "created_at": now,
        "expires_at": now + LINK_LASTS[kind],
    }
    await db.execute(insert(links).values(row))
    return secret


async def whose_link(db: AsyncConnection, secret: str, now: datetime) -> Welcome:
    """Whose link this is; looking spends nothing (mail scanners look too). Raises LinkSpent."""
    return await _link(db, secret, now, is_using=False)


async def _link(db: AsyncConnection, secret: str, now: datetime, *, is_using: bool) -> Welcome:
    query = (
        select(links.c.kind, staff.c.id, staff.c.name, staff.c.email)
        .join(staff, staff.c.id == links.c.staff_id)
        .where(
            links.c.token_hash == _hash(secret),
            links.c.used_at.is_(None),
            links.c.expires_at > now,
            staff.c.removed_at.is_(None),
        )
    )
    if is_using:
        await _lock_account(db, secret)
    row = (await db.execute(query.with_for_update(of=links) if is_using else query)).first()
    if row is None:
        raise LinkSpent
    email = "" if row.kind is LinkKind.FIRST_ADMINISTRATOR else row.email
    return Welcome(row.id, row.name, email, row.kind)


async def _lock_account(db: AsyncConnection, secret: str) -> None:
    """The account before its link, as everybody who writes both: else a removal and this would wait for each other."""
    owner = select(links.c.staff_id).where(links.c.token_hash == _hash(secret)).scalar_subquery()
    await db.execute(select(staff.c.id).where(staff.c.id == owner).with_for_update())


@dataclass(frozen=True, slots=True)
class SetUp:
    """What somebody chose on the page behind their link. `totp_secret` is what the square code showed, `code` what the app made of it."""

    name: str
    email: str
    password: str
    totp_secret: str
    code: str


async def set_up(
    db: AsyncConnection, link_secret: str, chosen: SetUp, browser: str, now: datetime
) -> tuple[str, tuple[str, ...]]:
    """Spend the link: password, authenticator, new recovery codes; the session's cookie value and the codes, shown this once.

    Raises LinkSpent, PoorPassword, KnownAlready (the first administrator's e-mail), SignInRefused (a wrong code); then nothing is spent.
    """
    welcome = await _link(db, link_secret, now, is_using=True)
    email = chosen.email.strip() if welcome.kind is LinkKind.FIRST_ADMINISTRATOR else welcome.email
    passwords.check_strength(chosen.password, chosen.name, email)
    step = codes.step_of(chosen.totp_secret, chosen.code, now, 0)
    if step is None:
        raise SignInRefused
    hashed = email_hash(email)
    taken = select(staff.c.id).where(staff.c.email_hash == hashed, staff.c.id != welcome.staff_id)
    if (await db.execute(taken)).first():
        raise KnownAlready
    values = {
        "name": chosen.name.strip() or welcome.name,
        "email": email,
        "email_hash": hashed,
        "password_hash": await asyncio.to_thread(passwords.hash_password, chosen.password),
        "totp_secret": chosen.totp_secret,
        "totp_step": step,
    }
    await db.execute(update(staff).where(staff.c.id == welcome.staff_id).values(values))
    await db.execute(update(links).where(links.c.token_hash == _hash(link_secret)).values(used_at=now))
    await sessions.end_all(db, welcome.staff_id, now)
    shown = await renew_recovery_codes(db, welcome.staff_id)
    await audit.note(db, welcome.staff_id, f"set_up_{welcome.kind}", now)
    return await sessions.open_session(db, welcome.staff_id, browser, now, has_code=True), shown


async def renew_recovery_codes(db: AsyncConnection, staff_id: uuid.UUID) -> tuple[str, ...]:
    """New recovery codes; the old ones do not work any more. Show them once."""
    await db.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    shown = codes.new_recovery_codes()
    rows = [{"code_hash": codes.hash_of_recovery_code(code), "staff_id": staff_id} for code in shown]
    await db.execute(insert(recovery_codes), rows)
    return shown


async def recovery_codes_left(db: AsyncConnection, staff_id: uuid.UUID) -> int:
    """How many recovery codes somebody has not used yet."""
    mine = recovery_codes.c.staff_id == staff_id, recovery_codes.c.used_at.is_(None)
    return (await db.execute(select(func.count()).select_from(recovery_codes).where(*mine))).scalar_one()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(b"link " + secret.encode()).digest()
