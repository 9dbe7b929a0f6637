"""Tables of release plans: the spell in custody, its date's history, templates of steps, the steps of one person."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, SmallInteger, Text, Time, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime, one_of


class ReleaseStatus(StrEnum):
    """How sure a release date is."""

    EARLIEST = "earliest"
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    RECALLED = "recalled"


class Side(StrEnum):
    """Whose step it is: the area they come from, or the one where the establishment is."""

    HOME = "home"
    HOST = "host"


class StepState(StrEnum):
    """Where a step stands. One whose time has passed is replaced, skipped with a reason, or made a task: never dropped."""

    OPEN = "open"
    DONE = "done"
    REPLACED = "replaced"
    SKIPPED = "skipped"
    TASK = "task"


class StepKind(StrEnum):
    """What a step is: work of somebody, an appointment, a sheet to print and give, a message for the reminders."""

    TASK = "task"
    APPOINTMENT = "appointment"
    SHEET = "sheet"
    MESSAGE = "message"


class Anchor(StrEnum):
    """What a step's offset counts from."""

    RELEASE = "release"
    FIRST_MONDAY = "first_monday"
    ENTERED = "entered"


class CustodySpell(Base):
    """One stay of a person in custody, home and host on it; at most one open for a person. That they were inside is offence data.

    The cause is stored nowhere. `version` rises with each change of the date; `home_accepted` and `host_accepted` are the versions that
    each side has accepted. `phone_back_at` is when the freeze of their phone was lifted. Deleted 6 months after `ended_at`.
    """

    __tablename__ = "custody_spells"
    __table_args__ = (
        Index("uq_custody_spells_open", "person_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index(None, "area", "release_on"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    host_area: Mapped[str | None] = mapped_column(ForeignKey("areas.slug"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("places.id"))
    home_owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    host_owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    template_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plan_templates.id"))
    entered_on: Mapped[date] = mapped_column(Date)
    release_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[ReleaseStatus] = mapped_column(one_of(ReleaseStatus))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    home_accepted: Mapped[int] = mapped_column(default=0, server_default="0")
    host_accepted: Mapped[int] = mapped_column(default=0, server_default="0")
    sheet_version: Mapped[int] = mapped_column(default=0, server_default="0")
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    phone_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    phone_back_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReleaseChange(Base):
    """One change of a spell's date or status, appended. Deleted with the spell."""

    __tablename__ = "release_changes"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    spell_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("custody_spells.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    old_on: Mapped[date | None] = mapped_column(Date)
    new_on: Mapped[date | None] = mapped_column(Date)
    old_status: Mapped[str] = mapped_column(Text, default="", server_default="")
    new_status: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlanTemplate(Base):
    """A list of steps by offset from a date, for an area. Written at start, changed by leads. No person in it."""

    __tablename__ = "plan_templates"
    __table_args__ = (UniqueConstraint("area", "code"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")


class PlanTemplateStep(Base):
    """One step of a template. `offset_days` counts from `anchor`, in working days where `is_working_days`.

    `lands_on` says what to do with a day that is no working day: `any` keeps it, `before` and `after` take the next working one that way.
    `requires` are codes of steps that must be done first. `at_local` is the usual time of an appointment. `title` is in easy English.
    """

    __tablename__ = "plan_template_steps"
    __table_args__ = (
        UniqueConstraint("template_id", "code"),
        CheckConstraint("lands_on IN ('any', 'before', 'after')", name="lands_on"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    template_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_templates.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind))
    side: Mapped[Side] = mapped_column(one_of(Side))
    anchor: Mapped[Anchor] = mapped_column(one_of(Anchor))
    offset_days: Mapped[int] = mapped_column(SmallInteger)
    is_working_days: Mapped[bool] = mapped_column(default=False, server_default="false")
    lands_on: Mapped[str] = mapped_column(Text, default="any", server_default="any")
    at_local: Mapped[time | None] = mapped_column(Time)
    owner: Mapped[str] = mapped_column(Text, default="", server_default="")
    requires: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    title: Mapped[str] = mapped_column(Text)


class ReleaseStep(Base):
    """One step of a person's plan. Nothing is ever deleted from it but with the spell: a replaced step names what took its place.

    `appointment_id` is what it arranged. `told_version` is the plan's version that the young person was told (on paper). `reason` is
    personal (sealed): why it was skipped. A step without `owner_id` is red.
    """

    __tablename__ = "release_steps"
    __table_args__ = (Index(None, "spell_id", "due_on"), Index(None, "appointment_id"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    spell_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("custody_spells.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind))
    side: Mapped[Side] = mapped_column(one_of(Side))
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    anchor: Mapped[Anchor] = mapped_column(one_of(Anchor))
    offset_days: Mapped[int] = mapped_column(SmallInteger)
    is_working_days: Mapped[bool] = mapped_column(default=False, server_default="false")
    lands_on: Mapped[str] = mapped_column(Text, default="any", server_default="any")
    due_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[StepState] = mapped_column(one_of(StepState))
    requires: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointments.id", ondelete="SET NULL"))
    replaced_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("release_steps.id", ondelete="SET NULL"))
    reason: Mapped[str | None] = mapped_column(EncryptedText("release_steps.reason"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    told_version: Mapped[int] = mapped_column(default=0, server_default="0")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
