"""Release plans for tests: a person inside, a plan from the default template, appointments behind its steps."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.appointments import custody, release, release_reading, release_steps
from server.appointments.custody import Entry
from server.appointments.kinds import OfficeStatus, Owner
from server.appointments.others import Outside
from server.appointments.release_models import ReleaseStatus
from server.appointments.release_reading import Plan, PlanStep
from server.appointments.release_templates import BUNDLE, ensure_templates, of_area
from tests.support.diary import SETTINGS

HOUR = timedelta(hours=1)


@dataclass
class Inside:
    """Somebody in custody with a plan, and the worker who has it."""

    engine: AsyncEngine
    person_id: uuid.UUID
    who: uuid.UUID
    now: datetime
    spell_id: uuid.UUID = field(default_factory=uuid.uuid4)

    @classmethod
    async def with_plan(
        cls, engine: AsyncEngine, person_id: uuid.UUID, who: uuid.UUID, now: datetime, release_on: date, **more: Any
    ) -> Inside:
        """The release bundle from a day on; both sides are the same worker's unless told otherwise."""
        made = cls(engine, person_id, who, now)
        owners = {"home_owner_id": who, "host_owner_id": who, "host_area": "home"}
        entry = Entry(person_id, "home", now.date() - timedelta(days=100), release_on=release_on, **(owners | more))
        async with engine.begin() as db:
            await ensure_templates(db, "home")
            made.spell_id = await custody.enter(db, entry, who, now)
            template = next(row for row in await of_area(db, "home") if row.code == BUNDLE)
            await release.start_plan(db, made.spell_id, template.id, SETTINGS)
        return made

    async def plan(self) -> Plan:
        """As it stands."""
        async with self.engine.connect() as db:
            return await self.read(db)

    async def read(self, db: AsyncConnection) -> Plan:
        """As it stands, in a transaction."""
        today = release_reading.local_day(self.now, SETTINGS)
        return await release_reading.plan_of(db, await custody.one(db, self.spell_id), today, SETTINGS)

    async def step(self, code: str) -> PlanStep:
        """The newest step of a code."""
        return [step for step in (await self.plan()).steps if step.row["code"] == code][-1]

    async def looks(self, new_on: date) -> release.Preview:
        """What a date would change."""
        async with self.engine.connect() as db:
            return await release.preview(db, self.spell_id, new_on, self.now, SETTINGS)

    async def moves(
        self, new_on: date, seen: str | None = None, status: ReleaseStatus = ReleaseStatus.PLANNED
    ) -> release.Preview:
        """Look and do it."""
        known = seen if seen is not None else (await self.looks(new_on)).seen
        async with self.engine.begin() as db:
            return await release.move(db, self.spell_id, new_on, status, known, self.who, self.now, SETTINGS)

    async def arranges(self, code: str, starts_at: datetime, owner: Owner = Owner.JOBCENTRE, **more: Any) -> Any:
        """An appointment of others behind a step; what is in the way."""
        step = await self.step(code)
        wish = Outside(owner, starts_at, starts_at + HOUR, OfficeStatus.CONFIRMED, **more)
        async with self.engine.begin() as db:
            args = self.spell_id, step.row["id"], wish, self.who, self.now, SETTINGS
            return await release_steps.arrange(db, *args)

    async def links(self, code: str, appointment_id: uuid.UUID) -> None:
        """A booked appointment of theirs behind a step."""
        step = await self.step(code)
        async with self.engine.begin() as db:
            await release_steps.link(db, self.spell_id, step.row["id"], appointment_id, SETTINGS)
