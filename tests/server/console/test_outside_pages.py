"""Appointments of others over real HTTP: written down, refused where something is in the way, asked about where it may be a slip."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.clock import utc_now
from server.staff.access import Role
from tests.server.console.house import FUZZ, House, Worker, Young

pytestmark = pytest.mark.database
LONDON = ZoneInfo("Europe/London")


def a_day(weekday: int, clock: str = "10:00") -> str:
    """A weekday in the second week from now that is no holiday's eve."""
    day = utc_now().astimezone(LONDON).date() + timedelta(days=8)
    while day.weekday() != weekday or (day.month, day.day) in {(12, 24), (12, 31)}:
        day += timedelta(days=1)
    return f"{day}T{clock}"


def form(**more: Any) -> dict[str, Any]:
    return {"owner": "jobcentre", "starts": a_day(1), "minutes": "45", "office": "asked", "bring": "your card"} | more


@pytest.fixture
async def ada(house: House) -> Worker:
    return await house.has(Role.ADVISER, name="Ada")


@pytest.fixture
async def young(house: House) -> Young:
    from dialogs.effects import CaseUrgency

    return await house.writes("I have to go to the jobcentre", CaseUrgency.ADVICE)


async def adds(ada: Worker, young: Young, **more: Any) -> str:
    """Its address."""
    page = await ada.posts(f"/console/cases/{young.case}/outside", form(**more))
    assert "The appointment is written down." in page.text, page.text
    return page.url.path


async def test_it_is_written_down_changed_and_called_off(house: House, ada: Worker, young: Young) -> None:
    page = await ada.opens(f"/console/cases/{young.case}")
    assert f"/console/cases/{young.case}/outside" in page.text
    address = await adds(ada, young, who_comes="their aunt", meet_where="at the door")
    page = await ada.opens(address)
    assert "their aunt" in page.text
    page = await ada.posts(address, form(starts=a_day(2), office="offered"))
    assert "The appointment is changed." in page.text
    page = await ada.posts(f"{address}/office", office="confirmed")
    assert "Just now: Confirmed by the office" in page.text
    page = await ada.posts(f"{address}/office", office="invented")
    assert page.status_code == 422
    await ada.posts(f"{address}/off")
    assert (await ada.opens(address)).status_code == 404
    row = (await house.rows("SELECT status, office, owner FROM appointments WHERE id = :id", id=address[-36:]))[0]
    assert tuple(row) == ("cancelled", "confirmed", "jobcentre")
    acts = await house.rows("SELECT what FROM audit WHERE about_person = :id ORDER BY number", id=young.person)
    found = [row.what for row in acts if row.what.startswith("outside")]
    assert found == ["outside_added", "outside_changed", "outside_office", "outside_off"]
    assert "next_meeting" in {row.what for row in acts}


async def test_what_is_in_the_way_is_named_and_nothing_is_lost(house: House, ada: Worker, young: Young) -> None:
    await adds(ada, young)
    page = await ada.posts(
        f"/console/cases/{young.case}/outside", form(starts=a_day(1, "10:30"), owner="court", bring="the letter")
    )
    assert page.status_code == 422
    assert "They have something at that time already." in page.text
    assert re.search(r"In the way: .+10:00am to 10:45am|In the way: .+10am to 10:45am", page.text)
    assert "the letter" in page.text
    assert await house.scalar("SELECT count(*) FROM appointments WHERE person_id = :id", id=young.person) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"owner": "ours"}, "Choose whose appointment it is."),
        ({"starts": "2020-01-07T10:00"}, "This is in the past."),
        ({"starts": "2027-03-28T01:30"}, "This time never is: the clocks go forward then."),
        ({"starts": ""}, "Give the day and the time."),
        ({"minutes": "0"}, "It ends before it begins."),
        ({"minutes": "721"}, "It lasts longer than 12 hours."),
        ({"minutes": "long"}, "Give the minutes as a number."),
        ({"place": "00000000-0000-0000-0000-000000000000"}, "Choose a place, or leave it empty"),
        ({"companion": "00000000-0000-0000-0000-000000000000"}, "Choose somebody of the list"),
    ],
)
async def test_what_cannot_be(house: House, ada: Worker, young: Young, wrong: dict[str, str], said: str) -> None:
    page = await ada.posts(f"/console/cases/{young.case}/outside", form(**wrong))
    assert page.status_code == 422
    assert said in page.text
    assert "your card" in page.text
    assert await house.scalar("SELECT count(*) FROM appointments WHERE person_id = :id", id=young.person) == 0


async def test_what_may_be_a_slip_asks_for_one_more_press(house: House, ada: Worker, young: Young) -> None:
    address, friday = f"/console/cases/{young.case}/outside", form(starts=a_day(4, "14:00"))
    page = await ada.posts(address, friday)
    assert page.status_code == 422
    assert "This is Friday after noon." in page.text
    assert await house.scalar("SELECT count(*) FROM appointments WHERE person_id = :id", id=young.person) == 0
    found = re.search(r'name="seen" value="([^"]+)"', page.text)
    assert found
    page = await ada.posts(address, friday | {"seen": found[1], "starts": a_day(5, "14:00")})
    assert "This is at the weekend." in page.text, "another slip than the one pressed away"
    page = await ada.posts(address, friday | {"seen": found[1]})
    assert "The appointment is written down." in page.text
    page = await ada.posts(address, form(starts=a_day(4, "14:50"), seen="friday"))
    assert "too little time for the way from the appointment before" in page.text


async def test_what_is_known_of_a_release_is_kept_from_whom_it_is_not_for(
    house: House, ada: Worker, young: Young
) -> None:
    host = await house.has(Role.HOST_ADVISER, name="Hal")
    page = await host.posts(f"/console/cases/{young.case}/why", reason="cover")
    page = await host.posts(
        f"/console/cases/{young.case}/outside", form(release_side="day_release", office="confirmed")
    )
    assert "The establishment has not said yes" in page.text
    address = await adds(host, young, release_side="day_release", office="confirmed", establishment_ok="yes")
    assert 'value="day_release" checked' in (await host.opens(address)).text
    assert "Has it to do with a release?" not in (await ada.opens(address)).text
    await ada.posts(address, form(office="confirmed", release_side="after"))
    query = "SELECT release_side, establishment_ok_at IS NOT NULL FROM appointments WHERE id = :id"
    assert tuple((await house.rows(query, id=address[-36:]))[0]) == ("day_release", True)


async def test_another_areas_is_not_there(house: House, ada: Worker, young: Young) -> None:
    address = await adds(ada, young)
    far = await house.has(Role.LEAD, Role.ADVISER, name="Far", area="elsewhere")
    for path in (address, f"/console/cases/{young.case}/outside"):
        assert (await far.opens(path)).status_code == 404
        assert (await far.posts(path, form())).status_code == 404


async def test_whatever_is_typed_breaks_nothing(ada: Worker, young: Young) -> None:
    for text in FUZZ:
        for field in form():
            page = await ada.posts(f"/console/cases/{young.case}/outside", form() | {field: text})
            assert page.status_code in {200, 422}, (field, text)


def test_the_days_of_these_tests_are_in_the_future() -> None:
    assert datetime.fromisoformat(a_day(1)).replace(tzinfo=LONDON) > utc_now()
