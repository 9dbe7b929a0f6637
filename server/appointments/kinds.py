"""The words of this subject, closed: kinds of place and appointment, who owns one, where it stands, what was answered."""

from __future__ import annotations

from enum import StrEnum


class PlaceKind(StrEnum):
    """Where people meet."""

    SCHOOL = "school"
    COLLEGE = "college"
    ONE_STOP_SHOP = "one_stop_shop"
    DROP_IN = "drop_in"
    SECURE_ESTABLISHMENT = "secure_establishment"
    OUTREACH = "outreach"
    PHONE = "phone"
    VIDEO = "video"


REMOTE = frozenset({PlaceKind.PHONE, PlaceKind.VIDEO})
"""Nobody travels there, and it has no rooms."""


class Reason(StrEnum):
    """What an appointment is for: each is a row of `appointment_kinds` in an area, with its length and rules."""

    FIRST_TALK = "first_talk"
    CAREERS = "careers"
    BENEFITS = "benefits"
    HOUSING = "housing"
    REVIEW = "review"
    MEET_AND_GREET = "meet_and_greet"
    THREE_WAY = "three_way"
    VISIT_FIRST = "visit_first"
    ACCOMPANY = "accompany"
    GROUP = "group"


class Owner(StrEnum):
    """Whose appointment it is: ours, or of an office that has its own diary."""

    OURS = "ours"
    JOBCENTRE = "jobcentre"
    COURT = "court"
    COLLEGE = "college"
    WORK = "work"
    PROBATION = "probation"
    YJS = "yjs"
    HOUSING = "housing"
    HEALTH = "health"


class Status(StrEnum):
    """Where an appointment stands. Held and booked ones take the time of everybody in them."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    OVER = "over"


OCCUPIES = frozenset({Status.HELD, Status.BOOKED})


class OfficeStatus(StrEnum):
    """How far an office of others has come with it. `not_told` after a move that nobody has told them of."""

    ASKED = "asked"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    TOLD = "told"
    NOT_TOLD = "not_told"


class Outcome(StrEnum):
    """How it went, by the adviser."""

    ATTENDED = "attended"
    DID_NOT = "did_not"
    MOVED = "moved"


class PersonsAnswer(StrEnum):
    """What the young person says about whether it happened (domain.md 7.4, Q33)."""

    YES = "yes"
    NO = "no"
    MOVED = "moved"


class ReleaseSide(StrEnum):
    """An interview around a release (D29): inside, on day release, or outside afterwards."""

    NONE = ""
    BEFORE = "before"
    DAY_RELEASE = "day_release"
    AFTER = "after"


class By(StrEnum):
    """Who changed an appointment."""

    PERSON = "person"
    ADVISER = "adviser"
    PARTNER = "partner"
    RELEASE = "release"
    SYSTEM = "system"


class Change(StrEnum):
    """What was done to an appointment, for its history."""

    HELD = "held"
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    LATE = "late"
    OFFICE = "office"
    OUTCOME = "outcome"
    ANSWERED = "answered"


class Agreed(StrEnum):
    """How the young person said yes to a booking that somebody made for them."""

    CHAT = "chat"
    PHONE = "phone"
    IN_PERSON = "in_person"
    PAPER = "paper"
    NOT_ASKED = "not_asked"


class AwayKind(StrEnum):
    """Why a diary differs from its weekly pattern. `extra` opens it, the others close it."""

    LEAVE = "leave"
    BUSY = "busy"
    EXTRA = "extra"


class HoursKind(StrEnum):
    """A span of a weekly pattern: time that can be booked, or a break inside of it."""

    OPEN = "open"
    BREAK = "break"


class WaitStatus(StrEnum):
    """Where somebody stands on the waiting list."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    REFUSED = "refused"
    PASSED = "passed"
