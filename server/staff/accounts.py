"""Accounts of staff: invited by a one-time link, set up by the person themselves, changed and removed by administrators."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.staff import audit, passwords, reach, sessions
from server.staff.access import Act, Member, Role, Skill, may_do, may_grant
from server.staff.errors import KnownAlready, LastAdministrator, MayNot
from server.staff.links import make_link
from server.staff.models import LinkKind, RecoveryCode, Staff, StaffLink
from server.staff.signing_in import Outcome, Visitor, email_hash, prove_password

staff = table_of(Staff)
links = table_of(StaffLink)
recovery_codes = table_of(RecoveryCode)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an administrator wants an account to be."""

    name: str
    email: str
    roles: frozenset[Role]
    areas: frozenset[str]
    skills: frozenset[Skill] = frozenset()
    languages: frozenset[str] = frozenset()
    is_trainee: bool = False


def works_in(wish: Wish) -> frozenset[str]:
    """The areas in which such an account may hold a chat."""
    member = Member(new_id(), wish.name, wish.roles, wish.areas)
    return frozenset(area for area in wish.areas if may_do(member, Act.TAKE, area))


async def has_staff(db: AsyncConnection) -> bool:
    """True when somebody can sign in."""
    query = select(staff.c.id).where(staff.c.password_hash.is_not(None), staff.c.removed_at.is_(None)).limit(1)
    return (await db.execute(query)).first() is not None


async def first_link(db: AsyncConnection, area: str, now: datetime) -> str | None:
    """A one-time link's secret for the first administrator; None when somebody can sign in already. A newer one ends the older."""
    await db.execute(select(func.pg_advisory_xact_lock(FIRST_LOCK)))
    hashed = email_hash(FIRST_EMAIL)
    waiting = select(staff.c.id).where(staff.c.email_hash == hashed).with_for_update()  # waits for a set-up under way
    found = (await db.execute(waiting)).scalar()
    if await has_staff(db):
        return None
    roles = [Role.ADMINISTRATOR, Role.MANAGER, Role.LEAD, Role.ADVISER]
    staff_id = found or await _add(
        db, Wish("Administrator", FIRST_EMAIL, frozenset(roles), frozenset({area})), hashed, now
    )
    return await make_link(db, staff_id, LinkKind.FIRST_ADMINISTRATOR, now)


FIRST_LOCK: Final = 0x57AFF
LAST_LOCK: Final = 0x57AFE
FIRST_EMAIL: Final = "first administrator"
"""Stands in for an e-mail until the first administrator gives their own."""


async def invite(db: AsyncConnection, by: Member, wish: Wish, now: datetime) -> str:
    """A new account and its one-time link's secret. Raises MayNot beyond the inviter's areas, KnownAlready for an e-mail in use."""
    if not may_grant(by, wish.roles, wish.areas):
        raise MayNot
    staff_id = await _add(db, wish, email_hash(wish.email), now)
    await audit.note(db, by.id, Act.MANAGE_STAFF, now, about_staff=staff_id, why="invited")
    return await make_link(db, staff_id, LinkKind.INVITATION, now)


async def _add(db: AsyncConnection, wish: Wish, hashed: bytes, now: datetime) -> uuid.UUID:
    """A new account's id. Raises KnownAlready, also when somebody else adds the same one just now."""
    staff_id = new_id()
    row = {
        "id": staff_id,
        "name": wish.name,
        "email": wish.email.strip(),
        "email_hash": hashed,
        "created_at": now,
        **_granted(wish),
    }
    added = insert(staff).values(row).on_conflict_do_nothing(index_elements=["email_hash"]).returning(staff.c.id)
    if not (await db.execute(added)).first():
        raise KnownAlready
    return staff_id


def _granted(wish: Wish) -> dict[str, Any]:
    return {
        "roles": sorted(wish.roles),
        "areas": sorted(wish.areas),
        "skills": sorted(wish.skills),
        "languages": sorted(wish.languages),
        "is_trainee": wish.is_trainee,
    }


