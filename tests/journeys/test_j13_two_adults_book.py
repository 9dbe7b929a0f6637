"""J13: two adults of two organisations book Marcus at one time. The second is refused with the nearest times, and not told why."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import text

from server.appointments import others
from server.appointments.finding import Query, free_slots
from server.appointments.history import Doer
from server.appointments.kinds import By, OfficeStatus, Owner, Reason
from server.appointments.others import Clash, Outside
from server.clock import utc_now
from tests.support.booked import meetings, open_diary
from tests.support.program import Program
from tests.support.web_person import WebPerson


async def test_the_second_is_refused_and_not_told_why(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    town = await open_diary(program, "09:00-16:00")
    await web.opens()
    await web.says("hello")
    settings, now = program.service.conversations.area.diaries, utc_now()
    async with program.service.engine.begin() as db:
        marcus = (await db.execute(text("SELECT id FROM people"))).scalar_one()
        wish = Query("home", Reason.FIRST_TALK, now, now + timedelta(days=3), person_id=marcus)
        slot = (await free_slots(db, wish, settings, now))[4]
        review = Outside(Owner.YJS, slot.starts_at, slot.ends_at, OfficeStatus.CONFIRMED)
        assert not isinstance(await others.add(db, marcus, "home", review, Doer(By.PARTNER), now), Clash)
    async with program.service.engine.begin() as db:
        left = await free_slots(db, wish, settings, now)
        assert slot.starts_at not in {one.starts_at for one in left}, "it is not even offered"
        second = Outside(Owner.COLLEGE, slot.starts_at + timedelta(minutes=15), slot.ends_at)
        refused = await others.add(db, marcus, "home", second, Doer(By.PARTNER), now)
        assert isinstance(refused, Clash)
    assert len(await meetings(program)) == 1
    await web.says("when is my appointment")
    assert re.search(r"\d(am|pm)", web.heard), "it stands beside ours"
    assert town.adviser_id
