"""Tables of diaries: places, ways between them, kinds of appointment, weekly patterns, what differs from them, outside busy times."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.appointments.kinds import AwayKind, HoursKind, PlaceKind, Reason
from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime, one_of


class Place(Base):
    """Somewhere to meet. Written by leads. Nothing personal; kept for ever, because old appointments name it.

    `label` is what a message calls it (empty: its name): neutral words that give nobody away. `door`, `bus_stop` and `how_to_find` are
    in English; `translations` has them as {language: {field: text}}. `rooms` is how many meetings it takes at once, 0 for
    no limit. `hours` is in the form of the area's opening hours ("mon-fri 09:00-17:00"; empty: not known). Nobody is
    booked there from `closed_from` on.
    """

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("area", "name"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    kind: Mapped[PlaceKind] = mapped_column(one_of(PlaceKind))
    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, default="", server_default="")
    address: Mapped[str] = mapped_column(Text, default="", server_default="")
    phone: Mapped[str] = mapped_column(Text, default="", server_default="")
    door: Mapped[str] = mapped_column(Text, default="", server_default="")
    bus_stop: Mapped[str] = mapped_column(Text, default="", server_default="")
    how_to_find: Mapped[str] = mapped_column(Text, default="", server_default="")
    translations: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB, default=dict, server_default="{}")
    rooms: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    is_step_free: Mapped[bool] = mapped_column(default=False, server_default="false")
    has_quiet_room: Mapped[bool] = mapped_column(default=False, server_default="false")
    hours: Mapped[str] = mapped_column(Text, default="", server_default="")
    photo: Mapped[bytes | None] = mapped_column(LargeBinary)
    closed_from: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TravelTime(Base):
    """How long the way between two places takes, in minutes, either way. Where none is written down a default holds."""

    __tablename__ = "travel_times"
    __table_args__ = (CheckConstraint("from_place_id < to_place_id", name="one_way_round"),)

    from_place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("places.id"), primary_key=True)
    to_place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("places.id"), primary_key=True)
    minutes: Mapped[int] = mapped_column(SmallInteger)


class AppointmentKind(Base):
    """One kind of appointment of an area: how long, who may book, how soon and how far ahead. Written at start, changed by leads.

    `skill` is what the adviser has to have (empty: none). `before_minutes` and `after_minutes` keep the adviser's time free around
    it. `notice_hours` is how soon it may be, `ahead_days` how far off. `capacity` above 1 is a group. `place_kinds` empty: any.
    """

    __tablename__ = "appointment_kinds"
    __table_args__ = (
        UniqueConstraint("area", "reason"),
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes"),
        CheckConstraint("step_minutes BETWEEN 5 AND 120", name="step_minutes"),
        CheckConstraint("capacity BETWEEN 1 AND 40", name="capacity"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    reason: Mapped[Reason] = mapped_column(one_of(Reason))
    minutes: Mapped[int] = mapped_column(SmallInteger)
    step_minutes: Mapped[int] = mapped_column(SmallInteger, default=30, server_default="30")
    before_minutes: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    after_minutes: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    notice_hours: Mapped[int] = mapped_column(SmallInteger, default=2, server_default="2")
    ahead_days: Mapped[int] = mapped_column(SmallInteger, default=42, server_default="42")
    capacity: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    skill: Mapped[str] = mapped_column(Text, default="", server_default="")
    place_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    is_for_young_people: Mapped[bool] = mapped_column(default=True, server_default="true")
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")


class DiaryPattern(Base):
    """One span of a member's week, in the area's local time: minutes from midnight, `weekday` 0 is Monday, `until_on` included.

    `reasons` empty: any kind. Never overlaps another of the same kind, which the database refuses.
    """

    __tablename__ = "diary_patterns"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts_minute >= 0 AND starts_minute < ends_minute AND ends_minute <= 1440", name="minutes"),
        CheckConstraint("until_on IS NULL OR from_on <= until_on", name="dates"),
        ExcludeConstraint(
            ("staff_id", "="),
            ("kind", "="),
            ("weekday", "="),
            (func.int4range(literal_column("starts_minute"), literal_column("ends_minute")), "&&"),
            (func.daterange(literal_column("from_on"), literal_column("until_on"), literal_column("'[]'")), "&&"),
            name="ex_diary_patterns_overlap",
            using="gist",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    kind: Mapped[HoursKind] = mapped_column(one_of(HoursKind))
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("places.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts_minute: Mapped[int] = mapped_column(SmallInteger)
    ends_minute: Mapped[int] = mapped_column(SmallInteger)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")


class DiaryException(Base):
    """A span in which a diary differs from its pattern: leave, other work, or extra time (then with a place). No reason is kept."""

    __tablename__ = "diary_exceptions"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_later"),
        CheckConstraint("(kind = 'extra') = (place_id IS NOT NULL)", name="extra_has_place"),
        Index(None, "staff_id", "starts_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    kind: Mapped[AwayKind] = mapped_column(one_of(AwayKind))
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("places.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutsideCalendar(Base):
    """An adviser's calendar elsewhere, read again and again for its busy times only. `address` is a secret (sealed).

    `failure` is a short code of the last reading that failed (empty: it went well); the busy times of the one before stay.
    """

    __tablename__ = "outside_calendars"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), unique=True)
    address: Mapped[str] = mapped_column(EncryptedText("outside_calendars.address"))
    failure: Mapped[str] = mapped_column(Text, default="", server_default="")
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BusyTime(Base):
    """A span in which an outside calendar says busy; nothing else of it is kept. Written anew at each reading."""

    __tablename__ = "busy_times"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_later"), Index(None, "staff_id", "starts_at"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    calendar_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("outside_calendars.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalendarFeed(Base):
    """A secret address at which an adviser's or one appointment's calendar can be read; kept as a hash, ended by `revoked_at`."""

    __tablename__ = "calendar_feeds"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("appointments.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
