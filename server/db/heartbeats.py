"""When each job last ended well: silence is a fault that somebody has to see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, table_of
from server.db.types import UtcDateTime


class Heartbeat(Base):
    """When a job last ended well, in any process. Nothing personal; one row a job for ever."""

    __tablename__ = "heartbeats"

    job: Mapped[str] = mapped_column(Text, primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)


heartbeats = table_of(Heartbeat)


async def beat(db: AsyncConnection, job: str, now: datetime) -> None:
    """Note that the job ended well just now."""
    row = insert(heartbeats).values(job=job, ended_at=now)
    await db.execute(row.on_conflict_do_update(index_elements=["job"], set_={"ended_at": now}))


async def job_ages(db: AsyncConnection, now: datetime) -> dict[str, float]:
    """Seconds since each job last ended well."""
    rows = (await db.execute(select(heartbeats.c.job, heartbeats.c.ended_at))).all()
    return {job: (now - ended_at).total_seconds() for job, ended_at in rows}
