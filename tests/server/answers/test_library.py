"""The library gives the right language, the right nation, and nothing out of date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dialogs.facts import Nation
from dialogs.ports import Tier
from server.answers.content import Content
from server.answers.library import Library
from tests.server.answers.conftest import TODAY


@pytest.fixture
def library(content: Content) -> Library:
    return Library(content, lambda: TODAY)


def test_an_answer_is_complete(library: Library) -> None:
    answer = library.answer("work.site-card", "en", None)
    assert answer is not None
    assert (answer.title, answer.tier, answer.language) == ("Get a site card", Tier.INFORMATION, "en")
    assert answer.one_line == "You need a card to work on most sites."
    assert answer.steps == ("Book the test.", "Pass the test.", "Ask for the card.")
    assert answer.next_keys == ("more", "book")
    assert [line.id for line in answer.lines] == ["careers"]
    assert (answer.checked_on, answer.source_name) == (date(2026, 11, 22), "gov.uk")
    assert not answer.needs_nation
    assert not answer.is_expired


def test_the_nation_decides_the_text(library: Library) -> None:
    unknown = library.answer("learning.leave-school", "en", None)
    wales = library.answer("learning.leave-school", "en", Nation.WALES)
    assert unknown is not None
    assert wales is not None
    assert unknown.needs_nation
    assert unknown.short == ""  # the wrong nation's law is worse than none
    assert not wales.needs_nation
    assert wales.short.startswith("In Wales")
    assert wales.sms.startswith("In Wales")
    assert wales.under_16 == unknown.under_16 == "You go to school until then."


def test_a_missing_language_falls_back_to_english(library: Library) -> None:
    answer = library.answer("work.site-card", "pl", None)
    assert answer is not None
    assert answer.language == "en"


def test_drafts_can_be_kept_back(content: Content) -> None:
    assert Library(content, lambda: TODAY, has_drafts=False).answer("work.site-card", "cy", None) is None


def test_an_unknown_topic_is_none(library: Library) -> None:
    assert library.answer("work.nothing", "en", None) is None


@pytest.mark.parametrize(("today", "is_expired"), [(date(2027, 11, 22), False), (date(2027, 11, 23), True)])
def test_the_day_after_expiry_the_text_must_not_be_shown(content: Content, today: date, is_expired: bool) -> None:
    answer = Library(content, lambda: today).answer("work.site-card", "en", None)
    assert answer is not None
    assert answer.is_expired is is_expired


def test_titles_follow_the_menu_in_the_language(library: Library) -> None:
    assert library.titles("work", "cy") == [
        ("work.site-card", "Cael cerdyn safle"),
        ("learning.leave-school", "Gadael ysgol yn 16"),
    ]
    assert library.titles("nowhere", "en") == []


def test_labels_name_alarms_and_other_topics(library: Library) -> None:
    crisis, school = (
        library.answer("crisis.suicide", "cy", None),
        library.answer("learning.leave-school", "cy", Nation.WALES),
    )
    assert crisis is not None
    assert school is not None
    assert dict(crisis.labels) == {"alarm:suicide": "Dydw i ddim yn saff"}
    assert dict(school.labels) == {"topic:work.site-card": "Cael cerdyn safle"}


def test_help_lines_speak_the_language_or_english(library: Library) -> None:
    assert library.line("samaritans", "cy").name == "Y Samariaid"
    childline = library.line("childline", "ar")
    assert (childline.name, childline.note, childline.phone) == ("Childline", "مجانا", "0800 1111")
    with pytest.raises(KeyError):
        library.line("nobody", "en")


def test_a_dead_help_line_is_left_out_of_an_answer(content: Content) -> None:
    library = Library(replace(content, lines={}), lambda: TODAY)
    answer = library.answer("work.site-card", "en", None)
    assert answer is not None
    assert answer.lines == ()
