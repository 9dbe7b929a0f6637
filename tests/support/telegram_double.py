"""Telegram as a real HTTP server on this machine: it takes calls as the Bot API does, checks each against the published
description, keeps what people received, and hands their words to the bot.

Belongs here: the wire and what a chat remembers. `faults` lists everything the real Bot API would not have taken;
`running` fails the test for them at its end. One double is one bot; more lanes are more doubles.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

from tests.support.bot_api_description import BotApi, bot_api
from tests.support.telegram_methods import BotMethods, RefusedError, refusal_body
from tests.support.telegram_person import TelegramPerson

TOKEN = "4200:a-token-that-opens-nothing-but-the-double"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True)
class Failure:
    """How the next call goes wrong. `status` 0 closes the connection without an answer.

    `hang_seconds` waits before answering; `is_done` does what was asked before failing, as a lost answer does.
    """

    status: int = 200
    body: Any = None
    hang_seconds: float = 0
    is_done: bool = False


def refusal(status: int, description: str, **parameters: Any) -> Failure:
    """A refusal in the Bot API's own form."""
    return Failure(status, refusal_body(status, description, **parameters))


def too_many(retry_after: int) -> Failure:
    """Flood control: come back in so many seconds."""
    return refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


BLOCKED = refusal(403, "Forbidden: bot was blocked by the user")
SERVER_ERROR = refusal(500, "Internal Server Error")
PROXY_PAGE = Failure(502, "<html><body>Bad Gateway</body></html>")
GARBAGE = Failure(200, "<html>not what was asked</html>")
DROPPED = Failure(0)
ANSWER_LOST = Failure(0, is_done=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived: method, values as they are meant, and when (monotonic seconds)."""

    method: str
    values: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


class TelegramDouble(BotMethods):
    """One bot's Telegram. `messages_a_second` makes it refuse what comes faster (None: take everything)."""

    def __init__(self, api: BotApi | None = None, token: str = TOKEN) -> None:
        super().__init__(int(token.partition(":")[0]))
        self.token = token
        self.base_url = ""
        self.calls: list[Call] = []
        self.undelivered: list[dict[str, Any]] = []
        self.downloads: list[str] = []
        self.cut_next: list[int] = []
        self.may_download = asyncio.Event()
        self.may_download.set()
        self._api = api or bot_api()
        self._failures: deque[tuple[str | None, Failure | None]] = deque()
        self._last_update_id = 880_000
        self._runner: web.AppRunner | None = None
        self._client: ClientSession | None = None

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{folder}/{name}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        self._client = ClientSession(timeout=ClientTimeout(total=30))

    async def stop(self) -> None:
        """Stop listening; calls under way are cut off."""
        if self._client:
            await self._client.close()
        if self._runner:
            await self._runner.cleanup()

    def person(self, chat_id: int, *, language: str | None = "en", name: str = "Sam") -> TelegramPerson:
        """Somebody who has opened the chat with the bot; the same one for the same id."""
        return self.people.setdefault(chat_id, TelegramPerson(self, chat_id, name, language))

    def fail_next(self, failure: Failure, times: int = 1, method: str | None = None, after: int = 0) -> None:
        """Let the next calls (of that method, or any) go wrong, once `after` of them have gone well."""
        self._failures.extend([(method, None)] * after + [(method, failure)] * times)

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        """The values of every call of a method so far, failed ones included, oldest first."""
        return [call.values for call in self.calls if call.method == method]

    async def deliver(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Hand an update to the bot, by its webhook when it has one; returns the update."""
        self._last_update_id += 1
        update = {"update_id": self._last_update_id, kind: content}
        self.faults += [f"the double's own: {fault}" for fault in self._api.update_faults(update)]
        await self.hand_over(update)
        return update

    async def hand_over(self, update: dict[str, Any]) -> int:
        """Post an update to the webhook and do what its answer asks; returns its status (0: kept for getUpdates).

        What is not taken waits in `undelivered`; handing the same update over again is what Telegram does.
        """
        if not self.webhook.get("url"):
            self.keep_update(update)
            return 0
        assert self._client, "start the double first"
        headers = {SECRET_HEADER: self.webhook["secret_token"]} if self.webhook.get("secret_token") else {}
        async with self._client.post(self.webhook["url"], json=update, headers=headers) as answer:
            if answer.status // 100 != 2:
                self.undelivered.append(update)
            elif "json" in answer.content_type and (body := await answer.json()):
                self._obey(body)
            return answer.status

    def _obey(self, body: dict[str, Any]) -> None:
        """Do the one call that a webhook's answer may ask for; nobody hears how it went, so refusals are faults."""
        method = self._api.method(str(body.get("method")))
        if method is None:
            self.faults.append(f"webhook's answer: no method {body.get('method')!r}")
            return
        status, answer = self._do(method, {name: value for name, value in body.items() if name != "method"})
        if status != 200:
            self.faults.append(f"webhook's answer: {answer['description']}")

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """One call, in any of the forms that the Bot API takes."""
        if request.match_info["token"] != self.token:
            return web.json_response(refusal_body(401, "Unauthorized"), status=401)
        method = self._api.method(request.match_info["method"])
        if method is None:
            self.faults.append(f"no method {request.match_info['method']}")
            return web.json_response(refusal_body(404, "Not Found: method not found"), status=404)
        arguments = dict(request.query) | await _arguments(request)
        if failure := self._next_failure(method):
            return await self._fail(request, failure, method, arguments)
        if method == "getUpdates" and not self.webhook.get("url"):
            await self.wait_for_updates(int(arguments.get("offset", 0)), float(arguments.get("timeout", 0)))
        status, body = self._do(method, arguments)
        return web.json_response(body, status=status)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file at the path that getFile gave. `cut_next` are sent so many bytes of, as a broken line does."""
        self.downloads.append(name := request.match_info["name"].removesuffix(".jpg"))
        if request.match_info["token"] != self.token or name not in self.files:
            return web.json_response(refusal_body(404, "Not Found"), status=404)
        await self.may_download.wait()
        content = self.files[name]
        if self.cut_next:
            content = content[: self.cut_next.pop(0)]
        return web.Response(body=content, content_type="application/octet-stream")

    async def _fail(
        self, request: web.Request, failure: Failure, method: str, arguments: dict[str, Any]
    ) -> web.StreamResponse:
        await asyncio.sleep(failure.hang_seconds)
        if failure.is_done:
            self._do(method, arguments)
        else:
            self._read(method, arguments)
        if failure.status == 0:
            assert request.transport
            request.transport.abort()
            raise asyncio.CancelledError
        if isinstance(failure.body, str):
            return web.Response(text=failure.body, status=failure.status, content_type="text/html")
        return web.json_response(failure.body, status=failure.status)

    def _next_failure(self, method: str) -> Failure | None:
        for place, (wanted, failure) in enumerate(self._failures):
            if wanted in (None, method):
                del self._failures[place]
                return failure
        return None

    def _read(self, method: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Note the call and what is wrong with it."""
        values, faults = self._api.read_call(method, arguments)
        self.calls.append(Call(method, values))
        self.faults += faults
        return values, faults

    def _do(self, method: str, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer to a call."""
        values, faults = self._read(method, arguments)
        if faults:
            return 400, refusal_body(400, f"Bad Request: {faults[0]}")
        try:
            return 200, {"ok": True, "result": self.act(method, values)}
        except RefusedError as refused:
            return refused.status, refusal_body(refused.status, refused.description)


@asynccontextmanager
async def running(token: str = TOKEN) -> AsyncIterator[TelegramDouble]:
    """A double that listens; leaving asserts that it was never asked what the Bot API would not take."""
    double = TelegramDouble(token=token)
    await double.start()
    try:
        yield double
    finally:
        await double.stop()
    assert double.faults == []


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        body = await request.json()
        return body if isinstance(body, dict) else {}
    return dict(await request.post())
