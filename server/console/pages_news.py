"""News of a chat that stands open: one question, one answer with everything of it that has changed."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from server.console.brief import read_notes, read_routes, read_tasks
from server.console.case_view import WORDS, note_look, notes_mark, read_files, read_shown
from server.console.desk import Desk
from server.console.drafts import who_types
from server.console.head import head_of, version
from server.console.pages_queue import NAMES
from server.console.reading import LARGEST, case_for, read_thread, states_of
from server.console.words import BAD_STATES, STATES, alarm_kinds
from server.outbox.rules import FINAL
from server.staff.access import Act
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]
Ids = Annotated[list[uuid.UUID] | None, Query()]
MOST_STATES: Final = 60
LONGEST_MARK: Final = 40


class NewsPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """What a page of a case asks for while it is open."""
        routes.get("/cases/{case_id}/news")(self.news)
        routes.get("/cases/{case_id}/states")(self.states)
        routes.get("/cases/{case_id}/typing")(self.typing)

    async def news(
        self,
        request: Request,
        who: Seer,
        case_id: uuid.UUID,
        after: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
        head: Annotated[str, Query(max_length=LONGEST_MARK)] = "",
        notes: Annotated[str, Query(max_length=LONGEST_MARK)] = "",
        ids: Ids = None,
    ) -> dict[str, Any]:
        """What is new for a page that knows the lines up to `after` (without it none are sent), and these marks.

        `thread`, `live` and `notes` are drawn pieces, None where nothing changed; `states` are of the messages with these
        ids; `head` (its instants as text) is there each time. Raises MayNot.
        """
        draw, now, lines = self._desk.console.pages.piece, self._desk.now(), None
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            await note_look(self._desk, db, who, case)
            if after is not None:
                thread = await read_thread(db, case, after=after)
                lines = {"thread": thread, "files": await read_files(db, case, thread)} if thread.lines else None
            noted = await read_notes(db, case)
            mark = version(case, await read_routes(db, case), await read_tasks(db, case))
            shown = await read_shown(self._desk, db, who, case) if mark != head else None
            states = await self._states(db, request, who, case, ids)
        context, marked = {"case": case, "now": now, **WORDS}, notes_mark(case, noted)
        return {
            "thread": draw(request, "console/thread.html", who, **context, **lines) if lines else None,
            "notes": draw(request, "console/notes.html", who, **context, notes=noted) if marked != notes else None,
            "notes_mark": marked,
            "live": draw(request, "console/case_live.html", who, **{**context, **NAMES, **shown}) if shown else None,
            "head": {**self._head(request, who, case), "version": mark},
            "states": states,
        }

    async def states(self, request: Request, who: Seer, case_id: uuid.UUID, ids: Ids = None) -> dict[str, Any]:
        """Where messages of ours stand now, by id, in words. Raises MayNot."""
        async with self._desk.console.engine.connect() as db:
            case = await case_for(db, who.member, case_id)
            return await self._states(db, request, who, case, ids)

    async def typing(self, who: Seer, case_id: uuid.UUID) -> dict[str, list[str]]:
        """Names of colleagues who are typing in this chat just now. Raises MayNot."""
        async with self._desk.console.engine.connect() as db:
            await case_for(db, who.member, case_id)
            return {"names": await who_types(db, case_id, who.member.id, self._desk.now())}

    async def _states(
        self, db: AsyncConnection, request: Request, who: SignedIn, case: Any, ids: Ids
    ) -> dict[str, Any]:
        found, pages = await states_of(db, case, (ids or [])[:MOST_STATES]), self._desk.console.pages
        language = pages.language(request, who)
        return {
            str(key): {
                "text": pages.wording.say(language, STATES[state]),
                "is_bad": state in BAD_STATES,
                "is_final": state in FINAL,
            }
            for key, (state, _) in found.items()
        }

    def _head(self, request: Request, who: SignedIn, case: Any) -> dict[str, Any]:
        head, pages = head_of(case, self._desk.now()), self._desk.console.pages
        language = pages.language(request, who)
        instants = {name: getattr(head, name) for name in ("since", "held_until", "rings_at", "leaves_at")}
        return {
            "may_write": case.adviser_id == who.member.id and case.closed_at is None,
            "is_free": case.adviser_id is None and case.closed_at is None,
            "rank": head.rank,
            "is_danger": head.is_danger,
            "alarms": [pages.wording.say(language, kind) for kind in alarm_kinds(case.alarms)],
            **{name: at.isoformat() if at else None for name, at in instants.items()},
        }
