"""One appointment: what is known of it, how it went, that one is late, who goes along, calling it off."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import Needs
from dialogs.messages import clean_text
from dialogs.wording import N_
from server.appointments import booking, history
from server.appointments.booking import Doer
from server.appointments.kinds import By, Change, Outcome, Owner, Status
from server.appointments.models import Appointment
from server.appointments.reading import place_card
from server.console import diary_reading
from server.console.acts import Did
from server.console.appointment_desk import Row, changeable, note_act, open_appointment
from server.console.care_words import CARE_WORDS
from server.console.desk import Desk
from server.console.diary_words import DIARY_WORDS
from server.console.reading import names_of
from server.conversations import telling
from server.conversations.appointing import lock_person
from server.conversations.lateness import adviser_is_late
from server.db.base import table_of
from server.staff.access import Act, may_do
from server.staff.errors import MayNot
from server.staff.guard import ROOT, go, needs
from server.staff.sessions import SignedIn

appointments = table_of(Appointment)

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_DIARY))]
Booker = Annotated[SignedIn, Depends(needs(Act.BOOK))]
LATE_BY: Final = (5, 10, 15, 30)
LONGEST: Final = 300
TOO_EARLY: Final = N_("It has not begun yet. Say how it went afterwards.")
NO_OUTCOME: Final = N_("Choose how it went.")
NO_MINUTES: Final = N_("Choose how late you are.")


class AppointmentPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Below `/console/appointments/{id}`."""
        routes.get("/appointments/{appointment_id}")(self.page)
        routes.post("/appointments/{appointment_id}/outcome")(self.outcome)
        routes.post("/appointments/{appointment_id}/late")(self.late)
        routes.post("/appointments/{appointment_id}/company")(self.company)
        routes.post("/appointments/{appointment_id}/cancel")(self.cancel)

    async def page(self, request: Request, who: Seer, appointment_id: uuid.UUID, done: str = "") -> Response:
        """Everything about it; the look is noted. Raises MayNot, ReasonNeeded."""
        return await self._draw(request, who, appointment_id, {}, DIARY_WORDS["done"].get(done, ""))

    async def outcome(
        self,
        request: Request,
        who: Booker,
        appointment_id: uuid.UUID,
        outcome: Annotated[str, Form(max_length=40)] = "",
    ) -> Response:
        """How it went, by name; the young person's own answer is never touched. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        async with self._desk.change() as db:
            row = await self._ours(db, who, appointment_id)
            wrong = {} if outcome in set(Outcome) else {"outcome": NO_OUTCOME}
            if row["starts_at"] > now:
                wrong = {"outcome": TOO_EARLY}
            if not wrong:
                said = Outcome(outcome)
                values = {"outcome": said, "outcome_by": who.member.id, "outcome_at": now, "changed_at": now}
                await self._set(db, appointment_id, status=Status.OVER, **values)
                doer = Doer(By.ADVISER, who.member.id)
                await history.note(db, appointment_id, Change.OUTCOME, doer, now, detail=said.value)
                await note_act(db, who.member, Did.OUTCOME_KEPT, row, now)
        if wrong:
            return await self._draw(request, who, appointment_id, wrong)
        return go(f"{ROOT}/appointments/{appointment_id}", done="outcome")

    async def late(
        self, request: Request, who: Booker, appointment_id: uuid.UUID, minutes: Annotated[str, Form(max_length=4)] = ""
    ) -> Response:
        """One is late: the young person is told at once, and it counts for punctuality (J16). Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        if minutes not in {str(n) for n in LATE_BY}:
            return await self._draw(request, who, appointment_id, {"minutes": NO_MINUTES})
        async with self._desk.change() as db:
            row = await changeable(self._desk, db, who.member, appointment_id)
            await note_act(db, who.member, Did.SAID_LATE, row, now)
            late = who.member.id, int(minutes), now
            is_told = await adviser_is_late(self._desk.conversations, db, appointment_id, *late)
        return go(f"{ROOT}/appointments/{appointment_id}", done="late" if is_told else "late-untold")

    async def company(
        self,
        who: Booker,
        appointment_id: uuid.UUID,
        companion: Annotated[str, Form(max_length=40)] = "",
        who_comes: Annotated[str, Form(max_length=1000)] = "",
        meet_where: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        """Who goes with them and where they meet (D34). Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        async with self._desk.change() as db:
            row = await self._booked(db, who, appointment_id)
            names = await diary_reading.keepers(db, who.member)
            chosen = next((one for one in names if str(one) == companion), None)
            said = {
                "who_comes": clean_text(who_comes)[:LONGEST] or None,
                "meet_where": clean_text(meet_where)[:LONGEST] or None,
            }
            await self._set(db, appointment_id, companion_id=chosen, changed_at=now, **said)
            await note_act(db, who.member, Did.COMPANION_SET, row, now)
        return go(f"{ROOT}/appointments/{appointment_id}", done="kept")

    async def cancel(self, who: Booker, appointment_id: uuid.UUID) -> Response:
        """Called off, and they are told. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        async with self._desk.change() as db:
            row = await self._booked(db, who, appointment_id)
            await lock_person(db, row["person_id"])
            if await booking.cancel(db, appointment_id, Doer(By.ADVISER, who.member.id), now) is None:
                return go(f"{ROOT}/appointments/{appointment_id}", done="gone")
            await note_act(db, who.member, Did.BOOKING_CANCELLED, row, now)
            is_told = await telling.tell_cancelled(self._desk.conversations, db, appointment_id, now)
        return go(f"{ROOT}/appointments/{appointment_id}", done="cancelled" if is_told else "cancelled-untold")

    async def _booked(self, db: AsyncConnection, who: SignedIn, appointment_id: uuid.UUID) -> Row:
        """One that is on still, whosever it is, for whoever may book."""
        row = await open_appointment(self._desk, db, who.member, appointment_id)
        if row["status"] is not Status.BOOKED or not may_do(who.member, Act.BOOK, row["area"]):
            raise MayNot
        return row

    async def _ours(self, db: AsyncConnection, who: SignedIn, appointment_id: uuid.UUID) -> Row:
        """One of ours that was booked, also when it is over."""
        row = await open_appointment(self._desk, db, who.member, appointment_id)
        is_known = row["owner"] is Owner.OURS and row["status"] in {Status.BOOKED, Status.OVER}
        if not is_known or not may_do(who.member, Act.BOOK, row["area"]):
            raise MayNot
        return row

    async def _set(self, db: AsyncConnection, appointment_id: uuid.UUID, **values: object) -> None:
        await db.execute(update(appointments).where(appointments.c.id == appointment_id).values(values))

    async def _draw(
        self, request: Request, who: SignedIn, appointment_id: uuid.UUID, errors: dict[str, str], done: str = ""
    ) -> Response:
        now = self._desk.now()
        async with self._desk.change() as db:
            row = await open_appointment(self._desk, db, who.member, appointment_id)
            past = await history.of(db, appointment_id)
            names = await names_of(db, {line["staff_id"] for line in past} | {row["outcome_by"], row["booked_by"]})
            companions = await diary_reading.keepers(db, who.member)
        return self._desk.console.pages.draw(
            request,
            "console/appointment.html",
            who,
            row=row,
            card=place_card(row, "en"),
            helps=Needs.from_plain(row["needs"]),
            past=past,
            names=names,
            companions={str(one): name for one, name in companions.items()},
            is_ours=row["owner"] is Owner.OURS,
            is_on=row["status"] is Status.BOOKED,
            has_begun=row["starts_at"] <= now,
            late_by=LATE_BY,
            errors=errors,
            **CARE_WORDS,
            **{**DIARY_WORDS, "done": done},
        )
