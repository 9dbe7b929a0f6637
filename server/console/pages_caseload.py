"""An adviser's young people, how many each adviser has (D31), and the list of what is red this morning (J24)."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from dialogs.wording import N_
from server.appointments import caseloads
from server.appointments.caseloads import Mine
from server.console import care_desk
from server.console.care_words import CARE_WORDS
from server.console.desk import Desk
from server.console.my_day import Red, read_day
from server.console.pages_person import OF_CUSTODY
from server.console.reading import names_of
from server.console.words import TASKS
from server.staff import audit
from server.staff.access import Act, Fact, may_do
from server.staff.errors import MayNot
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_CARE))]
Counter = Annotated[SignedIn, Depends(needs(Act.SEE_CASELOADS))]

ROLES: Final[dict[str, str]] = {
    "adviser": N_("Adviser"),
    "cover": N_("Stands in"),
    "previous": N_("Still around"),
}
REDS: Final[dict[Red, str]] = {
    Red.NUMBER: N_("Cannot be reached"),
    Red.TALK: N_("Talk with them alone"),
    Red.STEP: N_("Nobody owns this step"),
    Red.OFFICE: N_("Office not told yet"),
    Red.DATE: N_("Date"),
    Red.TASK: N_("Task"),
    Red.REVIEW: N_("Review"),
}


class CaseloadPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/caseload`, `/console/caseloads`, `/console/my-day`."""
        routes.get("/caseload")(self.page)
        routes.get("/caseloads")(self.numbers)
        routes.get("/my-day")(self.day)

    async def page(self, request: Request, who: Seer, of: uuid.UUID | None = None) -> Response:
        """One's own young people, or for leads somebody else's; each look at one noted. Raises MayNot."""
        now, member = self._desk.now(), who.member
        is_others = of is not None and of != member.id
        areas = {area for area in member.areas if may_do(member, Act.ASSIGN if is_others else Act.SEE_CARE, area)}
        if not areas:
            raise MayNot
        # of several areas' days the earliest is taken: what is late in one of them is shown
        today = min(care_desk.today_of(self._desk, area, now) for area in areas)
        async with self._desk.change() as db:
            found = await caseloads.of_adviser(db, of or member.id, areas, now, today)
            barred = await care_desk.barred_from(db, member, {one.person_id for one in found})
            people = [one for one in found if one.person_id not in barred]
            for one in people:
                for fact in _facts(one):
                    await audit.note(db, member.id, fact, now, area=one.area, person=one.person_id)
            called = await care_desk.names_of_people(db, {one.person_id for one in people})
            names = await names_of(db, {of}) if is_others else {}
        return self._desk.console.pages.draw(
            request,
            "console/caseload.html",
            who,
            people=people,
            called=called,
            name=names.get(of, ""),
            today=today,
            roles=ROLES,
            **CARE_WORDS,
        )

    async def numbers(self, request: Request, who: Counter) -> Response:
        """How many young people each adviser has: numbers, nobody's name."""
        now = self._desk.now()
        async with self._desk.console.engine.connect() as db:
            rows = await caseloads.numbers(db, who.member.areas, now.date())
            nobody = await caseloads.without_adviser(db, who.member.areas)
        return self._desk.console.pages.draw(
            request, "console/caseloads.html", who, rows=rows, nobody=nobody, opens=may_do(who.member, Act.ASSIGN)
        )

    async def day(self, request: Request, who: Seer) -> Response:
        """What is red this morning, by urgency, on one screen."""
        now, member = self._desk.now(), who.member
        async with self._desk.change() as db:
            items = await read_day(self._desk, db, member)
            seen = {(one.person_id, one.area, fact) for one in items for fact in one.facts if one.person_id}
            for person, area, fact in sorted(seen, key=str):
                await audit.note(db, member.id, fact, now, area=area, person=person)
            called = await care_desk.names_of_people(db, {one.person_id for one in items if one.person_id})
            names = await names_of(db, {one.owner_id for one in items})
        context = {**CARE_WORDS, "items": items, "called": called, "names": names, "reds": REDS, "tasks": TASKS}
        return self._desk.console.pages.draw(request, "console/my_day.html", who, **context)


def _facts(one: Mine) -> tuple[Fact, ...]:
    is_inside = one.due is not None and one.due.code in OF_CUSTODY
    return (Fact.NEXT_MEETING, Fact.CUSTODY) if is_inside else (Fact.NEXT_MEETING,)
