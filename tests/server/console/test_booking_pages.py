"""Booking for somebody, where it goes wrong: a time taken meanwhile, past times, strange addresses, whoever is barred."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from server.appointments.diaries import Exceptional, add_exception
from server.appointments.free import key_of, parse_key
from server.appointments.kinds import AwayKind, Reason
from tests.server.console.care_people import audited, looked_after
from tests.server.console.house import House, Worker, Young
from tests.server.console.test_diary import booked
from tests.support.diary import Town, a_town

TAKEN = "This time is not free. The nearest free times are below."


async def a_diary(house: House, jo: Worker) -> Town:
    async with house.engine.begin() as db:
        return await a_town(db, "home", jo.member.id, name=f"Hub {jo.member.id.hex[-8:]}")


async def times(jo: Worker, young: Young, query: str = "") -> list[str]:
    """Keys of the free times that the page offers, with this adviser alone."""
    where = f"/console/people/{young.person}/book?reason=first_talk&of={jo.member.id}{query}"
    page = await jo.opens(where)
    assert page.status_code == 200
    return offered(page.text)


def offered(page: str) -> list[str]:
    return re.findall(r'name="slot" id="slot-\d+" value="([^"]+)"', page)


async def books(jo: Worker, young: Young, slot: str, **more: Any) -> Any:
    fields = {"reason": "first_talk", "slot": slot, "agreed": "phone", **more}
    return await jo.posts(f"/console/people/{young.person}/book", **fields)


async def number(house: House, young: Young) -> int:
    """What staff call them by."""
    return int(await house.scalar("SELECT number FROM cases WHERE id = :id", id=young.case))


async def test_a_time_taken_meanwhile_leads_to_the_nearest_and_these_can_be_booked(house: House) -> None:
    """J13: two of them have the page open; whoever comes second books one of the nearest, with all that was written."""
    jo = await house.has(name="Jo")
    town = await a_diary(house, jo)
    first, second = await looked_after(house, jo), await looked_after(house, jo)
    slot = (await times(jo, second))[5]
    await books(jo, first, slot)
    answer = await books(jo, second, slot, comes_with="their aunt", helps="quiet")
    assert TAKEN in jo.shown
    near = offered(answer.text)
    assert 1 <= len(near) <= 3
    assert slot not in near
    assert {parse_key(one).adviser_id for one in near} == {town.adviser_id}
    assert "their aunt" in answer.text
    assert set(re.findall(r"C-\d+", jo.shown)) == {f"C-{await number(house, second)}"}
    await books(jo, second, near[0])
    assert [f"{row.starts_at:%d %H:%M}" for row in await booked(house, second)] == [
        f"{parse_key(near[0]).starts_at:%d %H:%M}"
    ]


async def test_the_same_form_sent_from_two_tabs_books_once(house: House) -> None:
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    young = await looked_after(house, jo)
    slot = (await times(jo, young))[2]
    await books(jo, young, slot)
    await books(jo, young, slot)
    assert TAKEN in jo.shown
    assert len(await booked(house, young)) == 1


async def test_leave_that_came_meanwhile_refuses_the_time(house: House) -> None:
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    young = await looked_after(house, jo)
    slot = (await times(jo, young))[4]
    at = parse_key(slot).starts_at
    async with house.engine.begin() as db:
        leave = Exceptional(AwayKind.LEAVE, at, at.replace(hour=23))
        await add_exception(db, jo.member.id, "home", leave, datetime.now(UTC))
    await books(jo, young, slot)
    assert TAKEN in jo.shown
    assert await booked(house, young) == []


async def test_what_is_chosen_narrows_the_times_and_nonsense_narrows_nothing(house: House) -> None:
    jo, kim = await house.has(name="Jo"), await house.has(name="Kim")
    ours = await a_diary(house, jo)
    theirs = await a_diary(house, kim)
    young = await looked_after(house, jo)
    everything = await times(jo, young)
    assert {parse_key(one).adviser_id for one in everything} == {jo.member.id}
    assert await times(jo, young, f"&place={ours.place_id}") == everything
    assert await times(jo, young, f"&place={theirs.place_id}") == []
    assert await times(jo, young, "&place=x") == everything
    day = f"{parse_key(everything[0]).starts_at:%Y-%m-%d}"
    assert {f"{parse_key(one).starts_at:%Y-%m-%d}" for one in await times(jo, young, f"&day={day}")} == {day}
    assert await times(jo, young, "&day=x") == []


@pytest.mark.parametrize("at", [0, 1_700_000_040, 32_503_680_000])
async def test_times_that_are_over_or_never_come_are_not_booked(house: House, at: int) -> None:
    jo = await house.has(name="Jo")
    town = await a_diary(house, jo)
    young = await looked_after(house, jo)
    await books(jo, young, key_of(jo.member.id, town.place_id, Reason.FIRST_TALK, at))
    assert TAKEN in jo.shown
    assert await booked(house, young) == []


@pytest.mark.parametrize("slot", ["x", "...", "0.0.first_talk.0", "a" * 5000, "'; DROP TABLE appointments; --"])
async def test_hostile_keys_book_nothing(house: House, slot: str) -> None:
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    young = await looked_after(house, jo)
    assert (await books(jo, young, slot)).status_code < 500
    assert await booked(house, young) == []


async def test_strange_people_and_appointments_are_nowhere(house: House) -> None:
    jo = await house.has(name="Jo")
    for where in (f"people/{uuid.uuid4()}/book", f"appointments/{uuid.uuid4()}", f"appointments/{uuid.uuid4()}/move"):
        assert (await jo.opens(f"/console/{where}")).status_code == 404
    assert (await jo.opens("/console/people/x/book")).status_code == 400


async def test_whoever_is_barred_neither_sees_nor_books_nor_moves(house: House) -> None:
    """A complaint is about them: they learn nothing of the young person, not even in their own diary."""
    jo = await house.has(name="Jo")
    await a_diary(house, jo)
    young = await looked_after(house, jo)
    slots = await times(jo, young)
    await books(jo, young, slots[0])
    row = (await booked(house, young))[0]
    await house.changes(
        "UPDATE cases SET barred = ARRAY[CAST(:who AS uuid)] WHERE id = :id", who=jo.member.id, id=young.case
    )
    before = await audited(house, jo, young)
    assert (await books(jo, young, slots[3])).status_code == 404
    assert (await jo.posts(f"/console/appointments/{row.id}/move", slot=slots[3], agreed="chat")).status_code == 404
    assert (await jo.opens(f"/console/appointments/{row.id}")).status_code == 404
    assert [one.starts_at for one in await booked(house, young)] == [row.starts_at]
    await jo.opens(f"/console/diary?week={row.starts_at:%G-W%V}")
    assert "First talk" in jo.shown
    assert "C-" not in jo.shown
    assert await audited(house, jo, young) == before
