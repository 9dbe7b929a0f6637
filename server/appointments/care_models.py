"""Tables of who looks after a young person: adviser and cover, the supported handover, reviews, dates that rules make."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedJson, EncryptedText, UtcDateTime


class PersonCare(Base):
    """Who a young person's adviser is, and what holds for every booking of theirs. Written by advisers and by their own booking.

    `previous_adviser_id` is still around until `previous_until_on` (D16). `prefers_part` is the part of the day asked for (H22).
    Personal and sealed: `needs` (kept from the last booking, so that nobody asks twice), `check_word` (only they know it),
    `trusted` (up to three adults they named), `order_ends_on` and `eighteenth_on` (dates of their life). Deleted with the person.
    """

    __tablename__ = "person_care"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    cover_adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    previous_adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    previous_until_on: Mapped[date | None] = mapped_column(Date)
    prefers_part: Mapped[str] = mapped_column(Text, default="", server_default="")
    needs: Mapped[Any | None] = mapped_column(EncryptedJson("person_care.needs"))
    trusted: Mapped[Any | None] = mapped_column(EncryptedJson("person_care.trusted"))
    check_word: Mapped[str | None] = mapped_column(EncryptedText("person_care.check_word"))
    check_tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    check_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    order_ends_on: Mapped[str | None] = mapped_column(EncryptedText("person_care.order_ends_on"))
    eighteenth_on: Mapped[str | None] = mapped_column(EncryptedText("person_care.eighteenth_on"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Handover(Base):
    """A young person's move from one adviser to another with its five ticks (D17); at most one is open for a person.

    The ticks: `to_id` named, `briefed_at`, `met_at` (the three-way meeting was held), `comfort` answered yes by the young person apart
    (`yes`, `not_sure`, `no`), `first_on` set. It closes with all five, or with a reason (sealed).
    """

    __tablename__ = "handovers"
    __table_args__ = (Index("uq_handovers_open", "person_id", unique=True, postgresql_where=text("closed_at IS NULL")),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    from_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    briefed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    meeting_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointments.id", ondelete="SET NULL"))
    met_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comfort_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comfort: Mapped[str] = mapped_column(Text, default="", server_default="")
    comfort_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointments.id", ondelete="SET NULL"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    closed_why: Mapped[str | None] = mapped_column(EncryptedText("handovers.closed_why"))


class Review(Base):
    """A review of a young person's plan. It closes with the date of the next one, or with a reason (sealed) why there is none (Q32)."""

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "area", "due_on"), Index(None, "person_id"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointments.id", ondelete="SET NULL"))
    held_on: Mapped[date | None] = mapped_column(Date)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    next_on: Mapped[date | None] = mapped_column(Date)
    no_next_why: Mapped[str | None] = mapped_column(EncryptedText("reviews.no_next_why"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TimescaleRule(Base):
    """A timescale of domain.md 1.7 as an area has it: so many days or months after something a task or a review is due. No person in it.

    `after` is what it counts from (`custody`, `order_end`, `eighteenth`, `review`), `unit` `working_days`, `days` or `months`; a negative
    `amount` is before. `red_amount` is the last day on time. `repeat_months` or `repeat_days` above 0 makes the next one when it is done.
    """

    __tablename__ = "timescale_rules"
    __table_args__ = (UniqueConstraint("area", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    code: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(SmallInteger)
    red_amount: Mapped[int] = mapped_column(SmallInteger)
    unit: Mapped[str] = mapped_column(Text)
    repeat_months: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    repeat_days: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    side: Mapped[str] = mapped_column(Text, default="home", server_default="home")
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")


class TimescaleDate(Base):
    """A date that a rule made for a person: due, red from `red_on`, done by name. Deleted with the person.

    `task_id` is the task that says so, made when it is due; a task may go before its date.
    """

    __tablename__ = "timescale_dates"
    __table_args__ = (
        Index(None, "area", "due_on"),
        Index("uq_timescale_dates_open", "person_id", "code", unique=True, postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    code: Mapped[str] = mapped_column(Text)
    side: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    due_on: Mapped[date] = mapped_column(Date)
    red_on: Mapped[date] = mapped_column(Date)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    task_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
