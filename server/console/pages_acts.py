"""What is done with a case beside writing in it: given back, passed on, put on hold."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.console.acts import Did, note_act
from server.console.case_view import WORDS
from server.console.colleague_notes import add_note
from server.console.colleagues import NotForThem, colleagues, fit_member
from server.console.desk import Desk
from server.console.reading import case_for, cases
from server.escalations import holding
from server.escalations.due_work import debrief_after, tell_taken_over
from server.escalations.errors import NoSuchCase, NotYours
from server.escalations.models import NoteKind
from server.escalations.service import ABOUT_DANGER
from server.staff.access import Act, Skill, may_do
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Taker = Annotated[SignedIn, Depends(needs(Act.TAKE))]
Words = Annotated[str, Form(max_length=4000)]

LONGEST_HOLD: Final = timedelta(minutes=60)
NO_REASON: Final = N_("Write why, so that whoever takes it does not have to ask.")
NO_PLACE: Final = N_("Choose who or what it goes to.")
NOT_FOR_THEM: Final = N_("They may not have this chat. Choose somebody else.")


class ActPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Forms below a case."""
        routes.post("/cases/{case_id}/give-back")(self.give_back)
        routes.post("/cases/{case_id}/hold")(self.hold)
        routes.get("/cases/{case_id}/pass-on")(self.pass_on_page)
        routes.post("/cases/{case_id}/pass-on")(self.pass_on)

    async def give_back(self, who: Taker, case_id: uuid.UUID) -> Response:
        """Back into the queue, with everything that was said. Raises NotYours, NoSuchCase."""
        now = self._desk.now()
        async with self._desk.change() as db:
            case = await _mine(db, who, case_id)
            await holding.give_back(db, case_id, now)
            await note_act(db, who.member, Did.GAVE_BACK, now, case_id)
            was_hard = await debrief_after(db, case, now)
        return go("/console/queue", done="break" if was_hard else "given")

    async def hold(self, who: Taker, case_id: uuid.UUID, minutes: Annotated[int, Form(ge=1, le=60)] = 10) -> Response:
        """The chat waits for so long and is not taken back meanwhile; a case about danger cannot be put on hold."""
        now = self._desk.now()
        async with self._desk.change() as db:
            case = await _mine(db, who, case_id)
            if case.urgency in ABOUT_DANGER:
                return go(f"/console/cases/{case_id}", problem="no_hold")
            until = now + min(timedelta(minutes=minutes), LONGEST_HOLD)
            await db.execute(update(cases).where(cases.c.id == case_id).values(held_until=until))
            await add_note(db, case, NoteKind.HOLD, f"{minutes} min", now, staff_id=who.member.id)
            await note_act(db, who.member, Did.HELD, now, case_id)
        return go(f"/console/cases/{case_id}")

    async def pass_on_page(self, request: Request, who: Taker, case_id: uuid.UUID) -> Response:
        """Whom it can go to. Raises MayNot."""
        return await self._draw_pass_on(request, who, case_id, {}, {"to": "", "why": ""})

    async def pass_on(
        self,
        request: Request,
        who: Taker,
        case_id: uuid.UUID,
        to: Annotated[str, Form(max_length=60)] = "",
        why: Words = "",
    ) -> Response:
        """To a person ("staff:<id>"), a skill ("skill:<name>") or whoever is next ("anybody"), with a reason for them to read."""
        reason, target, wrong = clean_text(why), _target(to), {}
        if not reason:
            wrong["why"] = NO_REASON
        if target is None:
            wrong["to"] = NO_PLACE
        if wrong or target is None:
            return await self._draw_pass_on(request, who, case_id, wrong, {"to": to, "why": why}, status=422)
        try:
            async with self._desk.change() as db:
                await self._pass(db, who, case_id, target, reason)
        except (NoSuchCase, NotForThem):
            return await self._draw_pass_on(
                request, who, case_id, {"to": NOT_FOR_THEM}, {"to": to, "why": why}, status=422
            )
        return go("/console/queue", done="passed")

    async def _pass(self, db: AsyncConnection, who: SignedIn, case_id: uuid.UUID, target: Target, reason: str) -> None:
        now = self._desk.now()
        case = await holding.locked(db, case_id)
        may_assign = may_do(who.member, Act.ASSIGN, case.area)
        if case.adviser_id != who.member.id and not may_assign:
            raise NotYours
        if case.area not in who.member.areas or who.member.id in case.barred:
            raise MayNot
        if isinstance(target, uuid.UUID):
            await holding.assign(db, case_id, await fit_member(db, target, case), now)
        else:
            await holding.give_back(db, case_id, now, skill=target.value if isinstance(target, Skill) else None)
        to_staff_id = target if isinstance(target, uuid.UUID) else None
        to_skill = target.value if isinstance(target, Skill) else ""
        kind = NoteKind.TRANSFER
        await add_note(db, case, kind, reason, now, staff_id=who.member.id, to_staff_id=to_staff_id, to_skill=to_skill)
        await note_act(db, who.member, Act.ASSIGN, now, case_id)
        await debrief_after(db, case, now)
        if case.adviser_id not in {None, who.member.id}:
            await tell_taken_over(db, case, reason, now)

    async def _draw_pass_on(
        self,
        request: Request,
        who: SignedIn,
        case_id: uuid.UUID,
        errors: dict[str, str],
        given: dict[str, str],
        *,
        status: int = 200,
    ) -> Response:
        async with self._desk.console.engine.connect() as db:
            case = await case_for(db, who.member, case_id)
            # a lead may take it over themselves, unless it is theirs already
            out = {case.adviser_id, *case.barred} | ({who.member.id} if case.adviser_id is None else set())
            others = [c for c in await colleagues(db, case.area) if c.id not in out]
        return self._desk.console.pages.draw(
            request,
            "console/pass_on.html",
            who,
            status=status,
            case=case,
            others=others,
            errors=errors,
            given=given,
            **WORDS,
        )


async def _mine(db: AsyncConnection, who: SignedIn, case_id: uuid.UUID) -> Any:
    """The case, locked, of whoever holds it. Raises MayNot for what is not theirs to see, NotYours, NoSuchCase."""
    await case_for(db, who.member, case_id)
    return await holding.still_mine(db, who.member, case_id)


Target = uuid.UUID | Skill | str
"""Whom a case goes to: a colleague, a skill, or (an empty text) whoever is next."""


def _target(to: str) -> Target | None:
    """What the form chose; None for nothing that can be."""
    kind, _, name = to.partition(":")
    if kind == "anybody":
        return ""
    if kind == "skill" and name in set(Skill):
        return Skill(name)
    if kind == "staff":
        try:
            return uuid.UUID(name)
        except ValueError:
            return None
    return None
