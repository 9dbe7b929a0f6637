"""Where members of staff are told of an alarm."""

from __future__ import annotations

import uuid

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from server.db.base import table_of
from server.staff.access import Member
from server.staff.models import Staff


async def reachable(
    engine: AsyncEngine, who: Member | uuid.UUID, phone: str = "", chat: str = "", language: str = "en"
) -> None:
    """Where somebody of the staff is told."""
    values = {"phone": phone or None, "telegram_chat": chat or None, "console_language": language}
    which = table_of(Staff).c.id == (who.id if isinstance(who, Member) else who)
    async with engine.begin() as db:
        await db.execute(update(table_of(Staff)).where(which).values(values))
