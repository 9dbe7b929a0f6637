"""Tables of areas, persons and addresses."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from dialogs.messages import ChannelName
from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime, one_of


class Area(Base):
    """One partnership. Written at start from the settings. Nothing personal; kept for ever."""

    __tablename__ = "areas"

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Person(Base):
    """One human being, anonymous until they choose otherwise. Written at the first message; deleted on `delete` or by retention.

    `erase_when_closed` is set when they asked to be deleted while a case about danger is open; `is_farewell` marks the empty
    record that carries the last message after a deletion and goes a day later. `contact_rules` are personal (encrypted): whose phone
    it is, who may see it, safe times, what no message may say; written by advisers. `on_hold_since` freezes every way to write to
    them (domain.md 4.6): nothing leaves of our own accord until a person lifts it; the cause stands nowhere here.
    """

    __tablename__ = "people"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erase_when_closed: Mapped[bool] = mapped_column(default=False, server_default="false")
    is_farewell: Mapped[bool] = mapped_column(default=False, server_default="false")
    contact_rules: Mapped[str | None] = mapped_column(EncryptedText("people.contact_rules"))
    on_hold_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Address(Base):
    """One way to reach a person. `lane` is our sender that talks to it. `address` is personal (encrypted), found by `address_hash`.

    `stopped` is empty, `reminders` or `all`: what they told us not to send of our own accord. Deleted with the person.
    """

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("lane", "address_hash"), Index(None, "person_id"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    channel: Mapped[ChannelName] = mapped_column(one_of(ChannelName))
    lane: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(EncryptedText("addresses.address"))
    address_hash: Mapped[bytes] = mapped_column(LargeBinary)
    is_reachable: Mapped[bool] = mapped_column(default=True, server_default="true")
    stopped: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_inbound_at: Mapped[datetime] = mapped_column(UtcDateTime)
    join_tries: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    join_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PhoneSeat(Base):
    """One of those who write from a phone that several share (J21). Written by an adviser; goes with its person, and with the phone.

    `phone_hash` is what the bare number is found by, `address_hash` what this one's own address is found by: the row where both are the
    same, without a nickname, stands for whoever is not on the list. `nickname` is personal (encrypted). Who `speaks_until` an instant
    yet to come is the one who writes now; at most one of a phone.
    """

    __tablename__ = "phone_seats"
    __table_args__ = (Index(None, "lane", "phone_hash"),)

    lane: Mapped[str] = mapped_column(Text, primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    nickname: Mapped[str | None] = mapped_column(EncryptedText("phone_seats.nickname"))
    speaks_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class JoinCode(Base):
    """A short code that joins another address to a person: only its hash is kept, for minutes. Deleted with the person."""

    __tablename__ = "join_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
