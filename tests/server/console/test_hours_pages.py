"""Hours, leave and what is booked outside of them, over real HTTP; a diary of somebody who is removed."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from server.appointments.kinds import Agreed, AwayKind, HoursKind, Owner, Reason, Status
from server.appointments.models import Appointment
from server.appointments.stray import stray
from server.clock import utc_now
from server.db.base import table_of
from server.db.ids import new_id
from server.staff.access import Role
from tests.server.console.house import FUZZ, House, Worker
from tests.support.diary import a_pattern, a_place

pytestmark = pytest.mark.database
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
async def place(house: House) -> uuid.UUID:
    await house.changes("DELETE FROM appointments")
    async with house.engine.begin() as db:
        return await a_place(db, "home", f"Hub {new_id().hex[-8:]}")


@pytest.fixture
async def ada(house: House) -> Worker:
    return await house.has(Role.ADVISER, name="Ada")


def hours(place: uuid.UUID, **more: Any) -> dict[str, Any]:
    return {
        "area": "home",
        "days": ["0", "2"],
        "starts": "09:00",
        "ends": "12:30",
        "from_on": "2026-01-05",
        "kind": "open",
        "place": str(place),
    } | more


def at(days: int, clock: str = "10:00") -> datetime:
    """A time so many days from now by London's clock, on a weekday."""
    day = utc_now().astimezone(LONDON).date() + timedelta(days=days)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=LONDON)


def said(instant: datetime) -> str:
    return instant.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M")


async def books(house: House, adviser: Worker, place: uuid.UUID, starts: datetime) -> uuid.UUID:
    """A booking of somebody new."""
    young, one, now = await house.writes("hello"), new_id(), utc_now()
    span = {"starts_at": starts, "ends_at": starts + timedelta(minutes=30)}
    row = {"id": one, "session_id": one, "area": "home", "owner": Owner.OURS, "reason": Reason.FIRST_TALK, "seat": 1}
    row |= {"person_id": young.person, "adviser_id": adviser.member.id, "place_id": place, "status": Status.BOOKED}
    row |= {"busy_from": span["starts_at"], "busy_until": span["ends_at"], "agreed": Agreed.CHAT, **span}
    async with house.engine.begin() as db:
        await db.execute(insert(table_of(Appointment)).values(row | {"created_at": now, "changed_at": now}))
    return one


async def test_hours_of_two_days_are_added_and_one_is_ended(house: House, ada: Worker, place: uuid.UUID) -> None:
    home = f"/console/hours/{ada.member.id}"
    page = await ada.opens("/console/hours")
    page = await ada.posts(f"{home}/patterns", hours(place, reasons=["careers"]))
    assert "The hours are added." in page.text
    query = (
        "SELECT weekday, starts_minute, ends_minute, reasons FROM diary_patterns WHERE staff_id = :id ORDER BY weekday"
    )
    rows = await house.rows(query, id=ada.member.id)
    assert [tuple(row) for row in rows] == [(0, 540, 750, ["careers"]), (2, 540, 750, ["careers"])]
    pattern = await house.scalar("SELECT id FROM diary_patterns WHERE staff_id = :id LIMIT 1", id=ada.member.id)
    page = await ada.posts(f"{home}/patterns/{pattern}/end", last_on="soon")
    assert page.status_code == 422
    assert "Give the last day on which these hours hold." in page.text
    page = await ada.posts(f"{home}/patterns/{pattern}/end", last_on="2026-12-31")
    assert "The hours end then." in page.text
    assert await house.scalar("SELECT until_on FROM diary_patterns WHERE id = :id", id=pattern) == date(2026, 12, 31)
    found = await house.rows("SELECT what, about_staff FROM audit WHERE staff_id = :id", id=ada.member.id)
    assert {tuple(row) for row in found} == {("own_hours", ada.member.id)}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"days": []}, "Tick one day at least."),
        ({"days": ["7"]}, "Tick one day at least."),
        ({"starts": "9 o'clock"}, "Give a time, like 09:00."),
        ({"ends": "08:00"}, "It ends before it begins."),
        ({"place": ""}, "Choose a place."),
        ({"from_on": ""}, "Give the first day on which this holds."),
        ({"until_on": "2025-01-01"}, "The last day is before the first."),
        ({"area": "elsewhere"}, "Choose an area."),
        ({"reasons": ["dancing"]}, "Choose one of these."),
        ({"days": ["1", "0"]}, "Hours of this kind are there already"),
    ],
)
async def test_hours_that_cannot_be(
    house: House, ada: Worker, place: uuid.UUID, wrong: dict[str, Any], words: str
) -> None:
    async with house.engine.begin() as db:
        await a_pattern(db, ada.member.id, "home", place, "08:00-10:00", days=[0])
    page = await ada.posts(f"/console/hours/{ada.member.id}/patterns", hours(place) | wrong)
    assert page.status_code == 422
    assert words in page.text
    assert await house.scalar("SELECT count(*) FROM diary_patterns WHERE staff_id = :id", id=ada.member.id) == 1


