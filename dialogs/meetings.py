"""Appointments as the conversation sees them: times on offer, what was booked, what would help, what is wished for.

Belongs here: plain values. Instants are aware, in the area's zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class PartOfDay(StrEnum):
    """When somebody likes to meet: before noon, from noon to 5pm, or from 5pm."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


NOON, EVENING_FROM = 12, 17


def part_of(at: datetime) -> PartOfDay:
    """The part of the day of an instant in the area's zone."""
    if at.hour < NOON:
        return PartOfDay.MORNING
    return PartOfDay.AFTERNOON if at.hour < EVENING_FROM else PartOfDay.EVENING


class Manner(StrEnum):
    """How to meet."""

    FACE_TO_FACE = "face_to_face"
    PHONE = "phone"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Who should speak for them: language code, dialect in words, and gender ("woman", "man" or empty). Never a relative."""

    language: str
    dialect: str = ""
    gender: str = ""


FLAGS = frozenset({"with_somebody", "step_free", "quiet", "childcare", "fare"})
"""What would help that is only wished or not."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What would help at an appointment (domain.md H11, H21, Q13). All optional, nothing is a diagnosis.

    `barriers` are codes of what could get in the way: travel, childcare, sleep, anxiety, money, area, faith. `comes_with` says
    who comes along, in their words. `wake_at` is when to wake them ("07:30", local; empty: not asked for).
    """

    with_somebody: bool = False
    comes_with: str = ""
    interpreter: Interpreter | None = None
    step_free: bool = False
    quiet: bool = False
    childcare: bool = False
    fare: bool = False
    barriers: tuple[str, ...] = ()
    wake_at: str = ""

    def to_plain(self) -> dict[str, Any]:
        """As JSON-ready data; what is not wished is left out."""
        plain: dict[str, Any] = {
            name: True for name in ("with_somebody", "step_free", "quiet", "childcare", "fare") if getattr(self, name)
        }
        plain |= {name: value for name in ("comes_with", "wake_at") if (value := getattr(self, name))}
        if self.barriers:
            plain["barriers"] = list(self.barriers)
        if self.interpreter:
            plain["interpreter"] = [self.interpreter.language, self.interpreter.dialect, self.interpreter.gender]
        return plain

    def having(self, flag: str) -> Needs:
        """The same with one more wish ("step_free", "fare", ...); a name that is none changes nothing."""
        return Needs.from_plain({**self.to_plain(), flag: True}) if flag in FLAGS else self

    @classmethod
    def from_plain(cls, plain: dict[str, Any] | None) -> Needs:
        """What `to_plain` wrote; fields this version does not know are ignored."""
        known = plain or {}
        flags = {name: bool(known.get(name)) for name in ("with_somebody", "step_free", "quiet", "childcare", "fare")}
        spoken = known.get("interpreter")
        return cls(
            comes_with=known.get("comes_with", ""),
            wake_at=known.get("wake_at", ""),
            barriers=tuple(known.get("barriers", ())),
            interpreter=Interpreter(*spoken) if spoken else None,
            **flags,
        )


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A place as a message may name it: `name` is its neutral label, in words that give nobody away."""

    id: str
    name: str
    manner: Manner
    address: str = ""
    door: str = ""
    bus_stop: str = ""
    how_to_find: str = ""
    phone: str = ""
    is_step_free: bool = False
    has_quiet_room: bool = False
    has_photo: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A time on offer. `key` finds it again, whole, in another process; `adviser` is a first name."""

    key: str
    starts_at: datetime
    minutes: int
    adviser: str
    place: PlaceCard


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for. Empty fields mean any. `day` is ISO ("2026-12-08"); `after` skips what begins up to it (ISO instant).

    `moving` is the id of the appointment that is to be moved: its own time counts as free.
    """

    reason: str
    adviser_id: str = ""
    manner: Manner | None = None
    place_id: str = ""
    day: str = ""
    part: PartOfDay | None = None
    after: str = ""
    step_free: bool = False
    quiet: bool = False
    moving: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """An appointment of theirs. `owner` is "ours" or a kind of office; `adviser` and `place` may be empty for one of others.

    `place_name` is what a message may call it. `is_held` while they decide, until `held_until`. `who_comes` and `meet_where`
    say who goes with them and where they meet. `may_change`: they can move it and call it off here, without a person.
    `where` and `contact` are what staff wrote of an office that is no place of ours: said only to who asks for the way.
    """

    id: str
    reason: str
    owner: str
    starts_at: datetime
    minutes: int
    adviser: str = ""
    place: PlaceCard | None = None
    place_name: str = ""
    needs: Needs = field(default_factory=Needs)
    is_held: bool = False
    held_until: datetime | None = None
    who_comes: str = ""
    meet_where: str = ""
    bring: str = ""
    may_change: bool = True
    where: str = ""
    contact: str = ""
