"""Tables of safeguarding records: one for each case about danger, and what was appended to it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from dialogs.effects import CaseUrgency
from dialogs.messages import ChannelName
from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime, one_of

DANGER: Final = (CaseUrgency.CRISIS, CaseUrgency.SAFEGUARDING)
"""Cases of these urgencies have a record."""


class EntryKind(StrEnum):
    """What an entry of a record is."""

    WORDS = "words"
    HEARD = "heard"
    ACTION = "action"
    DECISION = "decision"
    HANDOVER = "handover"
    TRANSLATION = "translation"
    GIST = "gist"
    HOLD = "hold"
    RELEASE = "release"
    SHARED = "shared"


class SafeguardingRecord(Base):
    """The record of one case about danger: appended, never changed (a trigger). `number` is what staff quote ("R-101").

    Leads to a person through its case alone, so that it can stay when the person is deleted. Goes with the case, a year after
    closing.
    """

    __tablename__ = "safeguarding_records"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(BigInteger, Identity(start=101), unique=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), unique=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecordEntry(Base):
    """One entry of a record: appended, never changed (a trigger). `body` and `made_by` are personal (encrypted).

    `place` counts the entries of a record from 1 without a gap, so that a missing one shows. WORDS are the young person's own,
    copied by the program with `channel` and `said_at`; HEARD are words that `staff_id` heard and wrote down. A TRANSLATION or a
    GIST is of `of_id`, in `language`, and `made_by` says by whom. HOLD and RELEASE say whether surveys and reminders to the person
    rest. Of SHARED `made_by` is who got it. `staff_id` is empty for what the program appended.
    """

    __tablename__ = "safeguarding_entries"
    __table_args__ = (
        UniqueConstraint("record_id", "place"),
        Index(
            "ix_safeguarding_entries_hold", "record_id", "place", postgresql_where=text("kind IN ('hold', 'release')")
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("safeguarding_records.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    place: Mapped[int] = mapped_column(Integer)
    kind: Mapped[EntryKind] = mapped_column(one_of(EntryKind))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[ChannelName | None] = mapped_column(one_of(ChannelName))
    language: Mapped[str] = mapped_column(Text, default="", server_default="")
    body: Mapped[str] = mapped_column(EncryptedText("safeguarding_entries.body"))
    made_by: Mapped[str | None] = mapped_column(EncryptedText("safeguarding_entries.made_by"))
    of_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("safeguarding_entries.id"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
