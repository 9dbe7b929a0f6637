"""Handing a safeguarding record on: JSON or PDF, with a purpose and who gets it, in the record and in the audit."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import ChannelName
from dialogs.wording import N_
from server.console.desk import Desk
from server.console.forms import line, text_fault
from server.console.record_desk import note_record_read, opened
from server.console.record_export import HandedOn, as_json, as_pdf, number_of
from server.console.record_view import CHANNELS, shown
from server.escalations import records, records_reading
from server.escalations.records import Entry
from server.escalations.records_models import EntryKind
from server.people.service import addresses_of
from server.staff import audit
from server.staff.access import Act, Fact, may_do, may_read
from server.staff.errors import MayNot
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Exporter = Annotated[SignedIn, Depends(needs(Act.EXPORT_RECORD))]
PURPOSES: Final[dict[str, str]] = {
    "handed_to_system": N_("For our own safeguarding system"),
    "handed_to_services": N_("For children's or adults' social care"),
    "handed_to_emergency": N_("For police or ambulance, somebody is in danger"),
    "handed_to_person": N_("The young person asked for it"),
    "handed_to_inspection": N_("For an inspection or a court"),
}
"""What a record is handed on for. The key goes into the audit: no words of anybody, so that nothing of the record shows there."""

FORMATS: Final = {"pdf": N_("PDF, to read and to print"), "json": N_("JSON, for another program")}
MEDIA_TYPES: Final = {"pdf": "application/pdf", "json": "application/json"}
NO_PURPOSE: Final = N_("Choose what it is for.")
NO_RECIPIENT: Final = N_("Write who gets it: the name of the office or the person.")
NO_FORMAT: Final = N_("Choose a file.")
LONGEST_RECIPIENT: Final = 200
REACHABLE: Final = (ChannelName.SMS, ChannelName.WHATSAPP, ChannelName.TELEGRAM)
"""Channels on which somebody else could reach the person. A web session is no address: whoever had it could read the chat."""


class ExportForm(BaseModel):
    """What for, to whom, as what; `reach` with how to reach the person."""

    purpose: str = ""
    recipient: str = ""
    format: str = ""
    reach: str = ""


class RecordExportPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/records/{id}/export`."""
        routes.get("/records/{record_id}/export")(self.page)
        routes.post("/records/{record_id}/export")(self.export)

    async def page(self, request: Request, who: Exporter, record_id: uuid.UUID) -> Response:
        """Asks what for and who gets it."""
        return await self._draw(request, who, record_id, ExportForm(), {})

    async def export(
        self, request: Request, who: Exporter, record_id: uuid.UUID, form: Annotated[ExportForm, Form()]
    ) -> Response:
        """The file; that it was handed on stands in it, in the record and in the audit. Or the page with what is missing."""
        recipient = line(form.recipient)
        faults = {
            "purpose": "" if form.purpose in PURPOSES else NO_PURPOSE,
            "recipient": text_fault(recipient, NO_RECIPIENT, LONGEST_RECIPIENT),
            "format": "" if form.format in FORMATS else NO_FORMAT,
        }
        if wrong := {name: text for name, text in faults.items() if text}:
            return await self._draw(request, who, record_id, form, wrong)
        async with self._desk.change() as db:
            record = await self._opened(db, who, record_id)
            entries, handed_on = await self._hand_on(db, who, record, form, recipient)
        if form.format == "json":
            body = as_json(record, entries, handed_on)
        else:
            body = await asyncio.to_thread(as_pdf, record, entries, handed_on, self._moment)
        name = f"record-{number_of(record)}.{form.format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(body, media_type=MEDIA_TYPES[form.format], headers=headers)

    async def _hand_on(
        self, db: AsyncConnection, who: SignedIn, record: Mapping[str, Any], form: ExportForm, recipient: str
    ) -> tuple[list[Any], HandedOn]:
        """Write down that it is handed on; every entry, that one included, and what the file says of it."""
        now, member = self._desk.now(), who.member
        about = {"area": record["area"], "person": record["person_id"], "case": record["case_id"]}
        reach: list[tuple[str, str]] = []
        if form.reach and record["person_id"]:
            if not may_read(member, Fact.NUMBER, record["area"], record["barred"]):
                raise MayNot
            found = await addresses_of(db, record["person_id"])
            reach = [(CHANNELS[row["channel"]], row["address"]) for row in found if row["channel"] in REACHABLE]
            await audit.note(db, member.id, Fact.NUMBER, now, **about)
        await audit.note(db, member.id, Act.EXPORT_RECORD, now, **about, why=form.purpose)
        row = await records.locked(db, record["id"])
        entry = Entry(EntryKind.SHARED, PURPOSES[form.purpose], now, member.id, language="en", made_by=recipient)
        await records.append(db, row, entry, now)
        entries = shown(await records_reading.all_entries(db, record["id"]))
        return entries, HandedOn(recipient, PURPOSES[form.purpose], member.name, now, reach)

    async def _opened(self, db: AsyncConnection, who: SignedIn, record_id: uuid.UUID) -> Mapping[str, Any]:
        record = await opened(db, who.member, record_id)
        if not may_do(who.member, Act.EXPORT_RECORD, record["area"]):
            raise MayNot
        return record

    async def _draw(
        self, request: Request, who: SignedIn, record_id: uuid.UUID, form: ExportForm, errors: dict[str, str]
    ) -> Response:
        async with self._desk.change() as db:
            record = await self._opened(db, who, record_id)
            await note_record_read(db, who.member, record, self._desk.now())
        return self._desk.console.pages.draw(
            request,
            "console/record_export.html",
            who,
            status=422 if errors else 200,
            errors=errors,
            record=record,
            wish=form,
            purposes=PURPOSES,
            formats=FORMATS,
        )

    def _moment(self, at: Any) -> str:
        """An instant in words with its year, in the area's time, in English: the file goes to people outside."""
        return self._desk.console.pages.full_moment("en", at)
