"""Tables of a case's clock: what it did, whom it tells, and who is on call."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base
from server.db.ids import new_id
from server.db.types import UtcDateTime, one_of
from server.escalations.clock import Means, Rung


class StepKind(StrEnum):
    """What happened at a step of a case's clock."""

    TAKEN = "taken"
    NOBODY = "nobody"
    TOLD = "told"
    FAILED = "failed"
    PASSED = "passed"
    ACKNOWLEDGED = "acknowledged"
    LAPSED = "lapsed"
    STOPPED = "stopped"


class NoticeStatus(StrEnum):
    """Where the telling of one member of staff stands."""

    DUE = "due"
    SENDING = "sending"
    TOLD = "told"
    FAILED = "failed"
    NOT_NEEDED = "not_needed"


class CaseStep(Base):
    """One thing that happened at a step of a case's clock: appended, and neither changed nor deleted before the case (a trigger).

    `number` counts the steps of one clock; a clock that began anew (a higher urgency) has another `clock_since`. `code` is a countable
    reason, never words. The unique index on `taken` rows is what makes two workers take a step once.
    """

    __tablename__ = "case_steps"
    __table_args__ = (
        Index(
            "uq_case_steps_taken",
            "case_id",
            "clock_since",
            "number",
            unique=True,
            postgresql_where=text("kind = 'taken'"),
        ),
        Index(None, "case_id", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    clock_since: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[int] = mapped_column(Integer)
    rung: Mapped[Rung] = mapped_column(one_of(Rung))
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind))
    means: Mapped[Means | None] = mapped_column(one_of(Means))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    code: Mapped[str] = mapped_column(Text, default="", server_default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffNotice(Base):
    """One telling of one member of staff by one means: written with the step, sent by whoever claims it, tried again until told.

    Holds ids only: what is said names no person and no subject ("Somebody needs you now. Case C-104."). A call that a crash cut
    off is made again: a second ring harms nobody. Kept with the case.
    """

    __tablename__ = "staff_notices"
    __table_args__ = (
        UniqueConstraint("case_id", "clock_since", "number", "staff_id", "means"),
        Index("ix_staff_notices_waiting", "not_before", postgresql_where=text("status IN ('due', 'sending')")),
        Index(None, "means", "provider_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    clock_since: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[int] = mapped_column(Integer)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    means: Mapped[Means] = mapped_column(one_of(Means))
    status: Mapped[NoticeStatus] = mapped_column(one_of(NoticeStatus))
    attempt: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_id: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OnCall(Base):
    """Who stands on a rung of an area's clock from one instant to another. Written by leads and managers; kept a year after."""

    __tablename__ = "on_call"
    __table_args__ = (Index(None, "area", "rung", "starts_at"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    rung: Mapped[Rung] = mapped_column(one_of(Rung))
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
