"""Groups and channels: one polite word, then silence. We talk in private only."""

from __future__ import annotations

from datetime import datetime

from dialogs.messages import ChannelName, Reply
from server.conversations.service import Conversations
from server.outbox.rules import DeliveryKind
from server.outbox.service import Destination


async def say_once(
    service: Conversations, lane: str, channel: ChannelName, group: str, reply: Reply, now: datetime
) -> None:
    """Say it to the group unless that was done before. Nothing of the group is stored but its address."""
    hashed = service.hash_of(lane, group)
    to = Destination(service.area.slug, channel, lane, group, hashed)
    enqueued = service.outbox.prepare(to, [reply], now, kind=DeliveryKind.NOTICE, unique_key=f"group:{hashed.hex()}")
    async with service.engine.begin() as db:
        to_send = await service.outbox.store(db, enqueued)
    service.sender.send_soon(to_send)
