"""The same call twice: what a partner was answered is kept by its idempotency key, and said again without doing it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.partner_models import PartnerCall
from server.appointments.partners import Caller
from server.db.base import table_of

calls = table_of(PartnerCall)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that changes something, by its key and what was asked."""

    key_hash: bytes
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered to it. `is_same` is false when the key came with another request before."""

    status: int
    answer: Any
    is_same: bool


def call_of(key: str, path: str, body: Mapping[str, Any]) -> Call:
    """The call with this key, address and body."""
    asked = json.dumps([path, body], sort_keys=True, ensure_ascii=True)
    return Call(hashlib.sha256(key.encode()).digest(), hashlib.sha256(asked.encode()).digest())


async def answered(db: AsyncConnection, who: Caller, call: Call) -> Kept | None:
    """The answer it was given before, once whoever makes the same call at this moment is done; None for a new one."""
    lock = int.from_bytes(hashlib.sha256(who.id.bytes + call.key_hash).digest()[:8], "big", signed=True)
    await db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})
    query = select(calls).where(calls.c.partner_id == who.id, calls.c.key_hash == call.key_hash)
    row = (await db.execute(query)).mappings().first()
    return Kept(row["status"], row["answer"], row["request_hash"] == call.request_hash) if row else None


async def keep(db: AsyncConnection, who: Caller, call: Call, status: int, answer: Any, now: datetime) -> None:
    """Keep an answer in the transaction of what it tells; `answered` came first."""
    row = {"partner_id": who.id, "key_hash": call.key_hash, "request_hash": call.request_hash}
    await db.execute(insert(calls).values(**row, status=status, answer=answer, at=now))
