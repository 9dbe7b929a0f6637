"""Tables of staff: accounts, their sessions, one-time links, recovery codes, failed tries, and the audit of reads."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime, one_of


class LinkKind(StrEnum):
    """What a one-time link is for."""

    INVITATION = "invitation"
    FIRST_ADMINISTRATOR = "first_administrator"
    RESET = "reset"


class Staff(Base):
    """One member of staff. Written by an invitation; never deleted, because cases and audit rows name them; emptied on removal.

    `name` (as young people see it), `email` and `phone` are personal (encrypted); `email_hash` finds them at sign-in, as
    `oidc_subject_hash` does at single sign-on. `password_hash` is argon2's own text. `totp_step` is the last time step whose
    code was used, so that none works twice.
    """

    __tablename__ = "staff"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(EncryptedText("staff.name"))
    email: Mapped[str] = mapped_column(EncryptedText("staff.email"))
    email_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    oidc_subject_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    phone: Mapped[str | None] = mapped_column(EncryptedText("staff.phone"))
    telegram_chat: Mapped[str | None] = mapped_column(EncryptedText("staff.telegram_chat"))
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText("staff.totp_secret"))
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    console_language: Mapped[str] = mapped_column(Text, default="en", server_default="en")
    is_trainee: Mapped[bool] = mapped_column(default=False, server_default="false")
    is_on_duty: Mapped[bool] = mapped_column(default=False, server_default="false")
    most_chats: Mapped[int] = mapped_column(SmallInteger, default=4, server_default="4")
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One browser that is signed in, or half way: found by the hash of its cookie. Kept 90 days after its end, for the list.

    `second_factor_at` is empty until a code was given; a fresh one is asked for again before records and exports.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (Index(None, "staff_id", "ended_at"), Index(None, "expires_at"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    browser: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    second_factor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffBrowser(Base):
    """A browser that is told of alarms while no page is open (Web Push): as it described itself, sealed.

    It ends with the session in which it was added: a sign-out or a removal, not the end of a working day.
    """

    __tablename__ = "staff_browsers"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_sessions.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(EncryptedText("staff_browsers.address"))
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    key: Mapped[str] = mapped_column(EncryptedText("staff_browsers.key"))
    secret: Mapped[str] = mapped_column(EncryptedText("staff_browsers.secret"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PushKey(Base):
    """The one key that signs what push services get, sealed: made when it is first asked for, the same in every process."""

    __tablename__ = "push_keys"

    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    private: Mapped[str] = mapped_column(EncryptedText("push_keys.private"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffLink(Base):
    """A one-time link, kept as a hash only. Used once, or it runs out; a newer one for the same account ends it."""

    __tablename__ = "staff_links"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(one_of(LinkKind))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """One of the codes for when the authenticator is lost, as a hash; works once."""

    __tablename__ = "staff_recovery_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInTries(Base):
    """Failed tries at one lock: a hash of an e-mail (known or not) or of a network address. Nothing personal; gone after a day."""

    __tablename__ = "staff_sign_in_tries"

    lock_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    last_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """One thing that a member of staff read or did: appended, and neither changed nor deleted (a trigger holds that).

    `what` is a `Fact`, an `Act` or an event of an account ("signed_in"). Ids only: who it was about may be deleted long since.
    `why` is the reason they gave, when one is asked for (personal, encrypted). Kept 7 years.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "area", "number"),
        Index(None, "staff_id", "number"),
        Index(None, "about_person", "number"),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    area: Mapped[str] = mapped_column(Text, default="", server_default="")
    what: Mapped[str] = mapped_column(Text)
    about_person: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    about_case: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    about_staff: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    why: Mapped[str | None] = mapped_column(EncryptedText("audit.why"))
