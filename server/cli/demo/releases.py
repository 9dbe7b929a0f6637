"""Two made-up people inside: one plan on which everything is done in time, and one that is red in several ways."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import custody, release, release_reading, release_steps
from server.appointments.custody import Entry
from server.appointments.finding import Diaries
from server.appointments.release_models import ReleaseStatus, Side, StepState
from server.appointments.release_templates import ensure_templates, of_area
from server.cli.demo.diaries import people_of
from server.staff.access import Member


async def make_releases(
    db: AsyncConnection, area: str, team: dict[str, Member], settings: Diaries, now: datetime
) -> None:
    """A green plan and a red one, of people whose meetings are left alone."""
    await ensure_templates(db, area)
    template = (await of_area(db, area))[0].id
    today = release_reading.local_day(now, settings)
    (green, _), (red, _) = (await people_of(db, area))[-2:]
    robin, wren = team["Robin"].id, team["Wren"].id
    wish = Entry(green, area, today - timedelta(days=20), home_owner_id=robin, host_owner_id=wren)
    spell_id = await custody.enter(db, wish, robin, now)
    spell = await custody.locked(db, spell_id)
    await release.start_plan(db, spell_id, template, settings)
    seen = (await release.preview(db, spell_id, today + timedelta(days=90), now, settings)).seen
    await release.move(db, spell_id, today + timedelta(days=90), ReleaseStatus.CONFIRMED, seen, robin, now, settings)
    spell = await custody.one(db, spell_id)
    for one in (await release_reading.plan_of(db, spell, today, settings)).steps:
        is_due = one.row["due_on"] is not None and one.row["due_on"] <= today
        if is_due and one.row["state"] is StepState.OPEN:
            await release_steps.finish(db, spell_id, one.row["id"], robin, now)
    version = (await custody.one(db, spell_id))["version"]
    for side in Side:
        await release.accept(db, spell_id, side, version)
    await release_steps.sheet_given(db, spell_id, version, wren, now)
    late = Entry(red, area, today - timedelta(days=60), home_owner_id=robin, release_on=today + timedelta(days=12))
    await release.start_plan(db, await custody.enter(db, late, robin, now), template, settings)
