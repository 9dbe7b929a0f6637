"""Words that matter are not lost: long texts, sentences that look like commands, words while a person is there."""

import time

import pytest

from dialogs.effects import AddToCase, OpenCase, StopMessages
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import MAX_TEXT, ButtonPress, MessageKind, clean_text
from dialogs.patterns import LONGEST_WORD, MOST_SEEN
from dialogs.topics import crisis
from tests.support.fakes_dialogs import NOW, OPEN, RULES, Story

WITH_JO = CaseOpen(NOW, is_crisis=False, adviser="Jo")


def test_the_end_of_a_very_long_text_is_read():
    raw = "it was a long day " * 2_000 + "and i want to die"
    text = clean_text(raw)
    assert len(text) <= MAX_TEXT
    assert text.startswith("it was a long day")
    assert Story().says(text).outcome.name == "crisis"
    assert len(clean_text("x" * MAX_TEXT)) == MAX_TEXT


@pytest.mark.parametrize("said", ["help", "stop", "start"])
def test_words_that_can_be_meant_for_both_reach_the_adviser(said):
    assert AddToCase() in Story(case=WITH_JO).says(said).effects


@pytest.mark.parametrize("said", ["my data", "delete", "join", "language"])
def test_words_for_the_computer_do_not(said):
    assert AddToCase() not in Story(case=WITH_JO).says(said).effects


def test_words_with_a_start_or_a_picture_reach_the_adviser():
    story = Story(case=WITH_JO)
    assert AddToCase() in story.says("i am outside", MessageKind.START).effects
    assert AddToCase() in story.says("look what he did", MessageKind.PHOTO).effects


def test_a_word_typed_after_start_is_read_for_danger_and_our_own_links_are_not():
    assert Story().says("", MessageKind.START, payload="kms").outcome.name == "crisis"
    assert Story().says("", MessageKind.START, payload="i_want_to_die").outcome.name == "crisis"
    assert Story().says("", MessageKind.START, payload="t_work_cv").outcome.name == "answer"


@pytest.mark.parametrize("said", ["stop it hes here", "stop my dad please"])
def test_a_sentence_is_no_stop_while_a_person_listens_or_in_a_crisis(said):
    assert Story(case=WITH_JO).says(said).effects == (AddToCase(),)
    story = Story()
    story.says("i want to die")
    assert StopMessages(is_all=True) not in story.says(said).effects
    assert StopMessages(is_all=True) in story.says("stop").effects


def test_a_burst_still_reaches_an_open_case():
    story = Story(case=CaseOpen(NOW, is_crisis=True), recent_messages=50)
    story.says("he is at the door")
    assert story.says("no").effects == (AddToCase(),)


def test_who_is_told_is_true_at_night_as_well():
    for desk, told in (
        (None, "No one here can write until Monday 23 November, 9am"),
        (OPEN, "A person here will read this."),
    ):
        story = Story(**({"desk": desk} if desk else {}))
        story.says("i want to die")
        story.says("2")
        assert story.last.text.startswith("Please call 999 now.")
        assert told in story.last.text
        assert "telling a person" not in story.last.text


def test_a_closed_case_releases_the_crisis_but_not_before_its_question_is_answered():
    story = Story()
    story.says("i want to die")
    assert crisis.released(story.state) == story.state
    story.says("1")
    free = crisis.released(story.state)
    assert (free.crisis_since, free.crisis_kind, free.topic) == (None, "", "")
    story.state = free
    turn = story.says("i want to die")
    assert isinstance(turn.effects[0], OpenCase)


def test_one_word_of_a_held_down_key_costs_little_and_is_not_remembered_whole():
    word = "qwertyuiopasdfgh" * 625
    began = time.perf_counter()
    assert RULES.read(word) is None
    assert time.perf_counter() - began < 2
    assert max(map(len, RULES._compiled.lexicon.seen)) <= LONGEST_WORD
    assert len(RULES._compiled.lexicon.seen) <= MOST_SEEN


def test_a_press_is_still_ours_to_word():
    story = Story()
    story.says("menu")
    assert story.says("", MessageKind.CHOICE, press=ButtonPress(story.state.menu_id, 9)).outcome.name == "person"
