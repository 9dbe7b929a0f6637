"""What the console calls places, kinds of appointment, hours, owners and checks. Marked for the catalogue; templates say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialogs.wording import N_
from server.appointments.checks import Fault, Warn
from server.appointments.kinds import AwayKind, HoursKind, Owner, PlaceKind, Reason, ReleaseSide
from server.appointments.refusing import BadDiary
from server.console.care_words import MEETINGS
from server.console.care_words import OWNERS as ALL_OWNERS
from server.console.diary_words import OFFICES, SIDES

__all__ = [
    "AWAY",
    "FAULTS",
    "HOURS",
    "KINDS",
    "OFFICES",
    "OWNERS",
    "PLACE_KINDS",
    "RELEASES",
    "WARNINGS",
    "WEEKDAYS",
    "bad_words",
]

PLACE_KINDS: Final[dict[PlaceKind, str]] = {
    PlaceKind.SCHOOL: N_("School"),
    PlaceKind.COLLEGE: N_("College"),
    PlaceKind.ONE_STOP_SHOP: N_("One-stop shop"),
    PlaceKind.DROP_IN: N_("Drop-in"),
    PlaceKind.SECURE_ESTABLISHMENT: N_("Secure establishment"),
    PlaceKind.OUTREACH: N_("Outreach"),
    PlaceKind.PHONE: N_("By telephone"),
    PlaceKind.VIDEO: N_("By video"),
}

KINDS: Final[dict[Reason, str]] = MEETINGS

OWNERS: Final[dict[Owner, str]] = {owner: name for owner, name in ALL_OWNERS.items() if owner is not Owner.OURS}
"""Whose appointment it is; ours are booked, not written down."""

RELEASES: Final[dict[ReleaseSide, str]] = SIDES

AWAY: Final[dict[AwayKind, str]] = {
    AwayKind.LEAVE: N_("Leave"),
    AwayKind.BUSY: N_("Other work"),
    AwayKind.EXTRA: N_("Extra time"),
}

HOURS: Final[dict[HoursKind, str]] = {HoursKind.OPEN: N_("Can be booked"), HoursKind.BREAK: N_("Break")}

WEEKDAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)

FAULTS: Final[dict[Fault, str]] = {
    Fault.UNREADABLE: N_("Give the day and the time."),
    Fault.NEVER: N_("This time never is: the clocks go forward then. Choose a later or an earlier one."),
    Fault.PAST: N_("This is in the past. Choose a later time."),
    Fault.FAR: N_("That is more than two years off. Check the year."),
    Fault.ENDS_BEFORE: N_("It ends before it begins. Choose a later end."),
    Fault.TOO_LONG: N_("It lasts longer than 12 hours. Check day and time of the end."),
}
"""What cannot be."""

WARNINGS: Final[dict[Warn, str]] = {
    Warn.TWICE: N_("The clocks go back that night, so this time comes twice. The first one is taken."),
    Warn.TRAVEL_BEFORE: N_("There is too little time for the way from the appointment before."),
    Warn.TRAVEL_AFTER: N_("There is too little time for the way to the appointment after."),
    Warn.CLOSED: N_("The place is closed at a part of this time."),
    Warn.CLOSED_DOWN: N_("Nobody is booked at this place any more by then: it closes."),
    Warn.HOLIDAY: N_("This is a bank holiday."),
    Warn.WEEKEND: N_("This is at the weekend."),
    Warn.FRIDAY: N_("This is Friday after noon. What goes wrong then waits until Monday."),
    Warn.BEFORE_WEEKEND: N_("This is the day before the weekend. Little time is left if something goes wrong."),
    Warn.BEFORE_HOLIDAY: N_("This is the last working day before a bank holiday."),
    Warn.NOT_FIXED: N_("The establishment has not said yes, so it is not fixed yet."),
}
"""What may be, and asks for one more press."""

_BAD: Final[Mapping[tuple[str, str], str]] = {
    ("name", "unknown"): N_("Give the place a name."),
    ("name", "taken"): N_("Another place has this name already. Choose another name."),
    ("rooms", "too_long"): N_("Give a number from 0 to 50. 0 means that nobody counts."),
    ("hours", "hours"): N_("Write the hours like this: mon-fri 09:00-17:00; sat 10:00-13:00"),
    ("to", "unknown"): N_("Choose two different places."),
    ("minutes", "too_long"): N_("Give a number of minutes that can be true."),
    ("step_minutes", "too_long"): N_("Give a number from 5 to 120."),
    ("capacity", "too_long"): N_("Give a number from 1 to 40."),
    ("place", "unknown"): N_("Choose a place of this area. A break, leave and other work have none."),
    ("ends", "ends_before"): N_("It ends before it begins. Choose a later end."),
    ("ends", "past"): N_("This is over already. Choose a later time."),
    ("ends", "too_long"): N_("That is more than 400 days. Put it in two parts."),
    ("until_on", "ends_before"): N_("The last day is before the first. Choose a later one."),
    ("starts", "overlaps"): N_(
        "Hours of this kind are there already on that day, at a part of this time. End those first."
    ),
}
CANNOT_BE: Final = N_("This cannot be. Check it and try again.")


def bad_words(error: BadDiary) -> str:
    """What a form says about something that a diary cannot hold."""
    return _BAD.get((error.field, error.code), CANNOT_BE)
