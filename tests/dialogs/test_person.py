"""Getting a person, and staying out of the way when one is there."""

import pytest

from dialogs.around import AskMyAdviser, MyAdviser
from dialogs.effects import AddToCase, CaseUrgency, ListMeetings, OpenCase
from dialogs.events import MeetingsListed
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import ChannelName, MessageKind
from tests.support.fakes_dialogs import NOW, OPEN, Story

WAITING = CaseOpen(NOW, is_crisis=False)
WITH_JO = CaseOpen(NOW, is_crisis=False, adviser="Jo")


@pytest.mark.parametrize("said", ["9", "person", "شخص", "talk to a person", "talk to a persn"])
def test_a_case_at_once_and_one_question(said):
    story = Story()
    story.says("menu")
    turn = story.says(said)
    assert turn.effects == (OpenCase("asked", CaseUrgency.ADVICE, "en"),)
    assert story.last.text == (
        "I have asked a person for you. People are here again on Monday 23 November, 9am (tomorrow). "
        "Keep this page, or come back to it.\n\nWhat is it about? A few words help. Or reply skip.\n\n"
        "You can talk to these people now."
    )
    assert story.says("my landlord").effects == (AddToCase(),)
    assert story.says("need cscs").outcome.name == "answer"


def test_open_desk_and_no_page_to_keep_by_phone():
    story = Story(ChannelName.SMS, desk=OPEN)
    story.says("9")
    assert "People are here now, until 5pm." in story.last.text
    assert "page" not in story.last.text


def test_skip_and_commands_still_work():
    story = Story()
    story.says("9")
    assert story.says("menu").outcome.name == "menu"
    story.says("9")
    turn = story.says("skip")
    assert (turn.outcome.name, turn.effects) == ("about_skipped", ())


def test_an_open_case_is_not_opened_twice():
    story = Story(case=WAITING)
    turn = story.says("9")
    assert turn.effects == (AddToCase(),)
    assert "You asked for a person on Sunday 22 November, 10am (today). Nobody has answered yet." in story.last.text


def test_the_bot_goes_on_helping_until_an_adviser_is_there():
    story = Story(case=WAITING)
    assert story.says("need cscs").outcome.name == "answer"
    story.meanwhile(case=WITH_JO)
    everyday = ("menu", "back", "more", "easy", "private", "help", "cancel", "0", "9", "person")
    for text in ("need cscs", "2", "yes", "thanks", "fuck", "english", *everyday):
        turn = story.says(text)
        assert (turn.replies, turn.effects) == ((), (AddToCase(),)), text
    story.meanwhile(case=None)
    assert story.says("need cscs").outcome.name == "answer"


def test_what_we_asked_ourselves_is_answered_though_an_adviser_is_there():
    story = Story(case=WITH_JO)
    assert story.says("delete").outcome.name == "delete_asked"
    assert story.says("2").outcome.name == "delete_refused"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (MessageKind.VOICE, "I can not listen to that. A person has to. We did not keep it. 9 gets a person."),
        (MessageKind.PHOTO, "I can not look at that."),
        (MessageKind.FILE, "I can not open that."),
        (MessageKind.CONTACT, "We do not need this number. We did not keep it."),
        (MessageKind.LOCATION, "We never need to know where you are. We did not keep it."),
        (MessageKind.STICKER, "I can not look at that."),
    ],
)
def test_what_a_computer_can_not_take(kind, words):
    story = Story()
    assert story.says("", kind).effects == ()
    assert story.last.text.startswith(words)


def test_a_person_for_a_voice_note_knows_why():
    story = Story()
    story.says("", MessageKind.VOICE)
    assert story.says("9").effects == (OpenCase("voice", CaseUrgency.ADVICE, "en"),)


def test_who_their_adviser_is_the_diaries_know():
    story = Story()
    assert story.says("who is my adviser").effects == (AskMyAdviser(),)
    story.take(MyAdviser())
    assert "A person here can tell you more." in story.last.text
    assert "Monday 23 November, 9am (tomorrow)" in story.last.text


def test_cancel_can_mean_two_things():
    story = Story()
    assert story.says("CANCEL").outcome.name == "cancel_asked"
    assert story.says("the appointment").effects == (ListMeetings("cancel"),)
    turn = story.take(MeetingsListed((), "cancel"))
    assert turn.effects == (OpenCase("cancel_appointment", CaseUrgency.ADVICE, "en"),)
    assert "Until then your appointment stands." in story.last.text
    assert Story().says("cancel my appointment").outcome.name == "cancel_asked"


def test_anger_is_met_calmly_and_not_twice_with_the_same_words():
    story = Story()
    story.says("fuck you useless bot")
    assert story.last.text == "Sorry I was no help. 9 gets a person."
    story.says("fuck off")
    assert story.last.text == "I am still here. 9 gets a person."
    assert story.says("fuck i need a cscs card").outcome.name == "answer"
