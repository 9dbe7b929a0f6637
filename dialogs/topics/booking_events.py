"""What the world says about meetings, each event to the subject that answers it."""

from __future__ import annotations

from typing import assert_never

from dialogs.around import AroundEvent
from dialogs.events import (
    Booked,
    BookedForYou,
    BookingBegins,
    BookingEvent,
    CalledOffForYou,
    MeetingCancelled,
    MeetingsListed,
    PlaceFree,
    TimeGone,
    TimeHeld,
    TimesFound,
    WaitingJoined,
)
from dialogs.talk import Talk
from dialogs.topics import around, booking, booking_end, meetings
from dialogs.turn import Turn


def told(talk: Talk, event: BookingEvent | AroundEvent) -> Turn:  # noqa: C901, PLR0912 - one arm an event
    """The turn of an event about times and meetings."""
    if isinstance(event, AroundEvent):
        return around.told(talk, event)
    match event:
        case BookingBegins():
            return booking.started(talk, event)
        case TimesFound():
            return booking.found(talk, event)
        case TimeHeld():
            return booking_end.held(talk, event)
        case TimeGone():
            return booking_end.gone(talk, event)
        case Booked():
            return booking_end.booked(talk, event)
        case WaitingJoined():
            return booking_end.waits(talk, event)
        case PlaceFree():
            return booking_end.place_free(talk, event)
        case BookedForYou():
            return booking_end.booked_for_you(talk, event)
        case CalledOffForYou():
            return booking_end.called_off_for_you(talk, event)
        case MeetingsListed():
            return meetings.listed(talk, event)
        case MeetingCancelled():
            return meetings.cancelled(talk, event)
        case _:
            assert_never(event)
