"""What a talk with a person adds to a case, and the tables of complaints and youth justice workers."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime


class TalkColumns:
    """Columns of a case. `passed_over` are advisers whom the person did not want, or lost: last to be given it, but not barred.

    `lost_told_at` is when the person was told that their adviser lost connection (empty: not, or the adviser answered since).
    `follows_id` is the closed case to which late words came.
    """

    passed_over: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    lost_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    follows_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)


class Complaint(Base):
    """A complaint: who looks into it and by when. The person was told "C-" and `number`, the case's.

    `words` are the person's own that made it or add to it, `outcome` what came of it (both personal, gone with the person).

    `about_id` is the member of staff whom it is about, who never sees it (empty: the service). `handler_id` is empty while nobody
    is left who had no part in it. Kept 6 years after closing; a deletion takes the person and the case off it.
    """

    __tablename__ = "complaints"
    __table_args__ = (Index("ix_complaints_open", "area", "due_at", postgresql_where=text("closed_at IS NULL")),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(BigInteger)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    about_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    is_discrimination: Mapped[bool] = mapped_column(default=False, server_default="false")
    words: Mapped[str | None] = mapped_column(EncryptedText("complaints.words"))
    outcome: Mapped[str | None] = mapped_column(EncryptedText("complaints.outcome"))
    handler_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    first_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_answer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WorkerLink(Base):
    """That a youth justice worker works with a person (J26): they see the next meeting and who the adviser is, never the chat (Q37).

    Made from a case, by whose number the worker knows the person. `why` and `end_why` are personal (encrypted): what a lead
    wrote. In force until `ended_at`. Kept with the case; a deletion that the person asks for ends and deletes it at once.
    """

    __tablename__ = "worker_links"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    why: Mapped[str] = mapped_column(EncryptedText("worker_links.why"))
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    end_why: Mapped[str | None] = mapped_column(EncryptedText("worker_links.end_why"))
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
