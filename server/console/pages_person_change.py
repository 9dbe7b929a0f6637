"""What is kept of a young person's care: adviser and cover, needs, trusted adults, the check word, two dates of their life."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import Interpreter, PartOfDay
from dialogs.wording import N_
from server.appointments import care, timescales
from server.appointments.care import BadCheckWord, Trusted
from server.appointments.timescale_rules import After
from server.console import care_desk
from server.console.acts import Did
from server.console.care_desk import Somebody, holidays_of, open_person, today_of
from server.console.care_words import BARRIERS, CARE_WORDS
from server.console.desk import Desk, note_read
from server.console.forms import line
from server.people import phones
from server.staff.access import Act
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_CARE))]
Short = Annotated[str, Form(max_length=60)]
Line = Annotated[str, Form(max_length=200)]
Ticks = Annotated[list[str], Form(max_length=20)]

NOBODY: Final = N_("Choose somebody of the list.")
HAND_OVER: Final = N_("They have an adviser. Begin a handover instead.")
OWN_COVER: Final = N_("The adviser cannot stand in for themselves.")
NO_LANGUAGE: Final = N_("Choose a language of the list.")
NO_PART: Final = N_("Choose a part of the day of the list.")
BAD_WORD: Final = N_("A check word needs 3 to 40 letters or digits.")
NOT_A_DAY: Final = N_("Choose a day, or leave it empty.")
TOO_FAR: Final = N_("This day cannot be. Look at the year.")
BAD_NAMES: Final = N_("Two to six letters or nicknames, each another, with a comma between them.")
NO_PHONE: Final = N_("We know no phone number of theirs yet. It is known when they text.")
FARTHEST: Final = timedelta(days=366 * 10)


class PersonChangePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/people/.../change` and its forms."""
        routes.get("/people/{person_id}/change")(self.page)
        routes.post("/people/{person_id}/adviser")(self.set_adviser)
        routes.post("/people/{person_id}/needs")(self.set_needs)
        routes.post("/people/{person_id}/trusted")(self.set_trusted)
        routes.post("/people/{person_id}/check-word")(self.set_check_word)
        routes.post("/people/{person_id}/days")(self.set_days)
        routes.post("/people/{person_id}/phone")(self.set_phone)

    async def page(self, request: Request, who: Seer, person_id: uuid.UUID) -> Response:
        """The forms, filled in. Raises MayNot, ReasonNeeded."""
        return await self._draw(request, who, person_id)

    async def set_adviser(
        self,
        request: Request,
        who: Seer,
        person_id: uuid.UUID,
        adviser: Short = "",
        cover: Short = "",
        part: Short = "",
    ) -> Response:
        """The first adviser, who stands in, and the part of the day they like best. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        given = {"adviser": adviser, "cover": cover, "part": part}
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            choices = await care_desk.carers(db, one)
            wrong = {name: NOBODY for name in ("adviser", "cover") if given[name] and given[name] not in choices}
            if cover and cover == (adviser or str(one.care.adviser_id if one.care else "")):
                wrong |= {"cover": OWN_COVER}
            if part and part not in set(PartOfDay):
                wrong |= {"part": NO_PART}
            if not wrong and adviser and not await care.set_adviser(db, person_id, uuid.UUID(adviser), now):
                wrong = {"adviser": HAND_OVER}
            if not wrong:
                await care.set_cover(db, person_id, uuid.UUID(cover) if cover else None, now)
                await care.set_part(db, person_id, PartOfDay(part) if part else None, now)
                await care_desk.note(db, who.member, Did.CARE_CHANGED, one, now)
        return await self._answer(request, who, person_id, wrong, given)

    async def set_needs(
        self,
        request: Request,
        who: Seer,
        person_id: uuid.UUID,
        helps: Ticks = [],  # noqa: B006 - FastAPI copies it
        barriers: Ticks = [],  # noqa: B006 - FastAPI copies it
        language: Short = "",
        dialect: Line = "",
        gender: Short = "",
    ) -> Response:
        """What helps, exactly as ticked. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        wrong = {"language": NO_LANGUAGE} if language and language not in self._desk.console.languages else {}
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            if not wrong:
                speaker = Interpreter(language, line(dialect), gender if gender in {"woman", "man"} else "")
                kept = replace(
                    await care.needs_of(db, person_id),
                    interpreter=speaker if language else None,
                    barriers=tuple(name for name in BARRIERS if name in barriers),
                    step_free="step_free" in helps,
                    quiet="quiet" in helps,
                    childcare="childcare" in helps,
                    fare="fare" in helps,
                )
                await care.set_needs(db, person_id, kept, now)
                await care_desk.note(db, who.member, Did.CARE_CHANGED, one, now)
        given = {"language": language, "dialect": dialect, "gender": gender}
        return await self._answer(request, who, person_id, wrong, given)

    async def set_trusted(
        self,
        request: Request,
        who: Seer,
        person_id: uuid.UUID,
        names: Annotated[list[str], Form(max_length=3)] = [],  # noqa: B006 - FastAPI copies it
        whos: Annotated[list[str], Form(max_length=3)] = [],  # noqa: B006 - FastAPI copies it
    ) -> Response:
        """Up to three adults whom they named. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        filled = [*whos, "", "", ""]
        adults = [Trusted(line(name)[:80], line(filled[place])[:80]) for place, name in enumerate(names)]
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            await care.set_trusted(db, person_id, adults, now)
            await care_desk.note(db, who.member, Did.CARE_CHANGED, one, now)
        return await self._answer(request, who, person_id, {}, {})

    async def set_check_word(self, request: Request, who: Seer, person_id: uuid.UUID, word: Line = "") -> Response:
        """The word that only they know; it is shown to nobody again. Raises MayNot, ReasonNeeded."""
        now, wrong = self._desk.now(), {}
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            try:
                await care.set_check_word(db, person_id, word, now)
                await care_desk.note(db, who.member, Did.CHECK_WORD_SET, one, now)
            except BadCheckWord:
                wrong = {"word": BAD_WORD}
        return await self._answer(request, who, person_id, wrong, {})

    async def set_phone(
        self, request: Request, who: Seer, person_id: uuid.UUID, theirs: Short = "", others: Line = ""
    ) -> Response:
        """The letters of those who share their phone, theirs first (J21). Raises MayNot, ReasonNeeded."""
        now, given = self._desk.now(), {"theirs": line(theirs), "others": line(others)}
        wrong: dict[str, str] = {}
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            try:
                names = phones.read_nicknames(f"{theirs}, {others}")
                await phones.share(db, person_id, names[0], names, now)
                await care_desk.note(db, who.member, Did.CONTACT_CHANGED, one, now)
            except phones.BadNickname:
                wrong = {"others": BAD_NAMES}
            except phones.NoPhone:
                wrong = {"others": NO_PHONE}
        return await self._answer(request, who, person_id, wrong, given)

    async def set_days(
        self, request: Request, who: Seer, person_id: uuid.UUID, order_ends: Short = "", eighteenth: Short = ""
    ) -> Response:
        """The end of an order and the eighteenth birthday, with the dates that follow. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        given = {"order_ends": order_ends, "eighteenth": eighteenth}
        days: dict[str, date | None] = {}
        wrong: dict[str, str] = {}
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            today = today_of(self._desk, one.area, now)
            for name, text in given.items():
                days[name], fault = _day(text, today)
                wrong |= {name: fault} if fault else {}
            if not wrong:
                await self._keep_days(db, one, days)
                await care_desk.note(db, who.member, Did.CARE_CHANGED, one, now)
        return await self._answer(request, who, person_id, wrong, given)

    async def _keep_days(self, db: AsyncConnection, one: Somebody, days: dict[str, date | None]) -> None:
        now, holidays = self._desk.now(), holidays_of(self._desk, one.area)
        await care.set_dates(db, one.id, now, order_ends=days["order_ends"], eighteenth=days["eighteenth"])
        await timescales.make_dates(db, one.id, After.ORDER_END, days["order_ends"], now, holidays=holidays)
        await timescales.make_dates(db, one.id, After.EIGHTEENTH, days["eighteenth"], now, holidays=holidays)

    async def _answer(
        self, request: Request, who: SignedIn, person_id: uuid.UUID, wrong: dict[str, str], given: dict[str, Any]
    ) -> Response:
        if wrong:
            return await self._draw(request, who, person_id, errors=wrong, given=given)
        return go(f"/console/people/{person_id}", done="changed")

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        person_id: uuid.UUID,
        *,
        errors: dict[str, str] | None = None,
        given: dict[str, Any] | None = None,
    ) -> Response:
        async with self._desk.change() as db:
            one = await open_person(self._desk, db, who.member, person_id)
            await note_read(db, who.member, care_desk.SHOWN, self._desk.now(), **one.about, barred=one.barred)
            choices = await care_desk.carers(db, one)
            kept, trusted = await care.needs_of(db, person_id), await care.trusted_of(db, person_id)
            looking = await care.adviser_of(db, person_id, today_of(self._desk, one.area, self._desk.now()))
            has_word = await care.has_check_word(db, person_id)
            mine, names = await phones.nicknames_of(db, person_id)
        shared = {"theirs": mine, "others": ", ".join(name for name in names if name != mine)}
        return self._desk.console.pages.draw(
            request,
            "console/person_change.html",
            who,
            status=422 if errors else 200,
            one=one,
            choices=choices,
            needs=kept,
            trusted=[*trusted, *[Trusted("")] * 3][:3],
            looking=looking,
            has_word=has_word,
            spoken=self._desk.console.languages,
            errors=errors or {},
            given=_filled(one, kept) | shared | (given or {}),
            **CARE_WORDS,
        )


def _filled(one: Somebody, kept: Any) -> dict[str, str]:
    """What the forms say before anybody changes them. Pure."""
    row, speaker = one.care, kept.interpreter
    ends, eighteenth = care.dates_in(row)
    return {
        "adviser": str(row.adviser_id or "") if row else "",
        "cover": str(row.cover_adviser_id or "") if row else "",
        "part": row.prefers_part if row else "",
        "language": speaker.language if speaker else "",
        "dialect": speaker.dialect if speaker else "",
        "gender": speaker.gender if speaker else "",
        "order_ends": ends.isoformat() if ends else "",
        "eighteenth": eighteenth.isoformat() if eighteenth else "",
    }


def _day(text: str, today: date) -> tuple[date | None, str]:
    """(day, what is wrong with it); an empty field is no day. Pure."""
    try:
        on = care_desk.read_day(text)
    except ValueError:
        return None, NOT_A_DAY
    is_near = on is None or abs(on - today) < FARTHEST
    return (on, "") if is_near else (None, TOO_FAR)
