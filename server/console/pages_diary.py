"""The diary: one adviser's week, or everybody's day. Who is met stands there for oneself alone; others' meetings are opened one by one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.console import care_desk, diary_reading
from server.console.care_words import CARE_WORDS
from server.console.desk import Desk
from server.console.diary_view import DAYS_SHOWN, Day, Line, days_of, seen_from, week_name, week_of
from server.console.diary_words import DIARY_WORDS
from server.staff import audit
from server.staff.access import Act, Fact, may_do
from server.staff.errors import MayNot
from server.staff.guard import ROOT, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_DIARY))]
HOME: Final = f"{ROOT}/diary"


class DiaryPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/diary` and `/console/diary/day`."""
        routes.get("/diary")(self.week)
        routes.get("/diary/day")(self.day)

    async def week(
        self, request: Request, who: Seer, week: str = "", of: uuid.UUID | None = None, done: str = ""
    ) -> Response:
        """A week of one's own diary, or of a colleague's. Raises MayNot for one of no area of the reader's."""
        today = self._today()
        monday = week_of(week, today)
        async with self._desk.change() as db:
            keepers = await diary_reading.keepers(db, who.member)
            staff_id = of or who.member.id
            if of is not None and of not in keepers and of != who.member.id:
                raise MayNot
            days = (await self._days(db, who, [staff_id], monday, DAYS_SHOWN))[staff_id]
            called = await self._called(db, who, days) if staff_id == who.member.id else {}
            places = await diary_reading.place_names(db, who.member.areas)
        before, after = monday - timedelta(days=7), monday + timedelta(days=7)
        return self._draw(
            request,
            "console/diary.html",
            who,
            days=days,
            called=called,
            places=places,
            keepers=keepers,
            staff_id=staff_id,
            name=keepers.get(staff_id, who.member.name),
            is_own=staff_id == who.member.id,
            this=week_name(monday),
            before=week_name(before),
            after=week_name(after),
            is_now=monday <= today < after,
            monday=monday,
            done=DIARY_WORDS["done"].get(done, ""),
        )

    async def day(self, request: Request, who: Seer, on: str = "") -> Response:
        """Everybody's day beside each other."""
        today = self._today()
        try:
            chosen = date.fromisoformat(on) if on else today
        except ValueError:
            chosen = today
        if abs(chosen - today) > timedelta(days=731):
            chosen = today
        async with self._desk.change() as db:
            keepers = await diary_reading.keepers(db, who.member)
            each = await self._days(db, who, list(keepers), chosen, 1)
            mine = each.get(who.member.id, [])
            called = await self._called(db, who, mine)
            places = await diary_reading.place_names(db, who.member.areas)
        return self._draw(
            request,
            "console/diary_day.html",
            who,
            on=chosen,
            before=chosen - timedelta(days=1),
            after=chosen + timedelta(days=1),
            is_now=chosen == today,
            columns=[(staff_id, keepers[staff_id], days[0]) for staff_id, days in each.items()],
            called=called,
            places=places,
        )

    def _today(self) -> date:
        return self._desk.now().astimezone(self._desk.conversations.area.zone).date()

    async def _days(
        self, db: AsyncConnection, who: SignedIn, ids: list[uuid.UUID], first: date, count: int
    ) -> dict[uuid.UUID, list[Day]]:
        area = self._desk.conversations.area
        settings = area.diaries
        starts = (
            self._desk.now()
            .astimezone(area.zone)
            .replace(year=first.year, month=first.month, day=first.day, hour=0, minute=0, second=0, microsecond=0)
        )
        found = await diary_reading.read_diaries(db, ids, starts, starts + timedelta(days=count + 1))
        holidays = care_desk.holidays_of(self._desk, area.slug)
        areas = {one for one in who.member.areas if may_do(who.member, Act.SEE_DIARY, one)}
        return {
            one: days_of(seen_from(written, areas), first, count, self._today(), settings.zone, holidays)
            for one, written in found.items()
        }

    async def _called(self, db: AsyncConnection, who: SignedIn, days: Iterable[Day]) -> dict[uuid.UUID, str]:
        """What one's own young people are called, each look noted; not of those one is barred from."""
        rows = [one.row for day in days for one in day.entries if one.kind in {Line.MEETING, Line.HELD}]
        areas = {
            row["person_id"]: row["area"]
            for row in rows
            if row["person_id"] and may_do(who.member, Act.SEE_DIARY, row["area"])
        }
        barred = await care_desk.barred_from(db, who.member, areas)
        for person_id in sorted(set(areas) - barred, key=str):
            about = {"area": areas[person_id], "person": person_id}
            await audit.note(db, who.member.id, Fact.NEXT_MEETING, self._desk.now(), **about)
        return await care_desk.names_of_people(db, set(areas) - barred)

    def _draw(self, request: Request, template: str, who: SignedIn, **context: Any) -> Response:
        return self._desk.console.pages.draw(request, template, who, **CARE_WORDS, **{**DIARY_WORDS, **context})
