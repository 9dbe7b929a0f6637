"""The table of heartbeats."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base
from server.db.types import UtcDateTime


class Heartbeat(Base):
    """When a job last ended well, in any process. Nothing personal; one row a job for ever."""

    __tablename__ = "heartbeats"

    job: Mapped[str] = mapped_column(Text, primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
