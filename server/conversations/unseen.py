"""What a person wrote after the newest words that an adviser had before their eyes."""

from __future__ import annotations

import uuid
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.conversations.models import Conversation, Message
from server.db.base import table_of

conversations, messages = table_of(Conversation), table_of(Message)

MOST: Final = 20


async def unseen_words(db: AsyncConnection, person_id: uuid.UUID | None, seen: int | None) -> list[Any]:
    """Rows of (cursor, received_at, body) of a person's words after a cursor of their thread, oldest first; none for no cursor."""
    if seen is None or person_id is None:
        return []
    theirs = messages.c.conversation_id == _thread_of(person_id), messages.c.seq > seen
    columns = messages.c.seq.label("cursor"), messages.c.received_at, messages.c.body
    return list((await db.execute(select(*columns).where(*theirs).order_by(messages.c.seq).limit(MOST))).all())


async def newest_words(db: AsyncConnection, person_id: uuid.UUID | None) -> tuple[int, str]:
    """The cursor of a person's newest words, and the words; (0, "") where there are none."""
    query = select(messages.c.seq, messages.c.body).where(messages.c.conversation_id == _thread_of(person_id))
    row = (await db.execute(query.order_by(messages.c.seq.desc()).limit(1))).first()
    return (row.seq, row.body) if row is not None else (0, "")


def _thread_of(person_id: uuid.UUID | None) -> Any:
    return select(conversations.c.id).where(conversations.c.person_id == person_id).scalar_subquery()
