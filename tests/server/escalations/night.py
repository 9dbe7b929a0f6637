"""A night with a case, people on call, and what the clock did about it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency, OpenCase
from server.db.base import table_of
from server.escalations.climbing import climb
from server.escalations.clock import Means, Rung
from server.escalations.models import Case, CaseStep, NoticeStatus, StaffNotice, StepKind
from server.escalations.oncall import put_on_call
from server.escalations.service import Asker, open_case
from server.hours import read_hours
from server.people.models import Person
from server.staff.access import Role
from tests.support.staff import make_member

HOURS = {"home": read_hours("mon-fri 09:00-17:00", "Europe/London", "england-and-wales")}
NIGHT = datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
cases, steps, notices = table_of(Case), table_of(CaseStep), table_of(StaffNotice)


async def crisis(
    engine: AsyncEngine, at: datetime = NIGHT, urgency: CaseUrgency = CaseUrgency.CRISIS, *, is_open: bool | None = None
) -> uuid.UUID:
    """`is_open`: whether the desk is; as its hours say when it is not given."""
    person = uuid.uuid4()
    desk_is_open = HOURS["home"].desk(at).is_open if is_open is None else is_open
    async with engine.begin() as db:
        await db.execute(insert(table_of(Person)).values(id=person, area="home", first_seen_at=at))
        asker = Asker(person, None, "home", is_open=desk_is_open)  # type: ignore[arg-type]
        return await open_case(db, asker, OpenCase("suicide", urgency, "en"), "whats the point", at)


async def look(engine: AsyncEngine, at: datetime) -> None:
    async with engine.begin() as db:
        await climb(db, HOURS, at)


async def told(engine: AsyncEngine, kind: StepKind = StepKind.TAKEN) -> list[Rung]:
    async with engine.connect() as db:
        query = select(steps.c.rung).where(steps.c.kind == kind).order_by(steps.c.id)
        return list((await db.execute(query)).scalars())


async def due_notices(engine: AsyncEngine) -> list[tuple[uuid.UUID, Means]]:
    async with engine.connect() as db:
        query = select(notices.c.staff_id, notices.c.means).where(notices.c.status == NoticeStatus.DUE)
        return [(row[0], row[1]) for row in (await db.execute(query.order_by(notices.c.id))).all()]


async def rota(engine: AsyncEngine) -> dict[Rung, uuid.UUID]:
    """Somebody on every rung of the night."""
    made = {}
    for rung, role in ((Rung.FIRST, Role.ADVISER), (Rung.SECOND, Role.LEAD)):
        made[rung] = (await make_member(engine, rung.value, role)).id
        async with engine.begin() as db:
            await put_on_call(db, "home", rung, made[rung], NIGHT - timedelta(days=900), NIGHT + timedelta(days=900))
    made[Rung.MANAGER] = (await make_member(engine, "manager", Role.MANAGER)).id
    made[Rung.SAFEGUARDING_LEAD] = (await make_member(engine, "dsl", Role.SAFEGUARDING_LEAD)).id
    return made


async def case_row(engine: AsyncEngine, case: uuid.UUID):
    async with engine.connect() as db:
        return (await db.execute(select(cases).where(cases.c.id == case))).one()


async def log_of(engine: AsyncEngine, *kinds: StepKind) -> list[tuple[str, str, str, str]]:
    """What the clock did, in order: (kind, rung, means, code)."""
    async with engine.connect() as db:
        query = select(steps).order_by(steps.c.at, steps.c.id)
        rows = (await db.execute(query.where(steps.c.kind.in_(kinds or tuple(StepKind))))).all()
    return [(row.kind.value, row.rung.value, row.means.value if row.means else "", row.code) for row in rows]
