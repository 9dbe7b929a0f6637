"""Reviews: the overdue ones first; none ends without a date for the next one, or a reason (Q32, H13)."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.appointments import reviews
from server.appointments.reviews import BadReview, Ending, ReviewKind
from server.console import care_desk
from server.console.acts import Did
from server.console.care_desk import Somebody, holidays_of, open_person, read_day, today_of
from server.console.care_words import CARE_WORDS
from server.console.desk import Desk, note_read
from server.staff.access import Act, Fact, may_read
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_CARE))]
Short = Annotated[str, Form(max_length=60)]
AHEAD: Final = timedelta(days=42)

NOT_A_DAY: Final = N_("Choose a day, or leave it empty.")
FAULTS: Final[dict[tuple[str, str], str]] = {
    ("held_on", "future"): N_("This day is still to come. Choose the day on which it was held."),
    ("next_on", "missing"): N_("Set the day of the next review, or write why there is none."),
    ("no_next_why", "both"): N_("There is a next day and a reason why there is none. Take one of them away."),
    ("next_on", "past"): N_("This day is over. Choose a later one."),
    ("next_on", "far"): N_("This is more than two years off. Choose a day before."),
}
DONE: Final[dict[str, str]] = {
    "closed": N_("The review is over. The next one is planned."),
    "last": N_("The review is over. It was the last one."),
    "before": N_("This review was over already. Nothing was changed."),
}


class ReviewPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/reviews`."""
        routes.get("/reviews")(self.list)
        routes.get("/reviews/{review_id}")(self.page)
        routes.post("/reviews/{review_id}/close")(self.close)

    async def list(self, request: Request, who: Seer, done: str = "") -> Response:
        """What is overdue and what comes within six weeks, by the numbers of their cases."""
        now = self._desk.now()
        async with self._desk.change() as db:
            rows = await reviews.open_in(db, who.member.areas, now.date() + AHEAD)
            barred = await care_desk.barred_from(db, who.member, {row.person_id for row in rows})
            rows = [row for row in rows if row.person_id not in barred and self._is_shown(who, row)]
            called = await care_desk.names_of_people(db, {row.person_id for row in rows})
        return self._desk.console.pages.draw(
            request,
            "console/reviews.html",
            who,
            rows=[(row, reviews.is_overdue(row, today_of(self._desk, row.area, now))) for row in rows],
            called=called,
            done=DONE.get(done, ""),
            **CARE_WORDS,
        )

    def _is_shown(self, who: SignedIn, row: Any) -> bool:
        """One in custody tells that somebody is inside: for those who may know. Pure."""
        if row.kind != ReviewKind.CUSTODY or row.adviser_id == who.member.id:
            return True
        return may_read(who.member, Fact.CUSTODY, row.area)

    async def page(self, request: Request, who: Seer, review_id: uuid.UUID) -> Response:
        """One review, with what the young person wants to ask. Raises MayNot, ReasonNeeded."""
        return await self._draw(request, who, review_id)

    async def close(
        self,
        request: Request,
        who: Seer,
        review_id: uuid.UUID,
        held_on: Short = "",
        next_on: Short = "",
        no_next_why: Annotated[str, Form(max_length=4000)] = "",
    ) -> Response:
        """It is over: held or not, with a next date or a reason. Raises MayNot, ReasonNeeded."""
        now, given = self._desk.now(), {"held_on": held_on, "next_on": next_on, "no_next_why": no_next_why}
        days: dict[str, date | None] = {}
        for name in ("held_on", "next_on"):
            try:
                days[name] = read_day(given[name])
            except ValueError:
                return await self._draw(request, who, review_id, errors={name: NOT_A_DAY}, given=given)
        ending = Ending(days["held_on"], days["next_on"], clean_text(no_next_why))
        try:
            async with self._desk.change() as db:
                row, one = await self._open(db, who, review_id)
                today, holidays = today_of(self._desk, one.area, now), holidays_of(self._desk, one.area)
                made = await reviews.close(db, review_id, who.member.id, ending, now, today=today, holidays=holidays)
                if row.closed_at is None:
                    await care_desk.note(db, who.member, Did.REVIEW_CLOSED, one, now)
        except BadReview as error:
            wrong = {error.field: FAULTS[error.field, error.why]}
            return await self._draw(request, who, review_id, errors=wrong, given=given)
        done = "before" if row.closed_at is not None else "closed" if made else "last"
        return go("/console/reviews", done=done)

    async def _open(self, db: AsyncConnection, who: SignedIn, review_id: uuid.UUID) -> tuple[Any, Somebody]:
        row = await reviews.one(db, review_id)
        if row is None:
            raise MayNot
        one = await open_person(self._desk, db, who.member, row.person_id)
        today = today_of(self._desk, one.area, self._desk.now())
        if row.kind == ReviewKind.CUSTODY and not care_desk.sees_custody(who.member, one, today):
            raise MayNot
        return row, one

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        review_id: uuid.UUID,
        *,
        errors: dict[str, str] | None = None,
        given: dict[str, str] | None = None,
    ) -> Response:
        now = self._desk.now()
        async with self._desk.change() as db:
            row, one = await self._open(db, who, review_id)
            await note_read(db, who.member, care_desk.SHOWN, now, **one.about, barred=one.barred)
            if row.kind == ReviewKind.CUSTODY:
                await care_desk.note(db, who.member, Fact.CUSTODY, one, now)
            questions = await reviews.questions_for(db, row, now)
        today = today_of(self._desk, one.area, now)
        empty = {"held_on": today.isoformat(), "next_on": "", "no_next_why": ""}
        return self._desk.console.pages.draw(
            request,
            "console/review.html",
            who,
            status=422 if errors else 200,
            one=one,
            row=row,
            questions=questions,
            proposed=reviews.proposed(ReviewKind(row.kind), today),
            is_overdue=reviews.is_overdue(row, today),
            errors=errors or {},
            given=given or empty,
            **CARE_WORDS,
        )
