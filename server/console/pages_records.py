"""Safeguarding records: the list without names, a record with originals beside their translations, and what staff append to it.

Only who may read the kind of fact `safeguarding_record` in the area, with a fresh code; every look is a row of the audit.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BaseModel, Field

from dialogs.wording import N_
from server.console.acts import Did, note_act
from server.console.desk import Desk
from server.console.forms import line, text_fault, typed
from server.console.record_desk import locked, note_record_read, opened
from server.console.record_view import TITLES, shown
from server.escalations import records, records_reading, tasks
from server.escalations.errors import NewWords
from server.escalations.models import TaskKind
from server.escalations.records import Entry
from server.escalations.records_models import EntryKind
from server.staff import audit, guard
from server.staff.access import Act, Fact, may_do
from server.staff.errors import MayNot
from server.staff.guard import needs_to_read
from server.staff.sessions import SignedIn

Reader = Annotated[SignedIn, Depends(needs_to_read(Fact.SAFEGUARDING_RECORD))]
LARGEST: Final = 2**31 - 1
Place = Annotated[int | None, Query(ge=1, le=LARGEST)]
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
HOME: Final = f"{guard.ROOT}/records"
BY_STAFF: Final = (EntryKind.ACTION, EntryKind.DECISION, EntryKind.HANDOVER, EntryKind.HEARD)
DUE: Final = {"1": timedelta(hours=1), "4": timedelta(hours=4), "24": timedelta(hours=24)}
DUE_TEXTS: Final = {"1": N_("In an hour"), "4": N_("In 4 hours"), "24": N_("In a day")}
NO_KIND: Final = N_("Choose what it is.")
NO_TEXT: Final = N_("Write what happened. It cannot be changed later.")
NO_REASON: Final = N_("Write why surveys and reminders may go again.")
NO_TRANSLATION: Final = N_("Write the translation.")
NO_MAKER: Final = N_("Write who made it: a name, or what kind of interpreter.")
NO_LANGUAGE: Final = N_("Choose the language that it is in.")
NEWER: Final = N_("They wrote again, or somebody added what they heard. Nothing was changed. Read the new words first.")
DONE: Final = {
    "added": N_("It is in the record."),
    "released": N_("Surveys and reminders to this person may go again."),
    "asked": N_("A task for the translation is made."),
}
OF_STAFF: Final = 120
"""Longest name of who made a translation."""


class EntryForm(BaseModel):
    """What somebody appends."""

    kind: str = ""
    text: str = ""


class TranslationForm(BaseModel):
    """A translation, or a machine's gist, of one entry."""

    kind: str = ""
    language: str = ""
    made_by: str = ""
    text: str = ""


class ReleaseForm(BaseModel):
    """Why, and how far the record was read."""

    reason: str = ""
    seen: Annotated[int, Field(ge=0)] = 0


class RecordPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Below `/console/records`."""
        routes.get("/records")(self.page)
        routes.get("/records/{record_id}")(self.record)
        routes.post("/records/{record_id}/add")(self.append)
        routes.post("/records/{record_id}/release")(self.release)
        routes.get("/records/{record_id}/words/{entry_id}")(self.words)
        routes.post("/records/{record_id}/words/{entry_id}")(self.translate)
        routes.post("/records/{record_id}/words/{entry_id}/ask")(self.ask)

    async def page(self, request: Request, who: Reader, before: Number = None) -> Response:
        """The records of the reader's areas, newest first. No names: nothing here says whose they are."""
        areas = who.member.areas
        async with self._desk.console.engine.connect() as db:
            rows = await records_reading.newest(db, areas, but_of=who.member.id, before=before)
        older = rows[-1]["number"] if len(rows) == records_reading.PAGE else None
        pages = self._desk.console.pages
        return pages.draw(request, "console/records.html", who, rows=rows, older=older, is_newest=before is None)

    async def record(
        self, request: Request, who: Reader, record_id: uuid.UUID, before: Place = None, done: str = ""
    ) -> Response:
        """One record: the last entries, or those before a place."""
        return await self._draw(request, who, record_id, before=before, done=DONE.get(done, ""))

    async def append(
        self, request: Request, who: Reader, record_id: uuid.UUID, form: Annotated[EntryForm, Form()]
    ) -> Response:
        """An entry by staff; or the record again with what is missing and what was typed."""
        kind, text = _kind(form.kind, BY_STAFF), typed(form.text)
        wrong = {"kind": "" if kind else NO_KIND, "text": text_fault(text, NO_TEXT)}
        if kind is None or any(wrong.values()):
            return await self._draw(request, who, record_id, errors=wrong, typed_in=form.model_dump())
        now = self._desk.now()
        async with self._desk.change() as db:
            record = await locked(db, who.member, record_id)
            # what somebody heard may be in any language
            language = "" if kind is EntryKind.HEARD else who.console_language
            await records.append(db, record, Entry(kind, text, now, who.member.id, language=language), now)
            await note_act(db, who.member, Did.RECORD_ADDED, now, record.case_id)
        return guard.go(f"{HOME}/{record_id}", done="added")

    async def release(
        self, request: Request, who: Reader, record_id: uuid.UUID, form: Annotated[ReleaseForm, Form()]
    ) -> Response:
        """Lets surveys and reminders go again, with a reason; not before the newest words were read."""
        reason = typed(form.reason)
        if wrong := text_fault(reason, NO_REASON):
            return await self._draw(request, who, record_id, errors={"reason": wrong}, typed_in=form.model_dump())
        now = self._desk.now()
        try:
            async with self._desk.change() as db:
                record = await opened(db, who.member, record_id)
                if not may_do(who.member, Act.RELEASE_HOLD, record["area"]):
                    raise MayNot
                if await records.release(db, record_id, who.member.id, reason, min(form.seen, LARGEST), now):
                    about = {"area": record["area"], "person": record["person_id"], "case": record["case_id"]}
                    await audit.note(db, who.member.id, Act.RELEASE_HOLD, now, **about)
        except NewWords as error:
            faults = {"reason": NEWER}
            return await self._draw(
                request, who, record_id, errors=faults, typed_in=form.model_dump(), status=error.status
            )
        return guard.go(f"{HOME}/{record_id}", done="released")

    async def words(self, request: Request, who: Reader, record_id: uuid.UUID, entry_id: uuid.UUID) -> Response:
        """Somebody's words, large, with the place for their translation beside them."""
        return await self._draw_words(request, who, record_id, entry_id, TranslationForm())

    async def translate(
        self,
        request: Request,
        who: Reader,
        record_id: uuid.UUID,
        entry_id: uuid.UUID,
        form: Annotated[TranslationForm, Form()],
    ) -> Response:
        """Appends the translation with who made it; the original stays where it is."""
        kind, text, made_by = (
            _kind(form.kind, (EntryKind.TRANSLATION, EntryKind.GIST)),
            typed(form.text),
            line(form.made_by),
        )
        wrong = {
            "kind": "" if kind else NO_KIND,
            "language": "" if form.language in self._languages() else NO_LANGUAGE,
            "made_by": text_fault(made_by, NO_MAKER, OF_STAFF),
            "text": text_fault(text, NO_TRANSLATION),
        }
        if kind is None or any(wrong.values()):
            return await self._draw_words(request, who, record_id, entry_id, form, wrong)
        now = self._desk.now()
        async with self._desk.change() as db:
            record = await locked(db, who.member, record_id)
            if await records_reading.words_entry(db, record_id, entry_id) is None:
                raise MayNot
            entry = Entry(kind, text, now, who.member.id, language=form.language, made_by=made_by, of_id=entry_id)
            await records.append(db, record, entry, now)
            await note_act(db, who.member, Did.RECORD_TRANSLATED, now, record.case_id)
        return guard.go(f"{HOME}/{record_id}", done="added")

    async def ask(
        self, who: Reader, record_id: uuid.UUID, entry_id: uuid.UUID, due: Annotated[str, Form()] = ""
    ) -> Response:
        """A task for the area: somebody has these words translated by then. The words themselves stay in the record."""
        now = self._desk.now()
        async with self._desk.change() as db:
            record = await opened(db, who.member, record_id)
            entry = await records_reading.words_entry(db, record_id, entry_id)
            if entry is None:
                raise MayNot
            wish = tasks.Wish(
                TaskKind.TRANSLATE,
                record["area"],
                now + DUE.get(due, DUE["1"]),
                words=f"R-{record['number']}, {entry['place']}",
                language=entry["language"],
                case_id=record["case_id"],
                person_id=record["person_id"],
            )
            await tasks.add(db, wish, now)
            await note_act(db, who.member, Did.RECORD_ASKED, now, record["case_id"])
        return guard.go(f"{HOME}/{record_id}", done="asked")

    def _languages(self) -> tuple[str, ...]:
        return tuple(self._desk.console.languages)

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        record_id: uuid.UUID,
        *,
        before: int | None = None,
        errors: Mapping[str, str] | None = None,
        typed_in: Mapping[str, Any] | None = None,
        status: int = 0,
        done: str = "",
    ) -> Response:
        """The record's page, written into the audit."""
        wrong = {name: text for name, text in (errors or {}).items() if text}
        async with self._desk.change() as db:
            record = await opened(db, who.member, record_id)
            rows = await records_reading.entries_before(db, record_id, before)
            await note_record_read(db, who.member, record, self._desk.now())
        return self._desk.console.pages.draw(
            request,
            "console/record.html",
            who,
            status=status or (422 if wrong else 200),
            errors=wrong,
            record=record,
            entries=shown(rows),
            older=rows[0]["place"] if rows and rows[0]["place"] > 1 else None,
            # on a page of old entries nobody has read the newest
            seen=max((row["place"] for row in rows), default=0) if before is None else 0,
            is_newest=before is None,
            kinds={kind: TITLES[kind] for kind in BY_STAFF},
            typed_in={"kind": "", "text": "", "reason": "", **(typed_in or {})},
            may_release=may_do(who.member, Act.RELEASE_HOLD, record["area"]),
            may_export=may_do(who.member, Act.EXPORT_RECORD, record["area"]),
            done=done,
        )

    async def _draw_words(
        self,
        request: Request,
        who: SignedIn,
        record_id: uuid.UUID,
        entry_id: uuid.UUID,
        form: TranslationForm,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        wrong = {name: text for name, text in (errors or {}).items() if text}
        async with self._desk.change() as db:
            record = await opened(db, who.member, record_id)
            entry = await records_reading.words_entry(db, record_id, entry_id)
            if entry is None:
                raise MayNot
            await note_record_read(db, who.member, record, self._desk.now())
        return self._desk.console.pages.draw(
            request,
            "console/record_words.html",
            who,
            status=422 if wrong else 200,
            errors=wrong,
            record=record,
            entry=shown([entry])[0],
            wish=form,
            into=self._languages(),
            due=DUE_TEXTS,
        )


def _kind(text: str, allowed: tuple[EntryKind, ...]) -> EntryKind | None:
    """The kind chosen; None for any other."""
    return next((kind for kind in allowed if kind.value == text), None)
