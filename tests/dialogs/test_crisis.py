"""Somebody may be in danger: first in every turn, whatever else is going on."""

from dataclasses import replace

import pytest

from dialogs.effects import AddToCase, CaseUrgency, OpenCase, StopMessages
from dialogs.events import LanguagePicked
from dialogs.facts import Desk
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import ButtonPress, ChannelName, Choice, MessageKind, ReplyKind, Urgency
from dialogs.ports import AlarmKind
from tests.support.fakes_dialogs import NOW, OPEN, FakeAnswerBook, Story, ports


def ids(reply):
    return [line.id for line in reply.lines]


def test_the_card():
    story = Story()
    turn = story.says("i want to die")
    card = story.last
    assert turn.outcome.name == "crisis"
    assert (card.kind, card.urgency) == (ReplyKind.CRISIS, Urgency.CRISIS)
    assert ids(card) == ["999", "childline", "shout"]
    assert card.text == (
        "It sounds like things are very hard and you may be thinking about ending your life. "
        "No one here can write until Monday 23 November, 9am (tomorrow). These people can talk now.\n\n"
        "Are you safe right now?"
    )
    assert [(c.number, c.key) for c in card.choices] == [
        (1, "safe:yes"),
        (2, "safe:no"),
        (3, "safe:not_sure"),
        (9, "person"),
    ]
    assert turn.effects == (OpenCase("suicide", CaseUrgency.CRISIS, "en", ("en/suicide/want-to-die",)),)
    assert (story.state.crisis_since, story.state.crisis_kind) == (NOW, "suicide")


@pytest.mark.parametrize(
    ("text", "kind", "lines"),
    [
        ("i took all my pills", "overdose", ["999", "111", "childline"]),
        ("my dad hits me", "abuse", ["999", "childline", "shout"]),
        ("my boyfriend hits me and hes here", "abuse", ["999", "childline", "shout"]),
        ("im running stuff for some1 owes him money", "exploitation", ["999", "fearless", "childline"]),
        ("ive got nowhere to sleep tonight", "runaway_homeless_tonight", ["999", "runaway", "childline"]),
        ("the house is on fire", "immediate_danger", ["999", "111", "childline"]),
        ("my brother is missing", "missing_or_friend_at_risk", ["999", "runaway", "childline"]),
        ("im 22 and i want to die", "suicide", ["999", "samaritans", "shout"]),
        ("im 18, they make me sell", "exploitation", ["999", "modern-slavery", "childline"]),
    ],
)
def test_lines_for_each_kind_and_age(text, kind, lines):
    story = Story()
    story.says(text)
    assert (story.state.crisis_kind, ids(story.last)) == (kind, lines)


def test_nothing_is_blamed_when_they_were_used():
    story = Story()
    story.says("im running stuff for some1")
    assert story.last.text.startswith("You have not done wrong by telling us.")


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_every_kind_has_a_whole_card(kind):
    story = Story()
    story.state = replace(story.state, menu_id=1, offered=(Choice(1, f"alarm:{kind.value}", "Not safe"),))
    story.presses(1)
    assert len(story.last.lines) == 3
    assert story.last.lines[0].id == "999"
    assert story.state.crisis_kind == kind.value
    words = story.last.text.casefold()
    assert not any(bad in words for bad in ("commit", "promise", "shortly", "soon", "attention", "!"))


def test_truth_when_the_desk_is_open():
    story = Story(desk=OPEN)
    story.says("i want to die")
    assert "A person here will read this. We do not know yet how fast." in story.last.text


def test_truth_when_nobody_knows_the_opening():
    story = Story(desk=Desk(is_open=False))
    story.says("i want to die")
    assert "We do not know when a person here can write." in story.last.text


def test_first_message_ever_has_no_intro_and_the_intro_comes_when_the_crisis_is_over():
    story = Story(is_greeted=False)
    assert len(story.says("i want to die").replies) == 1
    assert not story.state.is_greeted
    assert len(story.says("1").replies) == 1
    assert len(story.says("how do i get a cscs card").replies) == 1
    story.says("i meant something else")
    turn = story.says("how do i get a cscs card")
    assert [r.text.startswith("Hi. I am a computer") for r in turn.replies] == [True, False]


def test_crisis_beats_stop():
    story = Story()
    turn = story.says("stop it i cant live like this")
    assert turn.outcome.name == "crisis"
    assert not any(isinstance(effect, StopMessages) for effect in turn.effects)


@pytest.mark.parametrize(
    "changes",
    [
        {"is_stopped": True},
        {"recent_messages": 50},
        {"is_late": True},
        {"case": CaseOpen(NOW, is_crisis=False, adviser="Jo")},
    ],
)
def test_comes_before_everything_else(changes):
    story = Story(**changes)
    assert story.says("i want to die").outcome.name == "crisis"


def test_in_the_middle_of_a_topic_and_in_an_edit_and_in_a_caption():
    story = Story()
    story.says("9")
    assert story.says("its that i want to die").outcome.name == "crisis"
    assert Story().says("i want to die", MessageKind.EDITED).outcome.name == "crisis"
    assert Story().says("i want to die", MessageKind.PHOTO).outcome.name == "crisis"
    assert Story().says("i want to die", MessageKind.START).outcome.name == "crisis"


