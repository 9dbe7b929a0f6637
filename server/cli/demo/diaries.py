"""Made-up diaries: places of the town, everybody's week, leave, and meetings that fill the next weeks, through the services."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import Interpreter, Needs
from server.appointments import booking, diaries, offered, others, places
from server.appointments.booking import Booking, Doer
from server.appointments.diaries import Exceptional, Pattern
from server.appointments.finding import Diaries, Query, free_slots
from server.appointments.kinds import Agreed, AwayKind, By, HoursKind, OfficeStatus, Owner, PlaceKind, Reason
from server.appointments.others import Outside
from server.appointments.places import NewPlace
from server.db.base import table_of
from server.people.models import Address, Person
from server.staff.access import Member

people = table_of(Person)
addresses = table_of(Address)

HUB, COLLEGE, DROP_IN, PHONE, VIDEO, INSIDE = (
    "The Hub",
    "The college",
    "The youth centre",
    "By phone",
    "By video",
    "Thornfield",
)

PLACES: Final = (
    NewPlace(
        PlaceKind.ONE_STOP_SHOP,
        HUB,
        address="1 Market Square",
        phone="01632 960101",
        door="the blue door next to the library",
        bus_stop="Market Square, bus 36",
        how_to_find="Ring the bell. Somebody comes down.",
        translations={
            "cy": {"door": "y drws glas wrth y llyfrgell"},
            "pl": {"door": "niebieskie drzwi obok biblioteki"},
        },
        rooms=3,
        is_step_free=True,
        has_quiet_room=True,
        hours="mon-fri 08:30-18:30; sat 10:00-14:00",
    ),
    NewPlace(
        PlaceKind.COLLEGE,
        COLLEGE,
        address="Station Road",
        phone="01632 960102",
        door="the main door, then room 12",
        bus_stop="College, bus 4",
        rooms=1,
        is_step_free=True,
        hours="mon-fri 08:00-17:30",
    ),
    NewPlace(
        PlaceKind.DROP_IN, DROP_IN, address="5 Mill Lane", door="the side door", bus_stop="Mill Lane, bus 9", rooms=2
    ),
    NewPlace(PlaceKind.PHONE, PHONE, rooms=0),
    NewPlace(PlaceKind.VIDEO, VIDEO, rooms=0),
    NewPlace(PlaceKind.SECURE_ESTABLISHMENT, INSIDE, label="here", rooms=2, hours="mon-fri 09:00-16:30"),
)
"""Where people of the demo meet: none of it is anywhere."""


@dataclass(frozen=True, slots=True)
class Week:
    """One span of somebody's week, by weekday numbers."""

    who: str
    days: tuple[int, ...]
    hours: str
    place: str = ""


WEEKS: Final = (
    Week("Robin", (0, 1, 3), "09:00-17:00", HUB),
    Week("Robin", (2,), "09:30-15:30", COLLEGE),
    Week("Robin", (4,), "10:00-16:00", PHONE),
    Week("Robin", (0, 1, 2, 3, 4), "12:30-13:15"),
    Week("Ash", (0, 2, 4), "10:00-18:00", HUB),
    Week("Ash", (1, 3), "13:00-18:00", DROP_IN),
    Week("Ash", (0, 1, 2, 3, 4), "13:30-14:15"),
    Week("Wren", (1, 3), "09:00-12:00", VIDEO),
    Week("Wren", (4,), "09:00-16:00", INSIDE),
    Week("Fern", (0, 1, 2), "14:00-17:00", HUB),
)
NEEDS: Final = (
    Needs(),
    Needs(with_somebody=True, comes_with="my aunt"),
    Needs(interpreter=Interpreter("so", "Benadiri", "woman")),
    Needs(quiet=True, barriers=("anxiety",)),
    Needs(step_free=True),
    Needs(fare=True, barriers=("money", "sleep")),
    Needs(),
)
FULL: Final = 3
"""One slot in so many is taken, spread by chance that is the same each time."""


