"""J16: somebody is late, and the other is told at once: Jo taps "15 minutes", Ryan writes "late". Nobody is blamed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text, update

from server.appointments.models import Appointment
from server.clock import utc_now
from server.conversations.lateness import adviser_is_late
from server.db.base import table_of
from tests.support.booked import meetings, open_diary
from tests.support.program import Program
from tests.support.web_person import WebPerson

appointments = table_of(Appointment)


async def a_meeting_soon(program: Program, web: WebPerson) -> dict[str, Any]:
    """Booked in the chat, and moved by hand to twenty minutes from now."""
    await open_diary(program, "09:00-11:00")
    await web.opens()
    for press in ("Book a time", "A first talk", "Thursday 10 December"):
        if press == "Book a time":
            await web.says("when is my appointment")
        await web.presses(press)
    for press in ("9:30am", "Nothing", "Yes, book it"):
        await web.presses(press)
    row = dict((await meetings(program))[0])
    starts = utc_now() + timedelta(minutes=20)
    ends = starts + timedelta(minutes=30)
    times = {"starts_at": starts, "busy_from": starts, "ends_at": ends, "busy_until": ends}
    async with program.service.engine.begin() as db:
        await db.execute(update(appointments).where(appointments.c.id == row["id"]).values(times))
    return row


async def tasks(program: Program) -> list[Any]:
    async with program.service.engine.connect() as db:
        return list((await db.execute(text("SELECT kind, staff_id FROM case_tasks"))).all())


async def taps_late(program: Program, row: dict[str, Any], minutes: int = 15) -> bool | None:
    async with program.service.engine.begin() as db:
        args = program.service.conversations, db, row["id"], row["adviser_id"], minutes, utc_now()
        return await adviser_is_late(*args)


async def test_jo_is_late_and_ryan_knows(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    row = await a_meeting_soon(program, web)
    assert [await taps_late(program, row) for _ in range(2)] == [True, True]
    await web.opens()
    assert "Jo is 15 minutes late. You meet at about 12:35pm." in web.heard
    assert web.all_heard.count("15 minutes late") == 1, "a second tap says nothing twice"
    assert (await meetings(program))[0]["adviser_late_minutes"] == 15, "punctuality is counted"
    await web.presses("OK")
    assert "Thank you. See you then." in web.heard
    assert await tasks(program) == []


async def test_ryan_may_take_another_time_instead(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    row = await a_meeting_soon(program, web)
    await taps_late(program, row, 45)
    await web.opens()
    await web.presses("Another time")
    assert "Thursday 10 December" in web.page


async def test_where_no_message_may_go_somebody_rings(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    row = await a_meeting_soon(program, web)
    await web.says("stop")
    assert [await taps_late(program, row) for _ in range(2)] == [False, False]
    await web.opens()
    assert "minutes late" not in web.all_heard
    assert await tasks(program) == [("appointment", None)]
    assert [await taps_late(program, row, minutes) for minutes in (0, -5, 241)] == [None] * 3


async def test_ryan_is_late_and_jo_knows(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    row = await a_meeting_soon(program, web)
    await web.says("running late")
    await web.says("about 15")
    assert "OK. I have told Jo." in web.heard
    after = (await meetings(program))[0]
    assert after["person_late_minutes"] == 15
    assert await tasks(program) == [("appointment", row["adviser_id"])]


async def test_lost_at_the_door(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    """J33: the way, the door, the number; and whoever waits is told."""
    row = await a_meeting_soon(program, web)
    async with program.service.engine.begin() as db:
        await db.execute(
            text("UPDATE places SET door = 'the blue door', bus_stop = 'Market Square, bus 36', phone = '01632 960101'")
        )
    await web.says("cant find it")
    for part in ("the blue door", "Market Square, bus 36", "You can ring: 01632 960101.", "Jo is there for you."):
        assert part in web.heard
    assert await tasks(program) == [("appointment", row["adviser_id"])]
