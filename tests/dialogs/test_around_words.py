"""Around a meeting, in people's own words: minutes, where they are, yes and no, what was in the way, what they want to ask."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.around import (
    AdviserLate,
    AnswerComfort,
    AskTrusted,
    ComfortAsked,
    DidItHappen,
    FindMeetingNow,
    ForgetTrusted,
    KeepAnswer,
    KeepQuestion,
    KeepTrusted,
    LateTold,
    MyAdviser,
    SayLate,
    SayWhere,
    TrustedListed,
)
from dialogs.effects import AddToCase
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import ChannelName
from tests.dialogs.test_around import TODAY, story
from tests.support.fakes_dialogs import NOW
from tests.support.fakes_diaries import PHONE, at

ASKED = CaseOpen(NOW, is_crisis=False)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("running 10 mins late", 10),
        ("sorry im gonna be about 20 minutes late!!", 20),
        ("15min late soz", 15),
        ("late by half an hour", 30),
        ("gonna be an hour late", 60),
        ("late 400", 240),
        ("I'll be ١٠ mins late", 10),
    ],
)
def test_minutes_said_at_once_are_not_asked_again(said, minutes):
    begun = story()
    begun.says(said)
    assert begun.diaries.done[-1] == SayLate("m1", minutes)
    assert begun.heard == "OK. I have told Priya. Go safe. You do not have to rush."


@pytest.mark.parametrize(
    ("said", "minutes"), [("20", 20), ("45 mins", 45), ("about 10", 10), ("5", 5), ("half an hour", 30)]
)
def test_minutes_in_their_own_words_answer_how_late(said, minutes):
    begun = story()
    begun.says("late")
    begun.says(said)
    assert begun.diaries.done[-1] == SayLate("m1", minutes)


@pytest.mark.parametrize("said", ["9", "0", "menu"])
def test_the_ways_out_stay_while_we_ask_how_late(said):
    begun = story()
    begun.says("late")
    assert begun.says(said).outcome.name in {"person", "menu"}


def test_an_hour_later_a_number_is_no_lateness():
    begun = story()
    begun.says("late")
    begun.meanwhile(now=NOW + timedelta(hours=2))
    begun.says("about 10")
    assert not any(isinstance(effect, SayLate) for effect in begun.diaries.done)


@pytest.mark.parametrize(
    "said", ["soz im lost", "cant find it", "I can't find u", "where are you?", "which door", "lost"]
)
def test_lost_as_people_type_it(said):
    begun = story()
    begun.says(said)
    assert begun.turns[-1].effects == (SayWhere("m1", "lost"),)


@pytest.mark.parametrize("said", ["here", "im here now", "we're outside", "just arrived"])
def test_here_as_people_type_it(said):
    begun = story()
    begun.says(said)
    assert begun.turns[-1].effects == (SayWhere("m1", "here"),)


@pytest.mark.parametrize(
    "said",
    [
        "im late for school",
        "my period is late",
        "i lost my card",
        "im not here",
        "is anyone here",
        "im lost 2",
        "here 5",
        "my 2 brothers",
    ],
)
def test_sentences_about_something_else_are_questions(said):
    begun = story()
    begun.says(said)
    found = [effect for turn in begun.turns for effect in turn.effects if isinstance(effect, FindMeetingNow)]
    assert not found


def test_where_is_it_after_an_answer_is_about_the_answer():
    begun = story()
    begun.says("need cscs")
    begun.says("how much")
    assert not begun.diaries.done


def test_an_answer_to_a_question_of_ours_is_not_stolen():
    begun = story()
    begun.says("person")
    turn = begun.says("late")
    assert turn.effects == (AddToCase(),)
    assert not any(isinstance(effect, FindMeetingNow) for effect in begun.diaries.done)


def test_a_person_who_was_asked_for_reads_it_too():
    begun = story(case=ASKED)
    begun.says("lost")
    assert begun.turns[-1].effects == (SayWhere("m1", "lost"), AddToCase())
    begun.says("10 mins late")
    assert begun.diaries.done[-2:] == [SayLate("m1", 10), AddToCase()]


def test_in_a_crisis_the_words_are_for_whoever_reads_them():
    begun = story()
    begun.says("i want to die")
    begun.says("im lost")
    assert not any(isinstance(effect, FindMeetingNow) for effect in begun.diaries.done)


def test_a_meeting_that_has_gone_meanwhile_is_not_said_to_be_told():
    begun = story()
    begun.take(LateTold(None, 15))
    assert begun.heard == "I can not find that meeting any more. Reply 9, and a person looks for you."


def test_a_meeting_of_others_is_changed_by_a_person():
    begun = story(now=replace(TODAY, owner="court", may_change=False, who_comes="", adviser=""))
    begun.says("late")
    begun.says("4")
    assert begun.heard == "That is OK. I have told a person here. Do you want another time?"
    assert begun.labels() == ["It has to change"]


def test_nobody_has_to_go_anywhere_for_a_call():
    begun = story(now=replace(TODAY, place=PHONE))
    begun.says("lost")
    assert begun.heard.startswith("This meeting is by phone or video. You do not have to go anywhere.")


def test_by_text_the_door_comes_first():
    begun = story(channel=ChannelName.SMS)
    begun.says("lost")
    assert begun.last.sms_text.startswith(
        "The blue door. Priya meets you here: the main door. You can ring: 01632 960101."
    )


def test_a_late_adviser_in_a_crisis_is_said_and_nothing_is_asked():
    begun = story()
    begun.says("i want to die")
    begun.take(AdviserLate("Jo", 15, TODAY))
    assert begun.heard == "Sorry, Jo is 15 minutes late. You meet at about 11:15am."
    assert begun.labels() == []
    assert begun.state.topic == "crisis"


@pytest.mark.parametrize("event", [DidItHappen(TODAY), ComfortAsked("Beth", "Ali")])
def test_in_a_crisis_nothing_is_asked_that_can_wait(event):
    begun = story()
    begun.says("i want to die")
    assert begun.take(event).replies == ()


@pytest.mark.parametrize(("said", "answer"), [("yh", "yes"), ("nah", "no"), ("moved", "moved"), ("No", "no")])
def test_whether_it_happened_in_words(said, answer):
    begun = story()
    begun.take(DidItHappen(TODAY))
    assert begun.says(said).effects[0] == KeepAnswer("m1", answer)


@pytest.mark.parametrize("said", ["skip", "nah", "dunno"])
def test_what_was_in_the_way_may_be_left_unsaid(said):
    begun = story()
    begun.take(DidItHappen(TODAY))
    begun.says("no")
    turn = begun.says(said)
    assert turn.effects == ()
    assert begun.heard == "That is fine."
    assert begun.labels() == ["Book a new time"]


def test_what_was_in_the_way_in_their_own_words_goes_to_a_person():
    begun = story()
    begun.take(DidItHappen(TODAY))
    begun.says("no")
    assert begun.says("my nan was ill").effects == (KeepAnswer("m1", "no", words="my nan was ill"),)
    assert begun.heard == "Thank you. I have passed that on."


def test_danger_in_what_was_in_the_way_is_danger():
    begun = story()
    begun.take(DidItHappen(TODAY))
    begun.says("no")
    assert begun.says("my boyfriend hits me").outcome.name == "crisis"


def test_four_choices_by_text_are_enough():
    begun = story(channel=ChannelName.SMS)
    begun.take(DidItHappen(TODAY))
    begun.says("no")
    assert begun.labels() == ["Getting there", "I felt worried", "Book a new time", "Skip"]


@pytest.mark.parametrize(("said", "answer"), [("yh", "yes"), ("dunno", "not_sure"), ("nah", "no")])
def test_a_new_adviser_in_words(said, answer):
    begun = story()
    begun.take(ComfortAsked("Beth", "Ali", at(10, 16)))
    assert begun.says(said).effects == (AnswerComfort(answer),)


def test_an_ok_to_a_new_adviser_may_be_a_sigh():
    begun = story()
    begun.take(ComfortAsked("Beth", "Ali"))
    assert begun.says("ok").effects == ()
    assert begun.heard == "Just to be sure: are you OK with this?"
    assert begun.says("1").effects == (AnswerComfort("yes"),)


def test_the_next_meeting_with_their_adviser_is_one_step_away():
    begun = story(adviser=MyAdviser("Jo", (), "", TODAY))
    begun.says("who is my adviser")
    assert begun.heard == "Your adviser is Jo. You meet: 11am."
    assert begun.labels() == ["See the meeting", "Book a time", "Adults I trust"]


def asks(**more):
    begun = story(**more)
    begun.says("when is my appointment")
    begun.says(str(begun.labels().index("What I want to ask there") + 1))
    return begun


@pytest.mark.parametrize("said", ["nah", "skip", "thanks", "bye", "ok"])
def test_a_goodbye_is_no_question(said):
    begun = asks()
    begun.says("can my brother come")
    begun.says(said)
    assert begun.diaries.done[-1] == KeepQuestion("m1", "can my brother come")
    assert begun.heard == "Thank you. Your questions stand with your meeting."


def test_signs_alone_are_no_question():
    begun = asks()
    begun.says("??")
    assert not any(isinstance(effect, KeepQuestion) for effect in begun.diaries.done)


def test_the_next_day_a_question_is_for_us_again():
    begun = asks()
    begun.meanwhile(now=NOW + timedelta(days=1))
    assert begun.says("need cscs").outcome.name == "answer"


def test_danger_is_no_question_either():
    assert asks().says("i want to die").outcome.name == "crisis"


def trusts(*names: str, is_full: bool = False):
    begun = story()
    begun.take(MyAdviser())
    assert begun.picks("trusted").effects == (AskTrusted(),)
    begun.take(TrustedListed(names, is_full))
    return begun


def test_nobody_is_named_yet():
    begun = trusts()
    assert begun.heard == "You can name up to 3 adults you trust. Your adviser sees the names. Write one first name."
    assert begun.says("my nan Ann").effects == (KeepTrusted("my nan Ann"),)


def test_names_can_be_added_and_all_forgotten():
    begun = trusts("Ann", "Sam")
    assert begun.heard == "You trust: Ann, Sam. You can write one more name."
    assert begun.labels() == ["That is all", "Forget these names"]
    assert begun.says("2").effects == (ForgetTrusted(),)


def test_with_three_nothing_more_is_taken_for_a_name():
    begun = trusts("Ann", "Sam", "Cy", is_full=True)
    assert begun.heard == "You trust: Ann, Sam, Cy."
    begun.says("need cscs")
    assert begun.turns[-1].outcome.name == "answer"


@pytest.mark.parametrize("said", ["nah", "1", "ok", "that is all"])
def test_enough_names(said):
    begun = trusts("Ann")
    begun.says(said)
    assert begun.heard == "OK. You can change this any time."


@pytest.mark.parametrize(
    "said", ["can my mum come with me?", "i do not really know anybody like that here", "??", "12345678901", "x" * 60]
)
def test_what_is_no_name(said):
    assert not any(isinstance(effect, KeepTrusted) for effect in trusts("Ann").says(said).effects)


def test_danger_is_no_name():
    assert trusts().says("i want to die").outcome.name == "crisis"


def test_the_next_day_a_short_text_is_no_name():
    begun = trusts("Ann")
    begun.meanwhile(now=NOW + timedelta(days=1))
    assert begun.says("need cscs").outcome.name == "answer"
