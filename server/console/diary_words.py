"""What the console calls everything about diaries and bookings. Marked for the catalogue; templates say them."""

from __future__ import annotations

from typing import Any, Final

from dialogs.wording import N_
from server.appointments.kinds import (
    Agreed,
    By,
    Change,
    OfficeStatus,
    Outcome,
    PersonsAnswer,
    ReleaseSide,
    Status,
)
from server.console.diary_view import Line

LINES: Final[dict[Line, str]] = {
    Line.MEETING: N_("Meeting"),
    Line.HELD: N_("Somebody is choosing this time"),
    Line.AWAY: N_("Leave"),
    Line.BUSY: N_("Busy"),
    Line.BREAK: N_("Break"),
    Line.FREE: N_("Free"),
}
AGREED: Final[dict[Agreed, str]] = {
    Agreed.PHONE: N_("Yes, by phone"),
    Agreed.IN_PERSON: N_("Yes, face to face"),
    Agreed.CHAT: N_("Yes, in the chat"),
    Agreed.PAPER: N_("Yes, on paper"),
    Agreed.NOT_ASKED: N_("Not asked"),
}
STATUSES: Final[dict[Status, str]] = {
    Status.HELD: N_("Held, not booked yet"),
    Status.BOOKED: N_("Booked"),
    Status.CANCELLED: N_("Called off"),
    Status.OVER: N_("Over"),
}
OUTCOMES: Final[dict[Outcome, str]] = {
    Outcome.ATTENDED: N_("They came"),
    Outcome.DID_NOT: N_("They did not come"),
    Outcome.MOVED: N_("It was moved"),
}
ANSWERS: Final[dict[PersonsAnswer, str]] = {
    PersonsAnswer.YES: N_("Yes, it happened"),
    PersonsAnswer.NO: N_("No, it did not happen"),
    PersonsAnswer.MOVED: N_("It was moved"),
}
OFFICES: Final[dict[OfficeStatus, str]] = {
    OfficeStatus.ASKED: N_("Asked for"),
    OfficeStatus.OFFERED: N_("Offered by the office"),
    OfficeStatus.CONFIRMED: N_("Confirmed by the office"),
    OfficeStatus.TOLD: N_("Told to the young person"),
    OfficeStatus.NOT_TOLD: N_("Office not told yet"),
}
SIDES: Final[dict[ReleaseSide, str]] = {
    ReleaseSide.NONE: N_("Has nothing to do with a release"),
    ReleaseSide.BEFORE: N_("Before release, inside"),
    ReleaseSide.DAY_RELEASE: N_("On day release"),
    ReleaseSide.AFTER: N_("After release"),
}
BY: Final[dict[By, str]] = {
    By.PERSON: N_("the young person"),
    By.ADVISER: N_("staff"),
    By.PARTNER: N_("the partner's system"),
    By.RELEASE: N_("the release plan"),
    By.SYSTEM: N_("the computer"),
}
CHANGES: Final[dict[Change, str]] = {
    Change.HELD: N_("Held"),
    Change.BOOKED: N_("Booked"),
    Change.MOVED: N_("Moved"),
    Change.CANCELLED: N_("Called off"),
    Change.LATE: N_("Said to be late"),
    Change.OFFICE: N_("What the office said"),
    Change.OUTCOME: N_("How it went"),
    Change.ANSWERED: N_("The young person's answer"),
}
DONE: Final[dict[str, str]] = {
    "booked": N_("It is booked, and the young person was told."),
    "booked-untold": N_("It is booked. Nothing may be sent to them: tell them as you agreed."),
    "moved": N_("It is moved, and the young person was told."),
    "moved-untold": N_("It is moved. Nothing may be sent to them: tell them as you agreed."),
    "cancelled": N_("It is called off, and the young person was told."),
    "cancelled-untold": N_("It is called off. Nothing may be sent to them: tell them as you agreed."),
    "late": N_("The young person was told that you are late."),
    "late-untold": N_("It is noted. Nothing may be sent to them: ring them."),
    "outcome": N_("It is kept. What the young person says stands beside it."),
    "kept": N_("It is kept."),
    "gone": N_("It had been called off already."),
}
DIARY_WORDS: Final[dict[str, Any]] = {
    "lines_called": LINES,
    "agreed_words": AGREED,
    "statuses": STATUSES,
    "outcomes": OUTCOMES,
    "answers": ANSWERS,
    "offices": OFFICES,
    "sides": SIDES,
    "by_words": BY,
    "changes": CHANGES,
    "done": DONE,
}
