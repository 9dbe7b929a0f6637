"""A partner changed an appointment: somebody here tells the young person, and not a machine, because a case is theirs to judge."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.partner_booking import Known
from server.appointments.partners import Caller
from server.clock import utc_now
from server.escalations import tasks
from server.escalations.models import TaskKind

WITHIN: Final = timedelta(hours=4)
WORDS: Final = {
    "booked": "A partner booked an appointment ({owner}). Tell them, and ask whether somebody should come along.",
    "moved": "A partner moved an appointment ({owner}). Tell them.",
    "cancelled": "A partner called an appointment off ({owner}). Tell them.",
}


async def tell_staff(db: AsyncConnection, who: Caller, one: Known, what: str) -> None:
    """A task for the area, in the transaction of the change."""
    now = utc_now()
    words = WORDS[what].format(owner=who.owner.value)
    wish = tasks.Wish(TaskKind.APPOINTMENT, one.area, now + WITHIN, words=words, person_id=one.person_id)
    await tasks.add(db, wish, now)
