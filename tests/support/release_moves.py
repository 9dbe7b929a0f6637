"""A release date moved at random while appointments are booked, moved and called off: plan and appointments agree each time."""

from __future__ import annotations

import asyncio
import random
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import text

from dialogs.meetings import Needs
from server.appointments import booking
from server.appointments.finding import Query, free_slots
from server.appointments.history import Doer
from server.appointments.kinds import Agreed, By, Owner, Reason
from server.appointments.release_errors import BadRelease, ChangedMeanwhile, StepSettled, TimeTaken
from server.appointments.release_models import StepState
from server.appointments.release_reading import Red, local_day
from server.appointments.taking import Booking, Gone
from tests.support.diary import SETTINGS, local
from tests.support.release import Inside

CODES = ("office", "check_in", "interview", "start")


@dataclass
class Moves:
    """One plan, other people who book beside it, and what came of it all. `took` are the seconds of each move."""

    sam: Inside
    others: list[uuid.UUID]
    chance: random.Random
    took: list[float] = field(default_factory=list)
    conflicts: int = 0
    bookings: int = 0

    async def round(self) -> None:
        """A move, with bookings and cancellations going on at the same time; then everything is looked at."""
        doing = [self._move(), *(self._book() for _ in range(2)), self._cancel()]
        if self.chance.random() < 0.3:
            doing.append(self._move())
        self.chance.shuffle(doing)
        await asyncio.gather(*doing)
        await self.check()

    async def _move(self) -> None:
        on = self.sam.now.date() + timedelta(days=self.chance.randint(0, 60))
        clock = asyncio.get_running_loop().time
        try:
            seen = (await self.sam.looks(on)).seen
            began = clock()
            await self.sam.moves(on, seen)
            self.took.append(clock() - began)
        except (ChangedMeanwhile, TimeTaken):
            self.conflicts += 1

    async def _book(self) -> None:
        """Somebody else books with the same adviser, or Sam gets an appointment behind a step."""
        if self.chance.random() < 0.4:
            return await self._arrange()
        person = self.chance.choice(self.others)
        starts = self.sam.now + timedelta(days=self.chance.randint(1, 40))
        query = Query("home", Reason.FIRST_TALK, starts, starts + timedelta(days=3), by_young_person=False)
        async with self.sam.engine.begin() as db:
            if found := await free_slots(db, query, SETTINGS, self.sam.now):
                slot, who = self.chance.choice(found), Booking(person, None, "home", by_young_person=False)
                doer = Doer(By.ADVISER, self.sam.who)
                made = await booking.book(db, slot.key, who, Needs(), doer, Agreed.PHONE, self.sam.now, SETTINGS)
                self.bookings += not isinstance(made, Gone)
        return None

    async def _arrange(self) -> None:
        code, day = self.chance.choice(CODES), self.sam.now.date() + timedelta(days=self.chance.randint(1, 60))
        at = local(day.isoformat(), f"{self.chance.randint(9, 15):02}:00")
        try:
            await self.sam.arranges(code, at, Owner.COLLEGE)
        except (BadRelease, StepSettled):
            self.conflicts += 1

    async def _cancel(self) -> None:
        query = text("SELECT id FROM appointments WHERE status = 'booked' ORDER BY id")
        async with self.sam.engine.begin() as db:
            ids = list((await db.execute(query)).scalars())
            if ids and self.chance.random() < 0.5:
                await booking.cancel(db, self.chance.choice(ids), Doer(By.ADVISER, self.sam.who), self.sam.now)

    async def check(self) -> None:
        """No step is lost, every one is of the plan's version or settled, and each appointment is on its day or named as red."""
        plan = await self.sam.plan()
        assert len(plan.steps) == 12
        today: date = self.sam.now.date()
        for step in plan.steps:
            assert step.row["state"] is StepState.OPEN
            assert step.row["due_on"] is not None
            if step.meeting is not None and step.meeting["status"].value == "booked":
                on = local_day(step.meeting["starts_at"], SETTINGS)
                assert on == step.row["due_on"] or on < today or Red.NOT_FREE in step.reds
        async with self.sam.engine.connect() as db:
            assert (await db.execute(text(OVERLAPS))).scalar_one() == 0
            assert (await db.execute(text(UNNAMED))).scalar_one() == 0


OVERLAPS = """
    SELECT count(*) FROM appointments a JOIN appointments b ON a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    WHERE a.status = 'booked' AND b.status = 'booked' AND (a.adviser_id = b.adviser_id OR a.person_id = b.person_id)
"""
UNNAMED = """
    SELECT count(*) FROM appointments a WHERE a.starts_at <> (
        SELECT COALESCE(c.new_starts_at, a.starts_at) FROM appointment_changes c
        WHERE c.appointment_id = a.id AND c.new_starts_at IS NOT NULL ORDER BY c.at DESC, c.id DESC LIMIT 1)
"""
"""The history's last word about each appointment's time is the time it has."""
