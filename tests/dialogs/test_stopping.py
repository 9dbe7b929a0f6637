"""STOP, START, HELP."""

import pytest

from dialogs.effects import MarkAddress, StartMessages, StopMessages
from dialogs.messages import ChannelName, MessageKind
from tests.support.fakes_dialogs import Story


@pytest.mark.parametrize(
    "said", ["STOP", "stop.", "Stop!!", "stopio", "توقف", "stop texting me pls", "leave me alone", "QUIT"]
)
def test_stop_is_one_confirmation(said):
    story = Story(ChannelName.SMS, is_greeted=False)
    turn = story.says(said)
    assert turn.effects == (StopMessages(is_all=True),)
    assert [r.text for r in turn.replies] == [
        "We will not text you. A meeting with an adviser still stands. To hear from us, reply START."
    ]


def test_a_sentence_with_stop_in_it_is_a_sentence():
    assert Story().says("stop my mum from reading my letters").effects[0].__class__.__name__ == "FileUnanswered"
    assert Story().says("how do i stop").outcome.name == "refused"


def test_whoever_stopped_and_writes_still_gets_replies():
    story = Story(ChannelName.SMS, is_stopped=True)
    assert story.says("need cscs").outcome.name == "answer"
    assert story.says("START").effects == (StartMessages(),)


def test_only_the_reminders():
    story = Story(ChannelName.SMS)
    story.says("cancel")
    assert story.says("2").effects == (StopMessages(is_all=False),)
    story.says("cancel")
    assert story.says("messages").effects == (StopMessages(is_all=True),)


def test_help_says_who_how_and_stop():
    story = Story(ChannelName.SMS)
    story.says("HELP")
    for needed in ("help chat", "computer", "9 for a person", "STOP"):
        assert needed in story.last.text


@pytest.mark.parametrize(("kind", "is_reachable"), [(MessageKind.BLOCKED, False), (MessageKind.UNBLOCKED, True)])
def test_blocked_is_noted_in_silence(kind, is_reachable):
    turn = Story(ChannelName.TELEGRAM).says("", kind)
    assert (turn.replies, turn.effects) == ((), (MarkAddress(is_reachable=is_reachable),))
