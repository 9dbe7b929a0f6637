"""The queue: who waits, who is mine, and the one button that gives the next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from server.console.acts import Did, note_act
from server.console.banners import banners_for
from server.console.desk import Desk
from server.console.queue_view import is_late, view_of
from server.console.reading import case_for
from server.console.words import CHANNELS, REASONS, URGENCIES, WHY
from server.escalations import holding, tasks
from server.escalations.climbing import acknowledge
from server.escalations.errors import TakenAlready
from server.staff.access import Act
from server.staff.guard import by_script, go, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]
Taker = Annotated[SignedIn, Depends(needs(Act.TAKE))]


class QueuePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/queue`, its list alone, and its buttons."""
        routes.get("/queue")(self.page)
        routes.get("/queue/list")(self.list)
        routes.post("/queue/next")(self.next)
        routes.post("/cases/{case_id}/take")(self.take)
        routes.post("/cases/{case_id}/acknowledge")(self.acknowledge)

    async def page(self, request: Request, who: Seer, done: str = "", at: uuid.UUID | None = None) -> Response:
        """Everything that waits in the reader's areas."""
        context = await queue_context(self._desk, who)
        return self._desk.console.pages.draw(request, "console/queue.html", who, done=done, at=at, **context)

    async def list(self, request: Request, who: Seer, at: uuid.UUID | None = None) -> Response:
        """The list alone, for a page that is open; `at` is the case that stands beside it."""
        context = await queue_context(self._desk, who, by_itself=by_script(request))
        return self._desk.console.pages.draw(request, "console/queue_list.html", who, at=at, **context)

    async def next(self, who: Taker) -> Response:
        """Take whoever comes next, and say why."""
        now = self._desk.now()
        async with self._desk.change() as db:
            found = await holding.take_the_next(db, who.member, now)
            if found is not None:
                await note_act(db, who.member, Act.TAKE, now, found.case.case_id)
        if found is None:
            return go("/console/queue", done="nobody")
        return go(f"/console/cases/{found.case.case_id}", why=",".join(found.why))

    async def take(self, request: Request, who: Taker, case_id: uuid.UUID) -> Response:
        """Take this one; of two who press at once one wins, and the other is told who. Raises NoSuchCase."""
        now = self._desk.now()
        try:
            async with self._desk.change() as db:
                await case_for(db, who.member, case_id)
                await holding.take(db, who.member, case_id, now)
                await note_act(db, who.member, Act.TAKE, now, case_id)
        except TakenAlready as error:
            return self._desk.console.pages.draw(
                request, "console/taken.html", who, status=error.status, holder=error.holder, case_id=case_id
            )
        return go(f"/console/cases/{case_id}")

    async def acknowledge(self, who: Seer, case_id: uuid.UUID) -> Response:
        """A named person sees to it: the clock stops ringing others. Raises MayNot for what is not theirs to see."""
        async with self._desk.change() as db:
            await case_for(db, who.member, case_id)
            await acknowledge(db, case_id, who.member.id, self._desk.now())
            await note_act(db, who.member, Did.ACKNOWLEDGED, self._desk.now(), case_id)
        return go(f"/console/cases/{case_id}")


async def queue_context(desk: Desk, who: SignedIn, *, by_itself: bool = False) -> dict[str, Any]:
    """What `queue_list.html` draws: it names nobody, so a look at it is no row of the audit."""
    now, found = desk.now(), await desk.board.open(who.member, by_itself=by_itself)
    view = view_of(found.sorted_for(who.member), who.member)
    late = partial(is_late, now=now)
    return {
        "view": view,
        "now": now,
        "late": late,
        "drawn": desk.rows.drawer(found, who.member.id, now, late),
        "tasks_waiting": tasks.badge(found.tasks, who.member, now),
        "asked": tasks.asked_of(found.tasks, who.member, now),
        "banners": banners_for(found.known, who.member),
        **NAMES,
    }


NAMES: Final[Mapping[str, Any]] = {"channels": CHANNELS, "reasons": REASONS, "urgencies": URGENCIES, "whys": WHY}
"""Words that templates look up."""
