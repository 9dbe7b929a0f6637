"""What the methods of the Bot API do to a made-up Telegram: chats, button presses, the webhook, the bot's own profile.

Belongs here: one method of `BotMethods` for each method of the Bot API that the double plays, named as it is in snake
case. The wire, and whether a call is well formed, are in `telegram_double`.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.support.telegram_person import TelegramPerson

MOST_OF_A_BOT = 20_000_000
"""Bytes of the largest file that the Bot API lets a bot fetch."""


class RefusedError(Exception):
    """The Bot API's own no, raised by what a method does."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.description = description


class BotMethods:
    """One bot and everybody who has opened a chat with it. `faults` gathers what the real one would not have taken.

    `messages_a_second`: what comes faster is refused with 429 (None: take everything).
    """

    def __init__(self, bot_id: int) -> None:
        self.bot = {"id": bot_id, "is_bot": True, "first_name": "Bot", "username": "test_bot"}
        self.faults: list[str] = []
        self.people: dict[int, TelegramPerson] = {}
        self.presses: dict[str, bool] = {}
        self.files: dict[str, bytes] = {}
        self.profile: dict[tuple[str, str], Any] = {}
        self.webhook: dict[str, Any] = {}
        self.messages_a_second: int | None = None
        self._queue: list[dict[str, Any]] = []
        self._arrived = asyncio.Event()
        self._sent_at: deque[float] = deque()
        self._last_message_id = 0

    @property
    def unanswered_presses(self) -> list[str]:
        """Presses whose button still spins on the person's screen."""
        return [query for query, is_answered in self.presses.items() if not is_answered]

    def next_message_id(self) -> int:
        """Ids grow within a chat; here within the bot."""
        self._last_message_id += 1
        return self._last_message_id

    def keep_update(self, update: dict[str, Any]) -> None:
        """Keep an update until the bot asks for it."""
        self._queue.append(update)
        self._arrived.set()

    async def wait_for_updates(self, offset: int, seconds: float) -> None:
        """Return when there is an update from that id on, or the time is over."""
        self._forget_below(offset)
        if seconds and not self._queue:
            self._arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), seconds)

    def act(self, method: str, values: dict[str, Any]) -> Any:
        """The method's result. Raises `RefusedError`."""
        if found := re.fullmatch(r"(set|get|delete)My(\w+)", method):
            return self._about_the_bot(found[1], found[2], values)
        play: Callable[[dict[str, Any]], Any] | None = getattr(self, f"_{_snake(method)}", None)
        if play is None:
            self.faults.append(f"{method}: the double does not play this method")
            raise RefusedError(501, "Not Implemented")
        return play(values)

    def _forget_below(self, offset: int) -> None:
        self._queue = [update for update in self._queue if update["update_id"] >= offset]

    def _chat(self, values: dict[str, Any]) -> TelegramPerson:
        person = self.people.get(values["chat_id"])
        if person is None:
            raise RefusedError(400, "Bad Request: chat not found")
        if person.has_blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        return person

    def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return self.bot

    def _send_message(self, values: dict[str, Any]) -> dict[str, Any]:
        person = self._chat(values)
        if not values["text"].strip():
            raise RefusedError(400, "Bad Request: message text is empty")
        self._keep_pace()
        length = len(values["text"].encode("utf-16-le")) // 2
        for entity in values.get("entities", ()):
            if entity["offset"] + entity["length"] > length:
                self.faults.append(f"sendMessage.entities: {entity} reaches beyond the text")
        kept: dict[str, Any] = {name: values[name] for name in ("text", "entities", "reply_markup") if name in values}
        message: dict[str, Any] = {"message_id": self.next_message_id(), "date": int(time.time()), "from": self.bot}
        message |= {"chat": person.chat, **kept}
        person.inbox.append(message)
        return message

    def _keep_pace(self) -> None:
        if self.messages_a_second is None:
            return
        now = time.monotonic()
        while self._sent_at and now - self._sent_at[0] >= 1:
            self._sent_at.popleft()
        if len(self._sent_at) >= self.messages_a_second:
            raise RefusedError(429, "Too Many Requests: retry after 1")
        self._sent_at.append(now)

    def _get_file(self, values: dict[str, Any]) -> dict[str, Any]:
        content = self.files.get(values["file_id"])
        if content is None:
            raise RefusedError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > MOST_OF_A_BOT:
            raise RefusedError(400, "Bad Request: file is too big")
        about: dict[str, Any] = {"file_id": values["file_id"], "file_unique_id": f"u{values['file_id']}"}
        return about | {"file_size": len(content), "file_path": f"photos/{values['file_id']}.jpg"}

    def _send_chat_action(self, values: dict[str, Any]) -> bool:
        self._chat(values)
        return True

    def _answer_callback_query(self, values: dict[str, Any]) -> bool:
        if self.presses.get(values["callback_query_id"]) is not False:
            raise RefusedError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.presses[values["callback_query_id"]] = True
        return True

    def _set_webhook(self, values: dict[str, Any]) -> bool:
        url, secret = values["url"], values.get("secret_token", "a")
        # The real one takes nothing but https; this one also takes the machine it runs on.
        if url and not url.startswith(("https://", "http://127.0.0.1:")):
            raise RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", secret):
            raise RefusedError(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = dict(values)
        return True

    def _delete_webhook(self, _: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    def _get_updates(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook.get("url"):
            raise RefusedError(409, "Conflict: can't use getUpdates method while webhook is active")
        self._forget_below(values.get("offset", 0))
        return self._queue[: values.get("limit", 100)]

    def _about_the_bot(self, verb: str, what: str, values: dict[str, Any]) -> Any:
        """Commands, name and descriptions, kept by language."""
        name = _snake(what)
        key = (name, values.get("language_code", ""))
        if verb == "get":
            default: Any = [] if name == "commands" else ""
            value = self.profile.get(key, default)
            return value if name == "commands" else {name: value}
        self.profile[key] = values.get(name, "")
        return True


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def refusal_body(status: int, description: str, **parameters: Any) -> dict[str, Any]:
    """The body of a refusal; a "retry after" in its words is repeated among the parameters, as Telegram does."""
    if found := re.search(r"retry after (\d+)", description):
        parameters.setdefault("retry_after", int(found[1]))
    extra = {"parameters": parameters} if parameters else {}
    return {"ok": False, "error_code": status, "description": description, **extra}
