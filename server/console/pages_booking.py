"""Book for somebody, with how they agreed; move what is booked. What is taken is named without a reason, with the nearest times (J13)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import Interpreter, Needs, Slot
from dialogs.messages import clean_text
from dialogs.wording import N_
from server.appointments import booking, care, reading
from server.appointments.booking import Booking, Doer, Gone
from server.appointments.finding import FreeSlot, free_slots
from server.appointments.finding import Query as Wanted
from server.appointments.kinds import Agreed, By, Reason
from server.console import care_desk, diary_reading
from server.console.acts import Did
from server.console.appointment_desk import changeable, note_act
from server.console.care_desk import Somebody, open_person
from server.console.care_words import CARE_WORDS
from server.console.desk import Desk, note_read
from server.console.diary_words import DIARY_WORDS
from server.conversations import telling
from server.conversations.appointing import lock_person
from server.staff.access import Act, Fact
from server.staff.guard import ROOT, go, needs
from server.staff.sessions import SignedIn

Booker = Annotated[SignedIn, Depends(needs(Act.BOOK))]
AHEAD: Final = timedelta(days=42)
MOST: Final = 60
"""Times on one page: other days, people and places are one choice away."""

NO_SLOT: Final = N_("Choose a time.")
NOT_AGREED: Final = N_("Ask them first, and say here how they agreed.")
TAKEN: Final = N_("This time is not free. The nearest free times are below.")
LONGEST: Final = 100


class BookForm(BaseModel):
    """What is booked: the slot, what would help, how they agreed."""

    reason: str = ""
    slot: str = ""
    agreed: str = ""
    helps: list[str] = []
    comes_with: str = ""
    spoken: str = ""
    dialect: str = ""
    gender: str = ""


class BookingPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Booking for a person, and moving an appointment."""
        routes.get("/people/{person_id}/book")(self.page)
        routes.post("/people/{person_id}/book")(self.book)
        routes.get("/appointments/{appointment_id}/move")(self.move_page)
        routes.post("/appointments/{appointment_id}/move")(self.move)

    async def page(
        self,
        request: Request,
        who: Booker,
        person_id: uuid.UUID,
        reason: str = "",
        of: Annotated[str, Query(max_length=40)] = "",
        place: Annotated[str, Query(max_length=40)] = "",
        day: Annotated[str, Query(max_length=10)] = "",
    ) -> Response:
        """What is free for them, with whom, where and on which day they wish. Raises MayNot, ReasonNeeded."""
        async with self._desk.change() as db:
            one = await self._person(db, who, person_id)
            known = await care.needs_of(db, person_id)
            found = await self._free(db, one, reason, of, place) if reason in set(Reason) else []
            slots = await self._slots(db, found, day)
            choices = await self._choices(db, who, one)
        form = BookForm(
            reason=reason, helps=_flags(known), spoken=known.interpreter.language if known.interpreter else ""
        )
        return self._draw(request, who, one, form, slots, {}, **choices, of=of, place_wished=place, day_wished=day)

    async def book(
        self, request: Request, who: Booker, person_id: uuid.UUID, form: Annotated[BookForm, Form()]
    ) -> Response:
        """Booked and told, or the page again with the nearest times. Raises MayNot, ReasonNeeded."""
        now, wrong = self._desk.now(), _faults(form)
        slots: list[Slot] = []
        async with self._desk.change() as db:
            one = await self._person(db, who, person_id)
            if not wrong:
                await lock_person(db, person_id)
                wish = Booking(person_id, None, one.area, by_young_person=False)
                doer, agreed = Doer(By.ADVISER, who.member.id), Agreed(form.agreed)
                settings = self._desk.conversations.area.diaries
                row = await booking.book(db, form.slot, wish, _needs(form), doer, agreed, now, settings)
                if not isinstance(row, Gone):
                    await care.keep_needs(db, person_id, _needs(form), now)
                    await care_desk.note(db, who.member, Did.BOOKED, one, now)
                    is_told = await telling.tell_booked(self._desk.conversations, db, row["id"], now)
                    return go(f"{ROOT}/appointments/{row['id']}", done="booked" if is_told else "booked-untold")
                wrong, slots = {"slot": TAKEN}, await self._slots(db, row.nearest, "")
            else:
                found = await self._free(db, one, form.reason) if form.reason in set(Reason) else []
                slots = await self._slots(db, found, "")
            choices = await self._choices(db, who, one)
        return self._draw(request, who, one, form, slots, wrong, **choices)

    async def move_page(
        self, request: Request, who: Booker, appointment_id: uuid.UUID, day: Annotated[str, Query(max_length=10)] = ""
    ) -> Response:
        """Other times for an appointment of ours. Raises MayNot, ReasonNeeded."""
        async with self._desk.change() as db:
            row = await changeable(self._desk, db, who.member, appointment_id)
            slots = await self._slots(db, await self._others(db, row), day)
        return self._draw_move(request, who, row, slots, {}, day=day)

    async def move(
        self,
        request: Request,
        who: Booker,
        appointment_id: uuid.UUID,
        slot: Annotated[str, Form(max_length=200)] = "",
        agreed: Annotated[str, Form(max_length=40)] = "",
    ) -> Response:
        """Moved and told, or the page again with the nearest times. Raises MayNot, ReasonNeeded."""
        now, wrong = self._desk.now(), {} if slot else {"slot": NO_SLOT}
        if not _is_agreed(agreed):
            wrong["agreed"] = NOT_AGREED
        nearest: Sequence[FreeSlot] | None = None
        async with self._desk.change() as db:
            row = await changeable(self._desk, db, who.member, appointment_id)
            if not wrong:
                await lock_person(db, row["person_id"])
                doer, settings = Doer(By.ADVISER, who.member.id), self._desk.conversations.area.diaries
                moved = await booking.move(db, appointment_id, slot, doer, now, settings, by_young_person=False)
                if isinstance(moved, dict):
                    await note_act(db, who.member, Did.BOOKING_MOVED, row, now)
                    talk = self._desk.conversations
                    is_told = await telling.tell_moved(talk, db, appointment_id, row["starts_at"], now)
                    return go(f"{ROOT}/appointments/{appointment_id}", done="moved" if is_told else "moved-untold")
                wrong = {"slot": TAKEN}
                nearest = moved.nearest if isinstance(moved, Gone) else ()
            slots = await self._slots(db, await self._others(db, row) if nearest is None else nearest, "")
        return self._draw_move(request, who, row, slots, wrong)

    async def _person(self, db: AsyncConnection, who: SignedIn, person_id: uuid.UUID) -> Somebody:
        one = await open_person(self._desk, db, who.member, person_id)
        about = {"area": one.area, "person": person_id, "case": one.about["case"]}
        await note_read(db, who.member, [Fact.NEXT_MEETING], self._desk.now(), barred=one.barred, **about)
        return one

    async def _free(
        self, db: AsyncConnection, one: Somebody, reason: str, of: str = "", place: str = ""
    ) -> list[FreeSlot]:
        now = self._desk.now()
        wish = Wanted(
            one.area, Reason(reason), now, now + AHEAD, one.id, _only(of), _only(place), by_young_person=False
        )
        return await free_slots(db, wish, self._desk.conversations.area.diaries, now)

    async def _choices(self, db: AsyncConnection, who: SignedIn, one: Somebody) -> dict[str, Any]:
        """With whom and where it can be, by name."""
        advisers = await diary_reading.keepers(db, who.member)
        places = await diary_reading.place_names(db, [one.area])
        return {
            "advisers": {str(staff_id): name for staff_id, name in advisers.items()},
            "places": {str(place_id): name for place_id, name in sorted(places.items(), key=lambda each: each[1])},
        }

    async def _others(self, db: AsyncConnection, row: Mapping[str, Any]) -> list[FreeSlot]:
        now = self._desk.now()
        wish = Wanted(
            row["area"],
            row["reason"],
            now,
            now + AHEAD,
            row["person_id"],
            frozenset({row["adviser_id"]}),
            moving=row["id"],
            by_young_person=False,
        )
        return await free_slots(db, wish, self._desk.conversations.area.diaries, now)

    async def _slots(self, db: AsyncConnection, found: Sequence[FreeSlot], day: str) -> list[Slot]:
        """Times as the page shows them, of one day where it is named; each time once for each adviser and place."""
        zone = self._desk.conversations.area.zone
        wished = [one for one in found if not day or one.starts_at.astimezone(zone).date().isoformat() == day]
        return await reading.slots_of(db, wished[:MOST], zone, "en")

    def _draw(
        self,
        request: Request,
        who: SignedIn,
        one: Somebody,
        form: BookForm,
        slots: list[Slot],
        errors: dict[str, str],
        **shown: Any,
    ) -> Response:
        return self._desk.console.pages.draw(
            request,
            "console/book.html",
            who,
            one=one,
            wish=form,
            slots=slots,
            errors=errors,
            reasons=list(Reason),
            how=[way for way in Agreed if way is not Agreed.NOT_ASKED],
            spoken_languages=self._desk.conversations.area.languages,
            **CARE_WORDS,
            **DIARY_WORDS,
            **{"of": "", "place_wished": "", "day_wished": "", **shown},
        )

    def _draw_move(
        self,
        request: Request,
        who: SignedIn,
        row: Mapping[str, Any],
        slots: list[Slot],
        errors: dict[str, str],
        day: str = "",
    ) -> Response:
        how = [way for way in Agreed if way is not Agreed.NOT_ASKED]
        words = {**CARE_WORDS, **DIARY_WORDS, "row": row, "slots": slots, "errors": errors, "how": how}
        return self._desk.console.pages.draw(request, "console/appointment_move.html", who, day_wished=day, **words)


def _only(text: str) -> frozenset[uuid.UUID] | None:
    """The one that was chosen; None, which is all, for anything that is no id."""
    try:
        return frozenset({uuid.UUID(text)})
    except ValueError:
        return None


def _is_agreed(agreed: str) -> bool:
    return agreed in set(Agreed) and agreed != Agreed.NOT_ASKED


def _faults(form: BookForm) -> dict[str, str]:
    wrong = {} if form.slot else {"slot": NO_SLOT}
    return wrong if _is_agreed(form.agreed) else {**wrong, "agreed": NOT_AGREED}


def _flags(known: Needs) -> list[str]:
    return [name for name in ("with_somebody", "step_free", "quiet", "childcare", "fare") if getattr(known, name)]


def _needs(form: BookForm) -> Needs:
    """What would help, out of the form; an unknown wish changes nothing."""
    spoken, dialect, gender = (clean_text(text)[:LONGEST] for text in (form.spoken, form.dialect, form.gender))
    wished = Needs(
        comes_with=clean_text(form.comes_with)[:LONGEST],
        interpreter=Interpreter(spoken, dialect, gender if gender in {"woman", "man"} else "") if spoken else None,
    )
    for name in form.helps:
        wished = wished.having(name)
    return wished
