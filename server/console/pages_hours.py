"""An adviser's hours: the weekly pattern, leave, other work and extra time, and the bookings that no hours hold any more.

Everybody with a diary sets their own; leads set anybody's of their areas.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.appointments import diaries, places
from server.appointments.diaries import LONGEST_AWAY, patterns_of
from server.appointments.refusing import BadDiary
from server.appointments.stray import stray
from server.console import hours_form
from server.console.desk import Desk
from server.console.hours_form import AwayForm, PatternForm
from server.console.settings_forms import areas_for, clock_of, day_of
from server.console.words_settings import AWAY, HOURS, KINDS, WEEKDAYS, bad_words
from server.staff import accounts, audit, guard
from server.staff.access import Act, Member, may_do
from server.staff.errors import MayNot
from server.staff.guard import Whole
from server.staff.sessions import SignedIn, member_of

HOME: Final = f"{guard.ROOT}/hours"
AHEAD: Final = timedelta(days=730)
DONE: Final = {
    "added": N_("The hours are added."),
    "ended": N_("The hours end then. Nothing was called off."),
    "away": N_("It is in the diary. Nothing was called off."),
    "back": N_("It is taken out of the diary."),
}
NO_LAST_DAY: Final = N_("Give the last day on which these hours hold. Nothing was changed.")


async def setter(who: Whole) -> SignedIn:
    """Somebody who sets hours, their own or others'. Raises MayNot."""
    if not (may_do(who.member, Act.OWN_HOURS) or may_do(who.member, Act.SET_DIARIES)):
        raise MayNot
    return who


Setter = Annotated[SignedIn, Depends(setter)]


class HoursPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Below `/console/hours`."""
        routes.get("/hours")(self.page)
        routes.get("/hours/{staff_id}")(self.member_page)
        routes.post("/hours/{staff_id}/patterns")(self.add_pattern)
        routes.post("/hours/{staff_id}/patterns/{pattern_id}/end")(self.end_pattern)
        routes.post("/hours/{staff_id}/away")(self.add_away)
        routes.post("/hours/{staff_id}/away/{away_id}/remove")(self.remove_away)

    async def page(self, request: Request, who: Setter) -> Response:
        """Whose hours the reader sets; straight to their own when there is nobody else."""
        async with self._desk.console.engine.connect() as db:
            rows = await accounts.team(db, who.member.areas)
        found = [one for one in map(member_of, rows) if self._areas(who, one)]
        if [one.id for one in found] == [who.member.id]:
            return guard.go(f"{HOME}/{who.member.id}")
        return self._desk.console.pages.draw(request, "console/hours_of.html", who, members=found)

    async def member_page(self, request: Request, who: Setter, staff_id: uuid.UUID, done: str = "") -> Response:
        """Somebody's hours."""
        async with self._desk.console.engine.connect() as db:
            member = await self._member(db, who, staff_id)
        return await self._draw(request, who, member, {}, done=DONE.get(done, ""))

    async def add_pattern(
        self, request: Request, who: Setter, staff_id: uuid.UUID, form: Annotated[PatternForm, Form()]
    ) -> Response:
        """Hours on some weekdays, all of them or none; or the page again with what is wrong."""
        async with self._desk.console.engine.connect() as db:
            member = await self._member(db, who, staff_id)
            ids = await self._places(db, form.area) if form.area in self._areas(who, member) else {}
        wrong = hours_form.pattern_faults(form, ids)
        if form.area not in self._areas(who, member):
            wrong["area"] = hours_form.NO_AREA
        if not wrong:
            try:
                async with self._desk.change() as db:
                    for wish in hours_form.patterns_of(form):
                        await diaries.add_pattern(db, staff_id, form.area, wish)
                    await self._note(db, who, member, form.area, "hours added")
            except BadDiary as error:
                wrong = {error.field: bad_words(error)}
        if wrong:
            return await self._draw(request, who, member, wrong, pattern=form)
        return guard.go(f"{HOME}/{staff_id}", done="added")

    async def end_pattern(
        self,
        request: Request,
        who: Setter,
        staff_id: uuid.UUID,
        pattern_id: uuid.UUID,
        last_on: Annotated[str, Form(max_length=40)] = "",
    ) -> Response:
        """The last day of some hours. Bookings after it stay, and are listed. Raises MayNot for hours that are not theirs."""
        async with self._desk.console.engine.connect() as db:
            member = await self._member(db, who, staff_id)
        last = day_of(last_on)
        if last is None:
            return await self._draw(request, who, member, {f"last-{pattern_id}": NO_LAST_DAY})
        async with self._desk.change() as db:
            if not await diaries.end_pattern(db, pattern_id, staff_id, last):
                raise MayNot
            await self._note(db, who, member, self._areas(who, member)[0], "hours ended")
        return guard.go(f"{HOME}/{staff_id}", done="ended")

    async def add_away(
        self, request: Request, who: Setter, staff_id: uuid.UUID, form: Annotated[AwayForm, Form()]
    ) -> Response:
        """Leave, other work or extra time. Bookings inside of it stay, and are listed."""
        async with self._desk.console.engine.connect() as db:
            member = await self._member(db, who, staff_id)
            areas = self._areas(who, member)
            ids = await self._places(db, form.area) if form.area in areas else {}
        zone = self._desk.conversations.area.zone
        wrong = hours_form.away_faults(form, ids, zone, self._desk.now())
        if form.area not in areas:
            wrong["area"] = hours_form.NO_AREA
        if not wrong:
            try:
                async with self._desk.change() as db:
                    wish = hours_form.away_of(form, zone)
                    await diaries.add_exception(db, staff_id, form.area, wish, self._desk.now())
                    await self._note(db, who, member, form.area, wish.kind.value)
            except BadDiary as error:
                wrong = {f"away_{error.field}": bad_words(error)}
        if wrong:
            return await self._draw(request, who, member, wrong, away=form)
        return guard.go(f"{HOME}/{staff_id}", done="away")

    async def remove_away(self, who: Setter, staff_id: uuid.UUID, away_id: uuid.UUID) -> Response:
        """Takes it out again. Raises MayNot for one that is not theirs."""
        async with self._desk.change() as db:
            member = await self._member(db, who, staff_id)
            if not await diaries.remove_exception(db, away_id, staff_id):
                raise MayNot
            await self._note(db, who, member, self._areas(who, member)[0], "taken out")
        return guard.go(f"{HOME}/{staff_id}", done="back")

    async def _member(self, db: AsyncConnection, who: SignedIn, staff_id: uuid.UUID) -> Member:
        """Somebody with a diary whose hours the reader sets. Raises MayNot, also for somebody who is not there."""
        rows = await accounts.team(db, who.member.areas)
        member = next((one for one in map(member_of, rows) if one.id == staff_id), None)
        if member is None or not self._areas(who, member):
            raise MayNot
        return member

    def _areas(self, who: SignedIn, member: Member) -> list[str]:
        """Areas in which the reader sets the hours of somebody who has a diary there."""
        with_diary = [area for area in member.areas if may_do(member, Act.OWN_HOURS, area)]
        act = Act.OWN_HOURS if who.member.id == member.id else Act.SET_DIARIES
        return areas_for(self._desk, who.member, act, with_diary)

    async def _places(self, db: AsyncConnection, area: str) -> dict[str, str]:
        return {str(row["id"]): row["name"] for row in await places.places_of(db, area)}

    async def _note(self, db: AsyncConnection, who: SignedIn, member: Member, area: str, what: str) -> None:
        act = Act.OWN_HOURS if who.member.id == member.id else Act.SET_DIARIES
        about: dict[str, Any] = {"area": area, "about_staff": member.id, "why": what}
        await audit.note(db, who.member.id, act, self._desk.now(), **about)

    async def _read(self, db: AsyncConnection, who: SignedIn, member: Member) -> dict[str, Any]:
        """Hours, what differs, and the bookings that neither holds."""
        now, zone = self._desk.now(), self._desk.conversations.area.zone
        areas = self._areas(who, member)
        patterns = await patterns_of(db, [member.id], now.astimezone(zone).date())
        away = await diaries.exceptions_of(db, [member.id], now, now + AHEAD + LONGEST_AWAY)
        booked = await places.outline(db, await places.booked_with(db, member.id, now))
        names = {key: name for area in areas for key, name in (await self._places(db, area)).items()}
        return {
            "patterns": [row for row in patterns if row["area"] in areas],
            "away": [row for row in away if row["area"] in areas],
            "stray": stray(booked, patterns, away, zone),
            "place_names": names,
            "areas": areas,
            "today": now.astimezone(zone).date().isoformat(),
        }

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        member: Member,
        errors: Mapping[str, str],
        *,
        pattern: PatternForm | None = None,
        away: AwayForm | None = None,
        done: str = "",
    ) -> Response:
        async with self._desk.console.engine.connect() as db:
            found = await self._read(db, who, member)
        shown = {
            **found,
            "member": member,
            "is_own": member.id == who.member.id,
            "wish": pattern or PatternForm(area=found["areas"][0], from_on=found["today"]),
            "leave": away or AwayForm(area=found["areas"][0]),
            "weekdays": WEEKDAYS,
            "kinds": {one.value: text for one, text in KINDS.items()},
            "hour_kinds": {one.value: text for one, text in HOURS.items()},
            "away_kinds": {one.value: text for one, text in AWAY.items()},
            "clock": clock_of,
            "done": done,
            "errors": errors,
        }
        status = 422 if errors else 200
        return self._desk.console.pages.draw(request, "console/hours.html", who, status=status, **shown)
