"""What a person of ours writes: kept with the case and sent on the channel they wrote from last, in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import Reply, ReplyKind, Urgency
from server.conversations.models import Conversation
from server.conversations.service import LIVE_TOPIC, Conversations, notify
from server.db.base import table_of
from server.escalations import service as escalations
from server.escalations.errors import NoSuchCase
from server.outbox.rules import DeliveryKind
from server.outbox.service import Destination
from server.people.models import Address

addresses = table_of(Address)
conversations = table_of(Conversation)


async def write_as_adviser(service: Conversations, case_id: uuid.UUID, adviser: str, text: str, now: datetime) -> None:
    """Send the adviser's words, named as a person. Raises NoSuchCase when the case is closed or nobody can be reached."""
    async with service.engine.begin() as db:
        case = await escalations.open_case_of(db, case_id)
        to = await _where_asked(db, case.person_id, case.address_id)
        await escalations.take_case(db, case_id, adviser)
        await escalations.add_words(db, case_id, case.area, text, now, author="adviser")
        reply = Reply(case.language, text, ReplyKind.ADVISER, Urgency.ADVISER, author=adviser)
        enqueued = service.outbox.prepare(to, [reply], now, kind=DeliveryKind.ADVISER)
        await service.outbox.store(db, enqueued)
        await notify(db, LIVE_TOPIC, to.address_hash.hex())
    service.sender.send_soon(enqueued.to_send)


async def _where_asked(db: AsyncConnection, person_id: uuid.UUID, address_id: uuid.UUID | None) -> Destination:
    """The address that asked; when it cannot be reached any more, the one they wrote from last."""
    query = (
        select(addresses, conversations.c.id.label("conversation_id"))
        .join(conversations, conversations.c.person_id == addresses.c.person_id)
        .where(addresses.c.person_id == person_id, addresses.c.is_reachable)
        .order_by(addresses.c.id != address_id, addresses.c.last_inbound_at.desc())
        .limit(1)
    )
    row = (await db.execute(query)).mappings().first()
    if row is None:
        raise NoSuchCase("nobody to reach")
    return Destination(
        row["area"], row["channel"], row["lane"], row["address"], row["address_hash"], row["id"], row["conversation_id"]
    )
