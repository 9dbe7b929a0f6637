"""Telegram as a channel: one bot that sends replies, fetches updates and introduces itself.

Belongs here: which call follows from which need. What a reply looks like is in `render`, what a refusal means is in
`errors`.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiogram import methods
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity

from bot.channel import NOT_THERE, TOO_LARGE, WRONG_LENGTH, SendResult
from bot.errors import FetchError, SendError
from bot.telegram.errors import MAY_HAVE_ARRIVED
from bot.telegram.profile import BotProfile
from bot.telegram.render import TelegramPiece, render
from bot.telegram.updates import ALLOWED_UPDATES
from bot.telegram.wire import BotApi, GetFile, GetUpdates, SendMessage
from dialogs.messages import ChannelName, Limits, Reply

MESSAGES_A_SECOND = 30
"""Telegram's pace for one bot over all chats, https://core.telegram.org/bots/faq#broadcasting-to-users."""

PER_CHAT_SECONDS = 1.0
"""Telegram's pace for one chat (same page)."""

TIMEOUT_SECONDS = 10
_BEST_EFFORT_SECONDS = 3
_PATIENCE_SECONDS = 3.0
_TRIES_OF_A_LATER_PIECE = 3
_FILE_PATH = re.compile(r"(?:[\w-]+/)*[\w-]+(?:\.[\w-]+)*")
"""Below the bot's own folder: no dots that lead out of it, no host."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramChannel:
    """One Telegram bot; `base_url` is another Bot API server (None: Telegram's own).

    Raises `ChannelError` for a token that cannot be one.
    """

    name = ChannelName.TELEGRAM
    limits = Limits(max_choices=6, has_links=True, has_buttons=True)

    def __init__(self, token: str, *, base_url: str | None = None, timeout_seconds: int = TIMEOUT_SECONDS) -> None:
        self._api = BotApi(token, base_url, timeout_seconds)

    def fit(self, reply: Reply) -> tuple[Reply, Reply | None]:
        """The whole reply and nothing that waits: a long one goes out in several messages."""
        return reply, None

    async def send(self, to: str, reply: Reply) -> SendResult:
        """Hand over every piece in order; `provider_id` is the last message's id, unique within that chat.

        Raises `SendError`; with a code in `errors.MAY_HAVE_ARRIVED` the person may have it all the same.
        """
        chat, pieces = _chat_id(to), render(reply)
        if not pieces:
            raise SendError("empty-reply", is_retryable=False)
        sent = await self._send_piece(chat, pieces[0])
        for piece in pieces[1:]:
            sent = await self._send_later_piece(chat, piece)
        return SendResult(provider_id=sent, parts=len(pieces))

    async def find_sent(self, to: str, reply: Reply, since: datetime) -> str | None:  # noqa: ARG002 - the protocol's
        """None, always: a bot cannot read a chat's past."""
        return None

    async def typing(self, to: str) -> None:
        """Show the person that an answer is on its way; failing is harmless."""
        with contextlib.suppress(SendError):
            await self._api.call(methods.SendChatAction(chat_id=_chat_id(to), action="typing"), _BEST_EFFORT_SECONDS)

    async def answer_callback(self, callback_id: str) -> None:
        """Stop the pressed button from spinning; failing is harmless (Telegram forgets a press in seconds)."""
        with contextlib.suppress(SendError):
            await self._api.call(methods.AnswerCallbackQuery(callback_query_id=callback_id), _BEST_EFFORT_SECONDS)

    async def set_up(self, profiles: Iterable[BotProfile]) -> None:
        """Introduce the bot in each language; only what differs is written, because Telegram limits these calls."""
        for profile in profiles:
            for reader, field, writer in profile.calls():
                if _held(await self._api.call(reader), field) != _held(writer, field):
                    await self._api.call(writer)

    async def set_webhook(self, url: str, secret: str, allowed_updates: Sequence[str] = ALLOWED_UPDATES) -> None:
        """Have updates sent to the url with the secret in their header. Repeating is harmless."""
        call = methods.SetWebhook(url=url, secret_token=secret, allowed_updates=list(allowed_updates))
        await self._api.call(call)

    async def delete_webhook(self) -> None:
        """Have updates kept for `get_updates` from now on; waiting ones stay."""
        await self._api.call(methods.DeleteWebhook())

    async def get_updates(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:  # noqa: ASYNC109 - Telegram waits
        """The next updates as Telegram wrote them, after `timeout` seconds at most; ids below `offset` are let go."""
        call = GetUpdates(offset=offset, timeout=timeout, allowed_updates=list(ALLOWED_UPDATES))
        updates: list[dict[str, Any]] = await self._api.call(call, timeout + TIMEOUT_SECONDS)
        return updates

    async def fetch_file(self, source: str, most_bytes: int) -> bytes:
        """The file of that id; getFile first, because its address lives an hour. Raises `FetchError`."""
        try:
            answer = await self._api.call(GetFile(file_id=source))
        except SendError as fault:
            # a bot may fetch up to 20 MB: "file is too big" is a bad request like an id that is wrong
            raise FetchError(
                fault.code, is_retryable=fault.is_retryable, retry_after_seconds=fault.retry_after_seconds
            ) from None
        path, size = (answer.get("file_path"), answer.get("file_size")) if isinstance(answer, Mapping) else (None, None)
        if isinstance(size, int) and size > most_bytes:
            raise FetchError(TOO_LARGE, is_retryable=False)
        if not isinstance(path, str) or not _FILE_PATH.fullmatch(path):
            raise FetchError(NOT_THERE, is_retryable=False)
        content = await self._api.download(path, most_bytes)
        if isinstance(size, int) and len(content) != size:
            raise FetchError(WRONG_LENGTH, is_retryable=True)
        return content

    async def close(self) -> None:
        """Let go of connections. Repeating is harmless."""
        await self._api.close()

    async def _send_piece(self, chat: int, piece: TelegramPiece) -> str:
        """The sent message's id."""
        bold = [MessageEntity(type="bold", offset=0, length=piece.bold_units)] if piece.bold_units else None
        message = await self._api.call(
            SendMessage(
                chat_id=chat,
                text=piece.text,
                entities=bold,
                reply_markup=_markup(piece),
                link_preview_options=_NO_PREVIEW,
            )
        )
        return str(message.get("message_id", "")) if isinstance(message, Mapping) else ""

    async def _send_later_piece(self, chat: int, piece: TelegramPiece) -> str:
        """As `_send_piece`, with short patience: failing here would send the first piece twice."""
        for _ in range(_TRIES_OF_A_LATER_PIECE - 1):
            try:
                return await self._send_piece(chat, piece)
            except SendError as fault:
                wait = fault.retry_after_seconds or PER_CHAT_SECONDS
                if not fault.is_retryable or fault.code in MAY_HAVE_ARRIVED or wait > _PATIENCE_SECONDS:
                    raise
            await asyncio.sleep(wait)
        return await self._send_piece(chat, piece)


def _chat_id(to: str) -> int:
    """The chat's number. Raises `SendError` for an address that is none: nothing will ever reach it."""
    digits = to.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 17):  # noqa: PLR2004 - 52 bits, says the Bot API
        raise SendError("not-a-chat", is_retryable=False, is_address_dead=True)
    return int(to)


def _markup(piece: TelegramPiece) -> InlineKeyboardMarkup | None:
    if piece.keyboard is None:
        return None
    rows = [[InlineKeyboardButton(text=b.text, callback_data=b.data) for b in row] for row in piece.keyboard]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _held(holder: object, field: str) -> object:
    """One text of the bot's own, or its commands, as plain data: what came from Telegram never equals what goes there."""
    value = holder if isinstance(holder, list) else getattr(holder, field, None)
    return [item.model_dump(exclude_none=True) for item in value] if isinstance(value, list) else value
