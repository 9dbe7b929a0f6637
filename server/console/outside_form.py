"""The form of an appointment of others: what was typed, what it means, what is wrong with it, and what asks for one more press. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from dialogs.wording import N_
from server.appointments.checks import (
    At,
    Fault,
    Settings,
    Span,
    Warn,
    Where,
    end_fault,
    read_local,
    start_fault,
    warnings,
)
from server.appointments.kinds import REMOTE, OfficeStatus, Owner, PlaceKind, ReleaseSide
from server.appointments.others import Outside
from server.console.forms import TOO_LONG, line, typed
from server.console.settings_forms import whole
from server.console.words_settings import FAULTS, OWNERS
from server.hours import BadHours, OpeningHours, read_hours

Row = Mapping[str, Any]
LONG: Final = 1000
TEXTS: Final = ("other_place", "contact", "bring", "who_comes", "meet_where")
CHOSEN: Final = (OfficeStatus.ASKED, OfficeStatus.OFFERED, OfficeStatus.CONFIRMED, OfficeStatus.TOLD)
"""What staff say themselves; "not told" is what a move of ours makes of it."""

NEEDS_OK: Final = frozenset({ReleaseSide.BEFORE, ReleaseSide.DAY_RELEASE})
NO_OWNER: Final = N_("Choose whose appointment it is.")
NO_OFFICE: Final = N_("Choose how far they have come with it.")
NO_LENGTH: Final = N_("Give the minutes as a number.")
NO_PLACE: Final = N_("Choose a place, or leave it empty and write where it is.")
NO_COMPANION: Final = N_("Choose somebody of the list, or nobody.")
NO_SIDE: Final = N_("Choose one of these.")


class OutsideForm(BaseModel):
    """An appointment of others as it was typed. `seen` are the warnings that were shown, and pressed away."""

    owner: str = ""
    starts: str = ""
    minutes: str = "60"
    office: str = OfficeStatus.ASKED.value
    place: str = ""
    other_place: str = ""
    contact: str = ""
    bring: str = ""
    companion: str = ""
    who_comes: str = ""
    meet_where: str = ""
    release_side: str = ""
    establishment_ok: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen: places of the area by id, colleagues' ids."""

    places: Mapping[str, Row]
    colleagues: Collection[str]


def form_of(row: Row, zone: ZoneInfo) -> OutsideForm:
    """The form as it stands for an appointment."""
    texts = {name: row[name] or "" for name in TEXTS}
    return OutsideForm(
        owner=row["owner"].value,
        starts=row["starts_at"].astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        minutes=str(int((row["ends_at"] - row["starts_at"]).total_seconds() // 60)),
        office=row["office"].value if row["office"] else "",
        place=str(row["place_id"] or ""),
        companion=str(row["companion_id"] or ""),
        release_side=row["release_side"].value,
        establishment_ok="yes" if row["establishment_ok_at"] else "",
        **texts,
    )


def times(form: OutsideForm, zone: ZoneInfo) -> tuple[At | Fault, At | Fault]:
    """From when to when, or what is no time."""
    starts, minutes = read_local(form.starts, zone), whole(form.minutes)
    if isinstance(starts, Fault) or minutes is None:
        return starts, Fault.UNREADABLE
    try:
        return starts, At(starts.instant + timedelta(minutes=minutes))
    except OverflowError:  # in the last hours of the year 9999
        return Fault.FAR, Fault.UNREADABLE


def faults(form: OutsideForm, choices: Choices, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """What is wrong, by field."""
    starts, ends = times(form, zone)
    first, last = start_fault(starts, now), end_fault(starts, ends)
    wrong = {
        "owner": "" if form.owner in {one.value for one in OWNERS} else NO_OWNER,
        "starts": FAULTS[first] if first else "",
        "minutes": NO_LENGTH if whole(form.minutes) is None else _of_length(first, last),
        "office": "" if form.office in set(OfficeStatus) else NO_OFFICE,
        "place": "" if not form.place or form.place in choices.places else NO_PLACE,
        "companion": "" if not form.companion or form.companion in choices.colleagues else NO_COMPANION,
        "release_side": "" if form.release_side in set(ReleaseSide) else NO_SIDE,
    }
    wrong |= {name: TOO_LONG for name in TEXTS if len(getattr(form, name)) > LONG}
    return {name: text for name, text in wrong.items() if text}


def _of_length(first: Fault | None, last: Fault | None) -> str:
    return FAULTS[last] if last and first in {None, Fault.PAST, Fault.FAR} else ""


def outside_of(form: OutsideForm, zone: ZoneInfo, now: datetime, ok_at: datetime | None = None) -> Outside:
    """What it means, once `faults` found nothing. `ok_at` is when the establishment said yes before."""
    starts, ends = times(form, zone)
    assert isinstance(starts, At)  # noqa: S101 - the caller looked
    assert isinstance(ends, At)  # noqa: S101 - the caller looked
    texts: dict[str, Any] = {
        name: (line if name == "meet_where" else typed)(getattr(form, name)) or None for name in TEXTS
    }
    return Outside(
        owner=Owner(form.owner),
        starts_at=starts.instant,
        ends_at=ends.instant,
        office=OfficeStatus(form.office),
        place_id=uuid.UUID(form.place) if form.place else None,
        companion_id=uuid.UUID(form.companion) if form.companion else None,
        release_side=ReleaseSide(form.release_side),
        establishment_ok_at=(ok_at or now) if form.establishment_ok else None,
        **texts,
    )


def warned(
    form: OutsideForm, wish: Outside, others: Sequence[Row], place: Row | None, settings: Settings
) -> list[Warn]:
    """What asks for one more press. `others` are the person's other appointments, with `place_kind`."""
    is_twice = isinstance(at := read_local(form.starts, settings.zone), At) and at.is_twice
    found = [Warn.TWICE] if is_twice else []
    where = Where()
    if place is not None:
        hours = opening(place["hours"], settings)
        where = Where(place["id"], place["kind"] in REMOTE, hours, place["closed_from"])
    spans = [Span(one["starts_at"], one["ends_at"], _where(one)) for one in others]
    found += warnings(Span(wish.starts_at, wish.ends_at, where), spans, settings)
    if wish.release_side in NEEDS_OK and wish.office is OfficeStatus.CONFIRMED and not wish.establishment_ok_at:
        found.append(Warn.NOT_FIXED)
    return found


def opening(text: str, settings: Settings) -> OpeningHours | None:
    """When a place is open; None where nobody knows."""
    try:
        return read_hours(text, settings.zone.key, settings.nation) if text.strip() else None
    except BadHours:
        return None


def _where(row: Row) -> Where:
    kind = row["place_kind"]
    return Where(row["place_id"], kind is not None and PlaceKind(kind) in REMOTE)
