"""The arithmetic of timescales: working days, ends of months, birthdays of 29 February, what comes again. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.appointments.timescale_rules import (
    DEFAULTS,
    LARGEST,
    After,
    Rule,
    Unit,
    add_months,
    add_working_days,
    birthday,
    dates_of,
    fault,
    is_working,
    next_dates,
    stem,
    was_done,
)

RULES = {rule.code: rule for rule in DEFAULTS}
CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)})
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
holidays = st.frozensets(st.dates(date(2020, 1, 1), date(2040, 12, 31)), max_size=30)


@pytest.mark.parametrize(
    ("on", "months", "found"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_the_ends_of_months(on: date, months: int, found: date) -> None:
    assert add_months(on, months) == found


@given(days, st.integers(-30, 30))
def test_so_many_months_are_in_the_month_that_was_meant_and_never_later_in_it(on: date, months: int) -> None:
    found = add_months(on, months)
    assert (found.year * 12 + found.month) - (on.year * 12 + on.month) == months
    assert found.day <= on.day
    assert found.day == on.day or (found + timedelta(days=1)).day == 1


@given(days, st.integers(-60, 60), holidays)
def test_working_days_are_counted_one_by_one(on: date, amount: int, closed: frozenset[date]) -> None:
    found = add_working_days(on, amount, closed)
    assert is_working(found, closed)
    if amount:
        step = 1 if amount > 0 else -1
        between = [on + timedelta(days=n) for n in range(step, (found - on).days + step, step)]
        assert sum(is_working(day, closed) for day in between) == abs(amount)
    else:
        assert not any(is_working(on + timedelta(days=n), closed) for n in range((found - on).days))


def test_the_next_working_day_over_christmas() -> None:
    assert add_working_days(date(2026, 12, 24), 1, CHRISTMAS) == date(2026, 12, 29)
    assert dates_of(RULES["custody_information"], date(2026, 12, 24), CHRISTMAS) == (
        date(2026, 12, 29),
        date(2026, 12, 30),
    )


def test_the_planning_meeting_is_red_after_ten_days() -> None:
    """Reminders on day 5 and day 8, red after day 10 (domain.md 1.7)."""
    entered = date(2026, 6, 1)
    assert dates_of(RULES["planning_meeting"], entered, ()) == (date(2026, 6, 6), date(2026, 6, 12))
    assert dates_of(RULES["planning_meeting.again"], entered, ()) == (date(2026, 6, 9), date(2026, 6, 12))
    assert stem("planning_meeting.again") == stem("planning_meeting") == "planning_meeting"


def test_the_end_of_an_order_and_the_eighteenth_birthday() -> None:
    assert dates_of(RULES["meet_and_greet"], date(2027, 3, 1), ())[0] == date(2027, 1, 4)
    due, red = dates_of(RULES["lead_change"], date(2027, 3, 1), ())
    assert (date(2027, 3, 1) - due).days == 56
    assert (date(2027, 3, 1) - red).days == 27


@given(days, st.integers(1, 25))
def test_a_birthday_is_the_same_day_or_the_first_of_march(born: date, age: int) -> None:
    found = birthday(born, age)
    assert found.year == born.year + age
    same = (found.month, found.day) == (born.month, born.day)
    assert same or ((born.month, born.day) == (2, 29) and (found.month, found.day) == (3, 1))


@pytest.mark.parametrize("rule", DEFAULTS, ids=lambda rule: rule.code)
@given(on=days, closed=holidays)
def test_nothing_is_red_before_it_is_due(rule: Rule, on: date, closed: frozenset[date]) -> None:
    due, red = dates_of(rule, on, closed)
    assert due < red
    assert fault(rule) == ""


@pytest.mark.parametrize("code", ["custody_review", "custody_visit", "vacancies"])
@given(due=days, late=st.integers(-40, 400))
def test_the_next_one_is_later_than_the_day_on_which_the_last_was_done(code: str, due: date, late: int) -> None:
    done_on = due + timedelta(days=late)
    found = next_dates(RULES[code], due, done_on, ())
    assert found is not None
    assert done_on < found[0] < found[1]


def test_what_does_not_come_again() -> None:
    assert next_dates(RULES["meet_and_greet"], date(2027, 1, 4), date(2027, 1, 4), ()) is None


def test_reviews_come_one_month_after_and_then_every_three() -> None:
    first = dates_of(RULES["custody_review"], date(2027, 1, 31), ())[0]
    assert first == date(2027, 2, 28)
    following = next_dates(RULES["custody_review"], first, date(2027, 2, 25), ())
    assert following is not None
    assert following[0] == date(2027, 5, 28)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"amount": 5, "red_amount": 4}, "red_amount"),
        ({"amount": LARGEST[Unit.DAYS] + 1, "red_amount": 0}, "amount"),
        ({"amount": -(10**6)}, "amount"),
        ({"red_amount": 10**6}, "red_amount"),
        ({"repeat_months": -1}, "repeat"),
        ({"repeat_days": 10**6}, "repeat"),
        ({"repeat_months": 1, "repeat_days": 1}, "repeat"),
        ({"unit": Unit.MONTHS, "amount": 25, "red_amount": 25}, "amount"),
        ({"amount": 0, "red_amount": 0}, ""),
    ],
)
def test_rules_that_cannot_be(values: dict[str, object], found: str) -> None:
    base = Rule("x", After.CUSTODY, 1, 2, Unit.DAYS)
    assert fault(replace(base, **values)) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "on", "done", "found"),
    [
        ("custody_review", date(2026, 6, 2), [date(2026, 7, 1)], True),
        ("custody_review", date(2026, 6, 2), [date(2025, 7, 1)], False),
        ("meet_and_greet", date(2027, 3, 20), [date(2027, 1, 4)], True),
        ("meet_and_greet", date(2028, 3, 1), [date(2027, 1, 4)], False),
        ("sen_review", date(2026, 6, 2), [date(2026, 6, 10)], False),
    ],
)
def test_what_is_done_is_not_asked_for_again(code: str, on: date, done: list[date], found: bool) -> None:
    rule = RULES[code]
    assert was_done(rule, on, dates_of(rule, on, ())[0], done) is found
