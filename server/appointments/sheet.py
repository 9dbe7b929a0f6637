"""The sheet for somebody without a phone: big dates, who meets them where, what to bring, in easy words and their language.

It says no offence, no establishment and no service: whoever finds it learns that somebody has meetings. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from dialogs.wording import N_, Voice
from server.appointments.finding import Diaries
from server.appointments.kinds import OfficeStatus, Owner, Status

Row = Mapping[str, Any]

WHAT: Final[dict[Owner, str]] = {
    Owner.OURS: N_("Meeting with us"),
    Owner.JOBCENTRE: N_("Money meeting"),
    Owner.COURT: N_("Meeting"),
    Owner.COLLEGE: N_("Meeting about a course"),
    Owner.WORK: N_("Meeting about a job"),
    Owner.PROBATION: N_("Meeting"),
    Owner.YJS: N_("Meeting"),
    Owner.HOUSING: N_("Meeting about a home"),
    Owner.HEALTH: N_("Health meeting"),
}
"""What a sheet calls an appointment: easy words that anybody may read."""

FIXED: Final = frozenset({OfficeStatus.CONFIRMED, OfficeStatus.TOLD})


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One appointment. Texts of `typed` are as staff wrote them, each under its heading."""

    when: str
    what: str
    typed: Sequence[tuple[str, str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is printed, in one language. `version` is the plan's, so that an old sheet is known as one."""

    language: str
    title: str
    first: Sequence[str]
    lines: Sequence[SheetLine]
    ring_title: str
    ring: Sequence[tuple[str, str]]
    last: Sequence[str]
    version: int


def make_sheet(
    spell: Row, meetings: Iterable[Row], ring: Sequence[tuple[str, str]], voice: Voice, settings: Diaries, now: datetime
) -> Sheet:
    """The sheet of a plan as it stands: coming appointments in order. `ring` are names and numbers, in their language."""
    first = [voice.say("This is your plan. Keep it with you.")]
    if spell["release_on"] is not None:
        first.append(voice.say("You leave here on {day}.", day=voice.day(spell["release_on"])))
    else:
        first.append(voice.say("We do not know the day yet. You get a new sheet when we do."))
    coming = sorted(
        (row for row in meetings if row["status"] is Status.BOOKED and row["ends_at"] > now),
        key=lambda row: row["starts_at"],
    )
    return Sheet(
        voice.language,
        voice.say("Your plan"),
        first,
        [_line(row, voice, settings) for row in coming],
        voice.say("You can ring"),
        ring,
        [voice.say("Something is wrong or has changed? Tell us. Then we sort it out with you.")],
        spell["version"],
    )


def foot(sheet: Sheet, voice: Voice, today: date) -> str:
    """Which of several sheets this is."""
    return voice.say("Sheet {version} of {day}", version=sheet.version, day=voice.full_date(today))


def _line(row: Row, voice: Voice, settings: Diaries) -> SheetLine:
    at = row["starts_at"].astimezone(settings.zone)
    comes = row["companion_name"] or row["who_comes"] or (row["adviser_name"] if row["owner"] is Owner.OURS else "")
    where = row["meet_where"] or row["place_label"] or row["place_name"] or row["other_place"]
    typed = (
        (voice.say("Who comes with you"), comes),
        (voice.say("Where you meet"), where),
        (voice.say("What to bring"), row["bring"]),
    )
    is_fixed = row["owner"] is Owner.OURS or row["office"] in FIXED
    note = "" if is_fixed else voice.say("This time is not fixed yet. We tell you when it is.")
    when = voice.say("{day}, {clock}", day=voice.day(at.date()), clock=voice.clock(at))
    called = WHAT[row["owner"]]
    return SheetLine(when, voice.say(called), [(name, text) for name, text in typed if text], note)
