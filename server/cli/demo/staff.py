"""Made-up members of staff: one account for each role, with a password that nobody knows."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.clock import Rung
from server.escalations.oncall import put_on_call
from server.staff import codes, passwords
from server.staff.access import Member, Role, Skill
from server.staff.models import Staff
from server.staff.signing_in import email_hash

staff = table_of(Staff)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One account. `what` says who it is in the list of links."""

    name: str
    what: str
    roles: frozenset[Role]
    languages: frozenset[str] = frozenset({"en"})
    skills: frozenset[Skill] = field(default_factory=frozenset)
    is_trainee: bool = False


TEAM: Final = (
    MadeUp(
        "Robin",
        "adviser",
        frozenset({Role.ADVISER}),
        frozenset({"en", "cy", "pl"}),
        frozenset({Skill.HOUSING, Skill.BENEFITS}),
    ),
    MadeUp(
        "Ash",
        "adviser",
        frozenset({Role.ADVISER}),
        frozenset({"en", "ar", "ur"}),
        frozenset({Skill.HEALTH, Skill.RECORD}),
    ),
    MadeUp("Fern", "adviser in training", frozenset({Role.ADVISER}), is_trainee=True),
    MadeUp("Wren", "lead", frozenset({Role.LEAD, Role.ADVISER}), frozenset({"en", "ro"})),
    MadeUp(
        "Rowan",
        "safeguarding lead",
        frozenset({Role.SAFEGUARDING_LEAD}),
        skills=frozenset({Skill.SAFEGUARDING}),
    ),
    MadeUp("Linden", "manager", frozenset({Role.MANAGER})),
    MadeUp("Hazel", "administrator", frozenset({Role.ADMINISTRATOR})),
    MadeUp("Heath", "yjs worker", frozenset({Role.YJS_WORKER})),
)
"""Everybody who works in the demo."""

ROTA: Final = (
    (Rung.FIRST, "Robin"),
    (Rung.SECOND, "Ash"),
    (Rung.LEAD, "Wren"),
    (Rung.MANAGER, "Linden"),
    (Rung.SAFEGUARDING_LEAD, "Rowan"),
)
"""Who is on call on which rung of the clock."""

ROTA_DAYS: Final = 7


async def make_team(db: AsyncConnection, area: str, now: datetime) -> dict[str, Member]:
    """Everybody's account, by name, as it is after its link was used; all are on duty. Each password is random and forgotten."""
    made = {}
    for person in TEAM:
        member = Member(
            new_id(), person.name, person.roles, frozenset({area}), person.skills, person.languages, person.is_trainee
        )
        await db.execute(insert(staff).values(await _account(member, now)))
        made[person.name] = member
    return made


async def _account(member: Member, now: datetime) -> dict[str, object]:
    email = f"{member.name.lower()}@example.org"
    return {
        "id": member.id,
        "name": member.name,
        "email": email,
        "email_hash": email_hash(email),
        "password_hash": await asyncio.to_thread(passwords.hash_password, secrets.token_urlsafe(24)),
        "totp_secret": codes.new_secret(),
        "roles": sorted(member.roles),
        "areas": sorted(member.areas),
        "skills": sorted(member.skills),
        "languages": sorted(member.languages),
        "is_trainee": member.is_trainee,
        "is_on_duty": True,
        "created_at": now - timedelta(days=30),
    }


async def make_rota(db: AsyncConnection, area: str, team: dict[str, Member], now: datetime) -> None:
    """Somebody on every rung, for a week by days."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for rung, name in ROTA:
        for day in range(ROTA_DAYS):
            begins = midnight + timedelta(days=day)
            await put_on_call(db, area, rung, team[name].id, begins, begins + timedelta(days=1))
