"""Tables of cases: the case, its words, its notes, tasks that follow from it; those of its clock are in `clock_models`."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Identity, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dialogs.effects import CaseUrgency
from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime, one_of
from server.escalations.clock_models import CaseStep, NoticeStatus, OnCall, StaffNotice, StepKind
from server.escalations.talk_models import TalkColumns

__all__ = [
    "Case",
    "CaseDraft",
    "CaseMessage",
    "CaseNote",
    "CaseOutcome",
    "CaseStep",
    "CaseTask",
    "NoteKind",
    "NoticeStatus",
    "OnCall",
    "StaffNotice",
    "StepKind",
    "TaskKind",
]


class CaseOutcome(StrEnum):
    """How a case ended, in the adviser's words."""

    ANSWERED = "answered"
    BOOKED = "booked"
    PASSED_ON = "passed_on"
    SAFE_NOW = "safe_now"
    EMERGENCY_SERVICES = "emergency_services"
    NO_REPLY = "no_reply"
    WRONG_NUMBER = "wrong_number"
    WITHDRAWN = "withdrawn"


class NoteKind(StrEnum):
    """What a note in a case is; none of them is ever sent to the person."""

    NOTE = "note"
    ASK = "ask"
    ANSWER = "answer"
    WHISPER = "whisper"
    TRANSFER = "transfer"
    HOLD = "hold"
    EVENT = "event"


class TaskKind(StrEnum):
    """Work with a due time that follows from a case, an appointment, a plan or a rule."""

    INTERPRETER = "interpreter"
    TRANSLATE = "translate"
    ACCESS = "access"
    CALL_BACK = "call_back"
    FOLLOW_UP = "follow_up"
    UNREACHABLE = "unreachable"
    DEBRIEF = "debrief"
    ASKED = "asked"
    MORNING = "morning"
    TAKEN_OVER = "taken_over"
    WORKER_WROTE = "worker_wrote"
    APPOINTMENT = "appointment"
    NUMBER_ON_HOLD = "number_on_hold"
    RELEASE = "release"
    HANDOVER = "handover"
    DATE = "date"


class Case(TalkColumns, Base):
    """A request to a person, open until somebody closes it; at most one is open for a person at a time.

    Written by a turn's effect, closed by a named adviser. `person_id` is empty after a deletion that had to keep the record.
    `address_id` is where it was asked for: advisers answer there, whoever joins the person later. `number` is what people quote
    ("C-104").

    Who owns the conversation is one question with one answer: the bot while no case is open, `adviser_id` while it is set, nobody
    while a case is open and it is not. It changes only in a transaction that holds the lock of the person's conversation.

    `waiting_since` is when the oldest words came that no person has answered (empty: nothing waits). `barred` are members of
    staff who may neither hold nor open it (complaints about them). The clock runs since `clock_since`, by the plan of
    `clock_in_hours`, until `acknowledged_at`; its next step, or the look whether the acknowledgement still holds, comes at
    `clock_next_at`. `held_until` is a hold that the person was told of. `lost_since` is when `lost_adviser_id` was found
    silent while the person waits; the person is to be told of it from `lost_ask_at` on (empty: told). `long_wait_told_at` is
    when they were told that nobody had answered for more than a working day. Kept 12 months after closing.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("uq_cases_open_person", "person_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_cases_waiting", "area", "urgency", "opened_at", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_cases_clock",
            "clock_next_at",
            postgresql_where=text("closed_at IS NULL AND clock_next_at IS NOT NULL"),
        ),
        Index("ix_cases_held", "adviser_id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_cases_lost", "lost_ask_at", postgresql_where=text("lost_ask_at IS NOT NULL")),
        Index("ix_cases_closed_person", "person_id", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index("ix_cases_answered", "area", "urgency", "opened_at"),
        Index(None, "person_id", "opened_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(BigInteger, Identity(start=101), unique=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    address_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("addresses.id"))
    reason: Mapped[str] = mapped_column(Text)
    urgency: Mapped[CaseUrgency] = mapped_column(one_of(CaseUrgency))
    language: Mapped[str] = mapped_column(Text)
    skill: Mapped[str] = mapped_column(Text, default="", server_default="")
    alarms: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    adviser_active_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_answer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # the defaults are for the release before, which may still run beside this one and knows neither column
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now())
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    barred: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    clock_since: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    clock_in_hours: Mapped[bool] = mapped_column(default=True, server_default="true")
    clock_next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now())
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    lost_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lost_ask_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    long_wait_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lost_adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[CaseOutcome | None] = mapped_column(one_of(CaseOutcome))
    persons_view: Mapped[str] = mapped_column(Text, default="", server_default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    next_step: Mapped[str | None] = mapped_column(EncryptedText("cases.next_step"))
    # of the release before, which may still run beside this one: neither read nor written any more
    adviser: Mapped[str | None] = mapped_column(Text)
    closed_by: Mapped[str | None] = mapped_column(Text)


class CaseMessage(Base):
    """Words that belong to a case, exactly as written: appended, never changed. `body` is personal (encrypted).

    `author` is `person`, `adviser` or `system`; `staff_id` says which adviser. Kept with the case.
    """

    __tablename__ = "case_messages"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    author: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[str] = mapped_column(EncryptedText("case_messages.body"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseNote(Base):
    """What staff say to each other inside a case; never shown to the person. `body` is personal (encrypted). Kept with the case.

    An `ask` goes to one member (`to_staff_id`) or to a skill (`to_skill`); its `answer` names it in `answers_id`.
    """

    __tablename__ = "case_notes"
    __table_args__ = (Index(None, "case_id", "written_at"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    kind: Mapped[NoteKind] = mapped_column(one_of(NoteKind))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    to_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    to_skill: Mapped[str] = mapped_column(Text, default="", server_default="")
    answers_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_notes.id"))
    body: Mapped[str] = mapped_column(EncryptedText("case_notes.body"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseTask(Base):
    """Work that somebody has to do by a time: an interpreter, a call back, the day after a crisis. `words` is personal (encrypted).

    Written by a turn, by an adviser or at closing; done by a named member. `skill` is whose it is when it is no one member's;
    `note_id` is the question that its answer ends; `about_id` the colleague whom it concerns. Kept with the case, or 12 months.
    """

    __tablename__ = "case_tasks"
    __table_args__ = (Index("ix_case_tasks_open", "area", "due_at", postgresql_where=text("done_at IS NULL")),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[TaskKind] = mapped_column(one_of(TaskKind))
    language: Mapped[str] = mapped_column(Text, default="", server_default="")
    words: Mapped[str | None] = mapped_column(EncryptedText("case_tasks.words"))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    skill: Mapped[str] = mapped_column(Text, default="", server_default="")
    note_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_notes.id"), index=True)
    about_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


class CaseDraft(Base):
    """What an adviser has typed and not sent, so that a reload, a lost line or an ended session loses nothing. Deleted when sent.

    `noted_at` is when they last typed for colleagues, which is kept nowhere.
    """

    __tablename__ = "case_drafts"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    body: Mapped[str] = mapped_column(EncryptedText("case_drafts.body"))
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
