"""The rota's rules: where nobody stands, who may, and what a field for day and time says when clocks change. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.ids import new_id
from server.escalations.clock import Rung
from server.escalations.rota import RUNGS, gaps, instant, may_stand
from server.staff.access import Member, Role
from tests.server.console.house import FUZZ

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 6, 8, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: int) -> datetime:
    return NOW + hours * HOUR


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ([], [(0, 24)]),
        ([(-5, 30)], []),
        ([(0, 24)], []),
        ([(0, 8), (8, 24)], []),
        ([(0, 8), (10, 24)], [(8, 10)]),
        ([(10, 24), (0, 8)], [(8, 10)]),
        ([(0, 20), (2, 4)], [(20, 24)]),
        ([(5, 6), (5, 6)], [(0, 5), (6, 24)]),
        ([(-9, -2)], [(0, 24)]),
        ([(30, 40)], [(0, 24)]),
        ([(20, 40)], [(0, 20)]),
    ],
)
def test_where_nobody_stands(spans: list[tuple[int, int]], found: list[tuple[int, int]]) -> None:
    shown = gaps([(at(a), at(b)) for a, b in spans], at(0), at(24))
    assert shown == [(at(a), at(b)) for a, b in found]


@given(st.lists(st.tuples(st.integers(-30, 60), st.integers(1, 40))))
def test_every_hour_is_either_covered_or_in_a_gap(drawn: list[tuple[int, int]]) -> None:
    spans = [(at(start), at(start + length)) for start, length in drawn]
    found = gaps(spans, at(0), at(24))
    for hour in range(24):
        middle = at(hour) + HOUR / 2
        covered = any(a <= middle < b for a, b in spans)
        assert covered != any(a <= middle < b for a, b in found)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-06-09T17:00", "2026-06-09T16:00", "2026-06-09T16:00"),
        ("2026-01-09T17:00", "2026-01-09T17:00", "2026-01-09T17:00"),
        # an hour that comes twice: from the first, until the second
        ("2026-10-25T01:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        # an hour that does not come is read as the one after it, or before it; both are instants
        ("2026-03-29T01:30", "2026-03-29T01:30", "2026-03-29T00:30"),
    ],
)
def test_day_and_time_in_the_areas_own_time(text: str, start: str, end: str) -> None:
    assert instant(text, LONDON, NOW) == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert instant(text, LONDON, NOW, is_end=True) == datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *FUZZ,
        "2026-13-01T00:00",
        "2024-06-09T17:00",
        "2028-06-09T17:00",
        "2026-06-09",
        "٢٠٢٦-06-09T17:00",
        "2026-06-09T17:00Z",
    ],
)
def test_what_is_no_day_or_far_away_is_none(text: str) -> None:
    assert instant(text, LONDON, NOW) is None


STANDS = {
    Rung.FIRST: {Role.ADVISER, Role.LEAD, Role.SAFEGUARDING_LEAD, Role.HOST_ADVISER},
    Rung.SECOND: {Role.ADVISER, Role.LEAD, Role.SAFEGUARDING_LEAD, Role.HOST_ADVISER},
    Rung.MANAGER: {Role.LEAD, Role.SAFEGUARDING_LEAD, Role.MANAGER},
    Rung.SAFEGUARDING_LEAD: {Role.SAFEGUARDING_LEAD},
}


@pytest.mark.parametrize("rung", Rung)
@pytest.mark.parametrize("role", Role)
def test_who_may_stand_where(rung: Rung, role: Role) -> None:
    who = Member(new_id(), "Ada", frozenset({role}), frozenset({"home"}))
    assert may_stand(who, rung, "home") == (rung in RUNGS and role in STANDS[rung])
    assert not may_stand(who, rung, "elsewhere")
    trainee = Member(new_id(), "Ada", frozenset({role}), frozenset({"home"}), is_trainee=True)
    assert not may_stand(trainee, rung, "home")
