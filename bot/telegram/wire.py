"""The calls to the Bot API, their answers taken as plain data and their failures as `SendError`.

Belongs here: aiogram's client and nothing of replies. Answers are not read into aiogram's models: a message that
Telegram took stays taken, however a later version of the Bot API describes it.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import Any, ClassVar

import aiohttp
from aiogram import Bot, methods
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramServerError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.utils.token import TokenValidationError

from bot.channel import NO_ANSWER, NOT_THERE, TOO_LARGE
from bot.errors import ChannelError, FetchError
from bot.telegram.errors import send_error

_OK = 200
_NOT_FOUND = 404
_DOWNLOAD_SECONDS = 60


class SendMessage(methods.SendMessage):
    """sendMessage whose answer is the sent message as plain data."""

    __returning__: ClassVar[Any] = dict[str, Any] | None


class GetUpdates(methods.GetUpdates):
    """getUpdates whose answer is the updates as plain data."""

    __returning__: ClassVar[Any] = list[dict[str, Any]]


class GetFile(methods.GetFile):
    """getFile whose answer is plain data."""

    __returning__: ClassVar[Any] = dict[str, Any]


class _Session(AiohttpSession):
    """A session to which a page of HTML from a proxy on the way is a fault of the way, not an answer."""

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        try:
            return super().check_response(bot, method, status_code, content)
        except ClientDecodeError:
            if status_code == _OK:
                raise
            raise TelegramServerError(method=method, message="not an answer of the Bot API") from None


class BotApi:
    """One bot's line to the Bot API. Safe to use from many tasks at once; opens connections at the first call."""

    def __init__(self, token: str, base_url: str | None, timeout_seconds: int) -> None:
        server = TelegramAPIServer.from_base(base_url) if base_url else PRODUCTION
        try:
            self._bot = Bot(token, session=_Session(api=server, timeout=timeout_seconds))
        except TokenValidationError:
            raise ChannelError("the bot's token is not in Telegram's form") from None
        self._timeout_seconds = timeout_seconds

    async def call(self, method: TelegramMethod[Any], timeout_seconds: int | None = None) -> Any:
        """Telegram's result. Raises `SendError`, without what Telegram said: that can name a chat."""
        try:
            return await self._bot(method, request_timeout=timeout_seconds or self._timeout_seconds)
        except AiogramError as fault:
            raise send_error(fault) from None

    async def download(self, file_path: str, most_bytes: int) -> bytes:
        """The file at the path that getFile gave. Raises `FetchError`; nothing of the address leaves, it holds the token."""
        session = self._bot.session
        parts, size = [], 0
        chunks = session.stream_content(session.api.file_url(self._bot.token, file_path), timeout=_DOWNLOAD_SECONDS)
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    size += len(chunk)
                    if size > most_bytes:
                        raise FetchError(TOO_LARGE, is_retryable=False)
                    parts.append(chunk)
        except aiohttp.ClientResponseError as answer:
            code = NOT_THERE if answer.status == _NOT_FOUND else NO_ANSWER
            raise FetchError(code, is_retryable=True) from None
        except (aiohttp.ClientError, OSError):  # TimeoutError is an OSError
            raise FetchError(NO_ANSWER, is_retryable=True) from None
        return b"".join(parts)

    async def close(self) -> None:
        """Let go of connections. Repeating is harmless."""
        await self._bot.session.close()
