"""The queue: who waits, who is mine, and the one button that gives the next."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from server.console.desk import Desk
from server.staff.access import Act
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]


class QueuePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/queue`."""
        routes.get("/queue")(self.page)

    async def page(self, request: Request, who: Seer) -> Response:
        """Everything that waits in the reader's areas."""
        return self._desk.console.pages.draw(request, "console/queue.html", who)
