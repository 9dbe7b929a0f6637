"""Who is next: severity, then the longest wait, then who fits in language and skill. Pure.

Waits are compared by the whole minute: among those who came within the same minute the one whose language and need this
adviser has comes first; nobody is ever passed by somebody who came a minute later at the same urgency.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from dialogs.effects import CaseUrgency
from server.escalations.service import ORDER
from server.staff.access import Member, Role, Skill

SAME_WAIT: Final = timedelta(minutes=1)


class Why(StrEnum):
    """Why a case was given, for the adviser to read."""

    MOST_URGENT = "most_urgent"
    LONGEST_WAIT = "longest_wait"
    LANGUAGE = "language"
    SKILL = "skill"
    ONLY_ONE = "only_one"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case that nobody holds. `since` is when its oldest unanswered words came. `skill` may be empty.

    `barred` never get it; `passed_over` get it last: the person wanted somebody else, or lost them.
    """

    case_id: uuid.UUID
    urgency: CaseUrgency
    since: datetime
    language: str
    skill: str = ""
    barred: frozenset[uuid.UUID] = frozenset()
    passed_over: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Next:
    """The case to take and every reason why it is this one."""

    case: Waiting
    why: tuple[Why, ...]


def may_hold(who: Member, case: Waiting) -> bool:
    """True when somebody may be given this case: not about them, and not a crisis for a trainee alone."""
    if who.id in case.barred:
        return False
    return not (who.is_trainee and case.urgency in {CaseUrgency.CRISIS, CaseUrgency.SAFEGUARDING})


def take_next(who: Member, waiting: Iterable[Waiting], now: datetime) -> Next | None:
    """The next case for somebody; None when nothing waits that they may hold."""
    open_to = [case for case in waiting if may_hold(who, case)]
    if not open_to:
        return None
    best = min(open_to, key=lambda case: _rank(who, case, now))
    return Next(best, tuple(_why(who, best, open_to, now)))


def order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The queue as everybody sees it: most urgent first, then longest wait."""
    return sorted(waiting, key=lambda case: (ORDER.index(case.urgency), case.since, case.case_id))


def _rank(who: Member, case: Waiting, now: datetime) -> tuple[bool, int, int, int, datetime, uuid.UUID]:
    is_last = who.id in case.passed_over
    minutes = max(now - case.since, timedelta(0)) // SAME_WAIT
    return is_last, ORDER.index(case.urgency), -minutes, -_fit(who, case), case.since, case.case_id


def _fit(who: Member, case: Waiting) -> int:
    """How well somebody fits: the language counts more than the skill, because without it nothing can be said."""
    return 2 * (case.language in who.languages) + _has_skill(who, case)


def _has_skill(who: Member, case: Waiting) -> bool:
    if case.skill == Skill.SAFEGUARDING and Role.SAFEGUARDING_LEAD in who.roles:
        return True
    return bool(case.skill) and case.skill in who.skills


def _why(who: Member, best: Waiting, waiting: list[Waiting], now: datetime) -> Iterable[Why]:
    others = [case for case in waiting if case is not best]
    if not others:
        yield Why.ONLY_ONE
    if any(ORDER.index(case.urgency) > ORDER.index(best.urgency) for case in others):
        yield Why.MOST_URGENT
    same = [case for case in others if case.urgency is best.urgency]
    if same and all(case.since >= best.since for case in same):
        yield Why.LONGEST_WAIT
    near = [case for case in same if (now - case.since) // SAME_WAIT == (now - best.since) // SAME_WAIT]
    if near and best.language in who.languages:
        yield Why.LANGUAGE
    if near and _has_skill(who, best):
        yield Why.SKILL
