"""J27: Beth hands Marcus over to Ali. He is asked apart, is not sure, and Beth talks with him alone before anything moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from server.appointments import care, handover
from server.appointments.handover import CannotHandOver
from server.clock import utc_now
from server.conversations.handing_over import answer_comfort, ask_comfort
from server.staff.access import Role
from tests.server.appointments.care_house import a_meeting
from tests.support.adviser import Adviser, rows
from tests.support.program import Program
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database


async def test_marcus_is_not_sure_and_nothing_moves_until_he_is(
    tuesday_noon: None, program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("person")
    service, now = program.service, utc_now()
    beth = (await Adviser.at(service, "Beth", Role.YJS_WORKER)).who
    ali = (await Adviser.at(service, "Ali")).who
    async with service.engine.begin() as db:
        marcus = (await db.execute(text("SELECT person_id FROM cases"))).scalar_one()
        await care.set_adviser(db, marcus, beth.id, now)
        made = await handover.start(db, marcus, ali.id, now)
        await handover.brief(db, made, now)
        meeting = await a_meeting(db, marcus, ali.id, now + timedelta(days=2), area=service.settings.area)
        await handover.set_meeting(db, made, meeting)
    async with service.engine.begin() as db:
        assert await ask_comfort(db, service.conversations, made, now) is True

    hours = service.desk.hours[service.settings.area]
    for _ in range(2):
        async with service.engine.begin() as db:
            row = await answer_comfort(db, hours, marcus, "not_sure", now)
        assert row.comfort == "not_sure"
    tasks = [row for row in await rows(service, "SELECT * FROM case_tasks") if row["kind"] == "handover"]
    assert [row["staff_id"] for row in tasks] == [beth.id], "one private talk, with whom he knows"

    after = now + timedelta(days=3)
    async with service.engine.begin() as db:
        await handover.met(db, made, after)
        await handover.set_first(db, made, meeting)
        with pytest.raises(CannotHandOver, match="missing"):
            await handover.close(db, made, beth.id, after, today=after.date())
    async with service.engine.begin() as db:
        await ask_comfort(db, service.conversations, made, after)
        await answer_comfort(db, hours, marcus, "yes", after)
        until = after.date() + timedelta(days=28)
        assert await handover.close(db, made, beth.id, after, today=after.date(), until=until)
        found = await care.adviser_of(db, marcus, after.date())
    assert found.adviser is not None
    assert found.previous is not None
    assert (found.adviser.name, found.previous.name) == ("Ali", "Beth")
