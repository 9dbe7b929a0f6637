"""Write again: after a chat was closed, somebody of ours begins a new one that follows it."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from server.console.desk import Desk
from server.console.reading import case_for
from server.conversations.advising import check_way
from server.conversations.leaving import lock_talk
from server.escalations.again import follow
from server.escalations.errors import CannotReach, OnHold
from server.staff import audit
from server.staff.access import Act
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Taker = Annotated[SignedIn, Depends(needs(Act.TAKE))]


class AgainPages:
    """The handler."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """The button below a closed chat."""
        routes.post("/cases/{case_id}/again")(self.write_again)

    async def write_again(self, who: Taker, case_id: uuid.UUID) -> Response:
        """On to the chat in which they write, open or new. Refused with the ways that are left. Raises MayNot, NoSuchCase."""
        now = self._desk.now()
        try:
            async with self._desk.change() as db:
                await lock_talk(db, case_id)
                closed = await case_for(db, who.member, case_id)
                if closed.closed_at is None:
                    return go(f"/console/cases/{case_id}")
                await check_way(db, closed)
                new_id = await follow(db, who.member, closed, now)
                about = {"area": closed.area, "person": closed.person_id, "case": new_id}
                await audit.note(db, who.member.id, Act.TAKE, now, **about)
        except CannotReach as error:
            return go(f"/console/cases/{case_id}", problem="cannot_reach", left=",".join(error.left))
        except OnHold:
            return go(f"/console/cases/{case_id}", problem="on_hold")
        return go(f"/console/cases/{new_id}")
