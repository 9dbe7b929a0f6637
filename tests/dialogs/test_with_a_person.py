"""Around a talk with a person: who speaks, somebody else, complaints, a lost adviser, the farewell, late words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dialogs.effects import (
    AddToCase,
    CaseUrgency,
    Complain,
    KeepView,
    MakeTask,
    OpenCase,
    OtherAdviser,
    SpeakIn,
    StopMessages,
    WaitForAdviser,
    Work,
)
from dialogs.events import AdviserLeft, AdviserLost, ComplaintMade
from dialogs.facts import ClosedCase
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import ChannelName, MessageKind, ReplyKind
from tests.support.fakes_dialogs import MONDAY_9AM, NOW, OPEN, Story

WITH_JO = CaseOpen(NOW, is_crisis=False, adviser="Jo")
LOST_JO = CaseOpen(NOW, is_crisis=False, adviser="Jo", is_lost=True)
MADE = ComplaintMade(104, "Jo", "Maya", date(2026, 11, 24), date(2026, 12, 4), is_interrupted=True)


def test_the_alarm_still_comes_while_jo_is_there():
    story = Story(case=WITH_JO)
    turn = story.says("i want to die")
    assert turn.outcome.name == "crisis"
    assert turn.effects[0] == OpenCase("suicide", CaseUrgency.CRISIS, "en", ("en/suicide/want-to-die",))
    assert story.says("yes").outcome.name == "crisis_yes"
    assert story.says("he said it again").effects == (AddToCase(),)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("stop", "stopped"),
        ("my data", "my_data"),
        ("delete", "delete_asked"),
        ("language", "language_list"),
        ("join", "join"),
        ("complain", "complain"),
        ("someone else", "someone_else"),
        ("stop i want someone else", "someone_else"),
        ("rhywun arall", "someone_else"),
        ("شخص آخر", "someone_else"),
    ],
)
def test_what_is_ours_whoever_is_there(said, outcome):
    assert Story(case=WITH_JO).says(said).outcome.name == outcome


def test_stop_i_want_someone_else_is_no_stop():
    assert StopMessages(is_all=True) not in Story(case=WITH_JO).says("stop i want someone else").effects


def test_a_button_says_who_is_talking_and_opens_nothing():
    story = Story()
    story.says("menu")
    story.meanwhile(case=WITH_JO)
    for number in (0, 1, 9):
        turn = story.presses(number)
        assert turn.outcome.name == "adviser_here", number
        assert story.last.text.startswith("Jo is talking with you here.")
    assert story.says("", MessageKind.START, payload="t_work_cv").outcome.name == "adviser_here"


def test_a_change_of_language_is_told_to_the_case_and_the_bot_asks_nothing_more():
    story = Story(case=WITH_JO)
    story.says("language")
    turn = story.says("cymraeg")
    assert SpeakIn("cy") in turn.effects
    assert story.last.text == "[cy] I write in Cymraeg now."


def test_an_adviser_without_a_name_is_still_a_person():
    story = Story(case=CaseOpen(NOW, is_crisis=False, adviser=""))
    assert story.says("need cscs").replies == ()


def test_someone_else_goes_back_with_all_words():
    story = Story(case=WITH_JO, desk=OPEN)
    turn = story.says("someone else")
    assert turn.effects == (OtherAdviser(),)
    assert story.last.text == (
        "I have asked for someone else. You do not have to say it again. People are here now, until 5pm. "
        "I do not know how long you will wait."
    )


def test_someone_else_with_nobody_there_asks_for_a_person():
    assert Story().says("someone else").outcome.name == "person"
    assert Story(case=CaseOpen(NOW, is_crisis=False)).says("someone else").outcome.name == "person_again"


def test_someone_else_in_a_crisis_keeps_the_lines():
    story = Story(case=WITH_JO)
    story.says("i want to die")
    story.says("someone else")
    assert story.last.kind is ReplyKind.CRISIS
    assert story.last.lines
    assert story.says("1").outcome.name != "crisis_meant_else"


def test_a_wish_inside_of_a_sentence_is_asked_about_once():
    story = Story(case=WITH_JO)
    turn = story.says("can i please have someone else today")
    assert (turn.outcome.name, turn.effects) == ("change_asked", (AddToCase(),))
    assert story.says("no").outcome.name == "change_refused"
    assert story.says("can i please have someone else today").effects == (AddToCase(),)
    other = Story(case=WITH_JO)
    other.says("can i please have someone else today")
    assert other.says("1").effects == (OtherAdviser(),)


@pytest.mark.parametrize("said", ["ur jo is racist i want complain", "complain jo", "he is racist i complain"])
def test_a_complaint_that_names_jo_or_discrimination_is_one_at_once(said):
    turn = Story(case=WITH_JO).says(said)
    assert turn.effects == (Complain("en", "racist" in said),)
    assert turn.replies == ()


def test_how_to_complain_about_a_landlord_is_a_question_to_jo():
    story = Story(case=WITH_JO)
    turn = story.says("how do i complain about my landlord")
    assert (turn.outcome.name, turn.effects) == ("change_asked", (AddToCase(),))
    assert story.says("yes").effects == (Complain("en", is_discrimination=False),)


def test_an_answer_to_jo_is_no_answer_to_a_question_of_ours_that_is_over():
    story = Story(case=WITH_JO)
    story.says("how do i complain about my landlord")
    story.says("he never fixed the boiler")
    assert story.says("1").effects == (AddToCase(),)


def test_a_complaint_is_told_with_its_number_names_and_days():
    story = Story(case=CaseOpen(NOW, is_crisis=False), desk=OPEN)
    story.take(MADE)
    assert story.last.text == (
        "I am sorry. Your complaint is C-104. Maya looks into it. Jo can not see it. First word by Tuesday 24 November, "
        "the answer by Friday 4 December. You can say more here.\n\n"
        "Another person will go on with you here. People are here now, until 5pm."
    )
    assert story.says("he is racist to my friends too").effects == (Complain("en", is_discrimination=True),)
    story.take(replace(MADE, is_known=True))
    assert story.last.text == "Thank you. I have passed that on. You can go on asking me things."


def test_a_complaint_about_the_service_before_anybody_is_there():
    story = Story()
    assert story.says("complain").effects == (Complain("en"),)
    story.take(ComplaintMade(105, "", "", date(2026, 11, 24), date(2026, 12, 4)))
    assert "A manager looks into it." in story.last.text
    assert "can not see it" not in story.last.text
    assert story.says("nobody called me").effects == (Complain("en"),)
    story.take(ComplaintMade(105, "", "", date(2026, 11, 24), date(2026, 12, 4), is_known=True))
    assert story.says("need cscs").outcome.name == "answer"


def test_wait_or_another_person_and_a_number_answers_us():
    story = Story(case=LOST_JO)
    story.take(AdviserLost("Jo"))
    assert story.last.text == "Jo has lost connection."
    assert [(c.number, c.short) for c in story.last.choices[:2]] == [(1, "wait"), (2, "another person")]
    assert story.says("1").effects == (WaitForAdviser(),)
    assert story.says("another person").effects == (OtherAdviser(),)


def test_words_go_on_to_jo_and_leave_the_question():
    story = Story(case=LOST_JO)
    story.take(AdviserLost("Jo"))
    assert story.says("you there?").effects == (AddToCase(),)
    assert story.says("2").effects == (AddToCase(),)


def test_once_jo_is_back_a_number_is_for_jo():
    story = Story(case=LOST_JO)
    story.take(AdviserLost("Jo"))
    story.meanwhile(case=WITH_JO)
    assert story.says("2").effects == (AddToCase(),)
    assert story.presses(2).effects == (OtherAdviser(),), "a button says what it does"


def test_in_danger_nobody_chooses():
    story = Story(case=CaseOpen(NOW, is_crisis=True), desk=OPEN)
    story.says("i want to die")
    story.take(AdviserLost("Jo", is_given_on=True))
    assert "Jo has lost connection. I have asked for someone else." in story.last.text
    assert "lost:wait" not in {choice.key for choice in story.last.choices}
    assert story.last.lines
    assert story.says("no").outcome.name == "crisis_no"


@pytest.mark.parametrize(
    ("said", "view"), [("1", "yes"), ("2", "a_bit"), ("no", "no"), ("a bit", "a_bit"), ("yh", "yes")]
)
def test_the_farewell_asks_one_question(said, view):
    story = Story(closed=ClosedCase(NOW, "Jo"))
    story.take(AdviserLeft("Jo", asks=True, next_on=date(2026, 11, 24)))
    assert story.last.text == (
        "Jo has to go now. You can ask me again any time. Next date: Tuesday 24 November.\n\nDid this help?"
    )
    turn = story.says(said)
    assert turn.effects == (KeepView(view),)
    assert turn.outcome.name == "viewed"


def test_no_question_where_none_may_be_asked():
    story = Story()
    story.take(AdviserLeft("Jo"))
    assert "?" not in story.last.text
    story.take(AdviserLeft("Jo", has_answered=False))
    assert story.last.text == "Jo has read what you wrote. You can ask me again any time."


@pytest.mark.parametrize("said", ["i rang them they said no", "jo u there", "jo what about tuesday"])
def test_late_words_that_nothing_of_ours_answers_go_to_a_person(said):
    story = Story(closed=ClosedCase(NOW, "Jo"))
    turn = story.says(said)
    assert turn.effects == (OpenCase("late_answer", CaseUrgency.ADVICE, "en", is_late_answer=True),)
    assert "Jo has gone." in story.last.text


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("thanks", "thanks"), ("ta", "thanks"), ("need cscs", "answer"), ("menu", "menu"), ("kms", "crisis")],
)
def test_late_words_that_are_ours_are_answered_by_us(said, outcome):
    assert Story(closed=ClosedCase(NOW, "Jo")).says(said).outcome.name == outcome


def test_after_danger_late_words_are_read_soon_and_a_case_that_nobody_answered_has_no_late_words():
    turn = Story(closed=ClosedCase(NOW, "Jo", is_about_danger=True)).says("i rang them they said no")
    assert turn.effects[0].urgency is CaseUrgency.SAFEGUARDING
    assert Story(closed=ClosedCase(NOW)).says("i rang them they said no").outcome.name == "refused"


@pytest.mark.parametrize(
    ("waited", "told"),
    [
        (timedelta(seconds=20), "Lately people waited about 1 minute."),
        (timedelta(minutes=4, seconds=10), "Lately people waited about 5 minutes."),
        (timedelta(minutes=21), "Lately people waited about 25 minutes."),
        (timedelta(minutes=80), "Lately people waited up to 2 hours."),
        (None, "I do not know how long you will wait."),
    ],
)
def test_the_wait_is_what_was_measured(waited, told):
    story = Story(desk=OPEN, waits={} if waited is None else {CaseUrgency.ADVICE: waited})
    story.says("9")
    assert told in story.last.text
    assert "shortly" not in story.last.text


def test_out_of_hours_times_to_be_written_to_and_lines_that_are_open():
    story = Story(call_times=(MONDAY_9AM + timedelta(minutes=30), MONDAY_9AM + timedelta(hours=4)))
    story.says("9")
    assert [line.id for line in story.last.lines] == ["childline", "shout"]
    assert [c.label for c in story.last.choices[:2]] == ["Monday 23 November, 9:30am", "Monday 23 November, 1pm"]
    turn = story.says("1")
    assert turn.effects == (
        OpenCase("call_back", CaseUrgency.ADVICE, "en"),
        MakeTask(Work.CALL_BACK, at=MONDAY_9AM + timedelta(minutes=30)),
    )
    story.meanwhile(case=CaseOpen(NOW, is_crisis=False))
    assert story.says("my landlord").effects == (AddToCase(),)


def test_by_text_it_is_two_messages_and_the_words_are_asked_in_the_second():
    story = Story(ChannelName.SMS, call_times=(MONDAY_9AM,))
    turn = story.says("9")
    assert len(turn.replies) == 2
    assert turn.replies[0].lines
    assert "call:" in turn.replies[1].choices[0].key


@pytest.mark.parametrize("instant", ["", "x", "2026-11-22T09:00:00+00:00", "2026-11-23T09:00:00"])
def test_a_time_that_is_none_or_has_passed_is_not_promised(instant):
    from dialogs.actions import act
    from dialogs.engine import again
    from dialogs.talk import Talk
    from dialogs.understand import NOTHING_READ

    story = Story()
    turn = act(Talk(story.state, story.facts, story.ports, NOTHING_READ, again), f"call:{instant}")
    assert turn.outcome.name == "person"


def test_who_stopped_us_is_told_that_nobody_can_write():
    story = Story(is_stopped=True)
    story.says("9")
    assert "Reply START, or nobody can write to you." in story.last.text


def test_an_interpreter_is_work_with_a_time():
    story = Story()
    story.says("bsl")
    assert MakeTask(Work.ACCESS, "bfi") in story.says("9").effects
    crisis = Story()
    assert MakeTask(Work.TRANSLATE, "ar") in crisis.says("اريد ان اموت").effects
    assert not [x for x in Story().says("want to die").effects if isinstance(x, MakeTask)]
