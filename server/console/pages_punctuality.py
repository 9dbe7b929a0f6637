"""How often meetings begin on time: one's own figures, and the team's for leads and managers. How late young people are is not shown."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from server.appointments.punctuality import Month, by_month
from server.console.desk import Desk
from server.console.settings_forms import areas_for
from server.staff import accounts
from server.staff.access import Act
from server.staff.guard import needs
from server.staff.sessions import SignedIn, member_of

Own = Annotated[SignedIn, Depends(needs(Act.OWN_HOURS))]
Team = Annotated[SignedIn, Depends(needs(Act.SEE_PUNCTUALITY))]
BACK: Final = timedelta(days=366)


class PunctualityPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Below `/console/punctuality`."""
        routes.get("/punctuality")(self.own)
        routes.get("/punctuality/team")(self.team)

    async def own(self, request: Request, who: Own) -> Response:
        """The reader's own months."""
        areas = areas_for(self._desk, who.member, Act.OWN_HOURS)
        return await self._draw(request, who, areas, {who.member.id: who.member.name}, is_own=True)

    async def team(self, request: Request, who: Team) -> Response:
        """Everybody's months in the reader's areas."""
        areas = areas_for(self._desk, who.member, Act.SEE_PUNCTUALITY)
        async with self._desk.console.engine.connect() as db:
            members = map(member_of, await accounts.team(db, areas))
        return await self._draw(request, who, areas, {one.id: one.name for one in members}, is_own=False)

    async def _draw(
        self, request: Request, who: SignedIn, areas: list[str], names: Mapping[uuid.UUID, str], *, is_own: bool
    ) -> Response:
        now, zone = self._desk.now(), self._desk.conversations.area.zone
        rows: list[Month] = []
        async with self._desk.console.engine.connect() as db:
            for area in areas:
                rows += await by_month(db, area, list(names), now - BACK, now, zone)
        rows.sort(key=lambda row: (-row.first_day.toordinal(), names[row.adviser_id].casefold()))
        shown: dict[str, Any] = {"rows": rows, "names": names, "is_own": is_own}
        return self._desk.console.pages.draw(request, "console/punctuality.html", who, **shown)
