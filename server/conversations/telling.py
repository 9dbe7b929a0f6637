"""What a young person is told when somebody of ours touches an appointment of theirs; each says whether it could be told."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.around import AdviserLate, DidItHappen
from dialogs.events import BookedForYou, CalledOffForYou
from server.conversations.appointing import Telling, tell_about


async def tell_booked(talk: Telling, db: AsyncConnection, appointment_id: uuid.UUID, now: datetime) -> bool:
    """Somebody booked it for them."""
    return await tell_about(talk, db, appointment_id, BookedForYou, now)


async def tell_moved(
    talk: Telling, db: AsyncConnection, appointment_id: uuid.UUID, was_at: datetime, now: datetime
) -> bool:
    """Somebody moved it; `was_at` is when it was before."""
    before = was_at.astimezone(talk.area.zone)
    return await tell_about(talk, db, appointment_id, lambda meeting: BookedForYou(meeting, before), now)


async def tell_cancelled(talk: Telling, db: AsyncConnection, appointment_id: uuid.UUID, now: datetime) -> bool:
    """Somebody called it off."""
    return await tell_about(talk, db, appointment_id, CalledOffForYou, now)


async def tell_late(talk: Telling, db: AsyncConnection, appointment_id: uuid.UUID, minutes: int, now: datetime) -> bool:
    """Their adviser will be so many minutes late (J16)."""
    return await tell_about(
        talk, db, appointment_id, lambda meeting: AdviserLate(meeting.adviser, minutes, meeting), now
    )


async def ask_whether_it_happened(talk: Telling, db: AsyncConnection, appointment_id: uuid.UUID, now: datetime) -> bool:
    """Its time is over: did it happen? (domain.md 7.4)"""
    return await tell_about(talk, db, appointment_id, DidItHappen, now)
