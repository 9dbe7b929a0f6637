"""J33: Ibrahim's college interview. Priya waits at the main door; he cannot find it, and she knows at once.

What is shown is what is kept of the place and of who comes along. The wake-up call and the reminder are sent elsewhere.
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from server.appointments import places
from server.appointments.kinds import Owner, PlaceKind
from server.appointments.models import Appointment
from server.clock import utc_now
from server.db.base import table_of
from tests.server.appointments.care_house import a_meeting
from tests.support.adviser import Adviser, rows
from tests.support.diary import a_place
from tests.support.pictures import picture
from tests.support.program import Program
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database


async def an_interview(program: Program, web: WebPerson, in_minutes: int = 5) -> uuid.UUID:
    """At the college, in the college's own diary; whose Priya is comes along. Her id."""
    await web.opens()
    await web.says("hi")
    service, now = program.service, utc_now()
    priya = (await Adviser.at(service, "Priya")).who.id
    async with service.engine.begin() as db:
        ibrahim = (await db.execute(text("SELECT id FROM people"))).scalar_one()
        way = {
            "address": "2 Sample Road",
            "phone": "01632 960202",
            "door": "the main door",
            "bus_stop": "Sample Road, bus 36",
        }
        place = await a_place(db, "home", "The College", PlaceKind.COLLEGE, **way)
        whose: dict[str, Any] = {"owner": Owner.COLLEGE, "companion_id": priya, "meet_where": "the main door"}
        await a_meeting(db, ibrahim, None, now + timedelta(minutes=in_minutes), reason=None, place_id=place, **whose)
    return priya


async def told(program: Program) -> list[tuple[Any, Any]]:
    found = await rows(program.service, "SELECT kind, staff_id FROM case_tasks ORDER BY created_at")
    return [(row["kind"], row["staff_id"]) for row in found]


async def test_he_is_lost_and_priya_is_told(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    priya = await an_interview(program, web)
    await web.says("im lost")
    for part in (
        "2 Sample Road",
        "Sample Road, bus 36",
        "Priya meets you here: the main door.",
        "You can ring: 01632 960202.",
    ):
        assert part in web.heard
    assert await told(program) == [("appointment", priya)]
    await web.says("cant find it")
    assert await told(program) == [("appointment", priya)], "once is enough"
    await web.says("im here")
    assert "Good. I have told them that you are here." in web.heard
    assert await told(program) == [("appointment", priya)] * 2


async def test_he_sees_what_the_door_looks_like(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await an_interview(program, web)
    await web.says("which door")
    assert "/picture/" not in web.page, "there is no photo yet"
    async with program.service.engine.begin() as db:
        place = (await db.execute(text("SELECT id FROM places WHERE name = 'The College'"))).scalar_one()
        await places.set_photo(db, place, picture())
    await web.says("lost")
    link = re.findall(r'href="[^"]*(/picture/[^"]+)"', web.page)[-1]
    async with program.browser() as client:
        shown = await client.get(link)
        assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/jpeg", picture())
        assert not shown.cookies
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        for nothing in (uuid.uuid4(), "x", "../places", "%00"):
            assert (await client.get(f"/picture/{nothing}")).status_code == 404


async def test_an_office_that_is_no_place_of_ours(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await an_interview(program, web)
    sealed = {"other_place": "3 Sample Lane, by the library", "contact": "Sam, 01632 960303", "place_id": None}
    async with program.service.engine.begin() as db:
        await db.execute(update(table_of(Appointment)).values(sealed))
    await web.says("lost")
    for part in ("Where: 3 Sample Lane, by the library.", "Priya meets you here: the main door.", "Sam, 01632 960303."):
        assert part in web.heard


async def test_early_in_the_day_the_way_is_told_too(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await an_interview(program, web, in_minutes=5 * 60)
    await web.says("which door")
    assert "the main door" in web.heard


async def test_with_no_meeting_lost_means_what_it_always_meant(
    tuesday_noon: None, program: Program, web: WebPerson
) -> None:
    await an_interview(program, web, in_minutes=24 * 60)
    await web.says("im lost")
    assert "main door" not in web.heard
    assert await told(program) == []


async def test_while_priya_talks_with_him_the_word_is_hers(
    tuesday_noon: None, program: Program, web: WebPerson
) -> None:
    await an_interview(program, web)
    await web.says("person")
    jo = await Adviser.at(program.service)
    await jo.takes()
    await jo.writes("Hi, I am Jo, a person.")
    await web.says("im lost")
    assert "main door" not in web.all_heard
    assert await told(program) == []


async def test_somebody_else_with_a_phone_learns_nothing_of_it(
    tuesday_noon: None, program: Program, web: WebPerson
) -> None:
    await an_interview(program, web)
    async with program.browser() as client:
        other = WebPerson(client)
        await other.opens()
        await other.says("lost")
        assert "door" not in other.all_heard
