"""The finder is right on messy messages, refuses honestly, asks when two are near, and says what matched."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.ports import Intent
from server.answers.content import Content
from server.answers.finding.build import build_finder
from server.answers.finding.finder import Finder


@pytest.fixture(scope="module")
def finder(content: Content) -> Finder:
    return build_finder(content, None)


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        ("need a cscs for a job on site", "en", "work.site-card"),
        ("NEED CARD 4 BUILDING SITE!!!", "en", "work.site-card"),
        ("bilding site card", "en", "work.site-card"),
        ("can i leave skl when im 16", "en", "learning.leave-school"),
        ("i wanna die", "en", "crisis.suicide"),
        ("cerdyn ar gyfer safle adeiladu", "cy", "work.site-card"),
        ("أريد بطاقة cscs", "ar", "work.site-card"),
        ("هل ممكن اترك المدرسه", "ar", "learning.leave-school"),
        ("dwi angen cerdyn cscs", "en", "work.site-card"),
        ("beddi cscs card", "", "work.site-card"),
    ],
)
def test_finds_the_topic(finder: Finder, text: str, language: str, topic: str) -> None:
    finding = finder.find(text, language)
    assert finding.topic == topic
    assert finding.alternatives[0] == topic
    assert 0.37 <= finding.confidence <= 1
    assert finder.explain(text, language).matched


@pytest.mark.parametrize(
    "text",
    [
        "who won the football",
        "tell me a joke please",
        "what is the capital of spain",
        "asdkjh qwpoe zxmn",
        "",
        "   ",
        "🙂🙂",
        "?",
    ],
)
def test_refuses_what_it_does_not_know(finder: Finder, text: str) -> None:
    finding = finder.find(text, "en")
    assert finding.topic is None
    assert finding.intent is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [("hello", Intent.GREETING), ("thanks a lot!", Intent.THANKS), ("are you a robot?", Intent.WHO_ARE_YOU)],
)
def test_talk_that_is_no_question_is_an_intent(finder: Finder, text: str, intent: Intent) -> None:
    finding = finder.find(text, "en")
    assert finding.intent is intent
    assert finding.topic is None


def test_says_which_sample_decided(finder: Finder) -> None:
    assert finder.explain("can i leave school at 16 please", "en").matched == "can i leave school at 16"


def test_two_near_topics_are_close(content: Content) -> None:
    card, school = content.topics["work.site-card"], content.topics["learning.leave-school"]
    shared = card.samples["en"][0]
    both = {
        "work.site-card": replace(card, samples={"en": (replace(shared, text="help with the purple form now"),)}),
        "learning.leave-school": replace(school, samples={"en": (replace(shared, text="purple form help for you"),)}),
    }
    finding = build_finder(replace(content, topics=both), None).find("the purple form help", "en")
    assert finding.is_close
    assert set(finding.alternatives[:2]) == set(both)


def test_an_empty_library_finds_nothing(content: Content) -> None:
    empty = build_finder(replace(content, topics={}, phrases={}), None)
    assert empty.find("need a card", "en").topic is None


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=120), language=st.sampled_from(["en", "cy", "ar", "", "xx"]))
def test_never_raises(content: Content, text: str, language: str) -> None:
    finding = build_small(content).find(text, language)
    assert 0 <= finding.confidence <= 1
    assert len(finding.alternatives) <= 5


_SMALL: dict[int, Finder] = {}


def build_small(content: Content) -> Finder:
    """One finder for all examples."""
    return _SMALL.setdefault(id(content), build_finder(content, None))


def test_a_very_long_message_costs_little(finder: Finder) -> None:
    began = time.process_time()
    finder.find("i need a card for the building site because " * 250, "en")
    assert time.process_time() - began < 2
