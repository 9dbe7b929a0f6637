"""Secret addresses over real HTTP: who reads what, what is never in it, and when it ends."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import icalendar
import pytest
import pytest_asyncio

from dialogs.meetings import Needs
from server.appointments import booking, feeds, others
from server.appointments.booking import Booking, Doer
from server.appointments.finding import Query, free_slots
from server.appointments.kinds import Agreed, By, Owner, Reason
from server.appointments.others import Outside
from server.clock import utc_now
from server.staff.access import Role
from tests.server.console.house import House, Worker
from tests.support.diary import SETTINGS, Town, a_town
from tests.support.postgres import Databases
from tests.support.program import running

pytestmark = pytest.mark.database
LEAD = Doer(By.ADVISER)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(databases: Databases) -> AsyncIterator[House]:
    url = databases.make()
    async with running(url, has_worker=False) as program:
        yield House(program)
    databases.drop(url)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ada(house: House) -> Worker:
    return await house.has(Role.ADVISER, name="Jo Bright")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(house: House, ada: Worker) -> Town:
    async with house.engine.begin() as db:
        return await a_town(db, "home", ada.member.id)


async def slots(house: House, town: Town) -> list[str]:
    now = utc_now()
    async with house.engine.begin() as db:
        query = Query("home", Reason.FIRST_TALK, now, now + timedelta(days=20), by_young_person=False)
        return [slot.key for slot in await free_slots(db, query, SETTINGS, now)]


async def booked(house: House, town: Town, person: uuid.UUID | None = None) -> dict[str, Any]:
    person = person or (await house.writes("hello")).person
    key = (await slots(house, town))[0]
    needs = Needs.from_plain(None)
    async with house.engine.begin() as db:
        row = await booking.book(
            db, key, Booking(person, None, "home", False), needs, LEAD, Agreed.PHONE, utc_now(), SETTINGS
        )
    assert isinstance(row, dict), row
    return row


async def make(house: House, ada: Worker) -> str:
    async with house.engine.begin() as db:
        return await feeds.make_for_adviser(db, ada.member.id, utc_now())


async def get(house: House, token: str, ending: str = ".ics") -> httpx.Response:
    async with house.program.browser() as client:
        return await client.get(f"/calendar/{token}{ending}")


def events(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {str(event["UID"]): event for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}


async def test_an_advisers_feed_says_when_and_where_and_nothing_else(house: House, ada: Worker, hub: Town) -> None:
    young = await house.writes("hello")
    row = await booked(house, hub, young.person)
    async with house.engine.begin() as db:
        starts = row["starts_at"] + timedelta(days=3)
        wish = Outside(
            Owner.PROBATION, starts, starts + timedelta(hours=1), companion_id=ada.member.id,
            other_place="Probation Office, 1 Court Road", contact="Officer Kent", bring="the order",
        )  # fmt: skip
        await others.add(db, young.person, "home", wish, LEAD, utc_now())
    answer = await get(house, await make(house, ada))
    found = events(answer)
    event = found[f"{row['id']}@meetings"]
    assert str(event["SUMMARY"]) == "Meeting"
    assert str(event["LOCATION"]) == "The Hub"
    assert event["DTSTART"].dt == row["starts_at"]
    assert len(found) == 2
    for word in ("first", "probation", "court", "kent", "order", "jo bright", str(young.person), str(young.case)):
        assert word not in answer.text.lower()


async def test_it_has_no_cookie_and_no_shared_cache_keeps_it(house: House, ada: Worker) -> None:
    answer = await get(house, await make(house, ada))
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "content-security-policy" in answer.headers


async def test_a_move_keeps_the_name_and_raises_the_number_and_a_cancellation_stays_a_month(
    house: House, ada: Worker, hub: Town
) -> None:
    row = await booked(house, hub)
    token, uid = await make(house, ada), f"{row['id']}@meetings"
    assert int(events(await get(house, token))[uid]["SEQUENCE"]) == 0
    async with house.engine.begin() as db:
        key = (await slots(house, hub))[-1]
        moved = await booking.move(db, row["id"], key, LEAD, utc_now(), SETTINGS, by_young_person=False)
    assert isinstance(moved, dict)
    event = events(await get(house, token))[uid]
    assert (int(event["SEQUENCE"]), event["DTSTART"].dt) == (1, moved["starts_at"])
    async with house.engine.begin() as db:
        await booking.cancel(db, row["id"], LEAD, utc_now())
    event = events(await get(house, token))[uid]
    assert (int(event["SEQUENCE"]), str(event["STATUS"])) == (2, "CANCELLED")
    await house.changes("UPDATE appointments SET changed_at = now() - interval '31 days' WHERE id = :id", id=row["id"])
    assert uid not in events(await get(house, token))


async def test_a_held_time_is_in_no_calendar(house: House, ada: Worker, hub: Town) -> None:
    young = await house.writes("hello")
    now = utc_now()
    key = (await slots(house, hub))[0]
    async with house.engine.begin() as db:
        who = Booking(young.person, None, "home", False)
        row = await booking.hold(db, key, who, now, now + timedelta(minutes=10), SETTINGS)
    assert isinstance(row, dict)
    assert f"{row['id']}@meetings" not in events(await get(house, await make(house, ada)))


@pytest.mark.parametrize("token", ["x" * 43, "", "x", "%00", "../console", "x" * 5000, "ünsinn"])
async def test_anything_else_is_not_found(house: House, token: str) -> None:
    answer = await get(house, token)
    assert answer.status_code == 404
    assert not answer.text or "Not Found" in answer.text


async def test_without_its_ending_it_is_not_found(house: House, ada: Worker) -> None:
    assert (await get(house, await make(house, ada), "")).status_code == 404


async def test_a_new_address_ends_the_old_one_and_only_hashes_are_kept(house: House, ada: Worker) -> None:
    old = await make(house, ada)
    new = await make(house, ada)
    assert (await get(house, old)).status_code == 404
    assert (await get(house, new)).status_code == 200
    rows = await house.rows("SELECT * FROM calendar_feeds")
    assert new not in str(rows)
    assert old.encode() not in [bytes(row.token_hash) for row in rows]
    async with house.engine.begin() as db:
        await feeds.end_of_adviser(db, ada.member.id, utc_now())
    assert (await get(house, new)).status_code == 404


async def test_an_adviser_who_left_has_no_feed(house: House, hub: Town) -> None:
    sam = await house.has(Role.ADVISER, name="Sam")
    token = await make(house, sam)
    await house.changes("UPDATE staff SET removed_at = now() WHERE id = :id", id=sam.member.id)
    assert (await get(house, token)).status_code == 404
    async with house.engine.begin() as db:
        await feeds.expire(db, utc_now())
    assert not await house.rows("SELECT 1 FROM calendar_feeds WHERE staff_id = :id", id=sam.member.id)


async def test_the_file_of_one_appointment_names_the_adviser_by_first_name(house: House, hub: Town) -> None:
    young = await house.writes("hello")
    row = await booked(house, hub, young.person)
    await booked(house, hub)
    async with house.engine.begin() as db:
        token = await feeds.make_for_appointment(db, row["id"], utc_now())
    (event,) = events(await get(house, token)).values()
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Meeting with Jo", "The Hub")
    await house.changes("UPDATE people SET on_hold_since = now() WHERE id = :id", id=young.person)
    assert (await get(house, token)).status_code == 404
    await house.changes("UPDATE people SET on_hold_since = NULL WHERE id = :id", id=young.person)
    await house.changes("UPDATE appointments SET person_id = NULL WHERE id = :id", id=row["id"])
    assert (await get(house, token)).status_code == 404


async def test_when_it_was_read_is_noted_but_not_each_time(house: House, ada: Worker) -> None:
    token = await make(house, ada)
    await get(house, token)
    query = "SELECT last_read_at FROM calendar_feeds WHERE staff_id = :id AND revoked_at IS NULL"
    first: datetime = await house.scalar(query, id=ada.member.id)
    assert first
    await get(house, token)
    assert await house.scalar(query, id=ada.member.id) == first


async def test_the_page_makes_shows_once_and_ends(house: House, ada: Worker) -> None:
    page = await ada.posts("/console/calendars/feed")
    address = page.text.split('value="http')[1].split('"')[0]
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert len(token) == 43
    again = await ada.client.get("/console/calendars")
    assert token not in again.text
    assert "Your address was made on" in again.text
    assert (await get(house, token)).status_code == 200
    await ada.posts("/console/calendars/feed/end")
    assert (await get(house, token)).status_code == 404


async def test_the_page_connects_says_what_failed_and_removes(house: House, ada: Worker) -> None:
    wrong = await ada.posts("/console/calendars/outside", address="http://example.org/<b>")
    assert wrong.status_code == 422
    assert "Give an address that begins with https://" in wrong.text
    assert "<b>" not in wrong.text
    done = await ada.posts("/console/calendars/outside", address="webcal://calendar.example.org/secret-part.ics")
    assert "calendar.example.org" in done.text
    assert "secret-part" not in done.text
    await house.changes("UPDATE outside_calendars SET failure = 'unknown_zone', tried_at = now()")
    page = await ada.client.get("/console/calendars")
    assert "An entry is in a time zone that we do not know." in page.text
    await ada.posts("/console/calendars/outside/remove")
    assert not await house.rows("SELECT 1 FROM outside_calendars")


def test_every_failure_has_words() -> None:
    from server.appointments import fetching, ics_series
    from server.console.pages_calendars import FAILURES

    assert set(FAILURES) == fetching.FAULTS | ics_series.FAULTS


async def test_one_network_cannot_ask_without_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.webhooks.calendar.MOST_A_MINUTE", 0)
    answer = await get(house, "x" * 43)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
