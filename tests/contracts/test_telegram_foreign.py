"""The text flows against a Telegram that others wrote (npm telegram-test-api).

It knows sendMessage, getUpdates and answerCallbackQuery; not getMe, nor sendChatAction.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.telegram.channel import TelegramChannel
from bot.telegram.updates import callback_id, parse
from dialogs.messages import ButtonPress, Choice, InboundMessage, Reply
from tests.support.node import TOOLS, node_environment, node_modules, node_tool
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.node

TOKEN = "4200:token"
SAM = {"id": 5550001, "first_name": "Sam", "is_bot": False, "language_code": "en"}
REPLY = Reply(
    language="en",
    lead="Hi.",
    text="What is it about?",
    choices=(Choice(1, "home", "Where can I live?"), Choice(2, "money", "Money")),
    menu_id=7,
)


class Foreign:
    """The npm double's side for people, over HTTP."""

    def __init__(self, url: str, client: ClientSession) -> None:
        self.url = url
        self._client = client

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._client.post(f"{self.url}/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return (await answer.json()).get("result")

    async def says(self, text: str) -> None:
        message = {"botToken": TOKEN, "from": SAM, "chat": SAM | {"type": "private"}, "date": 1780479000, "text": text}
        await self.post("sendMessage", message)

    async def presses(self, data: str, below: dict[str, Any]) -> None:
        message = {"message_id": 1, "chat": SAM | {"type": "private"}, "date": 1780479000, "text": below["text"]}
        await self.post("sendCallback", {"botToken": TOKEN, "from": SAM, "message": message, "data": data})

    async def received(self) -> list[dict[str, Any]]:
        updates = await self.post("getUpdates", {"token": TOKEN, "chatId": SAM["id"]})
        return [update["message"] for update in updates]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
async def foreign() -> AsyncIterator[Foreign]:
    node_modules()
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *node_tool("node"),
        str(TOOLS / "telegram-test-api.mjs"),
        str(port),
        env=node_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdin
    assert await asyncio.wait_for(process.stdout.readline(), PATIENCE) == b"ready\n"
    async with ClientSession() as client:
        yield Foreign(f"http://127.0.0.1:{port}", client)
    process.stdin.close()
    await asyncio.wait_for(process.wait(), PATIENCE)


async def test_a_text_an_answer_with_buttons_and_a_press(foreign: Foreign) -> None:
    channel = TelegramChannel(TOKEN, base_url=foreign.url)
    try:
        await foreign.says("where can i stay")
        [update] = await channel.get_updates(None, 0)
        said = parse(update, "lane")
        assert isinstance(said, InboundMessage)
        assert (said.sender, said.text, said.display_language) == ("5550001", "where can i stay", "en")

        result = await channel.send(said.sender, REPLY)
        assert result.provider_id.isdigit()
        [message] = await foreign.received()
        assert message["text"] == "Hi.\n\nWhat is it about?"
        [[first], [second]] = message["reply_markup"]["inline_keyboard"]
        assert [first["text"], second["text"]] == ["1 Where can I live?", "2 Money"]

        await foreign.presses(second["callback_data"], message)
        [update] = await channel.get_updates(update["update_id"] + 1, 0)
        pressed = parse(update, "lane")
        assert isinstance(pressed, InboundMessage)
        assert pressed.press == ButtonPress(7, 2)
        await channel.answer_callback(callback_id(update) or "")
        await channel.typing(said.sender)
    finally:
        await channel.close()


async def test_a_long_reply_arrives_in_order(foreign: Foreign) -> None:
    channel = TelegramChannel(TOKEN, base_url=foreign.url)
    try:
        await channel.send("5550001", Reply(language="en", text="\n\n".join(f"{n} " + "word " * 700 for n in range(3))))
        assert [message["text"].split(" ")[0] for message in await foreign.received()] == ["0", "1", "2"]
    finally:
        await channel.close()
