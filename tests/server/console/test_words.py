"""Nothing that a page shows is a bare code: every member of what a template looks up has words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import pytest

from dialogs.effects import CaseUrgency
from dialogs.messages import ChannelName
from dialogs.ports import AlarmKind
from server.console import words
from server.console.looking import WHY_LOOK, WhyLook
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
    "skills": (Skill, SKILLS),
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
