"""What can happen around a meeting, and what people then write, for the turns of nonsense."""

from dataclasses import replace
from datetime import timedelta

from dialogs.around import (
    AdviserLate,
    ComfortAsked,
    DidItHappen,
    LateTold,
    MeetingNow,
    MyAdviser,
    QuestionKept,
    TrustedListed,
)
from tests.support.fakes_dialogs import NOW
from tests.support.fakes_diaries import PHONE, meeting

SOON = meeting("m1", NOW + timedelta(hours=1), meet_where="the main door")
COURT = replace(SOON, id="m2", owner="court", adviser="", place=None, place_name="", may_change=False)

AROUND = [
    MeetingNow("late", SOON, "late"), MeetingNow("late", SOON, "late", 10), MeetingNow("late", None, "late"), MeetingNow("here", SOON, "here"),
    MeetingNow("lost", COURT, "lost"), MeetingNow("lost", None, "{name} {0} {"), MeetingNow("lost", replace(SOON, place=PHONE), "lost"),
    LateTold(SOON, 10), LateTold(COURT, 0), LateTold(None, 5), AdviserLate("Jo", 15, SOON), AdviserLate("", 1, COURT),
    DidItHappen(SOON), DidItHappen(COURT), MyAdviser(), MyAdviser("Jo", (0, 6), "Ali", SOON), ComfortAsked("Beth", "Ali", NOW),
    ComfortAsked("", "Ali"), QuestionKept("m1", 1), QuestionKept("m1", 0), TrustedListed(),
    TrustedListed(("Ann", "{0}")), TrustedListed(("Ann", "Sam", "Cy"), is_full=True),
]  # fmt: skip

SAID = [
    "late",
    "running 10 mins late",
    "20",
    "here",
    "lost",
    "skip",
    "yh",
    "nah",
    "who is my adviser",
    "late 999",
    "half an hour",
]
