"""What is said around a meeting, as text messages with the longest names and days: one part in English, at most three."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.sms.encoding import count_parts
from bot.sms.render import MAX_PARTS, render
from dialogs.around import (
    AdviserLate,
    AroundEvent,
    ComfortAsked,
    DidItHappen,
    LateTold,
    MeetingNow,
    MyAdviser,
    QuestionKept,
    TrustedListed,
)
from dialogs.facts import Desk
from dialogs.meetings import Manner, Meeting, PlaceCard
from dialogs.messages import Reply
from tests.content.test_talk_sms import JO, LANGUAGES, NOW, story

OPENS = datetime(2026, 9, 23, 12, 30, tzinfo=UTC)
HUB = PlaceCard(
    "hub", "The Hub", Manner.FACE_TO_FACE, "1 Sample Street", "The blue door", "Market Square", phone="01632 960101"
)
MEETING = Meeting(
    "0199c7f0-0000-7000-8000-000000000000",
    "careers",
    "ours",
    NOW + timedelta(hours=16, minutes=30),
    45,
    JO,
    HUB,
    HUB.name,
)
MET = replace(MEETING, meet_where="the main door")
LATER = replace(MEETING, starts_at=NOW + timedelta(days=8))


def said(language: str, *steps: AroundEvent | str) -> list[Reply]:
    told = story(language, desk=Desk(is_open=False, opens_at=OPENS))
    for step in steps:
        told.says(step) if isinstance(step, str) else told.take(step)
    return told.replies


SAID: dict[str, tuple[AroundEvent | str, ...]] = {
    "how late": (MeetingNow("late", MEETING, "late"),),
    "told": (LateTold(MEETING, 15), LateTold(replace(MEETING, adviser=""), 15), LateTold(None, 5)),
    "cannot come": (LateTold(MEETING, 0),),
    "here": (MeetingNow("here", MET, "here"), MeetingNow("here", MEETING, "here")),
    "lost": (MeetingNow("lost", MET, "lost"),),
    "by phone": (MeetingNow("lost", replace(MEETING, place=replace(HUB, manner=Manner.PHONE)), "lost"),),
    "an adviser is late": (AdviserLate(JO, 15, MEETING), "1"),
    "did it happen": (DidItHappen(MEETING), "1"),
    "it did not": (DidItHappen(MEETING), "2", "skip"),
    "what was in the way": (DidItHappen(MEETING), "2", "my nan was ill"),
    "their adviser": (MyAdviser(JO, (0, 2, 4), "Christopher", LATER), MyAdviser(JO, (0, 2, 4), "Christopher")),
    "no adviser": (MyAdviser(),),
    "a new adviser": (ComfortAsked("Christopher", JO, OPENS), "ok", "2"),
    "they are fine with it": (ComfortAsked("Christopher", JO, OPENS), "1"),
    "adults they trust": (TrustedListed(), TrustedListed(("Alexandra", "Christopher")), "ok"),
    "questions": (QuestionKept("m1", 1), QuestionKept("m1", 0)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", SAID)
def test_the_parts_it_takes(what: str, language: str) -> None:
    replies = said(language, *SAID[what])
    most = 1 if language == "en" else MAX_PARTS
    assert replies
    for reply in replies:
        text = render(replace(reply, lines=()))
        assert count_parts(text).parts <= most, text
        assert "{" not in text
