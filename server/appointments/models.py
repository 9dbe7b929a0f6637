"""Tables of appointments: the appointment, its history, the waiting list. Diaries are in `diary_models`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, Uuid, func, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.appointments.kinds import (
    Agreed,
    By,
    Change,
    OfficeStatus,
    Outcome,
    Owner,
    PersonsAnswer,
    Reason,
    ReleaseSide,
    Status,
    WaitStatus,
)
from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedJson, EncryptedText, UtcDateTime, one_of

_TAKES_TIME = "status IN ('held', 'booked')"


class Appointment(Base):
    """One meeting of one young person: with an adviser of ours, or at an office of others. Stable through every move.

    The people of one group share `session_id` (else it is the row's own id) and have a `seat` each. `busy_from` and `busy_until`
    are the adviser's time with what the kind needs around it. `room` is empty where nobody counts rooms. A held one is
    given back at `hold_until`. `sequence` rises with each change that a calendar has to see.

    Personal and sealed: `needs` (what would help, see `dialogs.meetings.Needs`), `other_place`, `contact`, `bring`, `who_comes`,
    `meet_where`, `questions`. `person_id` is empty once the person is deleted. Kept 12 months after its date.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_later"),
        CheckConstraint("busy_from <= starts_at AND busy_until >= ends_at", name="busy_around"),
        CheckConstraint("(status = 'held') = (hold_until IS NOT NULL)", name="held_until"),
        ExcludeConstraint(
            ("adviser_id", "="),
            ("session_id", "<>"),
            (func.tstzrange(literal_column("busy_from"), literal_column("busy_until")), "&&"),
            name="ex_appointments_adviser",
            where=text(f"{_TAKES_TIME} AND adviser_id IS NOT NULL"),
            using="gist",
        ),
        ExcludeConstraint(
            ("person_id", "="),
            (func.tstzrange(literal_column("starts_at"), literal_column("ends_at")), "&&"),
            name="ex_appointments_person",
            where=text(f"{_TAKES_TIME} AND person_id IS NOT NULL"),
            using="gist",
        ),
        ExcludeConstraint(
            ("place_id", "="),
            ("room", "="),
            ("session_id", "<>"),
            (func.tstzrange(literal_column("starts_at"), literal_column("ends_at")), "&&"),
            name="ex_appointments_room",
            where=text(f"{_TAKES_TIME} AND room IS NOT NULL"),
            using="gist",
        ),
        Index("uq_appointments_seat", "session_id", "seat", unique=True, postgresql_where=text(_TAKES_TIME)),
        Index(None, "adviser_id", "starts_at"),
        Index(None, "person_id", "starts_at"),
        Index(None, "place_id", "starts_at"),
        Index("ix_appointments_held", "hold_until", postgresql_where=text("status = 'held'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    owner: Mapped[Owner] = mapped_column(one_of(Owner))
    reason: Mapped[Reason | None] = mapped_column(one_of(Reason))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    address_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("addresses.id"))
    adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("places.id"))
    room: Mapped[int | None] = mapped_column(SmallInteger)
    session_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    seat: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    busy_from: Mapped[datetime] = mapped_column(UtcDateTime)
    busy_until: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[Status] = mapped_column(one_of(Status))
    hold_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    needs: Mapped[Any | None] = mapped_column(EncryptedJson("appointments.needs"))
    questions: Mapped[str | None] = mapped_column(EncryptedText("appointments.questions"))
    other_place: Mapped[str | None] = mapped_column(EncryptedText("appointments.other_place"))
    contact: Mapped[str | None] = mapped_column(EncryptedText("appointments.contact"))
    bring: Mapped[str | None] = mapped_column(EncryptedText("appointments.bring"))
    who_comes: Mapped[str | None] = mapped_column(EncryptedText("appointments.who_comes"))
    companion_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    meet_where: Mapped[str | None] = mapped_column(EncryptedText("appointments.meet_where"))
    office: Mapped[OfficeStatus | None] = mapped_column(one_of(OfficeStatus))
    release_side: Mapped[ReleaseSide] = mapped_column(one_of(ReleaseSide), default=ReleaseSide.NONE, server_default="")
    establishment_ok_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed: Mapped[Agreed] = mapped_column(one_of(Agreed))
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    booked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[Outcome | None] = mapped_column(one_of(Outcome))
    outcome_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    outcome_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    persons_answer: Mapped[PersonsAnswer | None] = mapped_column(one_of(PersonsAnswer))
    asked_outcome_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    adviser_late_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    person_late_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AppointmentChange(Base):
    """One thing that was done to an appointment: appended in the transaction that did it. Nothing personal; kept with it."""

    __tablename__ = "appointment_changes"
    __table_args__ = (Index(None, "appointment_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointments.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[By] = mapped_column(one_of(By))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    change: Mapped[Change] = mapped_column(one_of(Change))
    old_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    new_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    detail: Mapped[str] = mapped_column(Text, default="", server_default="")


class WaitingRequest(Base):
    """Somebody who waits for a time: offered to in the order of asking. Deleted with the person; kept 3 months.

    `parts` are the parts of the day they can come (empty: any). While offered, `appointment_id` is held for them.
    """

    __tablename__ = "waiting_list"
    __table_args__ = (Index(None, "area", "reason", "created_at"), Index(None, "person_id"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    address_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("addresses.id"))
    reason: Mapped[Reason] = mapped_column(one_of(Reason))
    adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("places.id"))
    parts: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    status: Mapped[WaitStatus] = mapped_column(one_of(WaitStatus))
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointments.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
