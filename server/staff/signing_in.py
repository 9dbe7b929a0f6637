"""Signing in: the password, then a code; wrong tries are counted and slowed down, and a stranger learns nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.types import blind_index
from server.staff import audit, codes, passwords, sessions
from server.staff.models import RecoveryCode, SignInTries, Staff
from server.staff.slowing import FORGOTTEN_AFTER, FREE_TRIES, FREE_TRIES_OF_A_NETWORK, locked_until

staff = table_of(Staff)
tries = table_of(SignInTries)
recovery_codes = table_of(RecoveryCode)


class Outcome(StrEnum):
    """What became of a try. A wrong one and a locked one are stored too, so these are no errors."""

    OK = "ok"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Try:
    """The outcome and, when it went well, the new session's cookie value."""

    outcome: Outcome
    token: str = ""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, as far as a request tells: a network address, and the browser's own name for itself."""

    network: str
    browser: str
    known: str = ""

    def is_known_to(self, email: bytes) -> bool:
        """True when somebody signed in to this account with this browser before (`email` is the account's hash)."""
        if not KNOWN_FORM.fullmatch(self.known):
            return False
        device, *marks = self.known.split(".")
        return any(hmac.compare_digest(mark, mark_of(device, email)) for mark in marks)


KNOWN_FORM: Final = re.compile(r"[A-Za-z0-9_-]{32}(?:\.[0-9a-f]{32}){1,5}")
MOST_MARKS: Final = 5
"""Accounts that one browser is known to: colleagues share a desk."""


def mark_of(device: str, email: bytes) -> str:
    """What a browser carries that signed in to an account; keyed, so that nobody else can make one."""
    return blind_index(f"{device}:{email.hex()}", "staff.known_browser").hex()[:32]


async def known_from_now(db: AsyncConnection, staff_id: uuid.UUID, known: str) -> str:
    """The cookie of a browser in which somebody has just signed in, with what it carried before."""
    device, *marks = known.split(".") if KNOWN_FORM.fullmatch(known) else (secrets.token_urlsafe(24),)
    email = (await db.execute(select(staff.c.email_hash).where(staff.c.id == staff_id))).scalar_one()
    mark = mark_of(device, email)
    return ".".join((device, mark, *[old for old in marks if old != mark][: MOST_MARKS - 1]))


def email_hash(email: str) -> bytes:
    """What an account is found by: capitals and spaces around do not matter."""
    return blind_index(email.strip().casefold(), "staff.email")


Locks = tuple[tuple[bytes, int], ...]


def _locks(kind: str, known: bytes, email: bytes, visitor: Visitor) -> Locks:
    """What a wrong try counts against, and how many are free: the account (there or not), and the network it came from."""
    if visitor.is_known_to(email):
        # a browser of theirs has its own count: strangers' wrong tries slow the strangers alone
        device = visitor.known.split(".")[0].encode()
        return ((hashlib.sha256(kind.encode() + known + device).digest(), FREE_TRIES),)
    network = blind_index(
        visitor.network, "staff_sign_in_tries.network"
    )  # keyed: addresses are few enough to try them all
    return (hashlib.sha256(kind.encode() + known).digest(), FREE_TRIES), (network, FREE_TRIES_OF_A_NETWORK)


async def with_password(db: AsyncConnection, email: str, password: str, visitor: Visitor, now: datetime) -> Try:
    """The first step: a session half way. Takes the same time and says the same for an e-mail that nobody has."""
    known = email_hash(email)
    locks = _locks("password", known, known, visitor)
    if await _is_locked(db, locks, now):
        return Try(Outcome.LOCKED)
    query = select(staff.c.id, staff.c.password_hash).where(staff.c.email_hash == known, staff.c.removed_at.is_(None))
    row = (await db.execute(query)).first()
    stored: str | None = row.password_hash if row else None
    is_right = await asyncio.to_thread(passwords.is_right, stored, password)
    if row is None or stored is None or not is_right or not await _is_still(db, row.id, stored):
        await _count_wrong(db, locks, now)
        return Try(Outcome.WRONG)
    await _forgive(db, locks)
    if passwords.needs_new_hash(stored):
        renewed = await asyncio.to_thread(passwords.hash_password, password)
        await db.execute(update(staff).where(staff.c.id == row.id).values(password_hash=renewed))
    return Try(Outcome.OK, await sessions.open_session(db, row.id, visitor.browser, now, has_code=False))


