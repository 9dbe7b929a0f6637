"""The handover of a young person with its five ticks, and the question to them apart (D17, J27)."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.appointments import handover, reading
from server.appointments.handover import CannotHandOver, Comfort
from server.appointments.kinds import Owner, Status
from server.console import care_desk
from server.console.acts import Did
from server.console.care_desk import Somebody, open_person, read_day, today_of
from server.console.care_words import CARE_WORDS
from server.console.desk import Desk, note_read
from server.conversations.handing_over import answer_comfort, ask_comfort
from server.staff.access import Act
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_CARE))]
Short = Annotated[str, Form(max_length=60)]
Words = Annotated[str, Form(max_length=4000)]

NOBODY: Final = N_("Choose somebody of the list.")
NO_MEETING: Final = N_("Choose a meeting of the list.")
NO_ANSWER: Final = N_("Choose what they say.")
NO_TICK: Final = N_("Choose what is done.")
NOT_A_DAY: Final = N_("Choose a day, or leave it empty.")
CANNOT: Final[dict[str, str]] = {
    "same": N_("That is their adviser already. Choose somebody else."),
    "not_named": N_("Name the new adviser first."),
    "no_meeting": N_("They meet later. Tick it when they have met."),
    "missing": N_("Not all five are ticked. Tick them, or write why it ends without."),
    "until": N_("This day is over. Choose a later one."),
    "no_reason": N_("Write why nothing changes."),
}
DONE: Final[dict[str, str]] = {
    "kept": N_("It is kept."),
    "asked": N_("They are asked. Their answer stands here when it comes."),
    "no_way": N_("No message may reach them just now. Ask them face to face, apart from both advisers."),
    "over": N_("This handover is over. Nothing was changed."),
}


class HandoverPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/handovers/...`."""
        routes.get("/handovers/{handover_id}")(self.page)
        routes.post("/handovers/{handover_id}/tick")(self.tick)
        routes.post("/handovers/{handover_id}/ask")(self.ask)
        routes.post("/handovers/{handover_id}/answer")(self.answer)
        routes.post("/handovers/{handover_id}/close")(self.close)
        routes.post("/handovers/{handover_id}/call-off")(self.call_off)

    async def page(self, request: Request, who: Seer, handover_id: uuid.UUID, done: str = "") -> Response:
        """The five ticks. Raises MayNot, ReasonNeeded."""
        return await self._draw(request, who, handover_id, done=DONE.get(done, ""))

    async def tick(
        self, request: Request, who: Seer, handover_id: uuid.UUID, tick: Short = "", value: Short = ""
    ) -> Response:
        """One thing is done: named, briefed, the meeting chosen, met, the first date chosen. Raises MayNot, ReasonNeeded."""
        field = tick if tick in {"named", "briefed", "meeting", "met", "first"} else "tick"
        wrong, is_open = "", True
        async with self._desk.change() as db:
            one = await self._open(db, who, handover_id)
            try:
                is_open = await self._tick(db, one, handover_id, tick, value)
            except CannotHandOver as error:
                wrong = NO_MEETING if error.why == "no_meeting" and tick != "met" else CANNOT[error.why]
            except (ValueError, KeyError) as error:
                wrong = str(error.args[0])
            if is_open and not wrong:
                await care_desk.note(db, who.member, Did.HANDOVER_CHANGED, one, self._desk.now())
        if wrong:
            return await self._draw(request, who, handover_id, errors={field: wrong})
        return go(f"/console/handovers/{handover_id}", done="kept" if is_open else "over")

    async def _tick(self, db: AsyncConnection, one: Somebody, handover_id: uuid.UUID, tick: str, value: str) -> bool:
        now = self._desk.now()
        match tick:
            case "named":
                if value not in await care_desk.carers(db, one):
                    raise KeyError(NOBODY)
                return await handover.name_new(db, handover_id, uuid.UUID(value))
            case "briefed":
                return await handover.brief(db, handover_id, now)
            case "met":
                return await handover.met(db, handover_id, now)
            case "meeting" | "first":
                if value not in {str(row["id"]) for row in await _choices(db, one, now)}:
                    raise KeyError(NO_MEETING)
                set_one = handover.set_meeting if tick == "meeting" else handover.set_first
                return await set_one(db, handover_id, uuid.UUID(value))
        raise KeyError(NO_TICK)

    async def ask(self, request: Request, who: Seer, handover_id: uuid.UUID) -> Response:
        """Ask the young person, apart, by message. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        try:
            async with self._desk.change() as db:
                one = await self._open(db, who, handover_id)
                found = await ask_comfort(db, self._desk.conversations, handover_id, now)
                if found is not None:
                    await care_desk.note(db, who.member, Did.HANDOVER_ASKED, one, now)
        except CannotHandOver as error:
            return await self._draw(request, who, handover_id, errors={"named": CANNOT[error.why]})
        done = {True: "asked", False: "no_way", None: "over"}[found]
        return go(f"/console/handovers/{handover_id}", done=done)

    async def answer(self, request: Request, who: Seer, handover_id: uuid.UUID, answer: Short = "") -> Response:
        """What they said face to face. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        if answer not in set(Comfort):
            return await self._draw(request, who, handover_id, errors={"answer": NO_ANSWER})
        try:
            async with self._desk.change() as db:
                one = await self._open(db, who, handover_id)
                hours = self._desk.hours.get(one.area)
                kept = hours is not None and await handover.ask_comfort(db, handover_id, now) is not None
                if kept and hours is not None:
                    await answer_comfort(db, hours, one.id, answer, now)
                    await care_desk.note(db, who.member, Did.HANDOVER_ANSWERED, one, now)
        except CannotHandOver as error:
            return await self._draw(request, who, handover_id, errors={"named": CANNOT[error.why]})
        return go(f"/console/handovers/{handover_id}", done="kept" if kept else "over")

    async def close(
        self, request: Request, who: Seer, handover_id: uuid.UUID, why: Words = "", until: Short = ""
    ) -> Response:
        """The new adviser is theirs from now on: with five ticks, or a reason. Raises MayNot, ReasonNeeded."""
        now, given = self._desk.now(), {"why": why, "until": until}
        try:
            until_on = read_day(until)
        except ValueError:
            return await self._draw(request, who, handover_id, errors={"until": NOT_A_DAY}, given=given)
        try:
            async with self._desk.change() as db:
                one = await self._open(db, who, handover_id)
                today, words = today_of(self._desk, one.area, now), clean_text(why)
                is_open = await handover.close(
                    db, handover_id, who.member.id, now, today=today, why=words, until=until_on
                )
                if is_open:
                    await care_desk.note(db, who.member, Did.HANDOVER_CLOSED, one, now)
        except CannotHandOver as error:
            field = {"until": "until", "not_named": "named"}.get(error.why, "why")
            return await self._draw(request, who, handover_id, errors={field: CANNOT[error.why]}, given=given)
        if not is_open:
            return go(f"/console/handovers/{handover_id}", done="over")
        return go(f"/console/people/{one.id}", done="handed")

    async def call_off(self, request: Request, who: Seer, handover_id: uuid.UUID, stays: Words = "") -> Response:
        """Nothing changes after all. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        try:
            async with self._desk.change() as db:
                one = await self._open(db, who, handover_id)
                is_open = await handover.call_off(db, handover_id, who.member.id, clean_text(stays), now)
                if is_open:
                    await care_desk.note(db, who.member, Did.HANDOVER_CLOSED, one, now)
        except CannotHandOver as error:
            return await self._draw(request, who, handover_id, errors={"stays": CANNOT[error.why]})
        return go(f"/console/people/{one.id}", done="handed" if is_open else "")

    async def _open(self, db: AsyncConnection, who: SignedIn, handover_id: uuid.UUID) -> Somebody:
        row = await handover.one(db, handover_id)
        if row is None:
            raise MayNot
        return await open_person(self._desk, db, who.member, row.person_id)

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        handover_id: uuid.UUID,
        *,
        errors: dict[str, str] | None = None,
        given: dict[str, Any] | None = None,
        done: str = "",
    ) -> Response:
        now = self._desk.now()
        async with self._desk.change() as db:
            one = await self._open(db, who, handover_id)
            await note_read(db, who.member, care_desk.SHOWN, now, **one.about, barred=one.barred)
            row = await handover.one(db, handover_id)
            choices, meetings = await care_desk.carers(db, one), await _choices(db, one, now)
            chosen = {name: await reading.one(db, getattr(row, name)) for name in ("meeting_id", "first_id")}
        return self._desk.console.pages.draw(
            request,
            "console/handover.html",
            who,
            status=422 if errors else 200,
            one=one,
            row=row,
            ticks=handover.ticks(row),
            missing=handover.missing(row),
            choices=choices,
            meetings=meetings,
            chosen=chosen,
            errors=errors or {},
            given=given or {"why": "", "until": ""},
            done=done,
            **CARE_WORDS,
        )


async def _choices(db: AsyncConnection, one: Somebody, now: Any) -> list[Any]:
    """Meetings of theirs with us that are booked, of which one is chosen."""
    rows = await reading.of_person(db, one.id, now, statuses=(Status.BOOKED, Status.OVER))
    return [row for row in rows if row["owner"] is Owner.OURS]
