"""The diary, booking for somebody, and one appointment's page: who sees whom, what is agreed, what is taken, what is told."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.appointments.kinds import AwayKind, HoursKind, Status
from server.clock import utc_now
from server.console.diary_view import Line, Written, days_of, seen_from, week_name, week_of
from server.staff.access import Role
from tests.server.console.care_people import audited, looked_after, meets
from tests.server.console.house import FUZZ, House, Worker, Young
from tests.support.diary import LONDON, a_town

MONDAY = date(2026, 12, 7)


def on(clock: str, day: int = 7) -> datetime:
    return datetime.fromisoformat(f"2026-12-{day:02}T{clock}").replace(tzinfo=UTC)


def pattern(starts: int, ends: int, kind: HoursKind = HoursKind.OPEN, **more: Any) -> dict[str, Any]:
    row = {"area": "home", "kind": kind, "weekday": 0, "starts_minute": starts, "ends_minute": ends, "place_id": None}
    return row | {"from_on": date(2026, 1, 1), "until_on": None, **more}


def lines(written: Written, day: int = 0, **more: Any) -> list[tuple[Line, str, str]]:
    found = days_of(written, MONDAY, 7, MONDAY, LONDON, more.get("holidays", ()))[day]
    return [(one.kind, f"{one.starts_at:%H:%M}", f"{one.ends_at:%H:%M}") for one in found.entries]


def test_what_is_free_is_what_nothing_takes() -> None:
    written = Written(
        patterns=[pattern(540, 1020), pattern(720, 780, HoursKind.BREAK)],
        exceptions=[{"kind": AwayKind.LEAVE, "starts_at": on("16:00"), "ends_at": on("23:00"), "place_id": None}],
        busy=[{"starts_at": on("09:30"), "ends_at": on("10:00")}],
        meetings=[{"status": Status.BOOKED, "starts_at": on("14:00"), "ends_at": on("14:45")}],
    )
    assert lines(written) == [
        (Line.FREE, "09:00", "09:30"),
        (Line.BUSY, "09:30", "10:00"),
        (Line.FREE, "10:00", "12:00"),
        (Line.BREAK, "12:00", "13:00"),
        (Line.FREE, "13:00", "14:00"),
        (Line.MEETING, "14:00", "14:45"),
        (Line.FREE, "14:45", "16:00"),
        (Line.AWAY, "16:00", "23:00"),
    ]


def test_leave_over_days_stands_on_each_and_a_holiday_has_no_hours() -> None:
    away = {"kind": AwayKind.LEAVE, "starts_at": on("12:00", 7), "ends_at": on("12:00", 9), "place_id": None}
    written = Written(patterns=[pattern(540, 1020)], exceptions=[away])
    assert [len(lines(written, n)) for n in range(4)] == [2, 1, 1, 0]
    assert lines(Written(patterns=[pattern(540, 1020)]), holidays={MONDAY}) == []


def test_what_somebody_does_in_another_area_is_busy_and_no_more() -> None:
    meeting = {"status": Status.BOOKED, "starts_at": on("14:00"), "ends_at": on("15:00")}
    far = {**meeting, "area": "away", "starts_at": on("10:00"), "ends_at": on("11:00")}
    hours = [pattern(540, 720), pattern(780, 960, area="away")]
    extra = {"kind": AwayKind.EXTRA, "area": "away", "starts_at": on("18:00"), "ends_at": on("19:00"), "place_id": None}
    written = Written(patterns=hours, exceptions=[extra], meetings=[{**meeting, "area": "home"}, far])
    assert lines(seen_from(written, {"home"})) == [
        (Line.FREE, "09:00", "10:00"),
        (Line.BUSY, "10:00", "11:00"),
        (Line.FREE, "11:00", "12:00"),
        (Line.MEETING, "14:00", "15:00"),
    ]
    assert lines(seen_from(written, {"home", "away"})) == lines(written)


@pytest.mark.parametrize("text", ["", "2026-W50", "2026-W99", "x", "0001-W01", "9999-W01", "2026-W5"])
def test_a_week_is_always_a_monday(text: str) -> None:
    assert week_of(text, MONDAY).weekday() == 0
    assert week_name(week_of("2026-W50", MONDAY)) == "2026-W50"


async def a_diary(house: House, jo: Worker) -> None:
    async with house.engine.begin() as db:
        await a_town(db, "home", jo.member.id, name=f"Hub {jo.member.id.hex[-8:]}")


async def test_ones_own_people_stand_in_ones_week_and_each_look_is_noted(house: House) -> None:
    jo, kim = await house.has(name="Jo"), await house.has(name="Kim")
    await a_diary(house, jo)
    young = await looked_after(house, jo)
    await meets(house, young, jo, utc_now())
    await jo.opens("/console/diary")
    assert re.search(r'Review · <span class="slot-who">C-\d+', jo.shown)
    assert await audited(house, jo, young) == ["next_meeting"]
    await kim.opens(f"/console/diary?of={jo.member.id}")
    assert "Review" in kim.shown
    assert "C-" not in kim.shown
    assert await audited(house, kim, young) == []


async def test_everybodys_day_and_strange_addresses(house: House) -> None:
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    for query in ("", "?on=2026-12-07", "?on=x", "?on=0001-01-01", "?on=9999-12-31"):
        assert (await jo.opens(f"/console/diary/day{query}")).status_code == 200
    away = await house.has(name="Away", area="away")
    assert (await away.opens(f"/console/diary?of={jo.member.id}")).status_code == 404


async def booked(house: House, *young: Young) -> list[Any]:
    """Appointments of these people."""
    query = "SELECT * FROM appointments WHERE person_id = ANY (:who) ORDER BY created_at"
    return await house.rows(query, who=[one.person for one in young])


async def free_time(jo: Worker, young: Young, place: int = 3) -> str:
    page = await jo.opens(f"/console/people/{young.person}/book?reason=first_talk")
    return re.findall(r'name="slot" id="slot-\d+" value="([^"]+)"', page.text)[place]


async def test_nobody_is_booked_without_being_asked(house: House) -> None:
    """J24: "agreed with Sam? yes by phone" stands with the booking."""
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    young = await looked_after(house, jo)
    where = f"/console/people/{young.person}/book"
    slot = await free_time(jo, young)
    for agreed in ("", "not_asked", "x"):
        answer = await jo.posts(where, reason="first_talk", slot=slot, agreed=agreed)
        assert answer.status_code == 422 or "Ask them first" in jo.shown
    assert await booked(house, young) == []
    await jo.posts(where, reason="first_talk", slot=slot, agreed="phone", helps="quiet", spoken="so", gender="woman")
    row = (await booked(house, young))[0]
    assert (row.agreed, row.booked_by, row.status) == ("phone", jo.member.id, "booked")
    assert "Yes, by phone" in jo.shown
    assert "A quiet place" in jo.shown or "quiet" in jo.shown
    assert "booked" in await audited(house, jo, young)


async def test_a_taken_time_is_refused_with_the_nearest_and_no_reason(house: House) -> None:
    """J13, and two tabs of one adviser."""
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    first, second = await looked_after(house, jo), await looked_after(house, jo)
    slot = await free_time(jo, first)
    await jo.posts(f"/console/people/{first.person}/book", reason="first_talk", slot=slot, agreed="phone")
    await jo.posts(f"/console/people/{second.person}/book", reason="first_talk", slot=slot, agreed="phone")
    assert "This time is not free. The nearest free times are below." in jo.shown
    assert len(await booked(house, first, second)) == 1


async def test_moved_called_off_late_and_how_it_went(house: House) -> None:
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    young = await looked_after(house, jo)
    slot = await free_time(jo, young)
    await jo.posts(f"/console/people/{young.person}/book", reason="first_talk", slot=slot, agreed="phone")
    row = (await booked(house, young))[0]
    where = f"/console/appointments/{row.id}"
    page = await jo.opens(f"{where}/move")
    other = re.findall(r'name="slot" id="slot-\d+" value="([^"]+)"', page.text)[9]
    await jo.posts(f"{where}/move", slot=other, agreed="chat")
    moved = (await booked(house, young))[0]
    assert (moved.id, moved.sequence, moved.starts_at != row.starts_at) == (row.id, 1, True)
    await jo.posts(f"{where}/outcome", outcome="attended")
    assert "It has not begun yet." in jo.shown
    await jo.posts(f"{where}/late", minutes="15")
    assert (await booked(house, young))[0].adviser_late_minutes == 15
    await jo.posts(f"{where}/late", minutes="99")
    assert "Choose how late you are." in jo.shown
    await jo.posts(f"{where}/cancel")
    assert (await booked(house, young))[0].status == "cancelled"
    assert (await jo.posts(f"{where}/cancel")).status_code == 404


async def test_their_own_answer_is_never_overwritten(house: House) -> None:
    jo = await house.has(name="Jo")
    young = await looked_after(house, jo)
    meeting = await meets(house, young, jo, utc_now() - timedelta(hours=2))
    await house.changes("UPDATE appointments SET persons_answer = 'no' WHERE id = :id", id=meeting)
    await jo.posts(f"/console/appointments/{meeting}/outcome", outcome="attended")
    assert "No, it did not happen" in jo.shown
    row = (await booked(house, young))[0]
    assert (row.persons_answer, row.outcome) == ("no", "attended")


@pytest.mark.parametrize("text", FUZZ)
async def test_hostile_forms_book_nothing(house: House, text: str) -> None:
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    young = await looked_after(house, jo)
    fields = dict.fromkeys(("reason", "slot", "agreed", "helps", "spoken", "dialect", "gender", "comes_with"), text)
    answer = await jo.posts(f"/console/people/{young.person}/book", **fields)
    assert answer.status_code < 500
    assert await booked(house, young) == []


async def test_a_youth_justice_worker_sees_no_diary(house: House) -> None:
    beth = await house.has(Role.YJS_WORKER, name="Beth")
    assert (await beth.opens("/console/diary")).status_code == 404
