"""One case: its thread, its brief, what colleagues said, and what its clock did. Each look at it is a row of the audit."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from dialogs.messages import ChannelName
from server.console.brief import read_notes, read_steps
from server.console.case_view import WORDS, note_look, notes_mark, read_files, read_shown
from server.console.colleagues import colleagues
from server.console.desk import Desk, note_read_once
from server.console.drafts import draft_of, who_types
from server.console.looking import require_reason
from server.console.pages_queue import queue_context
from server.console.reading import LARGEST, addresses, case_for, read_thread
from server.staff.access import Act, Fact
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]


class CasePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/cases/...`: the page, and the number behind it."""
        routes.get("/cases/{case_id}")(self.page)
        routes.get("/cases/{case_id}/number")(self.number)

    async def page(
        self,
        request: Request,
        who: Seer,
        case_id: uuid.UUID,
        before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
        why: str = "",
        problem: str = "",
        left: str = "",
    ) -> Response:
        """The whole case. A closed one shows what was kept with it. Raises MayNot for what is not theirs to see."""
        desk, now = self._desk, self._desk.now()
        queue = await queue_context(desk, who)
        async with desk.change() as db:
            case = await case_for(db, who.member, case_id)
            await note_look(desk, db, who, case)
            thread = await read_thread(db, case, before=before)
            files = await read_files(db, case, thread)
            notes = await read_notes(db, case)
            context: dict[str, Any] = {
                **await read_shown(desk, db, who, case),
                "notes": notes,
                "notes_mark": notes_mark(case, notes),
                "steps": await read_steps(db, case),
                "colleagues": await colleagues(db, case.area),
                "draft": await draft_of(db, case_id, who.member.id),
                "typing": await who_types(db, case_id, who.member.id, now),
            }
        return desk.console.pages.draw(
            request,
            "console/case.html",
            who,
            **{**WORDS, **queue, **context},
            at=case_id,
            case=case,
            thread=thread,
            files=files,
            holder=next((c.name for c in context["colleagues"] if c.id == case.adviser_id), ""),
            is_older=before is not None,
            given_because=why.split(",") if why else [],
            request_problem=problem,
            ways_left=[name for name in ChannelName if name in left.split(",")],
        )

    async def number(self, request: Request, who: Seer, case_id: uuid.UUID) -> Response:
        """The number or address they wrote from: opened on purpose, and written down each time. Raises MayNot."""
        now = self._desk.now()
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id, Fact.CHAT, Fact.NUMBER)
            await require_reason(db, who.member, case, now)
            await note_read_once(db, who.member, (Fact.NUMBER,), now, case=case, within=timedelta(0))
            query = select(addresses.c.channel, addresses.c.address).where(addresses.c.person_id == case.person_id)
            rows = (await db.execute(query)).all()
        return self._desk.console.pages.draw(request, "console/number.html", who, case=case, rows=rows, **WORDS)