async def make_diaries(
    db: AsyncConnection, area: str, team: dict[str, Member], settings: Diaries, now: datetime
) -> None:
    """Places, weeks and leave."""
    await offered.ensure_kinds(db, area)
    ids = {place.name: await places.add_place(db, area, place, now) for place in PLACES}
    await places.set_way(db, ids[HUB], ids[COLLEGE], 25)
    await places.set_way(db, ids[HUB], ids[DROP_IN], 10)
    since = (now - timedelta(days=60)).astimezone(settings.zone).date()
    for week in WEEKS:
        starts, ends = (int(clock[:2]) * 60 + int(clock[3:]) for clock in week.hours.split("-"))
        kind = HoursKind.OPEN if week.place else HoursKind.BREAK
        for day in week.days:
            wish = Pattern(day, starts, ends, since, kind=kind, place_id=ids.get(week.place))
            await diaries.add_pattern(db, team[week.who].id, area, wish)
    midnight = now.astimezone(settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    leave = Exceptional(AwayKind.LEAVE, midnight + timedelta(days=16), midnight + timedelta(days=19))
    await diaries.add_exception(db, team["Ash"].id, area, leave, now)


async def fill_diaries(
    db: AsyncConnection, area: str, team: dict[str, Member], settings: Diaries, now: datetime
) -> int:
    """Meetings of the demo's young people in the next weeks, and some that offices own; how many."""
    who = (await people_of(db, area))[:-2]
    chance = random.Random(7)  # noqa: S311 - the same demo each time
    reasons = (Reason.FIRST_TALK, Reason.CAREERS, Reason.BENEFITS, Reason.HOUSING, Reason.REVIEW)
    made = 0
    for reason in reasons:
        query = Query(area, reason, now, now + timedelta(days=18), by_young_person=False)
        for slot in (await free_slots(db, query, settings, now))[:: FULL * len(reasons)]:
            person_id, address_id = chance.choice(who)
            wish = Booking(person_id, address_id, area, by_young_person=False)
            needs, doer = chance.choice(NEEDS), Doer(By.ADVISER, team["Robin"].id)
            agreed = chance.choice((Agreed.PHONE, Agreed.IN_PERSON, Agreed.CHAT))
            row = await booking.book(db, slot.key, wish, needs, doer, agreed, now, settings)
            made += isinstance(row, dict)
    return made + await _of_others(db, area, team, who, settings, now)


OFFICES: Final = (
    (Owner.JOBCENTRE, 3, "10:10", OfficeStatus.CONFIRMED, "Jobcentre, High Street", "Photo ID and bank card"),
    (Owner.COLLEGE, 4, "09:30", OfficeStatus.OFFERED, "The college, main door", "Certificates"),
    (Owner.HOUSING, 6, "14:00", OfficeStatus.ASKED, "Housing office, room 3", ""),
    (Owner.HEALTH, 7, "11:20", OfficeStatus.TOLD, "Mill Lane surgery", ""),
)


async def _of_others(
    db: AsyncConnection,
    area: str,
    team: dict[str, Member],
    who: list[tuple[uuid.UUID, uuid.UUID]],
    settings: Diaries,
    now: datetime,
) -> int:
    """Appointments of offices, each a working day or so apart, with somebody who comes along."""
    made = 0
    for (owner, days, clock, office, where, bring), (person_id, _) in zip(OFFICES, who, strict=False):
        day = (now + timedelta(days=days)).astimezone(settings.zone).date()
        starts = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=settings.zone)
        wish = Outside(
            owner,
            starts,
            starts + timedelta(minutes=40),
            office,
            other_place=where,
            bring=bring or None,
            companion_id=team["Ash"].id,
            meet_where="outside the main door",
            agreed=Agreed.PHONE,
        )
        row = await others.add(db, person_id, area, wish, Doer(By.ADVISER, team["Robin"].id), now)
        made += isinstance(row, dict)
    return made


async def people_of(db: AsyncConnection, area: str) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Young people of the demo with an address each, in a steady order."""
    query = (
        select(people.c.id, addresses.c.id)
        .join(addresses, addresses.c.person_id == people.c.id)
        .where(people.c.area == area)
        .order_by(people.c.id, addresses.c.id)
    )
    first: dict[uuid.UUID, uuid.UUID] = {}
    for person_id, address_id in (await db.execute(query)).all():
        first.setdefault(person_id, address_id)
    return list(first.items())
