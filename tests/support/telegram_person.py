"""A made-up person on Telegram: what they write and press, and what they have received.

Belongs here: updates as Telegram forms them. Used through `TelegramDouble.person`.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.telegram_double import TelegramDouble


class TelegramPerson:
    """One private chat. Every method that does something returns the update it made."""

    def __init__(self, double: TelegramDouble, chat_id: int, name: str, language: str | None) -> None:
        self.id = chat_id
        self.inbox: list[dict[str, Any]] = []
        self.has_blocked = False
        self.chat = {"id": chat_id, "type": "private", "first_name": name}
        self._account = {"id": chat_id, "is_bot": False, "first_name": name}
        if language:
            self._account["language_code"] = language
        self._double = double

    @property
    def texts(self) -> list[str]:
        """The words of every message received, oldest first."""
        return [message["text"] for message in self.inbox]

    @property
    def buttons(self) -> dict[str, str]:
        """The labels under the newest message that has buttons, with what each sends back."""
        for message in reversed(self.inbox):
            if rows := message.get("reply_markup", {}).get("inline_keyboard"):
                return {button["text"]: button["callback_data"] for row in rows for button in row}
        return {}

    async def says(self, text: str) -> dict[str, Any]:
        """Write a message; a leading command is marked as Telegram marks it."""
        command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", text)
        entities = [{"type": "bot_command", "offset": 0, "length": command.end()}] if command else []
        return await self.sends(text=text, **({"entities": entities} if entities else {}))

    async def sends(self, **content: Any) -> dict[str, Any]:
        """Send a message of any kind, such as `sticker={...}`."""
        return await self._double.deliver("message", self._message(content))

    async def edits(self, message: dict[str, Any], text: str) -> dict[str, Any]:
        """Change the words of a message sent before (the update that sent it)."""
        edited = message["message"] | {"text": text, "edit_date": int(time.time())}
        return await self._double.deliver("edited_message", edited)

    async def presses(self, label: str) -> dict[str, Any]:
        """Press the button with this label, or the one whose label begins with this number."""
        labels = self.buttons
        wanted = [data for text, data in labels.items() if text == label or text.split(" ")[0] == label]
        assert wanted, f"no button {label!r} among {list(labels)}"
        return await self.presses_data(wanted[0])

    async def presses_data(self, data: str) -> dict[str, Any]:
        """Press a button that sends this back, however old it is."""
        query = f"press-{len(self._double.presses) + 1}"
        self._double.presses[query] = False
        below = self.inbox[-1] if self.inbox else self._message({"text": "gone"})
        content = {"id": query, "from": self._account, "message": below, "chat_instance": "1", "data": data}
        return await self._double.deliver("callback_query", content)

    async def blocks(self) -> dict[str, Any]:
        """Block the bot: it can write no more."""
        self.has_blocked = True
        return await self._membership("member", "kicked")

    async def unblocks(self) -> dict[str, Any]:
        """Let the bot write again."""
        self.has_blocked = False
        return await self._membership("kicked", "member")

    def _message(self, content: dict[str, Any]) -> dict[str, Any]:
        number = self._double.next_message_id()
        return {"message_id": number, "from": self._account, "chat": self.chat, "date": int(time.time()), **content}

    async def _membership(self, before: str, after: str) -> dict[str, Any]:
        content = {
            "chat": self.chat,
            "from": self._account,
            "date": int(time.time()),
            "old_chat_member": self._member(before),
            "new_chat_member": self._member(after),
        }
        return await self._double.deliver("my_chat_member", content)

    def _member(self, status: str) -> dict[str, Any]:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": self._double.bot, "status": status, **until}
