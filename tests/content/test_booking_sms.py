"""What is said around a booking, as text messages with the longest names and days: one part in English where it can be, at most three."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from bot.sms.encoding import count_parts
from bot.sms.fitting import fit
from bot.sms.render import MAX_PARTS, render
from dialogs.events import BookedForYou, CalledOffForYou, PlaceFree
from dialogs.meetings import Interpreter, Needs
from dialogs.messages import ChannelName, Reply
from dialogs.state import Settings
from server.i18n import CatalogueWording
from tests.content.conftest import LOCALES
from tests.support.fakes_dialogs import ports
from tests.support.fakes_diaries import FakeDiaries, TownStory, meeting, slot

LANGUAGES = ("en", "cy", "pl", "ro", "ar", "ur", "so", "fa")
NOW = datetime(2026, 9, 21, 20, 0, tzinfo=UTC)
WEDNESDAY = datetime(2026, 9, 23, 12, 30, tzinfo=UTC)
"""The longest day and time there is in English."""

JO = "Alexandra"
TIMES = [slot(WEDNESDAY + timedelta(days=day, minutes=15 * n), adviser=JO) for day in (0, 1, 7, 8, 9) for n in range(5)]


@cache
def wording() -> CatalogueWording:
    return CatalogueWording(LOCALES)


def story(language: str, **more: object) -> TownStory:
    diaries = FakeDiaries(slots=TIMES, **more)
    told = TownStory(diaries, ChannelName.SMS, ports_=replace(ports(), wording=wording()), now=NOW)
    told.state = replace(told.state, settings=Settings(language=language))
    return told


def booked(language: str) -> list[Reply]:
    """From the choice to the meeting: nothing asked for, and with the time gone once."""
    told = story(language)
    told.says("need cscs")
    told.replies.clear()
    told.picks("book")
    told.picks("booking:day:2026-09-23")
    told.diaries.taken.add(TIMES[0].key)
    told.says("1")
    told.says("1")
    for key in ("booking:needs:done", "booking:yes", "meetings"):
        told.picks(key)
    return told.replies


def told_first(language: str) -> list[Reply]:
    """What we say by ourselves."""
    told = story(language)
    one = meeting("m1", WEDNESDAY, adviser=JO, held_until=NOW + timedelta(hours=2))
    for event in (PlaceFree(one), BookedForYou(one), BookedForYou(one, NOW), CalledOffForYou(one)):
        told.take(event)
    return told.replies


def changed(language: str) -> list[Reply]:
    told = story(language, meetings=[meeting("m1", WEDNESDAY, adviser=JO)])
    told.says("when is my appointment")
    told.picks("meeting:m1:unwilling")
    told.picks("meeting:m1:cancel")
    told.picks("meeting:m1:gone")
    return told.replies


def with_an_interpreter(language: str) -> list[Reply]:
    spoken = Needs(interpreter=Interpreter("so", "Maay Maay", "woman"), childcare=True, fare=True)
    told = story(language, known=spoken)
    told.says("need cscs")
    told.replies.clear()
    told.picks("book")
    told.picks("booking:day:2026-09-23")
    told.says("1")
    told.picks("booking:needs:same")
    told.picks("booking:yes")
    return told.replies


PLAIN = {"booked": booked, "told first": told_first, "changed": changed}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", PLAIN)
def test_the_parts_it_takes(what: str, language: str) -> None:
    said = PLAIN[what](language)
    most = 1 if language == "en" else MAX_PARTS
    assert said
    for reply in said:
        text = render(replace(reply, lines=()))
        assert count_parts(text).parts <= most, text
        assert "{" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_was_asked_for_may_wait_for_more_and_the_question_comes_first(language: str) -> None:
    for reply in with_an_interpreter(language):
        now, later = fit(reply)
        assert count_parts(render(now)).parts <= (2 if language == "en" else MAX_PARTS)
        assert later is None or now.text[:20] == reply.text[:20]
