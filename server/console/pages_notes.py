"""Talk between colleagues in a case: a note, a question to somebody, its answer, a whisper to who is writing."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from server.console.acts import Did, note_act
from server.console.colleague_notes import add_note, is_question_of
from server.console.colleagues import NotForThem, fit_member
from server.console.desk import Desk
from server.console.drafts import note_typing
from server.console.looking import require_reason
from server.console.reading import case_for
from server.conversations.advising import show_typing
from server.escalations.due_work import ask_colleague, note_answered
from server.escalations.models import NoteKind
from server.escalations.service import typing_key
from server.staff.access import Act, Skill, may_do
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Taker = Annotated[SignedIn, Depends(needs(Act.TAKE))]

WRITTEN: Final = frozenset({NoteKind.NOTE, NoteKind.ASK, NoteKind.ANSWER, NoteKind.WHISPER})
"""Kinds that somebody writes; the others follow from what they do."""


class NotePages:
    """The handler."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """The form beside the thread."""
        routes.post("/cases/{case_id}/notes")(self.write)
        routes.post("/cases/{case_id}/notes/types")(self.types)

    async def types(self, who: Taker, case_id: uuid.UUID) -> Response:
        """Somebody is typing for colleagues: others who look at the case see it. Nothing of it is kept. Raises MayNot."""
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            if case.closed_at is None and await note_typing(db, case_id, who.member.id, self._desk.now()):
                await show_typing(db, case, typing_key(case_id), is_shown_to_them=False)
        return Response(status_code=204)

    async def write(
        self,
        who: Taker,
        case_id: uuid.UUID,
        text: Annotated[str, Form(max_length=4000)] = "",
        kind: Annotated[NoteKind, Form()] = NoteKind.NOTE,
        to: Annotated[str, Form(max_length=60)] = "",
        answers: Annotated[uuid.UUID | None, Form()] = None,
    ) -> Response:
        """Append it; never shown to the young person, who keeps one contact. Raises MayNot."""
        words, now = clean_text(text), self._desk.now()
        back = f"/console/cases/{case_id}"
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            await require_reason(db, who.member, case, now)
            if not words:
                return go(back, problem="empty_note")
            if kind not in WRITTEN or (kind is NoteKind.WHISPER and not may_do(who.member, Act.WHISPER, case.area)):
                raise MayNot
            if kind is NoteKind.ANSWER and (answers is None or not await is_question_of(db, case, answers)):
                raise MayNot
            to_staff_id, to_skill = _asked(to) if kind is NoteKind.ASK else (None, "")
            if to_staff_id is not None and not await _may_be_asked(db, to_staff_id, case):
                return go(back, problem="not_for_them")
            note_id = await add_note(
                db,
                case,
                kind,
                words,
                now,
                staff_id=who.member.id,
                to_staff_id=to_staff_id,
                to_skill=to_skill,
                answers_id=answers if kind is NoteKind.ANSWER else None,
            )
            did = Did.ASKED if kind is NoteKind.ASK else Did.NOTED
            await note_act(db, who.member, did, now, case_id)
            if to_staff_id is not None or to_skill:
                await ask_colleague(db, case, note_id, now, staff_id=to_staff_id, skill=to_skill)
            if kind is NoteKind.ANSWER and answers is not None:
                await note_answered(db, answers, who.member.id, now)
        return go(back)


async def _may_be_asked(db: AsyncConnection, staff_id: uuid.UUID, case: Any) -> bool:
    try:
        await fit_member(db, staff_id, case)
    except NotForThem:
        return False
    return True


def _asked(to: str) -> tuple[uuid.UUID | None, str]:
    """The colleague or the skill that a question goes to; nobody in particular for anything else."""
    kind, _, name = to.partition(":")
    if kind == "skill" and name in set(Skill):
        return None, name
    try:
        return (uuid.UUID(name), "") if kind == "staff" else (None, "")
    except ValueError:
        return None, ""