async def test_leave_over_a_booking_names_it_and_calls_nothing_off(house: House, ada: Worker, place: uuid.UUID) -> None:
    async with house.engine.begin() as db:
        await a_pattern(db, ada.member.id, "home", place)
    home, starts = f"/console/hours/{ada.member.id}", at(9)
    one = await books(house, ada, place, starts)
    assert "Booked outside of these hours" not in (await ada.opens(home)).text
    leave = {"area": "home", "away": "leave", "away_starts": said(starts - timedelta(hours=2))}
    page = await ada.posts(f"{home}/away", leave | {"away_ends": said(starts + timedelta(days=2))})
    assert "Nothing was called off." in page.text
    assert f"/console/appointments/{one}" in page.text
    assert await house.scalar("SELECT status FROM appointments WHERE id = :id", id=one) == "booked"
    away = await house.scalar("SELECT id FROM diary_exceptions WHERE staff_id = :id", id=ada.member.id)
    page = await ada.posts(f"{home}/away/{away}/remove")
    assert "Booked outside of these hours" not in page.text
    for wrong, words in (
        ({"away_ends": said(starts - timedelta(days=2))}, "It ends before it begins."),
        ({"away_ends": said(starts + timedelta(days=500))}, "That is more than 400 days."),
        ({"away_starts": "2027-03-28T01:30"}, "This time never is: the clocks go forward then."),
        ({"away": "extra"}, "Choose a place."),
        ({"away": "party"}, "Choose one of these."),
    ):
        page = await ada.posts(f"{home}/away", leave | {"away_ends": said(starts + timedelta(days=2))} | wrong)
        assert page.status_code == 422, wrong
        assert words in page.text


async def test_leads_set_others_hours_and_advisers_only_their_own(house: House, ada: Worker, place: uuid.UUID) -> None:
    lena, ben = await house.has(Role.LEAD, name="Lena"), await house.has(Role.ADVISER, name="Ben")
    far = await house.has(Role.LEAD, name="Far", area="elsewhere")
    editor = await house.has(Role.EDITOR, name="Ed")
    home = f"/console/hours/{ada.member.id}"
    assert home in (await lena.opens("/console/hours")).text
    assert "The hours are added." in (await lena.posts(f"{home}/patterns", hours(place))).text
    for who in (ben, far):
        assert (await who.opens(home)).status_code == 404
        assert (await who.posts(f"{home}/patterns", hours(place))).status_code == 404
    assert (await lena.opens(f"/console/hours/{editor.member.id}")).status_code == 404


async def test_whatever_is_typed_breaks_nothing(ada: Worker, place: uuid.UUID) -> None:
    home = f"/console/hours/{ada.member.id}"
    for text in FUZZ:
        for field in ("area", "days", "starts", "ends", "from_on", "until_on", "kind", "place", "reasons"):
            assert (await ada.posts(f"{home}/patterns", hours(place) | {field: text})).status_code in {200, 422}
        for field in ("area", "away", "away_starts", "away_ends", "away_place"):
            form = {"area": "home", "away": "extra", "away_place": str(place), "away_starts": said(at(3)), field: text}
            assert (await ada.posts(f"{home}/away", form)).status_code in {200, 422}


async def test_who_is_removed_leaves_a_task_for_each_booking(house: House, ada: Worker, place: uuid.UUID) -> None:
    admin = await house.has(Role.ADMINISTRATOR, name="Min")
    one = await books(house, ada, place, at(9))
    page = await admin.posts(f"/console/team/{ada.member.id}/remove", name="Ada")
    assert page.status_code == 200
    assert await house.scalar("SELECT status FROM appointments WHERE id = :id", id=one) == "booked"
    person = await house.scalar("SELECT person_id FROM appointments WHERE id = :id", id=one)
    rows = await house.rows("SELECT kind, area FROM case_tasks WHERE person_id = :id", id=person)
    assert [tuple(row) for row in rows] == [("appointment", "home")]


async def test_how_often_meetings_begin_on_time(house: House, ada: Worker, place: uuid.UUID) -> None:
    assert "No meeting of the last year is noted yet." in (await ada.opens("/console/punctuality")).text
    days = [
        utc_now().replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=1, hours=n) for n in range(4)
    ]
    ids = [await books(house, ada, place, day) for day in days]
    for one, outcome, late in ((0, "attended", 15), (1, "attended", None), (2, "did_not", None)):
        change = "UPDATE appointments SET outcome = :what, adviser_late_minutes = :late WHERE id = :id"
        await house.changes(change, what=outcome, late=late, id=ids[one])
    await house.changes("UPDATE appointments SET person_late_minutes = 20 WHERE id = :id", id=ids[1])
    page = await ada.opens("/console/punctuality")
    assert "2 of 3" in page.text
    assert "66%" in page.text
    mo, far = await house.has(Role.MANAGER, name="Mo"), await house.has(Role.LEAD, name="Far", area="elsewhere")
    assert "2 of 3" in (await mo.opens("/console/punctuality/team")).text
    assert "2 of 3" not in (await far.opens("/console/punctuality/team")).text
    assert (await ada.opens("/console/punctuality/team")).status_code == 404


def test_what_is_booked_outside_of_the_hours() -> None:
    monday = datetime(2026, 12, 7, 10, tzinfo=LONDON)
    one = {"id": 1, "starts_at": monday, "ends_at": monday + timedelta(hours=1)}
    week = {"kind": HoursKind.OPEN, "weekday": 0, "starts_minute": 540, "ends_minute": 660}
    week |= {"from_on": date(2026, 1, 1), "until_on": None}
    assert stray([one], [week], [], LONDON) == []
    assert stray([one], [week | {"until_on": date(2026, 12, 6)}], [], LONDON) == [one]
    assert stray([one], [week | {"ends_minute": 659}], [], LONDON) == [one]
    extra = {"kind": AwayKind.EXTRA, "starts_at": one["starts_at"], "ends_at": one["ends_at"]}
    assert stray([one], [], [extra], LONDON) == []
    assert stray([one], [week], [extra | {"kind": AwayKind.BUSY}], LONDON) == [one]
