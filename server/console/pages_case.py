"""One case: its thread, its brief, what colleagues said, and what its clock did. Each look at it is a row of the audit."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import ChannelName, direction
from server.console.brief import read_brief, read_notes, read_routes, read_steps, read_tasks
from server.console.colleagues import colleagues
from server.console.desk import Desk, note_read_once
from server.console.drafts import draft_of, who_types
from server.console.head import head_of, version
from server.console.looking import require_reason
from server.console.pages_queue import NAMES, queue_context
from server.console.reading import Thread, addresses, case_for, cases, read_thread, states_of
from server.console.words import (
    BAD_STATES,
    CHANNELS,
    MEANS,
    NOTES,
    OUTCOMES,
    RUNGS,
    STATES,
    STEP_KINDS,
    TASKS,
    VIEWS,
    alarm_kinds,
)
from server.conversations.files import KeptFile, files_of, files_of_case
from server.escalations.service import ABOUT_DANGER
from server.staff.access import Act, Fact, may_read
from server.staff.guard import needs
from server.staff.pages_words import SKILLS
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]
LARGEST: Final = 2**53
MOST_STATES: Final = 60


class CasePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/cases/...`: the page, and the pieces that it asks for while it is open."""
        routes.get("/cases/{case_id}")(self.page)
        routes.get("/cases/{case_id}/thread")(self.thread)
        routes.get("/cases/{case_id}/states")(self.states)
        routes.get("/cases/{case_id}/notes")(self.notes)
        routes.get("/cases/{case_id}/head")(self.head)
        routes.get("/cases/{case_id}/live")(self.live)
        routes.get("/cases/{case_id}/typing")(self.typing)
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
            await self._note(db, who, case)
            thread = await read_thread(db, case, before=before)
            files = await _files(db, case, thread)
            context: dict[str, Any] = {
                **await self._shown(db, who, case),
                "notes": await read_notes(db, case),
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

    async def thread(
        self,
        request: Request,
        who: Seer,
        case_id: uuid.UUID,
        after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
        before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    ) -> Response:
        """The lines after or before a cursor, drawn. Raises MayNot."""
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            await self._note(db, who, case)
            thread = await read_thread(db, case, after=after, before=before)
            files = await _files(db, case, thread)
        return self._desk.console.pages.draw(
            request, "console/thread.html", who, case=case, thread=thread, files=files, now=self._desk.now(), **WORDS
        )

    async def states(
        self, request: Request, who: Seer, case_id: uuid.UUID, ids: Annotated[list[uuid.UUID] | None, Query()] = None
    ) -> dict[str, dict[str, Any]]:
        """Where messages of ours stand now, by id, in words. Raises MayNot."""
        async with self._desk.console.engine.connect() as db:
            case = await case_for(db, who.member, case_id)
            found = await states_of(db, case, (ids or [])[:MOST_STATES])
        pages = self._desk.console.pages
        language = pages.language(request, who)
        return {
            str(key): {"text": pages.wording.say(language, STATES[state]), "is_bad": state in BAD_STATES}
            for key, (state, _) in found.items()
        }

    async def notes(self, request: Request, who: Seer, case_id: uuid.UUID) -> Response:
        """What colleagues said, drawn. Raises MayNot."""
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            await self._note(db, who, case)
            notes = await read_notes(db, case)
        return self._desk.console.pages.draw(
            request, "console/notes.html", who, case=case, notes=notes, now=self._desk.now(), **WORDS
        )

    async def head(self, request: Request, who: Seer, case_id: uuid.UUID) -> dict[str, Any]:
        """What an open page must see at once (instants as text, or None); another `version` asks for `live`. Raises MayNot."""
        async with self._desk.console.engine.connect() as db:
            case = await case_for(db, who.member, case_id)
            mark = version(case, await read_routes(db, case), await read_tasks(db, case))
        head, pages = head_of(case, self._desk.now()), self._desk.console.pages
        language = pages.language(request, who)
        instants = {name: getattr(head, name) for name in ("since", "held_until", "rings_at", "leaves_at")}
        return {
            "may_write": case.adviser_id == who.member.id and case.closed_at is None,
            "is_free": case.adviser_id is None and case.closed_at is None,
            "rank": head.rank,
            "is_danger": head.is_danger,
            "alarms": [pages.wording.say(language, kind) for kind in alarm_kinds(case.alarms)],
            "version": mark,
            **{name: at.isoformat() if at else None for name, at in instants.items()},
        }

    async def live(self, request: Request, who: Seer, case_id: uuid.UUID) -> Response:
        """Head and brief alone, for a page whose head has changed. Raises MayNot."""
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            await self._note(db, who, case)
            shown = await self._shown(db, who, case)
        return self._desk.console.pages.draw(
            request, "console/case_live.html", who, case=case, now=self._desk.now(), **{**WORDS, **NAMES, **shown}
        )

    async def typing(self, who: Seer, case_id: uuid.UUID) -> dict[str, list[str]]:
        """Names of colleagues who are typing in this chat just now. Raises MayNot."""
        async with self._desk.console.engine.connect() as db:
            await case_for(db, who.member, case_id)
            return {"names": await who_types(db, case_id, who.member.id, self._desk.now())}

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

    async def _shown(self, db: AsyncConnection, who: SignedIn, case: Any) -> dict[str, Any]:
        """What head and brief draw."""
        brief = await read_brief(db, case, who.member)
        return {
            "brief": brief,
            "follows": await _followed(db, who, case),
            "head": head_of(case, self._desk.now()),
            "version": version(case, brief.routes, brief.tasks),
            "alarms": alarm_kinds(case.alarms),
            "is_mine": case.adviser_id == who.member.id and case.closed_at is None,
            "is_danger": case.urgency in ABOUT_DANGER,
        }

    async def _note(self, db: AsyncConnection, who: SignedIn, case: Any) -> None:
        await require_reason(db, who.member, case, self._desk.now())
        await note_read_once(db, who.member, (Fact.CHAT,), self._desk.now(), case=case)


async def _followed(db: AsyncConnection, who: SignedIn, case: Any) -> Any:
    """The closed case that late words came to, for whoever may open it."""
    if case.follows_id is None:
        return None
    query = select(cases.c.id, cases.c.number, cases.c.area, cases.c.barred).where(cases.c.id == case.follows_id)
    row = (await db.execute(query)).first()
    return row if row is not None and may_read(who.member, Fact.CHAT, row.area, row.barred) else None


async def _files(db: AsyncConnection, case: Any, thread: Thread) -> dict[uuid.UUID | None, list[KeptFile]]:
    """The files of the lines that are shown, by message; of a closed case all of them, under None."""
    if case.closed_at is not None:
        return {None: await files_of_case(db, case.id)}
    found = await files_of(db, [line.id for line in thread.lines if line.author == "person"])
    return {message_id: [file for file in files if file.case_id == case.id] for message_id, files in found.items()}


WORDS: Final[dict[str, Any]] = {
    "channels": CHANNELS,
    "states": STATES,
    "bad_states": BAD_STATES,
    "outcomes": OUTCOMES,
    "note_kinds": NOTES,
    "task_kinds": TASKS,
    "views": VIEWS,
    "rungs": RUNGS,
    "step_kinds": STEP_KINDS,
    "means": MEANS,
    "skills": SKILLS,
    "direction": direction,
}
"""Words and helpers that the templates of a case look up."""