def test_when_silenced_by_the_pace_it_is_still_read():
    story = Story(recent_messages=30)
    story.says("a")
    assert story.says("b").replies == ()
    assert story.says("kms").outcome.name == "crisis"


@pytest.mark.parametrize(
    ("said", "outcome", "has"),
    [
        ("1", "crisis_yes", "glad you are safe"),
        ("yes", "crisis_yes", "glad you are safe"),
        ("yh", "crisis_yes", "glad you are safe"),
        ("2", "crisis_no", "Please call 999 now."),
        ("nah", "crisis_no", "Please call 999 now."),
        ("٢", "crisis_no", "Please call 999 now."),
        ("3", "crisis_not_sure", "That is OK."),
        ("dunno", "crisis_not_sure", "That is OK."),
    ],
)
def test_are_you_safe(said, outcome, has):
    story = Story()
    story.says("i want to die")
    turn = story.says(said)
    assert turn.outcome.name == outcome
    assert has in story.last.text
    assert ids(story.last) == ["999", "childline", "shout"]
    assert turn.effects == (AddToCase(),)


def test_it_stays_questions_are_answered_and_nothing_new_is_begun():
    story = Story()
    story.says("i want to die")
    for text, outcome, effects in (
        ("menu", "menu", ()),
        ("need cscs", "answer", (AddToCase(),)),
        ("more", "more", ()),
        ("i just cant", "crisis_listening", (AddToCase(),)),
        ("potrzebuje", "crisis_listening", (AddToCase(),)),
    ):
        turn = story.says(text)
        assert (turn.outcome.name, turn.effects) == (outcome, effects)
        assert ids(story.last) == ["999", "childline", "shout"]
    assert story.says("dw i angen siarad").outcome.name == "crisis_listening"
    assert (story.last.language, story.state.settings.language) == ("cy", None)


def test_a_person_in_crisis_is_not_asked_what_it_is_about():
    story = Story()
    story.says("i want to die")
    turn = story.says("9")
    assert turn.effects == (OpenCase("asked", CaseUrgency.CRISIS, "en"),)
    assert "What is it about" not in story.last.text
    story.meanwhile(case=CaseOpen(NOW, is_crisis=True))
    assert story.says("help").effects == (AddToCase(),)


def test_i_meant_something_else_is_believed_and_the_case_stays():
    story = Story()
    story.says("i want to die")
    turn = story.says("im ok i meant something else")
    assert turn.outcome.name == "crisis_meant_else"
    assert turn.effects == (AddToCase(),)
    assert story.last.lines == ()
    assert story.state.crisis_since is not None
    assert story.says("need cscs").replies[-1].lines == ()
    story.says("no really i want to die")
    assert len(story.last.lines) == 3


def test_a_choice_and_a_topic_lead_to_the_card():
    story = Story()
    story.says("mum says i gotta go")
    story.picks("alarm:runaway_homeless_tonight")
    assert story.state.crisis_kind == "runaway_homeless_tonight"
    other = Story()
    turn = other.says("feeling suicidal")
    assert (turn.outcome.name, other.state.crisis_kind) == ("crisis", "suicide")
    assert turn.effects[0].alarms == ("topic/crisis.suicide",)


def test_the_card_is_in_the_language_of_the_words_and_settings_stay():
    story = Story()
    turn = story.says("أريد أن أموت")
    assert story.last.language == "ar"
    assert turn.effects[0].language == "ar"
    assert story.state.settings.language is None
    story.says("نعم")
    assert story.last.language == "ar"


def test_a_library_without_lines_still_gives_999():
    class Empty(FakeAnswerBook):
        def line(self, line_id, language):
            raise KeyError(line_id)

    story = Story(ports_=ports(book=Empty()))
    story.says("i want to die")
    assert [line.phone for line in story.last.lines] == ["999"]


def test_the_language_can_be_changed_and_the_card_is_shown_again():
    story = Story()
    story.says("i want to die")
    turn = story.take(LanguagePicked("cy"))
    assert (turn.outcome.name, turn.effects, story.last.language) == ("crisis", (), "cy")
    assert ids(story.last)[0] == "999"


def test_a_short_text_that_only_the_rules_of_one_language_know_is_answered_in_it():
    story = Story()
    story.says("eisiau marw")
    assert (story.last.language, story.state.settings.language) == ("cy", None)


def test_an_english_rule_does_not_change_a_chosen_language():
    story = Story()
    story.says("cymraeg")
    story.says("dw i angen help, kms")
    assert story.last.language == "cy"


def test_the_words_on_a_button_are_ours():
    story = Story()
    story.says("need cscs")
    press = ButtonPress(story.state.menu_id, 1)
    assert story.says("i want to die", MessageKind.CHOICE, press=press).outcome.name == "more"


def test_no_on_the_first_of_two_cards_is_no():
    story = Story()
    first = story.says("i want to die").replies[0]
    story.says("i want to die")
    turn = story.presses(2, first.menu_id)
    assert turn.outcome.name == "crisis_no"


@pytest.mark.parametrize("words", ["stop the pain", "please stop him", "stop my dad", "stop it hes here"])
def test_stop_about_something_else_is_not_about_our_messages(words: str):
    turn = Story(ChannelName.SMS).says(words)
    assert not any(isinstance(effect, StopMessages) for effect in turn.effects)
