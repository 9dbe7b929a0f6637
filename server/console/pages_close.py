"""Ending a chat: how it ended, what comes next, and never over words that nobody has read."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.console.acts import Did, note_act
from server.console.case_view import WORDS
from server.console.desk import Desk, note_read_once
from server.console.drafts import drop_drafts
from server.console.pages_talk import Seen
from server.console.reading import case_for
from server.conversations.leaving import close_talk, lock_talk
from server.conversations.unseen import newest_words, unseen_words
from server.escalations import holding
from server.escalations.due_work import DEBRIEF_WITHIN, make_task
from server.escalations.models import CaseOutcome, TaskKind
from server.escalations.service import ABOUT_DANGER
from server.staff.access import Act, Fact
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Taker = Annotated[SignedIn, Depends(needs(Act.TAKE))]
Words = Annotated[str, Form(max_length=4000)]

FARTHEST: Final = timedelta(days=366)
NO_OUTCOME: Final = N_("Choose how it ended.")
NO_NEXT: Final = N_("Give a next date, or write why there is none.")
BAD_DATE: Final = N_("Write a date from today on, within a year.")
NEW_WORDS: Final = N_("They wrote again just now. Read it before you end the chat.")
NOTHING: Final = {"outcome": "", "next_on": "", "next_step": ""}


class ClosePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """The form that ends a chat."""
        routes.get("/cases/{case_id}/close")(self.page)
        routes.post("/cases/{case_id}/close")(self.close)

    async def page(self, request: Request, who: Taker, case_id: uuid.UUID) -> Response:
        """What closing asks for, and what they wrote last. Raises MayNot."""
        return await self._draw(request, who, case_id, {}, NOTHING)

    async def close(
        self,
        request: Request,
        who: Taker,
        case_id: uuid.UUID,
        outcome: Annotated[str, Form(max_length=40)] = "",
        next_on: Annotated[str, Form(max_length=20)] = "",
        next_step: Words = "",
        seen: Seen = None,
    ) -> Response:
        """Ends it: how, what comes next and when, and a farewell to the young person. Raises NotYours, NoSuchCase.

        Not while words came that this form did not show: an alarm that was raised meanwhile would end with it.
        """
        day, wrong = _next_day(next_on, self._desk.now())
        chosen = CaseOutcome(outcome) if outcome in set(CaseOutcome) else None
        if chosen is None:
            wrong["outcome"] = NO_OUTCOME
        if "next_on" not in wrong and day is None and not clean_text(next_step):
            wrong["next_step"] = NO_NEXT
        given = {"outcome": outcome, "next_on": next_on, "next_step": next_step}
        if wrong or chosen is None:
            return await self._draw(request, who, case_id, wrong, given)
        async with self._desk.change() as db:
            case = await self._end(db, who, case_id, (chosen, day, clean_text(next_step)), seen)
        if case is None:
            return await self._draw(request, who, case_id, {"seen": NEW_WORDS}, given)
        return go("/console/queue", done="break" if case.urgency in ABOUT_DANGER else "closed")

    async def _end(
        self,
        db: AsyncConnection,
        who: SignedIn,
        case_id: uuid.UUID,
        end: tuple[CaseOutcome, date | None, str],
        seen: int | None,
    ) -> Any:
        """Close it and say goodbye; the case, or None when words wait that were not shown."""
        now, (outcome, day, step) = self._desk.now(), end
        await case_for(db, who.member, case_id)
        await lock_talk(db, case_id)
        case = await holding.still_mine(db, who.member, case_id)
        if await unseen_words(db, case.person_id, seen):
            return None
        await close_talk(db, self._desk.conversations, who.member, case_id, outcome, now, next_on=day, next_step=step)
        await note_act(db, who.member, Did.CLOSED, now, case_id)
        await drop_drafts(db, case_id)
        if case.urgency in ABOUT_DANGER:
            await make_task(db, case, TaskKind.DEBRIEF, now + DEBRIEF_WITHIN, now)
        return case

    async def _draw(
        self, request: Request, who: SignedIn, case_id: uuid.UUID, errors: dict[str, str], given: dict[str, str]
    ) -> Response:
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            await note_read_once(db, who.member, (Fact.CHAT,), self._desk.now(), case=case)
            is_theirs = case.adviser_id == who.member.id and case.closed_at is None
            seen, last_words = await newest_words(db, case.person_id) if is_theirs else (0, "")
        return self._desk.console.pages.draw(
            request,
            "console/close.html",
            who,
            status=422 if errors else 200,
            case=case,
            errors=errors,
            given=given,
            seen=seen,
            last_words=last_words,
            **WORDS,
        )


def _next_day(text: str, now: datetime) -> tuple[date | None, dict[str, str]]:
    """The next date of a form, or what is wrong with it; neither for an empty one."""
    if not text.strip():
        return None, {}
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None, {"next_on": BAD_DATE}
    if not now.date() <= day <= (now + FARTHEST).date():
        return None, {"next_on": BAD_DATE}
    return day, {}
