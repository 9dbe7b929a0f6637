"""Telegram's updates: check, parse, hand over, answer fast. The same intake serves the webhook and the polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.errors import NotFromProvider, Unreadable
from bot.telegram.channel import TelegramChannel
from bot.telegram.updates import GroupContact, acknowledgement, check_secret, parse
from dialogs.messages import ChannelName, InboundMessage, MessageKind, Reply
from server import metrics
from server.clock import utc_now
from server.conversations.groups import say_once
from server.conversations.service import Conversations
from server.errors import NotReadable, NotSigned, Refused

LANE = "telegram"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
TYPING_AFTER_SECONDS = 0.5


class TelegramIntake:
    """Takes one update at a time, from wherever it came."""

    def __init__(
        self, conversations: Conversations, channel: TelegramChannel, polite_word: Callable[[], Reply]
    ) -> None:
        self._conversations = conversations
        self._channel = channel
        self._polite_word = polite_word

    async def take(self, update: Mapping[str, Any] | bytes, now: datetime) -> None:
        """One turn for a private message, one polite word for a group, nothing for anything else. Raises Unreadable."""
        parsed = parse(update, LANE, received_at=now)
        if isinstance(parsed, GroupContact):
            await say_once(self._conversations, LANE, ChannelName.TELEGRAM, parsed.chat_id, self._polite_word(), now)
        elif isinstance(parsed, InboundMessage):
            await self._with_typing(parsed, now)
        else:
            metrics.inbound.labels(ChannelName.TELEGRAM.value, "ignored").inc()

    async def _with_typing(self, message: InboundMessage, now: datetime) -> None:
        """Show "typing" when the answer takes longer than half a second."""
        if message.kind in (MessageKind.BLOCKED, MessageKind.UNBLOCKED):
            await self._conversations.receive(message, now)
            return
        typing = asyncio.get_running_loop().create_task(self._type_later(message.sender))
        try:
            await self._conversations.receive(message, now)
        finally:
            typing.cancel()

    async def _type_later(self, chat: str) -> None:
        await asyncio.sleep(TYPING_AFTER_SECONDS)
        await self._channel.typing(chat)


def router(intake: TelegramIntake, secret: str) -> APIRouter:
    """The webhook's route."""
    routes = APIRouter(include_in_schema=False)

    async def take_update(request: Request) -> Response:
        header = request.headers.get(SECRET_HEADER)
        try:
            check_secret(header, secret)
        except NotFromProvider as error:
            metrics.refused.labels("telegram", "secret").inc()
            raise (Refused if header else NotSigned)(str(error)) from error
        update = await read_json(request)
        try:
            await intake.take(update, utc_now())
        except Unreadable as error:
            metrics.refused.labels("telegram", "unreadable").inc()
            raise NotReadable(str(error)) from error
        return JSONResponse(acknowledgement(update) or {})

    # a plain route: there is nothing for FastAPI to read or check, and this is the busiest address of all
    routes.add_route("/webhooks/telegram", take_update, methods=["POST"])
    return routes


async def read_json(request: Request) -> Mapping[str, Any]:
    """The body as a JSON object. Raises NotReadable."""
    try:
        value = await request.json()
    except (ValueError, RecursionError) as error:
        metrics.refused.labels("telegram", "unreadable").inc()
        raise NotReadable("not JSON") from error
    if not isinstance(value, dict):
        metrics.refused.labels("telegram", "unreadable").inc()
        raise NotReadable("not an object")
    return value