async def prove_password(
    db: AsyncConnection, staff_id: uuid.UUID, password: str, visitor: Visitor, now: datetime
) -> Outcome:
    """The password once more, of somebody who is signed in; wrong ones count as they do at a sign-in.

    When it is right the account stays locked until the transaction ends, so that a reset or removal meanwhile is not undone.
    """
    known = (await db.execute(select(staff.c.email_hash).where(staff.c.id == staff_id))).scalar_one()
    locks = _locks("password", known, known, visitor)
    if await _is_locked(db, locks, now):
        return Outcome.LOCKED
    query = select(staff.c.password_hash).where(staff.c.id == staff_id).with_for_update()
    stored = (await db.execute(query)).scalar()
    if not await asyncio.to_thread(passwords.is_right, stored, password):
        await _count_wrong(db, locks, now)
        return Outcome.WRONG
    await _forgive(db, locks)
    return Outcome.OK


async def _is_still(db: AsyncConnection, staff_id: uuid.UUID, password_hash: str) -> bool:
    """False when the account was reset or removed, or the password changed, while it was being tried."""
    same = staff.c.id == staff_id, staff.c.password_hash == password_hash, staff.c.removed_at.is_(None)
    return (await db.execute(select(staff.c.id).where(*same).with_for_update())).first() is not None


async def with_code(
    db: AsyncConnection, session_id: uuid.UUID, staff_id: uuid.UUID, code: str, visitor: Visitor, now: datetime
) -> Outcome:
    """The second step, and every later time a fresh code is asked for: an authenticator's or a recovery code, each good once."""
    email = (await db.execute(select(staff.c.email_hash).where(staff.c.id == staff_id))).scalar() or b""
    locks = _locks("code", staff_id.bytes, email, visitor)
    if await _is_locked(db, locks, now):
        return Outcome.LOCKED
    if not (await use_authenticator(db, staff_id, code, now) or await _use_recovery(db, staff_id, code, now)):
        await _count_wrong(db, locks, now)
        return Outcome.WRONG
    await _forgive(db, locks)
    await sessions.note_code(db, session_id, now)
    await audit.note(db, staff_id, "code_given", now)
    return Outcome.OK


async def use_authenticator(db: AsyncConnection, staff_id: uuid.UUID, code: str, now: datetime) -> bool:
    """True when the code is right and was not used before; from here on it was."""
    query = select(staff.c.totp_secret, staff.c.totp_step).where(staff.c.id == staff_id).with_for_update()
    row = (await db.execute(query)).first()
    if row is None or row.totp_secret is None:
        return False
    step = codes.step_of(row.totp_secret, code, now, row.totp_step)
    if step is None:
        return False
    await db.execute(update(staff).where(staff.c.id == staff_id).values(totp_step=step))
    return True


async def _use_recovery(db: AsyncConnection, staff_id: uuid.UUID, code: str, now: datetime) -> bool:
    same = (
        recovery_codes.c.code_hash == codes.hash_of_recovery_code(code),
        recovery_codes.c.staff_id == staff_id,
        recovery_codes.c.used_at.is_(None),
    )
    used = (await db.execute(update(recovery_codes).where(*same).values(used_at=now))).rowcount
    if used:
        await audit.note(db, staff_id, "recovery_code_used", now)
    return bool(used)


async def _is_locked(db: AsyncConnection, locks: Locks, now: datetime) -> bool:
    """True while a lock holds. Tries at one account go one by one from here on, or a hundred at once would all be free."""
    turn = int.from_bytes(locks[0][0][:8], signed=True)
    await db.execute(select(func.pg_advisory_xact_lock(turn)))
    hashes = [lock for lock, _ in locks]
    query = select(tries.c.locked_until).where(tries.c.lock_hash.in_(hashes), tries.c.locked_until > now)
    return (await db.execute(query)).first() is not None


async def _count_wrong(db: AsyncConnection, locks: Locks, now: datetime) -> None:
    """Count a wrong try against every lock, always in the same order so that two tries never wait for each other."""
    is_old = tries.c.last_try_at < now - FORGOTTEN_AFTER
    for lock, free in sorted(locks):
        first = insert(tries).values(lock_hash=lock, tries=1, last_try_at=now)
        counted = first.on_conflict_do_update(
            index_elements=["lock_hash"],
            set_={"tries": case((is_old, 1), else_=tries.c.tries + 1), "last_try_at": now},
        )
        count = (await db.execute(counted.returning(tries.c.tries))).scalar_one()
        until = locked_until(count, now, free)
        await db.execute(update(tries).where(tries.c.lock_hash == lock).values(locked_until=until))


async def _forgive(db: AsyncConnection, locks: Locks) -> None:
    """The account's own count starts anew; the network's does not, or one right password would pay for a thousand guesses."""
    await db.execute(delete(tries).where(tries.c.lock_hash == locks[0][0]))


async def expire_tries(db: AsyncConnection, now: datetime) -> int:
    """Delete counts nobody needs any more, save those in use just now; how many. Repeating is harmless."""
    is_old = tries.c.last_try_at < now - FORGOTTEN_AFTER
    free = select(tries.c.lock_hash).where(is_old).with_for_update(skip_locked=True)
    return (await db.execute(delete(tries).where(tries.c.lock_hash.in_(free)))).rowcount
