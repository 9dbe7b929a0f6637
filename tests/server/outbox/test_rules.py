"""The pure rules: which status may follow which, when to try again, what is worth a double, how fast."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from dialogs.messages import Urgency
from server.outbox.pace import Pace
from server.outbox.rules import (
    FINAL,
    KEPT_WORTH_SENDING,
    LEASE,
    DeliveryKind,
    Status,
    is_worth_a_double,
    may_follow,
    predecessors,
    wait_before,
)

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)

MAY_FOLLOW = {
    "planned": "due sending sent delivered undelivered failed skipped superseded",
    "due": "sending sent delivered undelivered failed skipped superseded",
    "sending": "due sent delivered undelivered failed skipped superseded",
    "sent": "delivered undelivered failed skipped superseded",
    "delivered": "",
    "undelivered": "",
    "failed": "",
    "skipped": "",
    "superseded": "",
}


@pytest.mark.parametrize("old", Status)
@pytest.mark.parametrize("new", Status)
def test_every_pair_of_statuses_is_allowed_or_not_as_the_table_says(old: Status, new: Status) -> None:
    assert may_follow(new, old) is (new.value in MAY_FOLLOW[old.value].split())


def test_the_condition_of_an_update_names_the_same_pairs() -> None:
    assert {new: {old for old in Status if may_follow(new, old)} for new in Status} == {
        new: set(predecessors(new)) for new in Status
    }


def test_nothing_follows_a_final_word() -> None:
    assert {status for status in Status if not MAY_FOLLOW[status.value]} == FINAL


def test_waiting_doubles_with_jitter_up_to_ten_minutes() -> None:
    chance = random.Random(1)
    for attempt in range(1, 12):
        full = min(2.0 * 2 ** (attempt - 1), 600)
        waits = {wait_before(attempt, None, chance).total_seconds() for _ in range(50)}
        assert full / 2 <= min(waits) < max(waits) <= full


def test_what_the_provider_asks_is_obeyed_and_never_cut_short() -> None:
    waits = [wait_before(7, 30, random.Random(n)).total_seconds() for n in range(50)]
    assert 30 <= min(waits) < max(waits) <= 31


@pytest.mark.parametrize("kind", DeliveryKind)
def test_only_a_notice_and_what_is_too_late_are_not_worth_a_double(kind: DeliveryKind) -> None:
    assert is_worth_a_double(kind, NOW, NOW + timedelta(seconds=1)) is (kind is not DeliveryKind.NOTICE)
    assert not is_worth_a_double(kind, NOW, NOW)


def test_every_urgency_has_an_end_longer_than_a_lease() -> None:
    assert set(KEPT_WORTH_SENDING) == set(Urgency)
    assert min(KEPT_WORTH_SENDING.values()) > LEASE * 10


def test_a_burst_of_one_second_goes_at_once_then_one_by_one() -> None:
    pace = Pace(10)
    waits = [pace.reserve(100.0) for _ in range(13)]
    assert waits[:10] == [0.0] * 10
    assert waits[10:] == pytest.approx([0.1, 0.2, 0.3])


def test_a_moment_too_far_off_is_not_taken() -> None:
    pace = Pace(1)
    assert [pace.reserve(0.0, longest=2) for _ in range(50)][:4] == [0.0, 1.0, 2.0, None]
    assert pace.wait(0.0) == 3.0
    assert pace.reserve(3.0, longest=2) == 0.0


def test_unused_moments_are_not_saved_up() -> None:
    pace = Pace(2)
    pace.reserve(0.0)
    assert [pace.reserve(1_000.0) for _ in range(3)] == pytest.approx([0.0, 0.0, 0.5])


def test_who_does_not_wait_makes_the_others_wait() -> None:
    pace = Pace(1)
    pace.take(0.0)
    pace.take(0.0)
    assert pace.wait(0.0) == 2.0
