"""The word that only a young person knows: who types it after a release has the phone back."""

from __future__ import annotations

import hmac
import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.fold import fold_with_emoji
from server.appointments.care_models import PersonCare
from server.appointments.custody import spells
from server.appointments.release_models import ReleaseStatus
from server.db.base import table_of
from server.people import service as people

care = table_of(PersonCare)

TRIES_AN_HOUR: Final = 5
HOUR: Final = timedelta(hours=1)
LONGEST: Final = 60
"""Letters: a longer text is a message and no try, so that whoever writes a lot does not lock themselves out."""


async def lift_by_check_word(db: AsyncConnection, person_id: uuid.UUID, words: str, now: datetime) -> bool:
    """True when these words are the person's check word and they were released: the freeze is lifted. Flushes only.

    Five tries an hour count, right or wrong; more are not compared. The caller holds the lock of the conversation.
    """
    said = _plain(words)
    if not said or len(words) > LONGEST or (spell_id := await _waiting(db, person_id)) is None:
        return False
    word = await _try(db, person_id, now)
    if word is None or not hmac.compare_digest(said.encode(), _plain(word).encode()):
        return False
    await db.execute(update(spells).where(spells.c.id == spell_id).values(phone_back_at=now, phone_back_by=None))
    await people.set_on_hold(db, person_id, None)
    return True


async def _waiting(db: AsyncConnection, person_id: uuid.UUID) -> uuid.UUID | None:
    """The spell of somebody who is out and has no phone yet, as far as we know."""
    is_out = spells.c.status == ReleaseStatus.RELEASED, spells.c.phone_back_at.is_(None), spells.c.ended_at.is_(None)
    found: uuid.UUID | None = (
        await db.execute(select(spells.c.id).where(spells.c.person_id == person_id, *is_out).with_for_update())
    ).scalar()
    return found


async def _try(db: AsyncConnection, person_id: uuid.UUID, now: datetime) -> str | None:
    """Count a try; the word, or None where there is none or too many tries were made within the hour."""
    is_fresh = or_(care.c.check_tried_at.is_(None), care.c.check_tried_at < now - HOUR)
    # the hour runs from its first try, so that somebody who keeps trying does not lock the word for ever
    values = {
        "check_tries": case((is_fresh, 1), else_=func.least(care.c.check_tries + 1, TRIES_AN_HOUR + 1)),
        "check_tried_at": case((is_fresh, now), else_=care.c.check_tried_at),
    }
    has_word = care.c.person_id == person_id, care.c.check_word.is_not(None)
    query = update(care).where(*has_word).values(values).returning(care.c.check_tries, care.c.check_word)
    row = (await db.execute(query)).first()
    return None if row is None or row.check_tries > TRIES_AN_HOUR else row.check_word


def _plain(words: str) -> str:
    return " ".join(fold_with_emoji(words))
