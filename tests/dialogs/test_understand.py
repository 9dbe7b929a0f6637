"""The one reading of a text."""

from dialogs.ports import AlarmKind, Command, Intent
from dialogs.understand import NOTHING_FOUND, heard_language, understand
from tests.support.fakes_dialogs import FakeAnswerFinder, ports


def test_all_of_it_at_once():
    read = understand("my boyfriend hits me, need cv", None, ports())
    assert (read.language, read.alarm.kind, read.command, read.finding.topic) == (
        "en",
        AlarmKind.ABUSE,
        None,
        "work.cv",
    )


def test_a_command_that_is_an_intent():
    read = understand("person", "en", ports())
    assert (read.command, read.finding.intent, read.finding.topic) == (Command.PERSON, Intent.HUMAN, None)


def test_language_is_given_or_guessed():
    finder = FakeAnswerFinder()
    assert understand("dw i", None, ports(finder=finder)).language == "cy"
    assert understand("dw i", "ar", ports(finder=finder)).language == "ar"
    assert finder.asked == [("dw i", "cy"), ("dw i", "ar")]


def test_nothing_to_find_in_no_words():
    finder = FakeAnswerFinder()
    assert understand("👍", "en", ports(finder=finder)).finding == NOTHING_FOUND
    assert finder.asked == []


def test_arabic_letters_are_heard_when_arabic_is_offered():
    assert heard_language("مرحبا", ports(), ("en", "ar")) == "ar"
    assert heard_language("مرحبا", ports(), ("en", "cy")) is None
    assert heard_language("hello اه", ports(), ("en", "ar")) is None
