"""A time is taken once, whoever wants it; held while somebody decides; moved as the same appointment; free again when called off."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.meetings import Needs
from server.appointments import booking, history, reading
from server.appointments.booking import Booking, Doer, Gone
from server.appointments.finding import FreeSlot, Query, free_slots
from server.appointments.kinds import Agreed, By, Change, Owner, Reason, Status
from server.appointments.others import Clash, Outside, add
from tests.server.appointments.conftest import NewPerson
from tests.support.diary import LONDON, SETTINGS, Town, a_kind, a_pattern, a_place, local
from tests.support.staff import make_member

BY_THEM = Doer(By.PERSON)


async def found(engine: AsyncEngine, now: datetime, *, days: int = 7, **more: Any) -> list[FreeSlot]:
    query = Query("home", more.pop("reason", Reason.FIRST_TALK), now, now + timedelta(days=days), **more)
    async with engine.begin() as db:
        return await free_slots(db, query, SETTINGS, now)


def clocks(slots: list[FreeSlot]) -> list[str]:
    return [slot.starts_at.astimezone(LONDON).strftime("%a %H:%M") for slot in slots]


async def booked(engine: AsyncEngine, slot: FreeSlot, person_id: uuid.UUID, now: datetime, **more: Any) -> Any:
    who = Booking(person_id, None, "home", **more)
    async with engine.begin() as db:
        return await booking.book(db, slot.key, who, Needs(), BY_THEM, Agreed.CHAT, now, SETTINGS)


async def held(engine: AsyncEngine, slot: FreeSlot, person_id: uuid.UUID, now: datetime) -> Any:
    async with engine.begin() as db:
        until = now + SETTINGS.hold
        return await booking.hold(db, slot.key, Booking(person_id, None, "home"), now, until, SETTINGS)


async def test_a_diary_offers_its_open_hours(engine: AsyncEngine, town: Town, now: datetime) -> None:
    tuesday = [at for at in clocks(await found(engine, now)) if at.startswith("Tue")]
    assert tuesday == [
        f"Tue {at}"
        for at in [
            "09:00",
            "09:30",
            "10:00",
            "10:30",
            "11:00",
            "11:30",
            "13:00",
            "13:30",
            "14:00",
            "14:30",
            "15:00",
            "15:30",
            "16:00",
            "16:30",
        ]
    ]


async def test_no_time_sooner_than_the_notice_nor_beyond_what_may_be_booked(
    engine: AsyncEngine, town: Town, now: datetime
) -> None:
    slots = await found(engine, now, days=90)
    assert clocks(slots)[0] == "Mon 14:00", "two hours' notice at noon"
    assert slots[-1].starts_at < now + timedelta(days=42)


async def test_no_time_on_a_bank_holiday(engine: AsyncEngine, town: Town) -> None:
    christmas = local("2026-12-21", "09:00")
    days = {slot.starts_at.astimezone(LONDON).date().isoformat() for slot in await found(engine, christmas, days=14)}
    assert not days & {"2026-12-25", "2026-12-28", "2027-01-01"}
    assert "2026-12-24" in days


async def test_a_booked_time_is_offered_no_more(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    slot = (await found(engine, now))[0]
    row = await booked(engine, slot, await new_person(), now)
    assert (row["status"], row["room"], row["seat"], row["agreed"]) == (Status.BOOKED, 1, 1, Agreed.CHAT)
    assert slot.starts_at not in {one.starts_at for one in await found(engine, now)}


async def test_two_at_the_same_instant_one_gets_it(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    """J14: the other is told what is free instead."""
    slot = (await found(engine, now))[4]
    people = [await new_person() for _ in range(6)]
    rows = await asyncio.gather(*(booked(engine, slot, one, now) for one in people))
    gone = [row for row in rows if isinstance(row, Gone)]
    assert len(gone) == len(people) - 1
    assert all(len(one.nearest) == 3 and slot.starts_at not in {x.starts_at for x in one.nearest} for one in gone)


async def test_nobody_is_booked_twice_at_a_time_by_two_organisations(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    """J13: the second is refused with the nearest times; the reason is nobody's business."""
    person_id = await new_person()
    slot = next(one for one in await found(engine, now) if clocks([one]) == ["Wed 14:30"])
    review = Outside(Owner.YJS, slot.starts_at - timedelta(minutes=30), slot.starts_at + timedelta(minutes=15))
    async with engine.begin() as db:
        assert not isinstance(await add(db, person_id, "home", review, Doer(By.ADVISER), now), Clash)
    gone = await booked(engine, slot, person_id, now)
    assert isinstance(gone, Gone)
    assert gone.nearest
    assert all(one.starts_at >= review.ends_at or one.ends_at <= review.starts_at for one in gone.nearest)


