"""Tables of conversations and of what came in."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from dialogs.messages import MessageKind
from server.db.base import Base, thread_order
from server.db.ids import new_id
from server.db.types import EncryptedJson, EncryptedText, UtcDateTime, one_of


class Conversation(Base):
    """The thread of one person across all channels; its row lock puts their messages in order.

    `state` is the dialogs' own memory (personal, encrypted). `last_sent_at` is the newest provider's instant answered; `pace_*` count
    what came in lately, less what has drained since. Deleted with the person.
    """

    __tablename__ = "conversations"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    state: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("conversations.state"))
    language: Mapped[str | None] = mapped_column(Text)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pace_since: Mapped[datetime] = mapped_column(UtcDateTime)
    pace_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Message(Base):
    """One message that came in, written once. `body` is personal (encrypted). The unique pair makes a repeat one turn.

    Kept `keep_messages_days`, longer while a case is open. `is_unasked`: it came from a shared phone and waits until somebody says
    who they are.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("lane", "external_id"),
        Index(None, "conversation_id", "seq"),
        Index(None, "received_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(BigInteger, thread_order, server_default=thread_order.next_value())
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    address_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("addresses.id"), index=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    lane: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[MessageKind] = mapped_column(one_of(MessageKind))
    body: Mapped[str] = mapped_column(EncryptedText("messages.body"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_unasked: Mapped[bool] = mapped_column(default=False, server_default="false")
