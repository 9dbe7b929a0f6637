"""How many messages at once: a bucket that drains, so that one long flood is told off once and not every ten seconds."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dialogs.pace import CALM, TOO_MANY
from dialogs.state import ConversationState
from server.conversations.thread import PACE_MOST, Thread, pace

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def sent(every: float, count: int, thread: Thread | None = None, start: datetime = START) -> tuple[list[int], Thread]:
    """The pace at each of `count` messages that come `every` so many seconds."""
    thread = thread or Thread(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), ConversationState(), "", None, start, 0)
    paces = []
    for n in range(count):
        since, level = pace(thread, start + timedelta(seconds=every * n))
        thread = replace(thread, pace_since=since, pace_count=level)
        paces.append(level)
    return paces, thread


def test_a_talk_at_a_human_pace_never_counts_as_many() -> None:
    assert max(sent(2.0, 100)[0]) == 1
    assert max(sent(1.0, 100)[0]) <= CALM


def test_twenty_at_once_are_not_too_many_and_the_next_is() -> None:
    paces, _ = sent(0.0, 21)
    assert paces[19] == TOO_MANY < paces[20]


def test_a_flood_read_slowly_is_one_flood() -> None:
    paces, _ = sent(0.2, 500)
    first = next(n for n, level in enumerate(paces) if level > TOO_MANY)
    assert min(paces[first:]) > CALM
    assert max(paces) == PACE_MOST


def test_half_a_minute_of_silence_is_enough_after_any_flood() -> None:
    _, thread = sent(0.0, 10_000)
    _, level = pace(thread, START + timedelta(seconds=36))
    assert level <= CALM


def test_a_clock_that_goes_back_does_no_harm() -> None:
    _, thread = sent(0.0, 3)
    assert pace(thread, START - timedelta(hours=1))[1] == 4
