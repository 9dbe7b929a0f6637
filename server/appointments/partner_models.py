"""Tables of partner systems: who may call the API, which people they know, what they asked before."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from server.appointments.kinds import Owner
from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedJson, EncryptedText, UtcDateTime, one_of


class Partner(Base):
    """A partner's system that may create, move and cancel its own appointments. Its token is kept as a hash. No person in it.

    `a_minute` is how many calls it may make in a minute; `minute_calls` were made since `minute_began_at`.
    """

    __tablename__ = "partners"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    name: Mapped[str] = mapped_column(Text)
    owner: Mapped[Owner] = mapped_column(one_of(Owner))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    a_minute: Mapped[int] = mapped_column(SmallInteger, default=60, server_default="60")
    minute_began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minute_calls: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PartnerPerson(Base):
    """That a partner knows a person by a reference of its own, with the basis on which an adviser linked them. Deleted with the person.

    `reference` and `basis` are personal (sealed); `reference_hash` finds it.
    """

    __tablename__ = "partner_people"
    __table_args__ = (UniqueConstraint("partner_id", "reference_hash"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    partner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("partners.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    reference: Mapped[str] = mapped_column(EncryptedText("partner_people.reference"))
    reference_hash: Mapped[bytes] = mapped_column(LargeBinary)
    basis: Mapped[str] = mapped_column(EncryptedText("partner_people.basis"))
    linked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PartnerAppointment(Base):
    """An appointment that came from a partner, by the partner's own id. Deleted with the person it is about."""

    __tablename__ = "partner_appointments"
    __table_args__ = (UniqueConstraint("partner_id", "reference_hash"),)

    appointment_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("appointments.id", ondelete="CASCADE"), primary_key=True
    )
    partner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("partners.id"))
    reference_hash: Mapped[bytes] = mapped_column(LargeBinary)


class PartnerCall(Base):
    """A call that changed something, by its idempotency key: the same call again gets the same answer. Kept 3 days."""

    __tablename__ = "partner_calls"

    partner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    answer: Mapped[Any] = mapped_column(EncryptedJson("partner_calls.answer"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
