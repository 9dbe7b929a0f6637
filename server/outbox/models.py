"""Tables of what goes out and of what providers said about it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dialogs.messages import ChannelName
from server.db.base import Base, thread_order
from server.db.ids import new_id
from server.db.types import EncryptedJson, EncryptedText, UtcDateTime, one_of
from server.outbox.rules import DeliveryKind, Status


class Delivery(Base):
    """One message to one address, from being planned to the provider's last word; its status only moves forward.

    `to_address` and `reply` are personal (encrypted). `unique_key` makes asking twice harmless. `lease_until` says how long the
    process `leased_by` may take. `reason` is a countable code. `failure_noted_at` is when the case of an adviser's words that
    never arrived took note of it. Kept like messages.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("unique_key"),
        Index("ix_deliveries_waiting", "lane", "urgency", "seq", postgresql_where=text("status IN ('due', 'sending')")),
        Index(
            "ix_deliveries_address_waiting",
            "address_hash",
            "seq",
            postgresql_where=text("status IN ('due', 'sending')"),
        ),
        Index(None, "conversation_id", "seq"),
        Index(None, "lane", "provider_id"),
        Index(
            "ix_deliveries_never_arrived",
            "seq",
            postgresql_where=text(
                "kind = 'adviser' AND failure_noted_at IS NULL AND status IN ('undelivered', 'failed', 'skipped')"
            ),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(BigInteger, thread_order, server_default=thread_order.next_value())
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("conversations.id"))
    address_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    channel: Mapped[ChannelName] = mapped_column(one_of(ChannelName))
    lane: Mapped[str] = mapped_column(Text)
    to_address: Mapped[str] = mapped_column(EncryptedText("deliveries.to_address"))
    address_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[DeliveryKind] = mapped_column(one_of(DeliveryKind))
    urgency: Mapped[int] = mapped_column(SmallInteger)
    reply: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("deliveries.reply"))
    unique_key: Mapped[str | None] = mapped_column(Text)
    status: Mapped[Status] = mapped_column(one_of(Status))
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    attempt: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_by: Mapped[str | None] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure_noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Receipt(Base):
    """One word of a provider about one message, as it came: appended, never changed. Nothing personal. Kept like messages.

    `is_applied` turns true when the delivery it speaks of was found: a receipt can overtake our own note of the sending.
    """

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("lane", "provider_id", "status"), Index(None, "received_at"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    lane: Mapped[str] = mapped_column(Text)
    provider_id: Mapped[str] = mapped_column(Text)
    status: Mapped[Status] = mapped_column(one_of(Status))
    code: Mapped[str] = mapped_column(Text, default="", server_default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_applied: Mapped[bool] = mapped_column(default=False, server_default="false")
