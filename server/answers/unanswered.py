"""Questions that nobody's answer fitted: kept for the editors, masked, without the person."""

from __future__ import annotations

import re
import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Text, Uuid, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from dialogs.effects import FileUnanswered
from server.db.base import Base, table_of
from server.db.ids import new_id
from server.db.types import EncryptedText, UtcDateTime

LONGEST = 500


class UnansweredQuestion(Base):
    """One question without an answer, with no way back to who asked. `question` can still hold personal words: encrypted."""

    __tablename__ = "unanswered_questions"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    area: Mapped[str] = mapped_column(ForeignKey("areas.slug"))
    question: Mapped[str] = mapped_column(EncryptedText("unanswered_questions.question"))
    language: Mapped[str] = mapped_column(Text)
    nearest: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


async def file_unanswered(db: AsyncConnection, area: str, effect: FileUnanswered, now: datetime) -> None:
    """Keep the question, masked; flushes only."""
    row = {
        "id": new_id(),
        "area": area,
        "question": mask(effect.text),
        "language": effect.language,
        "nearest": effect.nearest,
        "asked_at": now,
    }
    await db.execute(insert(table_of(UnansweredQuestion)).values(row))


def mask(text: str) -> str:
    """The text without what could point at somebody: numbers, addresses of mail and web, handles, postcodes."""
    masked = re.sub(r"\S+@\S+|https?://\S+|www\.\S+|@\w+", "[...]", text[:LONGEST])
    masked = re.sub(r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}\b", "[...]", masked)
    return re.sub(r"\+?\d[\d\s-]{4,}\d", "[...]", masked)
