"""Write down that messages were sent: those that end while one write is under way share the next one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from server.db.types import UtcDateTime
from server.outbox.rules import Status, predecessors

_BEFORE_SENT = ", ".join(f"'{status.value}'" for status in predecessors(Status.SENT))

_WRITE = text(
    f"""
    UPDATE deliveries d
    SET status = n.status, reason = '', provider_id = n.provider_id, sent_at = n.sent_at
    FROM unnest(:ids, :statuses, :provider_ids, :sent_at) AS n (id, status, provider_id, sent_at)
    WHERE d.id = n.id AND d.status IN ({_BEFORE_SENT})
    """  # noqa: S608 - the statuses are ours
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("statuses", type_=ARRAY(Text)),
    bindparam("provider_ids", type_=ARRAY(Text)),
    bindparam("sent_at", type_=ARRAY(UtcDateTime)),
)

Persist = Callable[[Any, dict[str, Any]], Awaitable[object]]
"""Runs one statement in its own transaction, waiting for the database if it is away."""


@dataclass(frozen=True, slots=True)
class SentNote:
    """One message that its provider took."""

    delivery_id: uuid.UUID
    status: Status
    provider_id: str
    sent_at: datetime


@dataclass
class SentNotes:
    """Writes notes one batch at a time. Nobody waits longer than for the write under way and their own."""

    persist: Persist
    _waiting: list[tuple[SentNote, asyncio.Future[None]]] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def write(self, note: SentNote) -> None:
        """Return when the note is stored; raises what the write raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((note, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write_all())
        await done

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            writing = self.persist(_WRITE, _columns([note for note, _ in batch]))
            (outcome,) = await asyncio.gather(writing, return_exceptions=True)
            _settle(batch, outcome if isinstance(outcome, BaseException) else None)


def _columns(notes: list[SentNote]) -> dict[str, Any]:
    return {
        "ids": [note.delivery_id for note in notes],
        "statuses": [note.status.value for note in notes],
        "provider_ids": [note.provider_id for note in notes],
        "sent_at": [note.sent_at for note in notes],
    }


def _settle(batch: list[tuple[SentNote, asyncio.Future[None]]], error: BaseException | None) -> None:
    for _, done in batch:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
