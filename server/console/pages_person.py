"""One young person on one screen: adviser, next meetings, dates, handover, reviews, what helps. Each look is a row of the audit."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.appointments import care, handover, reading, reviews, timescales
from server.appointments.handover import CannotHandOver
from server.appointments.kinds import Status
from server.appointments.reviews import BadReview, ReviewKind
from server.appointments.timescale_rules import DEFAULTS, After
from server.console import care_desk
from server.console.acts import Did
from server.console.care_desk import SHOWN, Somebody, holidays_of, open_person, today_of
from server.console.care_words import CARE_WORDS
from server.console.desk import Desk, note_read
from server.console.looking import WHY_LOOK, WhyLook
from server.console.pages_why import NO_REASON, NO_WORDS
from server.escalations import tasks
from server.staff import audit
from server.staff.access import Act, Fact
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_CARE))]
Short = Annotated[str, Form(max_length=60)]
OF_CUSTODY: Final = frozenset(rule.code for rule in DEFAULTS if rule.after is After.CUSTODY)
NOT_A_DAY: Final = N_("Choose a day.")
DAY_OVER: Final = N_("This day is over, or more than two years off. Choose another.")
NO_KIND: Final = N_("Choose what is looked at again.")
NOBODY: Final = N_("Choose somebody of the list.")
CANNOT: Final[dict[str, str]] = {
    "no_adviser": N_("They have no adviser yet. Name one first."),
    "is_open": N_("A handover is open already."),
    "same": N_("That is their adviser already. Choose somebody else."),
}
DONE: Final[dict[str, str]] = {
    "date": N_("It is ticked off."),
    "before": N_("Somebody had ticked it off already."),
    "review": N_("The review is planned."),
    "changed": N_("It is kept."),
    "handed": N_("The handover is over."),
}


class PersonPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/people/...`: the page, why somebody looks, and what is done from it."""
        routes.get("/people/{person_id}")(self.page)
        routes.get("/people/{person_id}/why")(self.why)
        routes.post("/people/{person_id}/why")(self.give_why)
        routes.post("/people/{person_id}/dates/{date_id}/done")(self.tick_date)
        routes.post("/people/{person_id}/handover")(self.begin_handover)
        routes.post("/people/{person_id}/reviews")(self.plan_review)

    async def page(self, request: Request, who: Seer, person_id: uuid.UUID, done: str = "") -> Response:
        """Everything about who looks after them. Raises MayNot, ReasonNeeded."""
        return await self._draw(request, who, person_id, done=DONE.get(done, ""))

    async def why(self, request: Request, who: Seer, person_id: uuid.UUID) -> Response:
        """Why somebody looks at a person who is not theirs. Raises MayNot."""
        return await self._ask_why(request, who, person_id, {}, {"reason": "", "words": ""})

    async def give_why(
        self,
        request: Request,
        who: Seer,
        person_id: uuid.UUID,
        reason: Annotated[str, Form(max_length=40)] = "",
        words: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        """Write it down, and on to the page. Raises MayNot."""
        chosen, said = WhyLook(reason) if reason in set(WhyLook) else None, clean_text(words)
        wrong = {"reason": NO_REASON} if chosen is None else {}
        if chosen is WhyLook.OTHER and not said:
            wrong["words"] = NO_WORDS
        if wrong or chosen is None:
            return await self._ask_why(request, who, person_id, wrong, {"reason": reason, "words": words})
        kept = f"{WHY_LOOK[chosen]}: {said}" if said else WHY_LOOK[chosen]
        async with self._desk.change() as db:
            one = await care_desk.find(db, who.member, person_id)
            await audit.note(db, who.member.id, audit.GAVE_REASON, self._desk.now(), why=kept, **one.about)
        return go(f"/console/people/{person_id}")

    async def tick_date(self, who: Seer, person_id: uuid.UUID, date_id: uuid.UUID) -> Response:
        """A date is done, with its task; one that comes again is made anew. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            row, rows = await timescales.one(db, date_id), None
            if row is not None and row.person_id == person_id:
                today, holidays = today_of(self._desk, one.area, now), holidays_of(self._desk, one.area)
                rows = await timescales.done(db, date_id, who.member.id, now, done_on=today, holidays=holidays)
            for date in rows or ():
                if date.task_id is not None:
                    await tasks.finish(db, who.member, date.task_id, now)
            if rows:
                await care_desk.note(db, who.member, Did.DATE_DONE, one, now)
        return go(f"/console/people/{person_id}", done="date" if rows else "before")

    async def begin_handover(self, request: Request, who: Seer, person_id: uuid.UUID, to: Short = "") -> Response:
        """Somebody else is to be their adviser. Raises MayNot, ReasonNeeded."""
        now, wrong = self._desk.now(), ""
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            if to not in await care_desk.carers(db, one):
                wrong = NOBODY
            try:
                made = None if wrong else await handover.start(db, person_id, uuid.UUID(to), now)
            except CannotHandOver as error:
                made, wrong = None, CANNOT[error.why]
            if made is not None:
                await care_desk.note(db, who.member, Did.HANDOVER_CHANGED, one, now)
        if made is None:
            return await self._draw(request, who, person_id, errors={"to": wrong}, given={"to": to})
        return go(f"/console/handovers/{made}")

    async def plan_review(
        self, request: Request, who: Seer, person_id: uuid.UUID, kind: Short = "", due: Short = ""
    ) -> Response:
        """A review to come. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        wrong: dict[str, str] = {} if kind in set(ReviewKind) else {"kind": NO_KIND}
        try:
            due_on = care_desk.read_day(due)
        except ValueError:
            due_on = None
        if due_on is None:
            wrong["due"] = NOT_A_DAY
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            if not wrong and due_on is not None:
                today = today_of(self._desk, one.area, now)
                try:
                    await reviews.add(db, person_id, ReviewKind(kind), due_on, now, today=today)
                    await care_desk.note(db, who.member, Did.REVIEW_PLANNED, one, now)
                except BadReview:
                    wrong["due"] = DAY_OVER
        if wrong:
            return await self._draw(request, who, person_id, errors=wrong, given={"kind": kind, "due": due})
        return go(f"/console/people/{person_id}", done="review")

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        person_id: uuid.UUID,
        *,
        errors: dict[str, str] | None = None,
        given: dict[str, str] | None = None,
        done: str = "",
    ) -> Response:
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            shown = await read_person(self._desk, db, who, one)
        context = {**CARE_WORDS, **shown, "given": {"to": "", "kind": "", "due": ""} | (given or {})}
        return self._desk.console.pages.draw(
            request,
            "console/person.html",
            who,
            status=422 if errors else 200,
            one=one,
            errors=errors or {},
            done=done,
            **context,
        )

    async def _ask_why(
        self, request: Request, who: SignedIn, person_id: uuid.UUID, errors: dict[str, str], given: dict[str, str]
    ) -> Response:
        async with self._desk.console.engine.connect() as db:
            one = await care_desk.find(db, who.member, person_id)
        status = 422 if errors else 200
        return self._desk.console.pages.draw(
            request,
            "console/person_why.html",
            who,
            status=status,
            one=one,
            reasons=WHY_LOOK,
            errors=errors,
            given=given,
        )


