"""The clock at work on a real database: every step once, by whichever worker, and nobody is skipped in silence."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency, OpenCase
from server.db.base import table_of
from server.db.engine import make_engine
from server.escalations import holding
from server.escalations.climbing import acknowledge, climb
from server.escalations.clock import Means, Rung
from server.escalations.hours import read_hours
from server.escalations.models import Case, CaseStep, NoticeStatus, StaffNotice, StepKind
from server.escalations.oncall import put_on_call
from server.escalations.service import Asker, open_case
from server.people.models import Area, Person
from server.staff.access import Role
from tests.support.staff import make_member

HOURS = {"home": read_hours("mon-fri 09:00-17:00", "Europe/London", "england-and-wales")}
NIGHT = datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
cases, steps, notices = table_of(Case), table_of(CaseStep), table_of(StaffNotice)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = make_engine(database_url, pool=6)
    async with made.begin() as db:
        await db.execute(insert(table_of(Area)).values(slug="home", created_at=NIGHT))
    yield made
    await made.dispose()


async def crisis(engine: AsyncEngine, at: datetime = NIGHT, urgency: CaseUrgency = CaseUrgency.CRISIS) -> uuid.UUID:
    person = uuid.uuid4()
    async with engine.begin() as db:
        await db.execute(insert(table_of(Person)).values(id=person, area="home", first_seen_at=at))
        asker = Asker(person, None, "home", is_open=HOURS["home"].desk(at).is_open)  # type: ignore[arg-type]
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
            await put_on_call(db, "home", rung, made[rung], NIGHT - timedelta(hours=8), NIGHT + timedelta(hours=8))
    made[Rung.MANAGER] = (await make_member(engine, "manager", Role.MANAGER)).id
    made[Rung.SAFEGUARDING_LEAD] = (await make_member(engine, "dsl", Role.SAFEGUARDING_LEAD)).id
    return made


async def test_a_night_that_nobody_answers_climbs_to_the_top(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    await crisis(engine)
    for minute in range(16):
        await look(engine, NIGHT + timedelta(minutes=minute))
    assert await told(engine) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD, Rung.EVERYBODY]
    rung = [staff for staff, means in await due_notices(engine) if means is Means.CALL]
    assert rung == [stands[x] for x in (Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD)]


async def test_an_empty_rung_is_written_down_and_the_next_one_rings_at_once(engine: AsyncEngine) -> None:
    lead = await make_member(engine, "dsl", Role.SAFEGUARDING_LEAD)
    await crisis(engine)
    await look(engine, NIGHT)
    assert await told(engine, StepKind.NOBODY) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER]
    assert (lead.id, Means.CALL) in await due_notices(engine)


async def test_a_named_person_stops_it_and_nobody_else_is_rung(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case = await crisis(engine)
    await look(engine, NIGHT)
    async with engine.begin() as db:
        assert await acknowledge(db, case, stands[Rung.FIRST], NIGHT + timedelta(minutes=1))
        assert not await acknowledge(db, case, stands[Rung.SECOND], NIGHT + timedelta(minutes=1))
    await look(engine, NIGHT + timedelta(minutes=30))
    assert await told(engine) == [Rung.FIRST]
    assert await told(engine, StepKind.ACKNOWLEDGED) == [Rung.FIRST]
    assert await due_notices(engine) == []


async def test_ten_workers_at_once_take_each_step_once(engine: AsyncEngine) -> None:
    await rota(engine)
    await crisis(engine)
    late = NIGHT + timedelta(minutes=12)
    await asyncio.gather(*(look(engine, late) for _ in range(10)))
    assert await told(engine) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER]


async def test_a_crisis_given_back_begins_its_clock_anew(engine: AsyncEngine) -> None:
    await rota(engine)
    case, ada = await crisis(engine), await make_member(engine, "Ada")
    async with engine.begin() as db:
        await holding.take(db, ada, case, NIGHT)
        await acknowledge(db, case, ada.id, NIGHT)
    async with engine.begin() as db:
        await holding.give_back(db, case, NIGHT + timedelta(minutes=4))
    await look(engine, NIGHT + timedelta(minutes=4))
    assert await told(engine) == [Rung.FIRST]


async def test_advice_at_night_rings_nobody(engine: AsyncEngine) -> None:
    await rota(engine)
    await crisis(engine, urgency=CaseUrgency.ADVICE)
    await look(engine, NIGHT + timedelta(hours=3))
    assert await due_notices(engine) == []
