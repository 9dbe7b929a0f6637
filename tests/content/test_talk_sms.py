"""What is said around a talk with a person, as text messages with the longest names and days: one part in English, at most three."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from bot.sms.encoding import count_parts
from bot.sms.render import MAX_PARTS, render
from dialogs.events import AdviserLeft, AdviserLost, ComplaintMade
from dialogs.facts import ClosedCase, Desk
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import ChannelName, Reply
from dialogs.state import Settings
from server.i18n import CatalogueWording
from tests.content.conftest import LOCALES
from tests.support.fakes_dialogs import Story, ports

LANGUAGES = ("en", "cy", "pl", "ro", "ar", "ur", "so", "fa")
SEPTEMBER = date(2026, 9, 23)
"""A Wednesday: the longest day there is in English."""

NOW = datetime(2026, 9, 22, 20, 0, tzinfo=UTC)
OPENS = datetime(2026, 9, 23, 12, 30, tzinfo=UTC)
JO = "Alexandra"
MADE = ComplaintMade(1104, JO, "Christopher", SEPTEMBER, SEPTEMBER + timedelta(days=7))


@cache
def wording() -> CatalogueWording:
    return CatalogueWording(LOCALES)


def story(language: str, **facts: object) -> Story:
    told = Story(ChannelName.SMS, ports_=replace(ports(), wording=wording()), now=NOW, **facts)
    told.state = replace(told.state, settings=Settings(language=language))
    return told


def lost(language: str, *, is_given_on: bool) -> list[Reply]:
    told = story(language, case=CaseOpen(NOW, is_crisis=False, adviser=JO, is_lost=True))
    told.take(AdviserLost(JO, is_given_on))
    if not is_given_on:
        told.says("1")
    return told.replies


def left(language: str, event: AdviserLeft) -> list[Reply]:
    told = story(language, closed=ClosedCase(NOW, JO))
    told.take(event)
    told.says("3")
    told.says("zzz qqq")
    return told.replies


def complained(language: str, made: ComplaintMade) -> list[Reply]:
    told = story(language, desk=Desk(is_open=False, opens_at=OPENS))
    told.take(made)
    return told.replies


def asked(language: str) -> list[Reply]:
    times = (OPENS, OPENS + timedelta(days=7))
    told = story(language, desk=Desk(is_open=False, opens_at=OPENS), call_times=times)
    told.says("9")
    told.says("1")
    return told.replies


def waited(language: str) -> list[Reply]:
    told = story(language, desk=Desk(is_open=True, closes_at=OPENS))
    told.says("9")
    return told.replies


def changed(language: str) -> list[Reply]:
    told = story(language, case=CaseOpen(NOW, is_crisis=False, adviser=JO), desk=Desk(is_open=True, closes_at=OPENS))
    told.says("how do i complain about my landlord")
    told.says("please i want someone else")
    told.says("1")
    return told.replies


SAID = {
    "lost": lambda language: lost(language, is_given_on=False),
    "lost in danger": lambda language: lost(language, is_given_on=True),
    "left": lambda language: left(language, AdviserLeft(JO, asks=True, next_on=SEPTEMBER)),
    "read": lambda language: left(language, AdviserLeft(JO, has_answered=False)),
    "complained": lambda language: complained(language, MADE),
    "complained about the service": lambda language: complained(language, replace(MADE, about="")),
    "asked at night": asked,
    "waited": waited,
    "changed": changed,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", SAID)
def test_the_parts_it_takes(what: str, language: str) -> None:
    said = SAID[what](language)
    most = 1 if language == "en" else MAX_PARTS
    assert said
    for reply in said:
        text = render(replace(reply, lines=()))
        assert count_parts(text).parts <= most, text
        assert "{" not in text
