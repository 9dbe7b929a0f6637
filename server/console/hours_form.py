"""The forms of a weekly pattern and of leave: what was typed, what it means, and what is wrong with it. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from dialogs.wording import N_
from server.appointments.checks import FARTHEST, At, Fault, read_local
from server.appointments.diaries import Exceptional, Pattern
from server.appointments.kinds import AwayKind, HoursKind, Reason
from server.console.settings_forms import day_of, minute_of
from server.console.words_settings import FAULTS, WEEKDAYS

NO_AREA = N_("Choose an area.")
NO_DAYS = N_("Tick one day at least.")
NO_TIME = N_("Give a time, like 09:00.")
NO_FROM = N_("Give the first day on which this holds.")
NO_UNTIL = N_("Give the last day, or leave it empty.")
NO_PLACE = N_("Choose a place.")
NO_KIND = N_("Choose one of these.")


class PatternForm(BaseModel):
    """Hours of some weekdays as they were typed."""

    area: str = ""
    days: list[str] = []
    starts: str = ""
    ends: str = ""
    from_on: str = ""
    until_on: str = ""
    kind: str = HoursKind.OPEN.value
    place: str = ""
    reasons: list[str] = []


class AwayForm(BaseModel):
    """Leave, other work or extra time as it was typed. The names differ from the other form's: both are on one page."""

    area: str = ""
    away: str = ""
    away_starts: str = ""
    away_ends: str = ""
    away_place: str = ""


def pattern_faults(form: PatternForm, places: Iterable[str]) -> dict[str, str]:
    """What is wrong with hours, by field; overlaps are the diary's to refuse."""
    wrong = {
        "days": "" if form.days and set(form.days) <= {str(day) for day in range(len(WEEKDAYS))} else NO_DAYS,
        "kind": "" if form.kind in set(HoursKind) else NO_KIND,
        "starts": NO_TIME if minute_of(form.starts) is None else "",
        "ends": NO_TIME if minute_of(form.ends, is_end=True) is None else "",
        "place": "" if form.kind == HoursKind.BREAK or form.place in set(places) else NO_PLACE,
        "reasons": "" if set(form.reasons) <= {one.value for one in Reason} else NO_KIND,
        "from_on": NO_FROM if day_of(form.from_on) is None else "",
        "until_on": NO_UNTIL if form.until_on.strip() and day_of(form.until_on) is None else "",
    }
    return {name: text for name, text in wrong.items() if text}


def patterns_of(form: PatternForm) -> list[Pattern]:
    """What it means, once `pattern_faults` found nothing: one span a day."""
    kind = HoursKind(form.kind)
    is_open = kind is HoursKind.OPEN
    starts, ends = minute_of(form.starts) or 0, minute_of(form.ends, is_end=True) or 0
    return [
        Pattern(
            int(day),
            starts,
            ends,
            day_of(form.from_on) or date.max,
            day_of(form.until_on),
            kind,
            uuid.UUID(form.place) if is_open else None,
            [Reason(one) for one in form.reasons] if is_open else (),
        )
        for day in sorted(set(form.days))
    ]


def away_faults(form: AwayForm, places: Iterable[str], zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """What is wrong with leave, by field. It may have begun."""
    starts, ends = read_local(form.away_starts, zone), read_local(form.away_ends, zone)
    if isinstance(ends, At) and ends.instant - now > FARTHEST:
        ends = Fault.FAR
    is_extra = form.away == AwayKind.EXTRA
    wrong = {
        "away": "" if form.away in set(AwayKind) else NO_KIND,
        "away_starts": FAULTS[starts] if isinstance(starts, Fault) else "",
        "away_ends": FAULTS[ends] if isinstance(ends, Fault) else "",
        "away_place": NO_PLACE if is_extra and form.away_place not in set(places) else "",
    }
    return {name: text for name, text in wrong.items() if text}


def away_of(form: AwayForm, zone: ZoneInfo) -> Exceptional:
    """What it means, once `away_faults` found nothing. Of an hour that comes twice leave ends with the second."""
    kind = AwayKind(form.away)
    starts, ends = read_local(form.away_starts, zone), read_local(form.away_ends, zone)
    assert isinstance(starts, At)  # noqa: S101 - the caller looked
    assert isinstance(ends, At)  # noqa: S101 - the caller looked
    until = ends.instant
    if ends.is_twice and kind is not AwayKind.EXTRA:
        until = datetime.fromisoformat(form.away_ends).replace(tzinfo=zone, fold=1).astimezone(ends.instant.tzinfo)
    return Exceptional(kind, starts.instant, until, uuid.UUID(form.away_place) if kind is AwayKind.EXTRA else None)
