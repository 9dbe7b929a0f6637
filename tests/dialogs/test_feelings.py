"""Feeling bad is asked about and not named; a suspicion is read by a person; a no is a crisis."""

import pytest

from dialogs.effects import AddToCase, CaseUrgency, OpenCase
from dialogs.ports import Finding
from tests.dialogs.test_crisis import ids
from tests.support.fakes_dialogs import FakeAnswerFinder, Story, ports


def test_a_feeling_is_asked_about_without_a_case():
    story = Story()
    turn = story.says("im sad")
    assert (turn.outcome.name, turn.effects, story.state.crisis_since) == ("feelings", (), None)
    assert story.last.text == "That sounds hard. You can tell me more.\n\nAre you safe right now?"
    assert ids(story.last) == ["999", "childline", "shout"]


def test_a_second_feeling_is_not_met_with_the_same_words():
    story = Story()
    story.says("im sad")
    story.says("im scared")
    assert story.last.text.startswith("Thank you for telling me. A person can listen better than I can: reply 9.")
    assert "Monday 23 November" in story.last.text


@pytest.mark.parametrize("said", ["1", "yes", "yh"])
def test_safe_is_believed(said):
    story = Story()
    story.says("im sad")
    turn = story.says(said)
    assert (turn.outcome.name, turn.effects, story.last.lines) == ("feeling_safe", (), ())


@pytest.mark.parametrize(("said", "outcome"), [("2", "crisis_no"), ("nah", "crisis_no"), ("dunno", "crisis_not_sure")])
def test_not_safe_is_a_crisis_at_once(said, outcome):
    story = Story()
    story.says("im sad")
    turn = story.says(said)
    assert turn.outcome.name == outcome
    assert [(e.reason, e.urgency) for e in turn.effects if isinstance(e, OpenCase)] == [("suicide", CaseUrgency.CRISIS)]
    assert (story.state.crisis_kind, ids(story.last)) == ("suicide", ["999", "childline", "shout"])


@pytest.mark.parametrize(
    ("confidence", "topic", "outcome", "urgency"),
    [
        (0.9, "crisis.suicide", "crisis", CaseUrgency.CRISIS),
        (0.6, "crisis.suicide", "feelings", CaseUrgency.SAFEGUARDING),
        (0.3, None, "feelings", None),
        (0.1, None, "refused", None),
    ],
)
def test_what_the_finder_suspects_is_met_by_how_sure_it_is(confidence, topic, outcome, urgency):
    class Suspects(FakeAnswerFinder):
        def find(self, text: str, language: str) -> Finding:
            return Finding(topic, confidence, ("crisis.suicide",))

    story = Story(ports_=ports(finder=Suspects()))
    turn = story.says("everything is too much")
    assert turn.outcome.name == outcome
    assert [e.urgency for e in turn.effects if isinstance(e, OpenCase)] == ([urgency] if urgency else [])
    assert ("ending your life" in story.last.text) == (outcome == "crisis")


def test_the_question_of_a_crisis_stays_open_until_it_is_answered():
    story = Story()
    story.says("i want to die")
    assert story.says("i just cant").replies[0].text.endswith("Are you safe right now?")
    assert story.says("ok").outcome.name == "crisis_here"
    assert story.says("need cscs").outcome.name == "answer"
    turn = story.says("no")
    assert (turn.outcome.name, turn.effects) == ("crisis_no", (AddToCase(),))
    assert "Are you safe" not in (story.says("i just cant"), story.last)[1].text


def test_a_yes_to_something_else_does_not_close_the_question():
    story = Story()
    story.says("i want to die")
    story.says("need cscs")
    assert story.says("yes").outcome.name == "crisis_listening"
    assert story.last.text.endswith("Are you safe right now?")


@pytest.mark.parametrize("said", ["what", "?", "im sad", "im 15", "thanks", "bye", "hello", "ok", "cv and cscs card"])
def test_small_words_in_a_crisis_keep_to_it(said):
    story = Story(is_greeted=False)
    story.says("i want to die")
    turn = story.says(said)
    assert turn.outcome.name.startswith("crisis")
    assert len(turn.replies) == 1
    assert story.last.text.endswith("Are you safe right now?")


def test_in_a_crisis_the_library_speaks_only_when_it_is_sure():
    class Unsure(FakeAnswerFinder):
        def find(self, text: str, language: str) -> Finding:
            return Finding("health.emergency-contraception", 0.5, ("health.emergency-contraception",))

    story = Story(ports_=ports(finder=Unsure()))
    story.says("i want to die")
    assert story.says("i took some").outcome.name == "crisis_listening"