async def change_password(
    db: AsyncConnection, signed_in: sessions.SignedIn, old: str, new: str, visitor: Visitor, now: datetime
) -> Outcome:
    """Another password when the old one is right, which every other session ends; wrong ones are counted, so commit whatever comes.

    Raises PoorPassword for a poor new one, before the old one is tried.
    """
    email = (await db.execute(select(staff.c.email).where(staff.c.id == signed_in.member.id))).scalar_one()
    passwords.check_strength(new, signed_in.member.name, email)
    outcome = await prove_password(db, signed_in.member.id, old, visitor, now)
    if outcome is not Outcome.OK:
        return outcome
    hashed = await asyncio.to_thread(passwords.hash_password, new)
    await db.execute(update(staff).where(staff.c.id == signed_in.member.id).values(password_hash=hashed))
    await sessions.end_all(db, signed_in.member.id, now, but=signed_in.session_id)
    await audit.note(db, signed_in.member.id, "password_changed", now)
    return Outcome.OK


async def change(db: AsyncConnection, by: Member, staff_id: uuid.UUID, wish: Wish, now: datetime) -> None:
    """Other roles, areas, skills, languages. Raises MayNot beyond one's areas, LastAdministrator when nobody would be left."""
    old = await _managed(db, by, staff_id)
    if not may_grant(by, wish.roles, wish.areas):
        raise MayNot
    if by.id == staff_id and Role.SAFEGUARDING_LEAD in set(wish.roles) - set(old.roles):
        raise MayNot  # records about danger are opened for oneself by somebody else
    await _keep_an_administrator(db, old, wish.areas if Role.ADMINISTRATOR in wish.roles else frozenset())
    await db.execute(update(staff).where(staff.c.id == staff_id).values(name=wish.name, **_granted(wish)))
    before, after = (", ".join(sorted(roles)) for roles in (old.roles, wish.roles))
    why = "changed" if before == after else f"{before} → {after}"
    await audit.note(db, by.id, Act.MANAGE_STAFF, now, about_staff=staff_id, why=why)


async def remove(db: AsyncConnection, by: Member, staff_id: uuid.UUID, now: datetime) -> None:
    """End somebody's account and sessions at once; what they did stays in the audit. Raises MayNot, LastAdministrator.

    Chats they held are given back by whoever calls this, in the same transaction.
    """
    old = await _managed(db, by, staff_id)
    await _keep_an_administrator(db, old, frozenset())
    emptied = {
        "removed_at": now,
        "password_hash": None,
        "totp_secret": None,
        "oidc_subject_hash": None,
        "phone": None,
        "telegram_chat": None,
        "is_on_duty": False,
        "email": "",
        "email_hash": secrets.token_bytes(32),
    }
    await db.execute(update(staff).where(staff.c.id == staff_id).values(emptied))
    await db.execute(delete(links).where(links.c.staff_id == staff_id))
    await db.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    await sessions.end_all(db, staff_id, now)
    await audit.note(db, by.id, Act.MANAGE_STAFF, now, about_staff=staff_id, why="removed")


async def connect_telegram(db: AsyncConnection, by: Member, staff_id: uuid.UUID, chat: str, now: datetime) -> None:
    """Where somebody's alarms go in Telegram (empty: nowhere). Raises MayNot beyond one's areas."""
    await _managed(db, by, staff_id)
    await reach.set_telegram(db, staff_id, chat)
    await audit.note(db, by.id, Act.MANAGE_STAFF, now, about_staff=staff_id, why="changed")


async def reset(db: AsyncConnection, by: Member, staff_id: uuid.UUID, now: datetime) -> str:
    """A one-time link to set password and authenticator anew; until then nobody signs in. Raises MayNot."""
    await _managed(db, by, staff_id)
    await _close(db, staff_id, now)
    await audit.note(db, by.id, Act.MANAGE_STAFF, now, about_staff=staff_id, why="reset")
    return await make_link(db, staff_id, LinkKind.RESET, now)


