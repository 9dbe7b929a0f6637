"""What the chat page asks of the service behind it, and the values that it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialogs.messages import ButtonPress, Reply, SentFile


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """One message of a conversation.

    `cursor` grows with time and is unique in its thread. `at` is in the area's zone. `reply` is there for what we said,
    `text` alone for what they wrote, `has_file` when they sent a file with it. `author` is the first name of the person of
    ours who wrote it, if one did.
    """

    cursor: int
    at: datetime
    is_theirs: bool
    text: str
    reply: Reply | None = None
    author: str = ""
    has_file: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """A piece of a conversation, oldest first; `items` may be empty.

    `last` is the newest cursor of the whole thread (0: none yet), `language` the one it is held in. `typing` names the
    person of ours who is writing right now (empty: nobody). `notice` is a standing truth in that language: "Nobody is
    here until 9am on Monday 8 June."
    """

    items: tuple[ThreadItem, ...]
    language: str
    last: int
    typing: str = ""
    notice: str = ""


class ChatDesk(Protocol):
    """The service behind the chat page. `session` is a secret of the browser; methods may raise `ServiceError`."""

    async def open(self, session: str, language: str | None, now: datetime) -> None:
        """Greets a new session in that language (None: the area's). Changes nothing for a known one."""

    async def say(self, session: str, text: str, press: ButtonPress | None, message_id: str, now: datetime) -> None:
        """Takes one message or the press of a button (then `text` is empty). The same `message_id` again is harmless."""

    async def send_file(self, session: str, text: str, file: SentFile, message_id: str, now: datetime) -> None:
        """Takes a file, and the words that came with it (may be empty). The same `message_id` again is harmless."""

    async def speak(self, session: str, language: str, now: datetime) -> None:
        """The person picked a language on the page: the conversation goes on in it."""

    async def types(self, session: str) -> None:
        """They are typing: whoever of ours talks with them is told so. Nothing for anybody else, and nothing is kept."""

    async def thread(self, session: str, after: int) -> Thread | None:
        """What came after a cursor (0: everything). None for a session that was never opened, or was left."""

    async def leave(self, session: str) -> None:
        """Ends the session: its thread can never be shown again. Repeating is harmless."""

    def changes(self, session: str) -> AsyncIterator[None]:
        """Yields soon after there may be something new, until closed. May yield for nothing, may join several."""