async def test_an_office_cannot_take_a_time_that_is_taken(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    person_id = await new_person()
    slot = (await found(engine, now))[0]
    row = await booked(engine, slot, person_id, now)
    court = Outside(Owner.COURT, slot.starts_at + timedelta(minutes=10), slot.ends_at + timedelta(hours=1))
    async with engine.begin() as db:
        assert await add(db, person_id, "home", court, Doer(By.ADVISER), now) == Clash(row["id"])


async def test_a_hold_keeps_the_time_and_is_given_back(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    slot = (await found(engine, now))[2]
    first, second = await new_person(), await new_person()
    row = await held(engine, slot, first, now)
    assert isinstance(await booked(engine, slot, second, now + timedelta(minutes=9)), Gone)
    later = now + timedelta(minutes=11)
    assert slot.starts_at in {one.starts_at for one in await found(engine, later)}, "offered again before any job ran"
    assert not isinstance(await booked(engine, slot, second, later), Gone)
    async with engine.begin() as db:
        assert await booking.book_held(db, row["id"], Needs(), later) is None


async def test_a_held_time_becomes_theirs_once(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    row = await held(engine, (await found(engine, now))[0], await new_person(), now)
    needs = Needs(step_free=True, barriers=("sleep",))
    async with engine.begin() as db:
        rows = [await booking.book_held(db, row["id"], needs, now + timedelta(minutes=2)) for _ in range(2)]
        assert [one and one["status"] for one in rows] == [Status.BOOKED] * 2
        assert [line["change"] for line in await history.of(db, row["id"])] == [Change.HELD, Change.BOOKED]
        meeting = reading.meeting_of((await reading.one(db, row["id"])) or {}, LONDON, "en")
    assert (meeting.needs, meeting.adviser, meeting.place_name) == (needs, "Jo", "The Hub")


async def test_another_choice_gives_the_first_back(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    person_id = await new_person()
    slots = await found(engine, now)
    await held(engine, slots[0], person_id, now)
    await held(engine, slots[1], person_id, now)
    free = {one.starts_at for one in await found(engine, now)}
    assert slots[0].starts_at in free
    assert slots[1].starts_at not in free


async def test_moved_it_stays_the_same_and_the_old_time_is_free(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    slots = await found(engine, now)
    row = await booked(engine, slots[0], await new_person(), now)
    async with engine.begin() as db:
        moved = await booking.move(db, row["id"], slots[3].key, BY_THEM, now, SETTINGS)
    assert isinstance(moved, dict)
    assert (moved["id"], moved["sequence"], moved["starts_at"]) == (row["id"], 1, slots[3].starts_at)
    assert slots[0].starts_at in {one.starts_at for one in await found(engine, now)}


async def test_moved_by_half_an_hour_over_its_own_time(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    async with engine.begin() as db:
        await a_kind(db, "home", Reason.FIRST_TALK, minutes=60, step_minutes=30)
    row = await booked(engine, (await found(engine, now))[0], await new_person(), now)
    by_half = next(
        one
        for one in await found(engine, now, moving=row["id"])
        if one.starts_at - row["starts_at"] == timedelta(minutes=30)
    )
    async with engine.begin() as db:
        assert isinstance(await booking.move(db, row["id"], by_half.key, BY_THEM, now, SETTINGS), dict)


async def test_two_moves_at_once_and_a_cancel_between(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    slots = await found(engine, now)
    row = await booked(engine, slots[0], await new_person(), now)

    async def moved(slot: FreeSlot) -> Any:
        async with engine.begin() as db:
            return await booking.move(db, row["id"], slot.key, BY_THEM, now, SETTINGS)

    async def cancelled() -> Any:
        async with engine.begin() as db:
            return await booking.cancel(db, row["id"], BY_THEM, now)

    await asyncio.gather(moved(slots[1]), moved(slots[2]), cancelled())
    async with engine.begin() as db:
        last = await reading.one(db, row["id"])
    assert last
    assert last["status"] is Status.CANCELLED
    free = {one.starts_at for one in await found(engine, now)}
    assert {slot.starts_at for slot in slots[:3]} <= free


async def test_called_off_once(engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson) -> None:
    row = await booked(engine, (await found(engine, now))[0], await new_person(), now)
    async with engine.begin() as db:
        assert (await booking.cancel(db, row["id"], BY_THEM, now)) is not None
        assert (await booking.cancel(db, row["id"], BY_THEM, now)) is None
        assert await booking.move(db, row["id"], "x", BY_THEM, now, SETTINGS) is None


async def test_a_group_has_seats_and_one_room(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    async with engine.begin() as db:
        await a_kind(db, "home", Reason.GROUP, capacity=3)
    slot = (await found(engine, now, reason=Reason.GROUP))[0]
    people = [await new_person() for _ in range(5)]
    rows = await asyncio.gather(*(booked(engine, slot, one, now) for one in people))
    seats = sorted(row["seat"] for row in rows if not isinstance(row, Gone))
    assert seats == [1, 2, 3]
    assert len({row["session_id"] for row in rows if not isinstance(row, Gone)}) == 1
    assert slot.starts_at not in {one.starts_at for one in await found(engine, now, reason=Reason.GROUP)}
    assert slot.starts_at not in {one.starts_at for one in await found(engine, now)}, "nor alone beside the group"


async def test_a_place_takes_as_many_as_it_has_rooms(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    others = [await make_member(engine, name) for name in ("Ali", "Beth")]
    async with engine.begin() as db:
        for other in others:
            await a_pattern(db, other.id, "home", town.place_id)
    same = [one for one in await found(engine, now) if clocks([one]) == ["Tue 10:00"]]
    assert len(same) == 3
    await booked(engine, same[0], await new_person(), now)
    assert not [one for one in await found(engine, now) if clocks([one]) == ["Tue 10:00"]], "one room at The Hub"


async def test_the_way_between_two_places_takes_time(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    async with engine.begin() as db:
        school = await a_place(db, "home", "School")
        await db.execute(text("UPDATE diary_patterns SET ends_minute = 600 WHERE weekday = 1 AND kind = 'open'"))
        await a_pattern(db, town.adviser_id, "home", school, "10:00-12:00", days=(1,))
    slots = await found(engine, now)
    tuesday = [one for one in slots if clocks([one])[0] in {"Tue 09:30", "Tue 10:00", "Tue 10:30"}]
    await booked(engine, tuesday[0], await new_person(), now)
    left = [at for at in clocks(await found(engine, now)) if at in {"Tue 10:00", "Tue 10:30"}]
    assert left == ["Tue 10:30"], "twenty minutes from The Hub to the school"


async def test_what_is_kept_around_a_meeting_is_nobody_elses(
    engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson
) -> None:
    async with engine.begin() as db:
        await a_kind(db, "home", Reason.FIRST_TALK, after_minutes=15)
    slot = next(one for one in await found(engine, now) if clocks([one]) == ["Tue 10:00"])
    await booked(engine, slot, await new_person(), now)
    left = {at for at in clocks(await found(engine, now)) if at in {"Tue 09:30", "Tue 10:30", "Tue 11:00"}}
    assert left == {"Tue 11:00"}, "the one before would run into it with its own quarter of an hour"


async def test_hostile_keys_are_no_slots(engine: AsyncEngine, town: Town, now: datetime, new_person: NewPerson) -> None:
    person_id = await new_person()
    good = (await found(engine, now))[0].key
    for key in (
        "",
        "x.y.z.1",
        good + "0",
        good[:-1] + "zz",
        good.replace("first_talk", "review"),
        "." * 3,
        "é" * 5_000,
    ):
        async with engine.begin() as db:
            row = await booking.book(
                db, key, Booking(person_id, None, "home"), Needs(), BY_THEM, Agreed.CHAT, now, SETTINGS
            )
        assert isinstance(row, Gone), key


async def test_what_young_people_may_not_book_themselves(engine: AsyncEngine, town: Town, now: datetime) -> None:
    assert await found(engine, now, reason=Reason.REVIEW) == []
    assert await found(engine, now, reason=Reason.REVIEW, by_young_person=False)
