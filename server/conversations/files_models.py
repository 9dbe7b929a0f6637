"""Tables of the files that people sent: what each is and where it stands, and its sealed bytes in pieces."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.conversations.files_kinds import FileKind
from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedBytes, EncryptedText, UtcDateTime, one_of


class FileStatus(StrEnum):
    """Where a file stands: still with its provider, here, or not to be had."""

    WAITING = "waiting"
    STORED = "stored"
    FAILED = "failed"


class Attachment(Base):
    """A file that came with a message while a case was open. `name` (the sender's) and `source` (the provider's) are sealed.

    Written `waiting` in the message's turn, `stored` or `failed` by whoever holds its lease; of a page of ours it is stored at once.
    `kind` and `media_type` are read from the content, never from its name. `reason` is a countable code. `source` is emptied once
    it is here. Kept with the message, longer while its case is open, and with the record when the case is about danger; then
    `message_id` is empty once the message is gone.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_waiting", "not_before", postgresql_where=text("status = 'waiting'")),
        Index(None, "area", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    lane: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(EncryptedText("attachments.source"))
    name: Mapped[str] = mapped_column(EncryptedText("attachments.name"))
    kind: Mapped[FileKind | None] = mapped_column(one_of(FileKind))
    media_type: Mapped[str] = mapped_column(Text, default="", server_default="")
    size_bytes: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[FileStatus] = mapped_column(one_of(FileStatus))
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    attempt: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttachmentPiece(Base):
    """One piece of a file's bytes, sealed together with which file and which piece it is. Goes with its file."""

    __tablename__ = "attachment_pieces"
    __table_args__ = (UniqueConstraint("attachment_id", "number"),)

    # one column, because a rotation of keys goes by it
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    attachment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attachments.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(EncryptedBytes("attachment_pieces.body"))
