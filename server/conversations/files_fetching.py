"""A worker's half of the files: claim one that waits, fetch it outside of every transaction, store it or say why not."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channel import FileSource
from bot.errors import FetchError
from dialogs.messages import MOST_FILE_BYTES
from server.clock import utc_now
from server.conversations.files import add_pieces, attachments, described
from server.conversations.files_models import FileStatus
from server.db.engine import is_away
from server.escalations import service as escalations
from server.log import logger

log = logger(__name__)

LEASE: Final = timedelta(minutes=3)
"""Longer than any fetching takes: after it, whoever held it is dead."""

PAUSES: Final = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600))
"""After each failed try; after the last of them it is given up."""

MOST_TRIES: Final = len(PAUSES) + 1
TOO_LATE_AFTER: Final = timedelta(days=1)
GAVE_UP: Final = "gave-up"
EMPTY: Final = "empty"
FAULT: Final = "fault"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is in one worker's hands until its lease ends; `attempt` tells whether it still is."""

    id: uuid.UUID
    case_id: uuid.UUID
    area: str
    lane: str
    source: str
    attempt: int


async def fetch_next(engine: AsyncEngine, sources: Mapping[str, FileSource]) -> bool:
    """Fetch the file that waits longest, once; False when none is due. A process killed anywhere in it loses nothing."""
    async with engine.begin() as db:
        await give_up_old(db, utc_now())
        claimed = await claim(db, tuple(sources), utc_now())
    if claimed is None:
        return False
    fault: FetchError | None = None
    try:
        content = await sources[claimed.lane].fetch_file(claimed.source, MOST_FILE_BYTES)
        async with engine.begin() as db:
            await store(db, claimed, content, utc_now())
    except FetchError as error:
        fault = error
    except Exception as error:
        if is_away(error):
            raise
        # a file that nobody thought of is one file lost, never the worker that keeps the clock
        log.exception("a file has a fault", file=str(claimed.id))
        fault = FetchError(FAULT, is_retryable=True)
    if fault is not None:
        async with engine.begin() as db:
            await fail(db, claimed, fault, utc_now())
    return True


async def claim(db: AsyncConnection, lanes: tuple[str, ...], now: datetime) -> Claimed | None:
    """Lease the file that waits longest; others' hands are passed over. One that killed whoever held it is given up in the end."""
    is_free = or_(attachments.c.lease_until.is_(None), attachments.c.lease_until < now)
    query = (
        select(attachments)
        .where(
            attachments.c.status == FileStatus.WAITING,
            attachments.c.not_before <= now,
            is_free,
            attachments.c.attempt < MOST_TRIES,
            attachments.c.lane.in_(lanes),
        )
        .order_by(attachments.c.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await db.execute(query)).first()
    if row is None:
        return None
    values = {"attempt": row.attempt + 1, "lease_until": now + LEASE}
    await db.execute(update(attachments).where(attachments.c.id == row.id).values(values))
    return Claimed(row.id, row.case_id, row.area, row.lane, row.source, row.attempt + 1)


async def store(db: AsyncConnection, claimed: Claimed, content: bytes, now: datetime) -> bool:
    """Seal and keep what was fetched; False when it is not ours any more (deleted, or another worker has it). Empty is no file."""
    if not content:
        await fail(db, claimed, FetchError(EMPTY, is_retryable=False), now)
        return False
    done = {"status": FileStatus.STORED, "stored_at": now, "lease_until": None, "source": None, "reason": ""}
    if not await _change(db, claimed, done | described(content)):
        return False
    await add_pieces(db, claimed.id, content)
    return True


async def fail(db: AsyncConnection, claimed: Claimed, fault: FetchError, now: datetime) -> None:
    """Wait for another try, or give up; the adviser is told why."""
    log.warning("file not fetched", file=str(claimed.id), code=fault.code, attempt=claimed.attempt)
    if fault.is_retryable and claimed.attempt < MOST_TRIES:
        pause = max(PAUSES[claimed.attempt - 1], timedelta(seconds=fault.retry_after_seconds or 0))
        await _change(db, claimed, {"lease_until": None, "not_before": now + pause, "reason": fault.code})
        return
    given_up = {"status": FileStatus.FAILED, "lease_until": None, "source": None, "reason": fault.code}
    await _change(db, claimed, given_up)


async def give_up_old(db: AsyncConnection, now: datetime) -> None:
    """What nobody could fetch for a day (its channel is gone, its fetching kills) is not waited for any more."""
    is_free = or_(attachments.c.lease_until.is_(None), attachments.c.lease_until < now)
    is_hopeless = or_(attachments.c.created_at < now - TOO_LATE_AFTER, attachments.c.attempt >= MOST_TRIES)
    query = (
        update(attachments)
        .where(attachments.c.status == FileStatus.WAITING, is_free, is_hopeless)
        .values(status=FileStatus.FAILED, source=None, lease_until=None, reason=GAVE_UP)
        .returning(attachments.c.case_id, attachments.c.area)
    )
    for case_id, area in (await db.execute(query)).all():
        await escalations.tell(db, case_id, area)


async def _change(db: AsyncConnection, claimed: Claimed, values: dict[str, Any]) -> bool:
    """Change the row while it is still in our hands, and tell the consoles."""
    is_ours = (
        attachments.c.id == claimed.id,
        attachments.c.status == FileStatus.WAITING,
        attachments.c.attempt == claimed.attempt,
    )
    query = update(attachments).where(*is_ours).values(values).returning(attachments.c.case_id, attachments.c.area)
    changed = (await db.execute(query)).first()
    if changed is None:
        return False
    await escalations.tell(db, changed.case_id, changed.area)
    return True
