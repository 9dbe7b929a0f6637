"""The audit, for managers: who looked at what and who did what, newest first. Nobody can change it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from server.staff import audit
from server.staff.access import Act
from server.staff.guard import needs
from server.staff.pages_draw import Console
from server.staff.pages_words import EVENTS, REASONS
from server.staff.sessions import SignedIn

Reader = Annotated[SignedIn, Depends(needs(Act.SEE_AUDIT))]
LARGEST = 2**63 - 1


class AuditPages:
    """The handler."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add(self, routes: APIRouter) -> None:
        """`/console/audit`."""
        routes.get("/audit")(self.page)

    async def page(
        self,
        request: Request,
        who: Reader,
        staff: str = "",
        before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    ) -> Response:
        """A page of rows, of everybody or of one member of staff."""
        chosen = _id(staff)
        async with self._console.engine.connect() as db:
            people = {row["id"]: row["name"] for row in await audit.people(db, who.member.areas)}
            rows = await audit.page(db, who.member.areas, before=before, staff_id=chosen)
        return self._console.pages.draw(
            request,
            "staff/audit.html",
            who,
            people=people,
            chosen=chosen,
            rows=[_shown(row, people) for row in rows],
            older=rows[-1]["number"] if len(rows) == audit.PAGE else None,
            is_newest=before is None,
        )


def _id(text: str) -> uuid.UUID | None:
    """The person chosen; everybody for anything that is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _shown(row: Mapping[str, Any], people: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    """One row in words: `about` is a name of staff, or the short form of an id."""
    person = row["about_person"] or row["about_case"]
    about = people.get(row["about_staff"], "") if row["about_staff"] else str(person or "")[-8:]
    return {
        "at": row["at"],
        "name": row["staff_name"] or "",
        "what": EVENTS.get(row["what"], row["what"]),
        "about": about,
        "is_person": person is not None,
        "why": REASONS.get(row["why"] or "", row["why"] or ""),
    }
