"""Young people who are looked after, for the tests of the console's pages about care."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from dialogs.effects import CaseUrgency
from server.appointments import care, handover, reviews, timescales
from server.appointments.reviews import ReviewKind
from server.appointments.timescale_rules import After
from server.clock import utc_now
from tests.server.appointments.care_house import a_meeting
from tests.server.console.house import House, Worker, Young


async def looked_after(house: House, by: Worker | None, **more: Any) -> Young:
    """Somebody young with a case, and an adviser."""
    young = await house.writes("help", CaseUrgency.ADVICE, **more)
    if by is not None:
        async with house.engine.begin() as db:
            await care.set_adviser(db, young.person, by.member.id, utc_now())
    return young


async def meets(house: House, young: Young, by: Worker | None, starts_at: datetime, **more: Any) -> uuid.UUID:
    """An hour in the diary."""
    async with house.engine.begin() as db:
        adviser = by.member.id if by else None
        return await a_meeting(db, young.person, adviser, starts_at.replace(microsecond=0), **more)


async def enters_custody(house: House, young: Young, on: date) -> None:
    """The dates that follow from it."""
    async with house.engine.begin() as db:
        await timescales.ensure_rules(db, "home")
        await timescales.make_dates(db, young.person, After.CUSTODY, on, utc_now())


async def begins_handover(house: House, young: Young, to: Worker | None) -> uuid.UUID:
    """From their adviser to somebody."""
    async with house.engine.begin() as db:
        return await handover.start(db, young.person, to.member.id if to else None, utc_now())


async def has_review(house: House, young: Young, kind: ReviewKind = ReviewKind.PLAN, *, days: int = 7) -> uuid.UUID:
    """A review due in so many days, or so many ago."""
    now = utc_now()
    async with house.engine.begin() as db:
        made = await reviews.add(db, young.person, kind, now.date() + timedelta(days=7), now, today=now.date())
    await house.changes("UPDATE reviews SET due_on = :on WHERE id = :id", on=now.date() + timedelta(days=days), id=made)
    assert made is not None
    return made


async def audited(house: House, who: Worker, young: Young) -> list[str]:
    """What the audit says of somebody's looks and acts about a young person, in order."""
    query = "SELECT what FROM audit WHERE staff_id = :who AND about_person = :person ORDER BY number"
    return [row.what for row in await house.rows(query, who=who.member.id, person=young.person)]
