"""Members of staff for tests, without the minutes that passwords take: rows as an invitation would leave them."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from server.clock import utc_now
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import holding
from server.escalations.models import Case, CaseOutcome
from server.staff.access import Member, Role, Skill
from server.staff.models import Staff
from server.staff.signing_in import email_hash

cases = table_of(Case)


async def make_member(
    engine: AsyncEngine,
    name: str = "Ada",
    *roles: Role,
    area: str = "home",
    skills: frozenset[Skill] = frozenset(),
    languages: frozenset[str] = frozenset({"en"}),
    is_trainee: bool = False,
) -> Member:
    """Somebody who works in the area; an adviser, when no role is named."""
    made = Member(
        new_id(), name, frozenset(roles or {Role.ADVISER}), frozenset({area}), skills, languages, is_trainee=is_trainee
    )
    email = f"{name.lower()}-{made.id.hex[-8:]}@example.org"
    row = {
        "id": made.id,
        "name": name,
        "email": email,
        "email_hash": email_hash(email),
        "roles": sorted(made.roles),
        "areas": sorted(made.areas),
        "skills": sorted(made.skills),
        "languages": sorted(made.languages),
        "is_trainee": is_trainee,
        "is_on_duty": True,
        "created_at": utc_now(),
    }
    async with engine.begin() as db:
        await db.execute(insert(table_of(Staff)).values(row))
    return made


async def close_open_case(engine: AsyncEngine, person_id: object, name: str = "Ada") -> None:
    """Somebody takes the person's open case and closes it."""
    who = await make_member(engine, name)
    query = select(cases.c.id).where(cases.c.person_id == person_id, cases.c.closed_at.is_(None))
    async with engine.begin() as db:
        case_id = (await db.execute(query)).scalar_one()
        await holding.take(db, who, case_id, utc_now())
        await holding.close(db, who, case_id, CaseOutcome.ANSWERED, utc_now())
