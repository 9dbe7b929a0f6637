"""The program behind its webhooks: what providers post, what was stored of it, what was counted."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import func, select, text

from dialogs.messages import ChannelName
from server.tables import metadata
from tests.support.program import KeepingChannel, Program, running
from tests.support.telegram_double import SECRET_HEADER, TOKEN, TelegramDouble
from tests.support.telegram_double import running as running_telegram
from tests.support.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, sign

SECRET = "a-secret-of-the-webhook"
PUBLIC = "https://chat.example"
TELEGRAM, SMS, STATUS = "/webhooks/telegram", "/webhooks/twilio/message", "/webhooks/twilio/status"
FIXED_TABLES = ("areas", "heartbeats", "case_steps", "staff_notices")
"""What the program writes by its own clock, whoever writes to it."""


@dataclass
class Wire:
    """A running program with a bot in webhook mode and a number."""

    program: Program
    client: httpx.AsyncClient
    double: TelegramDouble
    sms: KeepingChannel
    updates: int = 0

    def update(
        self, chat: int, words: str | None = "hello", *, at: int | None = None, **content: Any
    ) -> dict[str, Any]:
        """A new message of somebody, as Telegram forms it."""
        self.updates += 1
        self.double.person(chat)
        account = {"id": chat, "is_bot": False, "first_name": "Quillon", "language_code": "en"}
        chat_of = {"id": chat, "type": "private", "first_name": "Quillon"}
        message: dict[str, Any] = {"message_id": self.updates, "from": account, "chat": chat_of}
        message |= {"date": int(time.time()) if at is None else at} | content
        return {"update_id": self.updates, "message": message | ({} if words is None else {"text": words})}

    def press(self, chat: int, data: str) -> dict[str, Any]:
        """A press of a button that sends this back."""
        below = self.update(chat, "our words")
        message = below["message"]
        query = f"press-{below['update_id']}"
        self.double.presses[query] = False
        content = {"id": query, "from": message["from"], "message": message, "chat_instance": "1", "data": data}
        return {"update_id": below["update_id"], "callback_query": content}

    async def telegram(self, body: Any, *, secret: str | None = SECRET) -> httpx.Response:
        """Post to the bot's webhook: bytes as they are, anything else as JSON."""
        headers = {} if secret is None else {SECRET_HEADER: secret}
        kind: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        return await self.client.post(TELEGRAM, headers=headers, **kind)

    async def says(self, chat: int, words: str) -> list[str]:
        """A message that is taken; what the person has received after it."""
        answer = await self.telegram(self.update(chat, words))
        assert answer.status_code == 200, answer.text
        await self.program.service.sender.drain()
        return self.double.person(chat).texts

    async def twilio(self, path: str, form: dict[str, str], signature: str | None = "") -> httpx.Response:
        """Post a form as Twilio does; an empty signature is the right one, None is none."""
        right = sign(f"{PUBLIC}{path}", form) if signature == "" else signature
        return await self.client.post(path, data=form, headers={} if right is None else {"x-twilio-signature": right})

    def form(self, number: str, words: str, **more: str) -> dict[str, str]:
        """The form of an incoming text message."""
        self.updates += 1
        sid = f"SM{self.updates:032x}"
        return {"MessageSid": sid, "AccountSid": ACCOUNT_SID, "From": number, "To": OUR_NUMBER, "Body": words} | more

    async def stored(self) -> dict[str, int]:
        """Rows by table, tables of a process's own life left out."""
        async with self.program.service.engine.connect() as db:
            return {
                table.name: (await db.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
                if table.name not in FIXED_TABLES
            }

    async def scalar(self, query: str) -> Any:
        """One value from the database."""
        async with self.program.service.engine.connect() as db:
            return (await db.execute(text(query))).scalar()

    async def counted(self, name: str, **labels: str) -> float:
        """A metric as /metrics shows it; 0 when it was never counted."""
        shown = (await self.client.get("/metrics")).text
        total = 0.0
        for line in shown.splitlines():
            found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
            if found and all(f'{key}="{value}"' in (found[1] or "") for key, value in labels.items()):
                total += float(found[2])
        return total


@asynccontextmanager
async def wired(database_url: str, **settings: Any) -> AsyncIterator[Wire]:
    """The program with both webhooks, a Telegram outside, and an SMS channel that keeps what it got."""
    async with running_telegram() as double:
        sms = KeepingChannel(ChannelName.SMS)
        own = {
            "telegram_token": TOKEN,
            "telegram_api": double.base_url,
            "telegram_mode": "webhook",
            "telegram_secret": SECRET,
            "public_url": PUBLIC,
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_from": OUR_NUMBER,
        }
        async with (
            running(database_url, more_channels={"sms": sms}, **(own | settings)) as program,
            httpx.AsyncClient(base_url=program.url, timeout=60) as client,
        ):
            yield Wire(program, client, double, sms)
