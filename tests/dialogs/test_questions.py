"""A question and what it gets: an answer, which of two, the nation first, or the honest no."""

from datetime import timedelta

import pytest

from dialogs.effects import BeginBooking, CaseUrgency, FileUnanswered, OpenCase, StopMessages
from dialogs.events import BookingBegins
from dialogs.facts import Nation
from dialogs.messages import ChannelName, MessageKind, ReplyKind
from tests.support.fakes_dialogs import NOW, Story


def test_an_answer():
    story = Story()
    turn = story.says("need cscs")
    assert (turn.outcome.name, turn.outcome.topic, turn.effects) == ("answer", "work.cscs-card", ())
    assert story.last.kind is ReplyKind.ANSWER
    assert story.last.lead == "Get a CSCS card in one line."
    assert story.last.text == "Get a CSCS card in short.\n\nUnder 16? You can not work on a site yet."
    assert story.last.sms_text == "Get a CSCS card by text."
    assert story.last.source == "Checked 2 November 2026 · gov.uk"
    assert [(c.number, c.key, c.short) for c in story.last.choices] == [
        (1, "more", "more"), (2, "book", "book"), (0, "menu", "menu"), (9, "person", "person"),
    ]  # fmt: skip


def test_the_line_for_under_16s_is_left_out_for_older_ones():
    story = Story()
    story.says("im 17 and need cscs")
    assert story.state.settings.age == 17
    assert story.last.text == "Get a CSCS card in short."


def test_more_has_steps_and_back_goes_back():
    story = Story()
    story.says("need cscs")
    story.says("1")
    assert story.last.steps == ("Do this.", "Then that.")
    assert "more" not in [c.key for c in story.last.choices]
    assert story.says("back").outcome.name == "answer"


def test_easy_words_are_a_setting():
    story = Story()
    story.says("need cscs")
    story.says("easy")
    assert (story.last.lead, story.last.text.partition("\n")[0]) == ("", "Get a CSCS card, easy.")
    story.meanwhile(now=NOW + timedelta(days=30))
    story.says("cv")
    assert story.last.text == "Write a CV, easy."
    story.says("easy")
    assert story.last.lead == "Write a CV in one line."


def test_advice_has_a_person_first():
    story = Story()
    story.says("mum says i gotta go")
    assert story.keys() == ["person", "alarm:runaway_homeless_tonight", "more", "menu", "person"]
    assert story.last.choices[1].label == "I have to go today"


def test_which_of_two():
    story = Story()
    assert story.says("cv or interview").outcome.name == "which"
    assert story.last.text == "Do you mean 1 Write a CV or 2 Your interview?"
    assert story.says("your intervew").outcome.topic == "work.interview"


def test_the_honest_no_is_filed_without_guessing():
    story = Story()
    turn = story.says("can i keep a llama")
    assert story.last.text.startswith("I do not have an answer to that. I will not guess.")
    assert turn.effects == (FileUnanswered("can i keep a llama", "en", "work.cv"),)
    assert {"menu", "person"} <= set(story.keys())


def test_england_or_wales_is_asked_once_and_remembered():
    story = Story()
    assert story.says("leave school").outcome.name == "nation_asked"
    story.says("wales")
    assert story.last.text == "Leave school in short. (W)"
    assert story.state.settings.nation is Nation.WALES
    assert story.says("school").outcome.name == "answer"
    assert story.says("1").outcome.name == "more"


def test_a_question_instead_of_the_nation_is_answered():
    story = Story()
    story.says("leave school")
    assert story.says("actually need cscs").outcome.topic == "work.cscs-card"


def test_an_expired_answer_is_not_shown():
    story = Story()
    story.says("what wage")
    assert "Pay and hours" not in story.last.text + story.last.lead
    assert story.keys()[0] == "person"


def test_a_sensitive_answer_says_so():
    story = Story()
    story.says("pill")
    assert story.last.is_sensitive


def test_an_answer_in_another_language_says_so_first():
    story = Story()
    story.says("cymraeg")
    story.says("cv")
    assert story.last.language == "cy"
    turn = story.says("cscs")
    assert [reply.language for reply in turn.replies] == ["cy", "en"]
    assert (
        turn.replies[0].text
        == "[cy] I only have this answer in English for now. A person can look for an interpreter: reply 9."
    )


def test_a_parent_is_told_nothing_about_anyone():
    story = Story()
    story.says("is my son using this? he is ryan 15 leeds")
    assert story.last.text == "We cannot say who uses this. Here is help for parents."
    assert story.state.settings.age is None


@pytest.mark.parametrize("text", ["", "   ", "👍", "!!", "🙂🙂"])
def test_nothing_to_read(text):
    story = Story()
    story.says(text)
    assert story.last.text.startswith("I did not understand that.")
    assert "group:work:0" in [c.key for c in story.last.choices]


def test_an_edited_question_is_answered_and_an_edited_number_is_not():
    story = Story()
    story.says("need csc")
    assert story.says("need cscs", MessageKind.EDITED).outcome.name == "answer"
    assert story.says("1", MessageKind.EDITED).replies == ()


def test_where_nobody_keeps_a_diary_booking_opens_a_case_and_promises_nothing():
    story = Story()
    story.says("need cscs")
    assert story.picks("book").effects == (BeginBooking(),)
    turn = story.take(BookingBegins(()))
    assert turn.effects == (OpenCase("booking", CaseUrgency.ADVICE, "en"),)
    assert story.last.text.startswith(
        "A person will write to you here to agree a time. People are here again on Monday 23 November"
    )


def test_more_with_nothing_before_it():
    story = Story()
    assert story.says("more").outcome.name == "no_more"


def test_a_lone_age_is_heard():
    story = Story()
    assert story.says("im 15").outcome.name == "age"
    assert story.last.text == "OK, you are 15. What do you want to know?"


def test_a_question_that_begins_with_stop_is_answered():
    story = Story(ChannelName.SMS)
    turn = story.says("stop smoking")
    assert turn.effects == ()
    assert turn.outcome.topic == "work.interview"


def test_stop_with_a_few_words_that_ask_nothing_stops():
    assert StopMessages(is_all=True) in Story(ChannelName.SMS).says("stop texting me").effects
