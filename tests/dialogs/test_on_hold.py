"""A number on hold: one line that says nothing of anybody, the crisis card all the same, and the way back."""

from __future__ import annotations

import pytest

from dialogs.effects import HeardOnHold, OpenCase, StopMessages
from dialogs.events import HoldLifted, LongWait, StillOnHold
from dialogs.messages import ChannelName, MessageKind
from tests.support.fakes_dialogs import Story

WORDS = [
    "hi",
    "who is this",
    "1",
    "menu",
    "9",
    "person",
    "my data",
    "delete",
    "join ABCD-2345",
    "START",
    "",
    "where is sam",
]


@pytest.mark.parametrize("said", WORDS)
def test_whatever_is_said_follows_in_one_event_and_nothing_of_the_talk_goes_on(said: str) -> None:
    story = Story(ChannelName.SMS, is_on_hold=True)
    before = story.state
    turn = story.says(said)
    assert (turn.replies, turn.effects) == ((), (HeardOnHold(),))
    assert turn.state == before


@pytest.mark.parametrize("kind", [MessageKind.START, MessageKind.VOICE, MessageKind.PHOTO, MessageKind.LOCATION])
def test_also_what_is_no_words(kind: MessageKind) -> None:
    story = Story(ChannelName.TELEGRAM, is_on_hold=True)
    assert story.says("", kind, payload="t_work_cv").effects == (HeardOnHold(),)


def test_the_line_names_nobody_and_no_service_and_has_no_choices() -> None:
    story = Story(ChannelName.SMS, is_on_hold=True, is_greeted=False)
    turn = story.take(StillOnHold())
    (reply,) = turn.replies
    assert reply.text == "We can not answer on this number just now. Do you need help? Ring one of these."
    assert [line.id for line in reply.lines] == ["999", "childline"]
    assert reply.choices == ()
    assert not any(word in reply.text.lower() for word in ("adviser", "custody", "release", "sam", "young", "computer"))


def test_danger_comes_first() -> None:
    story = Story(ChannelName.SMS, is_on_hold=True)
    turn = story.says("i want to die")
    assert turn.outcome.name.startswith("crisis")
    assert isinstance(turn.effects[0], OpenCase)
    assert HeardOnHold(is_answered=False) in turn.effects
    assert story.says("no").effects == (HeardOnHold(),), "what follows tells nothing of it"


def test_what_was_open_before_is_not_shown_to_whoever_holds_the_phone() -> None:
    story = Story(ChannelName.SMS)
    story.says("i want to die")
    story.meanwhile(is_on_hold=True)
    turn = story.take(StillOnHold())
    assert [line.id for line in turn.replies[0].lines] == ["999", "childline"]


def test_stop_is_heeded_in_silence() -> None:
    turn = Story(ChannelName.SMS, is_on_hold=True).says("STOP")
    assert turn.replies == ()
    assert turn.effects == (StopMessages(is_all=True), HeardOnHold(is_answered=False))


def test_the_check_word_was_right() -> None:
    story = Story(ChannelName.SMS, is_on_hold=True)
    assert "You can write to us here again." in story.take(HoldLifted()).replies[-1].text
    story.meanwhile(is_on_hold=False)
    assert story.says("cv").outcome.name == "answer"
    assert story.take(LongWait()).replies
