"""Nothing that a page shows is a bare code: every member of what a template looks up has words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import pytest

from dialogs.effects import CaseUrgency
from dialogs.meetings import PartOfDay
from dialogs.messages import ChannelName
from dialogs.ports import AlarmKind
from server.appointments.handover import Comfort, Tick
from server.appointments.kinds import (
    Agreed,
    AwayKind,
    By,
    Change,
    HoursKind,
    OfficeStatus,
    Outcome,
    Owner,
    PersonsAnswer,
    PlaceKind,
    Reason,
    ReleaseSide,
)
from server.appointments.kinds import Status as AppointmentStatus
from server.appointments.reviews import ReviewKind
from server.appointments.timescale_rules import After, Unit
from server.console import care_words, diary_words, words, words_settings
from server.console.diary_view import Line
from server.console.looking import WHY_LOOK, WhyLook
from server.console.my_day import Red
from server.console.pages_caseload import REDS
from server.escalations.clock import Means, Rung
from server.escalations.clock_models import StepKind
from server.escalations.models import CaseOutcome, NoteKind, TaskKind
from server.escalations.queue import Why
from server.outbox.rules import Status
from server.staff.access import Role, Skill
from server.staff.pages_words import ROLES, SKILLS

SAID: Final[dict[str, tuple[type[StrEnum], Mapping[Any, str]]]] = {
    "means": (Means, words.MEANS),
    "step kinds": (StepKind, words.STEP_KINDS),
    "rungs": (Rung, words.RUNGS),
    "task kinds": (TaskKind, words.TASKS),
    "note kinds": (NoteKind, words.NOTES),
    "outcomes": (CaseOutcome, words.OUTCOMES),
    "states": (Status, words.STATES),
    "queues": (CaseUrgency, words.URGENCIES),
    "dangers": (AlarmKind, words.REASONS),
    "channels": (ChannelName, words.CHANNELS),
    "why given": (Why, words.WHY),
    "why looked": (WhyLook, WHY_LOOK),
    "meetings": (Reason, care_words.MEETINGS),
    "owners": (Owner, care_words.OWNERS),
    "ticks": (Tick, care_words.TICKS),
    "comforts": (Comfort, care_words.COMFORTS),
    "reviews": (ReviewKind, care_words.REVIEWS),
    "parts of the day": (PartOfDay, care_words.PARTS),
    "what timescales count from": (After, care_words.AFTERS),
    "units": (Unit, care_words.UNITS),
    "why red": (Red, REDS),
    "kinds of place": (PlaceKind, words_settings.PLACE_KINDS),
    "offices": (OfficeStatus, words_settings.OFFICES),
    "release sides": (ReleaseSide, words_settings.RELEASES),
    "away": (AwayKind, words_settings.AWAY),
    "hours": (HoursKind, words_settings.HOURS),
    "skills": (Skill, SKILLS),
    "diary lines": (Line, diary_words.LINES),
    "how agreed": (Agreed, diary_words.AGREED),
    "where an appointment stands": (AppointmentStatus, diary_words.STATUSES),
    "how it went": (Outcome, diary_words.OUTCOMES),
    "their own answer": (PersonsAnswer, diary_words.ANSWERS),
    "who changed it": (By, diary_words.BY),
    "what was done": (Change, diary_words.CHANGES),
    "roles": (Role, {role: name for role, (name, _) in ROLES.items()}),
}


@pytest.mark.parametrize("what", SAID)
def test_every_code_has_words(what: str) -> None:
    codes, said = SAID[what]
    assert [code for code in codes if not said.get(code, "").strip()] == []


@pytest.mark.parametrize("what", SAID)
def test_no_two_codes_look_the_same_but_what_never_went(what: str) -> None:
    codes, said = SAID[what]
    alike = [said[code] for code in codes]
    assert len(set(alike)) == len(alike) - alike.count("not sent") + ("not sent" in alike)
