"""The routes of the chat page over HTTP: sessions, forms, fragments, news, leaving, headers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from httpx import ASGITransport, AsyncClient

from server.errors import ServiceError
from server.web.assets import Assets
from server.web.headers import CONTENT_SECURITY_POLICY, HEADERS, SecurityHeaders
from server.web.pages import Pages
from server.webhooks.live import HEARTBEAT, NEWS, news
from server.webhooks.webchat import MOST_LIVE, ChatOptions, _WebChat, router
from tests.support.fake_chat_desk import FakeChatDesk, FakePageWording
from tests.support.patience import PATIENCE

OWN = {"sec-fetch-site": "same-origin"}
HTMX = {**OWN, "hx-request": "true"}
NOW = datetime(2026, 6, 9, 13, 14, tzinfo=UTC)


@pytest.fixture
def desk() -> FakeChatDesk:
    return FakeChatDesk()


@pytest.fixture
def app(desk: FakeChatDesk) -> FastAPI:
    app, assets = FastAPI(), Assets()
    app.include_router(assets.router())
    app.include_router(router(desk, Pages(FakePageWording(), assets), ChatOptions(clock=lambda: NOW)))
    app.add_middleware(SecurityHeaders)

    @app.exception_handler(ServiceError)
    async def refuse(request: Request, error: ServiceError) -> Response:
        return Response(error.public, status_code=error.status)

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="https://chat.example") as client:
        yield client


async def test_a_session_is_a_secret_cookie_that_nobody_else_can_use(client: AsyncClient, desk: FakeChatDesk) -> None:
    answer = await client.get("/")
    cookie = answer.headers["set-cookie"]
    name, value = cookie.split(";")[0].split("=")
    assert name == "s"
    assert len(value) == 43
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Max-Age" not in cookie
    assert list(desk.sessions) == [value]
    assert value not in answer.text
    assert "set-cookie" not in (await client.get("/")).headers


async def test_over_plain_http_the_cookie_is_not_secure_so_that_a_laptop_works(app: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1") as client:
        assert "Secure" not in (await client.get("/")).headers["set-cookie"]


@pytest.mark.parametrize("cookie", ["", "short", "x" * 43, "../" * 20])
async def test_no_history_without_the_session(client: AsyncClient, desk: FakeChatDesk, cookie: str) -> None:
    await client.get("/")
    await client.post("/say", data={"text": "my secret"}, headers=OWN)
    client.cookies.clear()
    headers = {"cookie": f"s={cookie}"}
    assert "my secret" not in (await client.get("/", headers=headers)).text
    client.cookies.clear()
    assert (await client.get("/thread?after=0", headers=headers)).status_code == 410
    assert (await client.get("/live", headers=headers)).status_code == 204


async def test_without_htmx_a_message_leads_back_to_the_end_of_the_page(client: AsyncClient) -> None:
    await client.get("/")
    answer = await client.post("/say", data={"text": "hi"}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/#end")


async def test_with_htmx_a_message_brings_what_is_new_and_moves_the_cursor(client: AsyncClient) -> None:
    await client.get("/")
    answer = await client.post("/say", data={"text": "hi", "after": "1", "page": "en"}, headers=HTMX)
    assert re.findall(r'id="item-(\d+)"', answer.text) == ["2", "3"]
    assert 'id="after" name="after" value="3" hx-swap-oob="true"' in answer.text
    assert "hx-trigger-after-swap" not in answer.headers


async def test_a_page_in_another_language_is_told(client: AsyncClient) -> None:
    await client.get("/")
    answer = await client.post("/say", data={"text": "cymraeg", "after": "1", "page": "en"}, headers=HTMX)
    assert answer.headers["hx-trigger-after-swap"] == "chat:language"


@pytest.mark.parametrize("fields", [{}, {"text": "  "}, {"text": "\x00"}, {"press": "nonsense"}])
async def test_nothing_is_said_for_nothing(client: AsyncClient, desk: FakeChatDesk, fields: dict[str, str]) -> None:
    await client.get("/")
    assert (await client.post("/say", data=fields, headers=OWN)).status_code == 303
    assert (await client.post("/say", data=fields, headers=HTMX)).status_code == 200
    assert desk.said == []


@pytest.mark.parametrize("path", ["/say", "/view", "/leave"])
async def test_another_site_can_do_nothing(client: AsyncClient, desk: FakeChatDesk, path: str) -> None:
    await client.get("/")
    answer = await client.post(path, data={"text": "hi", "language": "ar"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert desk.said == []
    assert len(desk.sessions) == 1
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_leaving_ends_the_session_and_clears_the_browser(
    client: AsyncClient, desk: FakeChatDesk, method: str
) -> None:
    await client.get("/")
    await client.post("/view", data={"size": "150"}, headers=OWN)
    answer = await client.request(method, "/leave", headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/left")
    assert answer.headers["clear-site-data"] == '"cookies", "storage", "cache"'
    assert desk.sessions == {}
    assert dict(client.cookies) == {}
    assert (await client.request(method, "/leave", headers=OWN)).status_code == 303


async def test_the_page_after_leaving_says_nothing_about_us(client: AsyncClient) -> None:
    text = (await client.get("/left")).text.lower()
    for word in ("chat", "connexions", "help", "adviser", "young", "message"):
        assert word not in text


async def test_a_cookie_of_somebody_elses_making_never_becomes_a_session(
    client: AsyncClient, desk: FakeChatDesk
) -> None:
    headers = {**OWN, "cookie": f"s={'x' * 43}"}
    assert (await client.post("/view", data={"language": "cy"}, headers=headers)).status_code == 303
    assert desk.sessions == {}


async def test_a_session_is_told_of_news_on_a_few_pages_and_no_more(desk: FakeChatDesk) -> None:
    await desk.open("s" * 43, "en", NOW)
    chat = _WebChat(desk, Pages(FakePageWording(), Assets()), ChatOptions(clock=lambda: NOW))
    request = Request({"type": "http", "headers": [(b"cookie", b"s=" + b"s" * 43)]})
    streams = []
    for _ in range(MOST_LIVE):
        answer = await chat.live(request)
        assert isinstance(answer, StreamingResponse)
        streams.append(aiter(answer.body_iterator))
        await anext(streams[-1])
    assert (await chat.live(request)).status_code == 204
    for stream in streams:
        await stream.aclose()
    assert (await chat.live(request)).status_code == 200
    assert desk.sessions["s" * 43].watchers == set()


async def test_display_settings_hold_nothing_else(client: AsyncClient) -> None:
    await client.get("/")
    answer = await client.post("/view", data={"size": "150", "theme": "dark", "text": "secret"}, headers=OWN)
    assert answer.headers["set-cookie"].startswith("v=.150.normal.plain.dark;")
    page = (await client.get("/")).text
    assert 'data-size="150"' in page
    assert 'media="all"' in page


async def test_the_browsers_language_greets(client: AsyncClient) -> None:
    page = (await client.get("/", headers={"accept-language": "ar-SY,ar;q=0.9"})).text
    assert '<html lang="ar" dir="rtl"' in page


async def test_every_answer_has_the_security_headers(client: AsyncClient) -> None:
    paths = ("/", "/left", "/thread", "/nothing-here", "/favicon.ico", Assets().url("chat.css"))
    for path in paths:
        answer = await client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
        assert "max-age" in answer.headers["strict-transport-security"]
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert (await client.get("/")).headers["cache-control"] == "no-store"
    assert (await client.get("/nothing-here")).headers["cache-control"] == "no-store"


async def test_a_message_that_cannot_be_taken_comes_back_with_its_words(
    client: AsyncClient, desk: FakeChatDesk
) -> None:
    await client.get("/")
    desk.is_down = True
    answer = await client.post("/say", data={"text": "<keep> this"}, headers=OWN)
    assert answer.status_code == 503
    assert "&lt;keep&gt; this</textarea>" in answer.text
    assert (await client.post("/say", data={"text": "x"}, headers=HTMX)).status_code == 503


async def test_a_message_to_a_lost_session_is_not_lost(client: AsyncClient, desk: FakeChatDesk) -> None:
    await client.get("/")
    desk.sessions.clear()
    answer = await client.post("/say", data={"text": "hi", "after": "5"}, headers=HTMX)
    assert answer.headers["hx-refresh"] == "true"
    assert [text for text, _, _ in desk.said] == ["hi"]


async def test_news_come_at_once_and_with_each_change_hearts_beat_and_leaving_ends_it(desk: FakeChatDesk) -> None:
    await desk.open("session", "en", NOW)
    events = news(desk, "session", 0.05)
    assert (await anext(events)).endswith(NEWS)
    assert await anext(events) == HEARTBEAT
    desk.advise("Hi", "Jo", NOW)
    assert await anext(events) == NEWS
    assert await anext(events) == HEARTBEAT
    await desk.leave("session")
    async with asyncio.timeout(PATIENCE):
        assert [event async for event in events] == []


async def test_a_browser_that_goes_away_leaves_nobody_waiting(desk: FakeChatDesk) -> None:
    await desk.open("session", "en", NOW)
    events = news(desk, "session", 10)
    await anext(events)
    await asyncio.sleep(0)
    assert len(desk.sessions["session"].watchers) == 1
    await events.aclose()
    assert desk.sessions["session"].watchers == set()


@pytest.mark.parametrize("after", ["-1", "x", str(2**60)])
async def test_a_cursor_that_cannot_be_is_refused(client: AsyncClient, after: str) -> None:
    await client.get("/")
    assert (await client.get(f"/thread?after={after}")).status_code == 422
