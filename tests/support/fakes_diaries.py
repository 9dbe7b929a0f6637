"""A town with free times for the pure engine: it answers what a turn asks of the diaries, as the server does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dialogs.effects import (
    AddNeed,
    AnswerOffer,
    BeginBooking,
    BookHeld,
    CancelMeeting,
    Effect,
    HoldTime,
    JoinWaiting,
    LetGo,
    ListMeetings,
    LookForTimes,
    MoveMeeting,
    PreferPart,
)
from dialogs.events import (
    Booked,
    BookingBegins,
    DayFree,
    Event,
    MeetingCancelled,
    MeetingsListed,
    TimeGone,
    TimeHeld,
    TimesFound,
    WaitingJoined,
)
from dialogs.meetings import Manner, Meeting, Needs, PartOfDay, PlaceCard, Slot, Wish, part_of
from dialogs.messages import ChannelName, InboundMessage
from dialogs.turn import Turn
from tests.support.fakes_dialogs import Story

HUB = PlaceCard("hub", "The Hub", Manner.FACE_TO_FACE, address="1 Sample Street", door="The blue door")
CLUB = PlaceCard("club", "The Club", Manner.FACE_TO_FACE, is_step_free=True, has_quiet_room=True)
PHONE = PlaceCard("phone", "Phone", Manner.PHONE)
MINE = ("jo-id", "Jo")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in December 2026."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def slot(when: datetime, place: PlaceCard = HUB, adviser: str = "Jo", minutes: int = 45) -> Slot:
    """A free time."""
    return Slot(f"{adviser}.{place.id}.{when:%d%H%M}", when, minutes, adviser, place)


def meeting(meeting_id: str, when: datetime, **more: Any) -> Meeting:
    """A booked meeting with Jo at The Hub."""
    fields: dict[str, Any] = {"owner": "ours", "adviser": "Jo", "place": HUB, "place_name": HUB.name}
    return Meeting(meeting_id, "careers", starts_at=when, minutes=45, **{**fields, **more})


@dataclass
class FakeDiaries:
    """Free times by hand. `taken` are keys that somebody else takes the moment before; `done` are all effects in order."""

    slots: list[Slot] = field(default_factory=list)
    reasons: tuple[str, ...] = ("first_talk", "careers", "benefits")
    mine: tuple[str, str] | None = None
    part: PartOfDay | None = None
    is_part_known: bool = True
    known: Needs | None = None
    meetings: list[Meeting] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    held_for: timedelta = timedelta(minutes=10)
    done: list[Effect] = field(default_factory=list)
    held: Meeting | None = None

    def answer(self, effect: Effect, now: datetime) -> Event | None:  # noqa: C901 - one arm an effect
        """What the server would answer."""
        self.done.append(effect)
        match effect:
            case BeginBooking():
                return BookingBegins(self.reasons, self.mine, self.part, self.is_part_known, self.known)
            case LookForTimes():
                return self._look(effect.wish)
            case HoldTime():
                return self._hold(effect.key, effect.wish, now)
            case BookHeld():
                return self._book(effect)
            case MoveMeeting():
                return self._move(effect)
            case CancelMeeting():
                return MeetingCancelled(self._take(effect.meeting_id))
            case ListMeetings():
                return MeetingsListed(tuple(self.meetings), effect.purpose)
            case AddNeed():
                self.meetings = [replace(one, needs=replace(one.needs, **{effect.need: True})) for one in self.meetings]
                return MeetingsListed(tuple(self.meetings), f"needed:{effect.meeting_id}")
            case JoinWaiting():
                return WaitingJoined(effect.wish)
            case AnswerOffer() if effect.is_wanted and self.held:
                return TimeHeld(self.held, "offered", self.known)
            case LetGo() | PreferPart():
                return None
        return None

    def _fits(self, one: Slot, wish: Wish) -> bool:
        has = (one.place.is_step_free or not wish.step_free) and (one.place.has_quiet_room or not wish.quiet)
        who = wish.adviser_id != MINE[0] or one.adviser == MINE[1]
        where = wish.place_id in {"", one.place.id} and wish.manner in {None, one.place.manner}
        return has and who and where and one.key not in self.taken

    def _look(self, wish: Wish) -> TimesFound:
        anywhere = [one for one in self.slots if self._fits(one, replace(wish, place_id="", manner=None))]
        fits = [one for one in anywhere if self._fits(one, wish)]
        days = sorted({one.starts_at.date() for one in fits})
        parts = {day: {part_of(one.starts_at) for one in fits if one.starts_at.date() == day} for day in days}
        free = tuple(DayFree(day, tuple(part for part in PartOfDay if part in parts[day])) for day in days)
        that_day = tuple(one for one in fits if one.starts_at.date().isoformat() == wish.day)
        places = tuple(dict.fromkeys(one.place for one in anywhere if wish.manner in {None, one.place.manner}))
        return TimesFound(wish, free, that_day, places)

    def _hold(self, key: str, wish: Wish, now: datetime) -> Event:
        one = self._free(key)
        if one is None:
            return self._gone(wish)
        until = now + self.held_for
        place = {"place": one.place, "place_name": one.place.name, "adviser": one.adviser}
        self.held = meeting("m-held", one.starts_at, is_held=True, held_until=until, **place)
        return TimeHeld(self.held, key)

    def _book(self, wish: BookHeld) -> Event:
        if self.held is None and self._free(wish.key) is None:
            return self._gone(wish.wish)
        one = self.held or meeting("m-late", self._free(wish.key).starts_at)  # type: ignore[union-attr]
        booked = replace(one, id="m1", is_held=False, held_until=None, needs=wish.needs)
        self.held = None
        self.meetings.append(booked)
        return Booked(booked)

    def _move(self, wish: MoveMeeting) -> Event:
        one = self._free(wish.key)
        old = next((m for m in self.meetings if m.id == wish.meeting_id), None)
        if one is None or old is None:
            return self._gone(wish.wish)
        moved = replace(old, starts_at=one.starts_at, place=one.place, adviser=one.adviser)
        self.meetings = [moved if m is old else m for m in self.meetings]
        return Booked(moved, moved_from=old.starts_at)

    def _take(self, meeting_id: str) -> Meeting | None:
        one = next((m for m in self.meetings if m.id == meeting_id), None)
        self.meetings = [m for m in self.meetings if m is not one]
        return one

    def _free(self, key: str) -> Slot | None:
        return next((one for one in self.slots if one.key == key and key not in self.taken), None)

    def _gone(self, wish: Wish) -> TimeGone:
        return TimeGone(wish, tuple(one for one in self.slots if one.key not in self.taken)[:3])


class TownStory(Story):
    """A story in a town: what a turn asks of the diaries is answered at once."""

    def __init__(self, diaries: FakeDiaries, channel: ChannelName = ChannelName.WEBCHAT, **more: Any) -> None:
        super().__init__(channel, **more)
        self.diaries = diaries

    def take(self, incoming: InboundMessage | Event) -> Turn:
        """A message or event, and all that follows from it in the same transaction; the last turn."""
        turn = super().take(incoming)
        for effect in turn.effects:
            event = self.diaries.answer(effect, self.facts.now)
            if event is not None:
                turn = self.take(event)
        return turn

    @property
    def heard(self) -> str:
        """The last thing said."""
        return self.last.text

    def labels(self) -> list[str]:
        """The words of the choices on the screen, without menu and person."""
        return [choice.label for choice in self.state.offered if choice.number not in {0, 9}]


WEEK = [
    slot(at(8, 9, 30)), slot(at(8, 14)), slot(at(8, 15)),
    slot(at(10, 13, 30)), slot(at(10, 14, 30)), slot(at(11, 10)), slot(at(15, 10)), slot(at(16, 10)), slot(at(17, 10)),
    slot(at(18, 10)),
]  # fmt: skip
"""Tuesday 8 to Friday 18 December at The Hub."""