async def reset_by_operator(db: AsyncConnection, email: str, now: datetime) -> str | None:
    """A one-time link for whoever runs the program, when no administrator can help any more; None for an e-mail nobody has."""
    same = staff.c.email_hash == email_hash(email), staff.c.removed_at.is_(None)
    staff_id = (await db.execute(select(staff.c.id).where(*same).with_for_update())).scalar()
    if staff_id is None:
        return None
    await _close(db, staff_id, now)
    await audit.note(db, None, Act.MANAGE_STAFF, now, about_staff=staff_id, why="reset")
    return await make_link(db, staff_id, LinkKind.RESET, now)


async def _close(db: AsyncConnection, staff_id: uuid.UUID, now: datetime) -> None:
    """Nothing that opened the account does any more: password, authenticator, recovery codes, sessions."""
    await db.execute(update(staff).where(staff.c.id == staff_id).values(password_hash=None, totp_secret=None))
    await db.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    await sessions.end_all(db, staff_id, now)


async def _managed(db: AsyncConnection, by: Member, staff_id: uuid.UUID) -> Member:
    """The member whom an administrator may manage: all of whose areas are theirs too. Raises MayNot."""
    query = select(*sessions.MEMBER_COLUMNS).where(staff.c.id == staff_id, staff.c.removed_at.is_(None))
    row = (await db.execute(query.with_for_update())).mappings().first()
    found = sessions.member_of(row) if row else None
    if found is None or not may_grant(by, found.roles or {Role.ADVISER}, found.areas):
        raise MayNot
    return found


async def _keep_an_administrator(db: AsyncConnection, old: Member, kept: frozenset[str]) -> None:
    """Raises LastAdministrator when an area would be left without one. Two who remove each other at once are put in order here."""
    left = old.areas - kept
    if Role.ADMINISTRATOR not in old.roles or not left:
        return
    await db.execute(select(func.pg_advisory_xact_lock(LAST_LOCK)))
    others = select(func.unnest(staff.c.areas)).where(
        staff.c.id != old.id,
        staff.c.removed_at.is_(None),
        staff.c.password_hash.is_not(None),
        staff.c.roles.contains([Role.ADMINISTRATOR.value]),
    )
    if not left <= set((await db.execute(others)).scalars()):
        raise LastAdministrator


async def member_by_email(db: AsyncConnection, email: str) -> Member:
    """Who has this e-mail; for the command line, where whoever runs it has the database anyway. Raises MayNot."""
    query = select(*sessions.MEMBER_COLUMNS).where(
        staff.c.email_hash == email_hash(email), staff.c.removed_at.is_(None)
    )
    row = (await db.execute(query)).mappings().first()
    if row is None:
        raise MayNot
    return sessions.member_of(row)


async def team(db: AsyncConnection, areas: Iterable[str]) -> list[Mapping[str, Any]]:
    """Members of the areas who were not removed, in the order in which they came; `has_account` is false before their link was used."""
    columns = (*sessions.MEMBER_COLUMNS, staff.c.email, staff.c.is_on_duty, staff.c.last_seen_at)
    has_account = staff.c.password_hash.is_not(None).label("has_account")
    has_telegram = staff.c.telegram_chat.is_not(None).label("has_telegram")
    query = (
        select(*columns, has_account, has_telegram)
        .where(staff.c.removed_at.is_(None), staff.c.areas.overlap(list(areas)))
        .order_by(staff.c.created_at)
    )
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def choose_language(db: AsyncConnection, staff_id: uuid.UUID, language: str) -> None:
    """What somebody reads the console in from now on."""
    await db.execute(update(staff).where(staff.c.id == staff_id).values(console_language=language))
