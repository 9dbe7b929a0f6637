"""J26: Beth, Yot worker, sees the next meeting and who the adviser is; never whether somebody came, nor anything else (Q37)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.appointments.kinds import Owner, Reason
from server.clock import utc_now
from server.staff.access import Role
from tests.server.console.care_people import audited, enters_custody, looked_after, meets
from tests.server.console.house import House
from tests.support.program import Program

pytestmark = pytest.mark.database


async def test_beth_sees_the_next_meeting_and_the_adviser_and_not_whether_he_missed_one(program: Program) -> None:
    house = House(program)
    lee, beth = await house.has(Role.LEAD, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    jo = await house.has(name="Jocasta")
    young = await looked_after(house, jo)
    await lee.posts(f"/console/cases/{young.case}/why", reason="work")
    await lee.posts(f"/console/cases/{young.case}/workers", to=str(beth.member.id), why="supervision; they know")
    now = utc_now()
    await meets(house, young, None, now + timedelta(days=3), owner=Owner.COURT, reason=None)
    missed = await meets(house, young, jo, now - timedelta(days=1), reason=Reason.BENEFITS)
    await house.changes("UPDATE appointments SET outcome = 'did_not', status = 'over' WHERE id = :id", id=missed)
    await enters_custody(house, young, now.date())
    before = (await beth.opens("/console/my-people")).text
    assert "Jocasta" in before
    assert "None is known." in before, "a court's date is not ours to tell"
    await meets(house, young, jo, now + timedelta(days=9), reason=Reason.BENEFITS)
    await beth.opens("/console/my-people")
    assert f"{(now + timedelta(days=9)).day} " in beth.shown
    for secret in ("None is known.", "did not", "missed a", "benefits", "Court", "custody", "Visit them"):
        assert secret not in beth.shown, secret
    assert await audited(house, beth, young) == ["next_meeting", "adviser"] * 2
    for path in (f"/console/people/{young.person}", "/console/caseload", "/console/my-day", "/console/reviews"):
        assert (await beth.opens(path)).status_code == 404
