"""Tables of cases."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dialogs.effects import CaseUrgency
from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime, one_of


class Case(Base):
    """A request to a person, open until somebody closes it; at most one is open for a person at a time.

    Written by a turn's effect, closed by a named adviser. `person_id` is empty after a deletion that had to keep the record.
    `address_id` is where it was asked for: advisers answer there, whoever joins the person later.
    Kept 12 months after closing.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("uq_cases_open_person", "person_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_cases_waiting", "area", "urgency", "opened_at", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    address_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("addresses.id"))
    reason: Mapped[str] = mapped_column(Text)
    urgency: Mapped[CaseUrgency] = mapped_column(one_of(CaseUrgency))
    language: Mapped[str] = mapped_column(Text)
    alarms: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    adviser: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(Text)


class CaseMessage(Base):
    """Words that belong to a case, exactly as written: appended, never changed. `body` is personal (encrypted).

    `author` is `person`, `adviser` or `system`. Kept with the case.
    """

    __tablename__ = "case_messages"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    author: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(EncryptedText("case_messages.body"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
