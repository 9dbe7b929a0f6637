"""What a timescale says: so many working days, days or months after something, when it turns red, when it comes again. Pure dates."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from dialogs.wording import N_

SATURDAY: Final = 5
ADULT: Final = 18
SAME: Final = timedelta(days=180)
"""The end of an order that moves by less is the same end."""


class After(StrEnum):
    """What a rule counts from."""

    CUSTODY = "custody"
    ORDER_END = "order_end"
    EIGHTEENTH = "eighteenth"
    REVIEW = "review"


class Unit(StrEnum):
    """What a rule counts in."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


LARGEST: Final[dict[Unit, int]] = {Unit.WORKING_DAYS: 250, Unit.DAYS: 730, Unit.MONTHS: 24}


@dataclass(frozen=True, slots=True)
class Rule:
    """One timescale. A negative `amount` is before; `red_amount` is the last day on time. `side` is `home` or `host`.

    A code with a dot ("planning.again") reminds of what is before the dot: done once, both are done.
    """

    code: str
    after: After
    amount: int
    red_amount: int
    unit: Unit
    repeat_months: int = 0
    repeat_days: int = 0
    side: str = "home"
    is_active: bool = True


DEFAULTS: Final = (
    Rule("custody_information", After.CUSTODY, 1, 1, Unit.WORKING_DAYS),
    Rule("resettlement_checklist", After.CUSTODY, 0, 1, Unit.DAYS),
    Rule("planning_meeting", After.CUSTODY, 5, 10, Unit.DAYS),
    Rule("planning_meeting.again", After.CUSTODY, 8, 10, Unit.DAYS),
    Rule("custody_review", After.CUSTODY, 1, 1, Unit.MONTHS, repeat_months=3),
    Rule("custody_visit", After.CUSTODY, 1, 1, Unit.MONTHS, repeat_months=1),
    Rule("vacancies", After.CUSTODY, 7, 9, Unit.DAYS, repeat_days=7),
    Rule("meet_and_greet", After.ORDER_END, -56, -28, Unit.DAYS),
    Rule("lead_change", After.EIGHTEENTH, -56, -28, Unit.DAYS),
    Rule("sen_review", After.REVIEW, 11, 12, Unit.MONTHS),
)
"""The table of domain.md 1.7 as an area has it before anybody changes it."""


WORDS: Final[dict[str, str]] = {
    "custody_information": N_("Send what the establishment needs to know"),
    "resettlement_checklist": N_("Begin the list for release: ID, bank, address, GP, place to learn, benefits, phone"),
    "planning_meeting": N_("Hold the planning meeting"),
    "planning_meeting.again": N_("Hold the planning meeting: second reminder"),
    "custody_review": N_("Hold the review"),
    "custody_visit": N_("Visit them"),
    "vacancies": N_("Send this week's vacancies"),
    "meet_and_greet": N_("Book a meet-and-greet before the order ends"),
    "lead_change": N_("They turn 18: sort out who leads, benefits, housing, adult services"),
    "sen_review": N_("Plan the yearly review of their support"),
}
"""What a date asks of staff, by its code."""


def words_for(code: str) -> str:
    """What a date asks of staff; the code itself where nobody wrote words for it."""
    return WORDS.get(code, code)


def stem(code: str) -> str:
    """What a reminder reminds of: the code before its dot."""
    return code.partition(".")[0]


def add_months(on: date, months: int) -> date:
    """The same day of another month; its last day where the month is shorter: 31 January and one month is 28 February."""
    place = on.year * 12 + on.month - 1 + months
    year, month = divmod(place, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(on.day, last))


def is_working(on: date, holidays: Collection[date]) -> bool:
    """Monday to Friday, and no bank holiday."""
    return on.weekday() < SATURDAY and on not in holidays


def add_working_days(on: date, amount: int, holidays: Collection[date]) -> date:
    """So many working days later, or earlier when negative; none: the day itself, or the next working one."""
    step = timedelta(days=-1 if amount < 0 else 1)
    day, left = on, abs(amount)
    if not left:
        while not is_working(day, holidays):
            day += step
    while left:
        day += step
        left -= is_working(day, holidays)
    return day


def counted(on: date, amount: int, unit: Unit, holidays: Collection[date]) -> date:
    """The day that lies so much after another, or before it when negative."""
    if unit is Unit.MONTHS:
        return add_months(on, amount)
    if unit is Unit.WORKING_DAYS:
        return add_working_days(on, amount, holidays)
    return on + timedelta(days=amount)


def dates_of(rule: Rule, on: date, holidays: Collection[date]) -> tuple[date, date]:
    """(due, red from) for something that is on a day."""
    due = counted(on, rule.amount, rule.unit, holidays)
    last = counted(on, rule.red_amount, rule.unit, holidays)
    return due, max(last, due) + timedelta(days=1)


def next_dates(rule: Rule, due: date, done_on: date, holidays: Collection[date]) -> tuple[date, date] | None:
    """(due, red from) of the next one, counted from when this one was due; from the day it was done when that is over already.

    None for a rule that does not come again.
    """
    if not rule.repeat_months and not rule.repeat_days:
        return None

    def step(day: date) -> date:
        return add_months(day, rule.repeat_months) + timedelta(days=rule.repeat_days)

    following = step(due)
    if following <= done_on:
        following = step(done_on)
    slack = dates_of(rule, following, holidays)[1] - dates_of(rule, following, holidays)[0]
    return following, following + slack


def was_done(rule: Rule, on: date, due: date, done: Iterable[date]) -> bool:
    """True when dates of this rule that are done were for the same thing, although its day may have moved since."""
    if rule.after is After.REVIEW:
        return due in done
    if rule.amount < 0:
        return any(abs(day - due) < SAME for day in done)
    return any(day >= on for day in done)


def birthday(born: date, age: int) -> date:
    """The birthday at an age. Of 29 February it is 1 March in a year that has none."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def fault(rule: Rule) -> str:
    """Which field of a rule cannot be as it is: `amount`, `red_amount`, `repeat`; empty when all can."""
    most = LARGEST[rule.unit]
    if abs(rule.amount) > most:
        return "amount"
    if abs(rule.red_amount) > most or rule.red_amount < rule.amount:
        return "red_amount"
    can_repeat = 0 <= rule.repeat_months <= LARGEST[Unit.MONTHS] and 0 <= rule.repeat_days <= LARGEST[Unit.DAYS]
    return "" if can_repeat and not (rule.repeat_months and rule.repeat_days) else "repeat"