async def read_person(desk: Desk, db: AsyncConnection, who: SignedIn, one: Somebody) -> dict[str, Any]:
    """What the page shows of a person, each kind of fact noted as a read in the same transaction."""
    now = desk.now()
    today = today_of(desk, one.area, now)
    await note_read(db, who.member, SHOWN, now, **one.about, barred=one.barred)
    dates, planned = await timescales.of_person(db, one.id), await reviews.of_person(db, one.id)
    is_inside = any(row.code in OF_CUSTODY for row in dates) or any(row.kind == ReviewKind.CUSTODY for row in planned)
    if is_inside and care_desk.sees_custody(who.member, one, today):
        await care_desk.note(db, who.member, Fact.CUSTODY, one, now)
    elif is_inside:
        dates = [row for row in dates if row.code not in OF_CUSTODY]
        planned = [row for row in planned if row.kind != ReviewKind.CUSTODY]
    ends, eighteenth = care.dates_in(one.care)
    moving = await handover.open_of(db, one.id)
    statuses = (Status.HELD, Status.BOOKED)
    return {
        "today": today,
        "looking": await care.adviser_of(db, one.id, today),
        "meetings": await reading.of_person(db, one.id, now, statuses=statuses),
        "dates": dates,
        "reviews": planned,
        "is_overdue": reviews.is_overdue,
        "handover": moving,
        "ticks": handover.ticks(moving) if moving is not None else {},
        "before": await handover.closed_of(db, one.id),
        "choices": await care_desk.carers(db, one),
        "needs": await care.needs_of(db, one.id),
        "trusted": await care.trusted_of(db, one.id),
        "has_word": await care.has_check_word(db, one.id),
        "part": await care.part_of_day(db, one.id),
        "order_ends": ends,
        "eighteenth": eighteenth,
    }
