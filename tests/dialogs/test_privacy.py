"""What is private, what is held, deleting it, and joining two addresses."""

from datetime import timedelta

import pytest

from dialogs.effects import CompileMyData, ErasePerson, MakeJoinCode, UseJoinCode
from dialogs.events import HeldAddress, JoinCodeMade, Joined, JoinRefused, MyDataCompiled, PersonErased
from dialogs.messages import ChannelName
from tests.support.fakes_dialogs import NOW, Story


def test_private_has_its_one_limit():
    story = Story(ChannelName.TELEGRAM)
    story.says("private")
    assert "If you or someone else may be badly hurt, we must tell a person who can help." in story.last.text
    assert "Telegram can hold this chat." in story.last.text
    assert "100%" not in story.last.text


def test_my_data_is_told_from_the_record():
    story = Story()
    story.says("im 17 and need cscs")
    turn = story.says("my data")
    assert (turn.replies, turn.effects) == ((), (CompileMyData(),))
    held = MyDataCompiled(
        NOW - timedelta(days=20), (HeldAddress("sms", "07700 *** 123"),), 1, 90, (NOW - timedelta(days=3),)
    )
    story.take(held)
    assert story.last.text.split("\n\n") == [
        "You first wrote on 2 November 2026.",
        "We hold 1 message.",
        "We keep messages for 90 days.",
        "We can write to you by sms: 07700 *** 123.",
        "You asked for a person on Thursday 19 November, 10am.",
        "Your language is English.",
        "You told us that you are 17.",
    ]
    assert story.says("delete everything").outcome.name == "delete_asked"


@pytest.mark.parametrize("yes", ["1", "yes", "نعم"])
def test_delete_asks_once(yes):
    story = Story()
    assert story.says("delete").effects == ()
    assert story.says(yes).effects == (ErasePerson(),)
    story.take(PersonErased(is_record_kept=False))
    assert story.last.text.startswith("Everything is deleted.")
    assert (story.state.settings.age, story.state.is_greeted, story.state.trail) == (None, False, ())


@pytest.mark.parametrize("no", ["2", "no", "no, keep it"])
def test_delete_refused(no):
    story = Story()
    story.says("delete")
    assert story.says(no).effects == ()
    assert story.says("1").effects == ()


def test_something_else_than_yes_deletes_nothing():
    story = Story()
    story.says("delete")
    assert story.says("need cscs").outcome.name == "answer"
    turn = story.says("yes")
    assert (turn.outcome.name, turn.effects) == ("menu", ())


def test_a_record_that_stays_is_told_and_a_crisis_is_not_forgotten():
    story = Story()
    story.says("i want to die")
    story.take(PersonErased(is_record_kept=True))
    assert "One record stays, because it is about keeping someone safe." in story.last.text
    assert len(story.last.lines) == 3
    assert story.state.crisis_kind == "suicide"


def test_joining():
    story = Story()
    assert story.says("join").effects == (MakeJoinCode(),)
    story.take(JoinCodeMade("ABCD2345", 10))
    assert story.last.text == "On your other phone or page, write: join ABCD2345\n\nIt works for 10 minutes."
    story.take(Joined())
    assert story.last.text.startswith("Done.")
    story.take(JoinRefused())
    assert story.last.text.startswith("That code did not work.")


@pytest.mark.parametrize("said", ["join abcd2345", "JOIN ABCD-2345", "ymuno abcd2345 "])
def test_a_code_after_join(said):
    assert Story().says(said).effects == (UseJoinCode("ABCD2345"),)


@pytest.mark.parametrize("said", ["abcd2345", "join abcd0000", "join abcd234", "college abcd2345"])
def test_no_code(said):
    assert not any(isinstance(effect, UseJoinCode) for effect in Story().says(said).effects)
