"""When each job last ended well: silence is a fault that somebody has to see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.worker.models import Heartbeat

heartbeats = table_of(Heartbeat)


async def beat(db: AsyncConnection, job: str, now: datetime) -> None:
    """Note that the job ended well just now."""
    row = insert(heartbeats).values(job=job, ended_at=now)
    await db.execute(row.on_conflict_do_update(index_elements=["job"], set_={"ended_at": now}))


async def job_ages(db: AsyncConnection, now: datetime) -> dict[str, float]:
    """Seconds since each job last ended well."""
    rows = (await db.execute(select(heartbeats.c.job, heartbeats.c.ended_at))).all()
    return {job: (now - ended_at).total_seconds() for job, ended_at in rows}
