"""A booking in the making: what was chosen so far and what is on offer, kept as one note while other things are asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from dialogs.events import DayFree, TimesFound
from dialogs.meetings import Manner, Meeting, Needs, PartOfDay, PlaceCard, Wish
from dialogs.talk import Talk

NOTE = "booking"
ANYBODY = "anybody"
"""As a wish's adviser: whoever has time, also where somebody's meeting is moved."""

MOST_DAYS = 30
MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class Time:
    """A free time, as short as it can be kept: its key, its instant and the place's id."""

    key: str
    at: datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of the booking. Instants are in the area's zone.

    `step` is the question on their screen. `asked` names the questions that are answered: who, place, part, needs. `known` are the
    needs of last time, `language` the interpreter's while its dialect is asked for. `key` is the time that `meeting`
    (empty until then) is about.
    """

    wish: Wish
    step: str = ""
    reasons: tuple[str, ...] = ()
    mine: tuple[str, str] | None = None
    part: PartOfDay | None = None
    asked: frozenset[str] = frozenset()
    known: Needs | None = None
    needs: Needs = field(default_factory=Needs)
    days: tuple[DayFree, ...] = ()
    times: tuple[Time, ...] = ()
    places: tuple[PlaceCard, ...] = ()
    key: str = ""
    meeting: Meeting | None = None
    moved_from: datetime | None = None

    @property
    def is_move(self) -> bool:
        """True when a meeting that stands is to be moved."""
        return bool(self.wish.moving)

    def wishing(self, **changes: Any) -> Draft:
        """The draft with another wish."""
        return replace(self, wish=replace(self.wish, **changes))

    def having(self, *questions: str) -> Draft:
        """The draft with these questions answered."""
        return replace(self, asked=self.asked | set(questions))

    def with_times(self, found: TimesFound) -> Draft:
        """The draft with what was found for its wish."""
        times = tuple(Time(slot.key, slot.starts_at, slot.place.id) for slot in found.slots)
        days, places = found.days[:MOST_DAYS], found.places[:MOST_PLACES]
        return replace(self, wish=found.wish, days=days, times=times, places=places)


def draft_of(talk: Talk) -> Draft | None:
    """The booking in the making; None when there is none, or one that this version cannot read."""
    kept = talk.state.notes.get(NOTE)
    if not kept:
        return None
    try:
        return _read(json.loads(kept))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None


def keeping(talk: Talk, draft: Draft) -> Talk:
    """The talk that remembers the draft, also while other things are asked."""
    return talk.with_note(NOTE, json.dumps(_plain(draft), ensure_ascii=False, separators=(",", ":")))


def without(talk: Talk) -> Talk:
    """The talk with no booking in the making."""
    return talk.with_note(NOTE, "")


def _plain(draft: Draft) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "wish": _wish_plain(draft.wish),
        "step": draft.step,
        "reasons": draft.reasons,
        "mine": draft.mine,
        "part": draft.part,
        "asked": sorted(draft.asked),
        "known": None if draft.known is None else draft.known.to_plain(),
        "needs": draft.needs.to_plain(),
        "days": [[day.day.isoformat(), *day.parts] for day in draft.days],
        "times": [[time.key, time.at.isoformat(), time.place] for time in draft.times],
        "places": [_place_plain(place) for place in draft.places],
        "key": draft.key,
        "meeting": draft.meeting and _meeting_plain(draft.meeting),
        "moved_from": draft.moved_from and draft.moved_from.isoformat(),
    }
    return {name: value for name, value in plain.items() if value or value == {}}


def _read(plain: dict[str, Any]) -> Draft:
    known = plain.get("known")
    mine = plain.get("mine")
    moved = plain.get("moved_from")
    return Draft(
        wish=_wish(plain["wish"]),
        step=plain.get("step", ""),
        reasons=tuple(plain.get("reasons", ())),
        mine=(mine[0], mine[1]) if mine else None,
        part=_part(plain.get("part")),
        asked=frozenset(plain.get("asked", ())),
        known=None if known is None else Needs.from_plain(known),
        needs=Needs.from_plain(plain.get("needs")),
        days=tuple(DayFree(date.fromisoformat(d), tuple(map(PartOfDay, p))) for d, *p in plain.get("days", ())),
        times=tuple(Time(key, datetime.fromisoformat(at), place) for key, at, place in plain.get("times", ())),
        places=tuple(_place(place) for place in plain.get("places", ())),
        key=plain.get("key", ""),
        meeting=_meeting(plain["meeting"]) if plain.get("meeting") else None,
        moved_from=datetime.fromisoformat(moved) if moved else None,
    )


def _part(value: str | None) -> PartOfDay | None:
    return PartOfDay(value) if value else None


def _wish_plain(wish: Wish) -> dict[str, Any]:
    fields = ("adviser_id", "manner", "place_id", "day", "part", "after", "step_free", "quiet", "moving")
    return {"reason": wish.reason} | {name: value for name in fields if (value := getattr(wish, name))}


def _wish(plain: dict[str, Any]) -> Wish:
    manner = plain.get("manner")
    enums = {"manner": Manner(manner) if manner else None, "part": _part(plain.get("part"))}
    return Wish(**{**plain, **enums})


def _place_plain(place: PlaceCard) -> dict[str, Any]:
    fields = ("address", "door", "bus_stop", "how_to_find", "phone", "is_step_free", "has_quiet_room")
    more = {name: value for name in fields if (value := getattr(place, name))}
    return {"id": place.id, "name": place.name, "manner": place.manner.value, **more}


def _place(plain: dict[str, Any]) -> PlaceCard:
    return PlaceCard(**{**plain, "manner": Manner(plain["manner"])})


def _meeting_plain(meeting: Meeting) -> dict[str, Any]:
    """What a question before booking needs to say; the rest comes again with the event that books it."""
    until = meeting.held_until
    return {
        "id": meeting.id,
        "reason": meeting.reason,
        "starts_at": meeting.starts_at.isoformat(),
        "minutes": meeting.minutes,
        "adviser": meeting.adviser,
        "place": meeting.place and _place_plain(meeting.place),
        "place_name": meeting.place_name,
        "held_until": until and until.isoformat(),
    }


def _meeting(plain: dict[str, Any]) -> Meeting:
    until = plain["held_until"]
    return Meeting(
        id=plain["id"],
        reason=plain["reason"],
        owner="ours",
        starts_at=datetime.fromisoformat(plain["starts_at"]),
        minutes=plain["minutes"],
        adviser=plain["adviser"],
        place=_place(plain["place"]) if plain["place"] else None,
        place_name=plain["place_name"],
        is_held=until is not None,
        held_until=datetime.fromisoformat(until) if until else None,
    )
