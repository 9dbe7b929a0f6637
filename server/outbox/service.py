"""Put a message into the outbox: in the transaction of its reason, never by calling a provider."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import ChannelName, Reply
from server.db.base import table_of
from server.db.ids import new_id
from server.db.prepared import Prepared
from server.outbox.freezing import ON_HOLD
from server.outbox.models import Delivery
from server.outbox.rules import KEPT_WORTH_SENDING, LEASE, DeliveryKind, Status

deliveries = table_of(Delivery)

OUTBOX_TOPIC = "connexions_outbox"
"""Workers are told under this name that something is due."""


COLUMNS = tuple(column for column in deliveries.c if column.name not in {"seq", "provider_id"})
INSERT_SQL = f"""
    INSERT INTO deliveries ({", ".join(column.name for column in COLUMNS)})
    VALUES ({", ".join(f":{column.name}" for column in COLUMNS)})
    ON CONFLICT (unique_key) DO NOTHING
    RETURNING id
"""  # noqa: S608 - the names are our own columns
TYPES = {column.name: column for column in COLUMNS}
INSERT = Prepared(INSERT_SQL, TYPES)
"""One row, written out once: building the statement anew for each message cost more than running it."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a delivery goes. `address_id` and `conversation_id` are empty for an address that is nobody's (a group)."""

    area: str
    channel: ChannelName
    lane: str
    to_address: str
    address_hash: bytes
    address_id: uuid.UUID | None = None
    conversation_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A stored delivery that this process holds the lease of and may send now.

    `attempt` counts tries, this one included. `leased_at` is when this process took it.
    """

    id: uuid.UUID
    destination: Destination
    kind: DeliveryKind
    reply: Reply
    attempt: int
    expires_at: datetime
    leased_at: datetime


@dataclass(frozen=True, slots=True)
class Enqueued:
    """Rows to store and those among them that the caller may send after its commit, in order."""

    rows: tuple[Mapping[str, Any], ...]
    to_send: tuple[Outgoing, ...]


class Outbox:
    """Makes rows of deliveries. `shown_lanes` are those whose messages a page of ours shows: they need no sending."""

    def __init__(self, process: str, shown_lanes: frozenset[str]) -> None:
        self.process = process
        self.shown_lanes = shown_lanes

    def prepare(
        self,
        to: Destination,
        replies: Sequence[Reply],
        now: datetime,
        *,
        kind: DeliveryKind = DeliveryKind.REPLY,
        has_earlier: bool = False,
        unique_key: str | None = None,
        is_on_hold: bool = False,
    ) -> Enqueued:
        """Rows for the replies, in order. With `has_earlier` (something older waits for that address) a worker sends them.

        With `is_on_hold` they are kept as skipped: never sent, also not when the hold is lifted.

        Rows that this process sends itself say `sending` from the start, so that a crash before or in the call is seen as one.
        """
        is_shown = to.lane in self.shown_lanes
        is_ours = not is_shown and not has_earlier and not is_on_hold
        status = Status.SENT if is_shown else Status.SENDING if is_ours else Status.DUE
        status = Status.SKIPPED if is_on_hold else status
        rows, to_send = [], []
        for place, reply in enumerate(replies):
            item = Outgoing(new_id(), to, kind, reply, 1, now + KEPT_WORTH_SENDING[reply.urgency], now)
            key = unique_key if place == 0 or unique_key is None else f"{unique_key}#{place}"
            rows.append(self._row(item, status, now, key))
            if is_ours:
                to_send.append(item)
        return Enqueued(tuple(rows), tuple(to_send))

    def _row(self, item: Outgoing, status: Status, now: datetime, unique_key: str | None) -> dict[str, Any]:
        """One row. A row in nobody's hands (due) has no lease."""
        is_leased = status is Status.SENDING
        to = item.destination
        return {
            "id": item.id,
            "area": to.area,
            "conversation_id": to.conversation_id,
            "address_id": to.address_id,
            "channel": to.channel,
            "lane": to.lane,
            "to_address": to.to_address,
            "address_hash": to.address_hash,
            "kind": item.kind,
            "urgency": int(item.reply.urgency),
            "reply": item.reply.to_plain(),
            "unique_key": unique_key,
            "status": status,
            "reason": ON_HOLD if status is Status.SKIPPED else "",
            "attempt": 1 if is_leased else 0,
            "not_before": now,
            "expires_at": item.expires_at,
            "lease_until": now + LEASE if is_leased else None,
            "leased_by": self.process if is_leased else None,
            "created_at": now,
            "sent_at": now if status is Status.SENT else None,
            "failure_noted_at": None,
        }

    async def store(
        self, db: AsyncConnection, enqueued: Enqueued, *, first: tuple[Prepared, Mapping[str, Any]] = (INSERT, {})
    ) -> tuple[Outgoing, ...]:
        """Write the rows in a transaction that has begun; commits nothing. `first` writes the first row and more, with its values.

        What the caller may send after its commit: all of `to_send`, less what was asked for before under its unique key.
        """
        statement, more = first
        ids = set()
        for row in enqueued.rows:
            stored = await statement.first(db, {**row, **more})
            ids.add(stored and stored["id"])
            statement, more = INSERT, {}
        if any(row["status"] is Status.DUE for row in enqueued.rows):
            await db.execute(select(func.pg_notify(OUTBOX_TOPIC, "")))
        return tuple(item for item in enqueued.to_send if item.id in ids)
