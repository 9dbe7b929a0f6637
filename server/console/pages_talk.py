"""Writing in a chat: what is typed, what is sent, and that somebody is there. Nothing typed is lost, whatever is refused."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select, update

from bot.sms.encoding import count_parts, to_gsm
from dialogs.messages import MAX_TEXT, ChannelName, clean_text
from server.console.acts import Did, note_act
from server.console.desk import Desk
from server.console.drafts import drop_draft, keep_draft
from server.console.reading import addresses, case_for, cases
from server.conversations.advising import show_typing, write_as_adviser
from server.escalations import holding
from server.escalations.errors import CannotReach, NoSuchCase, NotYours, OnHold
from server.escalations.service import tell, typing_key
from server.staff.access import Act
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Taker = Annotated[SignedIn, Depends(needs(Act.TAKE))]
Text = Annotated[str, Form(max_length=MAX_TEXT)]
Key = Annotated[str, Form(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]
Seen = Annotated[int | None, Form(ge=0, le=2**63 - 1)]
"""The newest cursor of the thread on the page that the form stands on."""

BY_SCRIPT: Final = "x-requested-with"
"""Sent by the page's own script, which wants data and keeps what was typed itself."""


class TalkPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """What the box under the thread does."""
        routes.post("/cases/{case_id}/messages")(self.send)
        routes.post("/cases/{case_id}/draft")(self.draft)
        routes.post("/cases/{case_id}/here")(self.here)
        routes.post("/cases/{case_id}/go-on")(self.go_on)
        routes.get("/form")(self.form)

    async def send(
        self, request: Request, who: Taker, case_id: uuid.UUID, text: Text = "", key: Key = "", seen: Seen = None
    ) -> Response:
        """Send the words to the young person. Refused ones stand in the box again, with what is left to do."""
        words, now = clean_text(text), self._desk.now()
        async with self._desk.console.engine.connect() as db:
            await case_for(db, who.member, case_id)
        if not words:
            return self._refused(request, case_id, "empty")
        try:
            await write_as_adviser(
                self._desk.conversations, case_id, who.member, words, now, key=key or None, seen=seen
            )
        except (NotYours, CannotReach, OnHold, NoSuchCase) as error:
            await self._keep(who, case_id, words)
            left = ",".join(error.left) if isinstance(error, CannotReach) else ""
            return self._refused(request, case_id, PROBLEMS[type(error)], left)
        async with self._desk.change() as db:
            await note_act(db, who.member, Did.WROTE, now, case_id)
            await drop_draft(db, case_id, who.member.id)
        return JSONResponse({"sent": True}) if BY_SCRIPT in request.headers else go(f"/console/cases/{case_id}#write")

    async def draft(self, who: Taker, case_id: uuid.UUID, after: BackgroundTasks, text: Text = "") -> dict[str, Any]:
        """Keep what stands in the box; others see that somebody types. Says what it would cost and what it gives away."""
        now = self._desk.now()
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            is_mine = case.adviser_id == who.member.id
            if (
                is_mine
            ):  # the case before what points at it, or a message that comes in meanwhile waits for us and we for it
                await holding.note_activity(db, who.member, case_id, now)
            begins = await keep_draft(db, case_id, who.member.id, text, now)
            shown = await show_typing(db, case, typing_key(case_id), is_shown_to_them=is_mine) if begins else None
            query = select(addresses.c.channel).where(addresses.c.id == case.address_id)
            channel = (await db.execute(query)).scalar()
        if shown is not None and (sender := self._desk.conversations.channels.get(shown[0])) is not None:
            after.add_task(sender.typing, shown[1])
        return self._measured(case.language, channel, text)

    async def here(self, who: Taker, case_id: uuid.UUID) -> dict[str, bool]:
        """The adviser is at the page and did something: the chat is not unattended. Says whether it is still theirs."""
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            await holding.note_activity(db, who.member, case_id, self._desk.now())
        return {"is_mine": case.adviser_id == who.member.id and case.closed_at is None}

    async def go_on(self, who: Taker, case_id: uuid.UUID) -> Response:
        """The hold is over before its time. Repeating is harmless. Raises MayNot, NotYours, NoSuchCase."""
        async with self._desk.change() as db:
            await case_for(db, who.member, case_id)
            case = await holding.still_mine(db, who.member, case_id)
            await db.execute(update(cases).where(cases.c.id == case_id).values(held_until=None))
            await note_act(db, who.member, Did.WENT_ON, self._desk.now(), case_id)
            await tell(db, case_id, case.area)
        return go(f"/console/cases/{case_id}")

    async def form(self, who: Taker) -> dict[str, str]:
        """What forms of this session carry: for a page that stood open while its session ended and a new one began."""
        return {"form": who.form_token}

    async def _keep(self, who: SignedIn, case_id: uuid.UUID, words: str) -> None:
        """What could not be sent stands in the box again."""
        async with self._desk.change() as db:
            known = (await db.execute(select(cases.c.id).where(cases.c.id == case_id))).first()
            if known is not None:
                await keep_draft(db, case_id, who.member.id, words, self._desk.now())

    def _refused(self, request: Request, case_id: uuid.UUID, problem: str, left: str = "") -> Response:
        if BY_SCRIPT in request.headers:
            return JSONResponse({"problem": problem, "left": left.split(",") if left else []}, status_code=409)
        return go(f"/console/cases/{case_id}", problem=problem, left=left)

    def _measured(self, language: str, channel: ChannelName | None, text: str) -> dict[str, Any]:
        """What it costs as a text message (nothing on other channels), and words that give somebody away on a screen."""
        found = {
            "given_away": list(self._desk.library.giving_away(language, text)),
            "parts": 0,
            "left": 0,
            "pence": 0.0,
        }
        if channel is ChannelName.SMS and text:
            parts = count_parts(to_gsm(text)).parts
            found |= {"parts": parts, "pence": parts * self._desk.sms_part_pence}
        return found


PROBLEMS: Final[dict[type[Exception], str]] = {
    NotYours: "not_yours",
    CannotReach: "cannot_reach",
    OnHold: "on_hold",
    NoSuchCase: "closed",
}
