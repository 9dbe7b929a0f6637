"""The chat page: plain forms that work without JavaScript, fragments and live news with it.

Belongs here: requests to calls of `ChatDesk`, and what comes back to pages. The conversation is behind the desk.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from dialogs.messages import MOST_FILE_BYTES
from server.clock import utc_now
from server.errors import ServiceError
from server.web import units
from server.web.display import COOKIE as DISPLAY_COOKIE
from server.web.display import COOKIE_SECONDS, Display, preferred_language
from server.web.origin import require_own
from server.web.pages import Pages
from server.webhooks.chat_typing import add_typing
from server.webhooks.chatdesk import ChatDesk, Thread, ThreadItem
from server.webhooks.live import HEARTBEAT_SECONDS, LARGEST_CURSOR, news
from server.webhooks.places import Places
from server.webhooks.websaid import Said, read_said

__all__ = ["ChatDesk", "ChatOptions", "Thread", "ThreadItem", "router"]

GONE: Final = 410
MOST_LIVE: Final = 8
"""Pages of one session that are told of news at once; others see them when they are loaded again."""
CLEAR: Final = '"cookies", "storage", "cache"'
SESSION_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")
MESSAGE_ID_FORM: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
Cursor = Annotated[int, Query(ge=0, le=LARGEST_CURSOR)]
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What an installation decides. `area_language` is the one before anybody chooses."""

    languages: tuple[str, ...] = ("en", "cy", "ar")
    area_language: str = "en"
    session_cookie: str = "s"
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    clock: Callable[[], datetime] = utc_now


def router(desk: ChatDesk, pages: Pages, options: ChatOptions | None = None) -> APIRouter:
    """The routes of the chat page, at the root of the site."""
    chat = _WebChat(desk, pages, options or ChatOptions())
    routes, own = APIRouter(include_in_schema=False), [Depends(require_own)]
    routes.get("/")(chat.page)
    routes.post("/say", dependencies=own)(chat.say)
    routes.get("/thread")(chat.thread)
    routes.get("/live")(chat.live)
    routes.post("/view", dependencies=own)(chat.view)
    routes.post("/leave", dependencies=own)(chat.leave)
    routes.get("/leave", dependencies=own)(chat.leave)
    routes.get("/left")(chat.left)
    add_typing(routes, desk, chat.session)
    return routes


class _WebChat:
    """The handlers, with what they share."""

    def __init__(self, desk: ChatDesk, pages: Pages, options: ChatOptions) -> None:
        self._desk = desk
        self._pages = pages
        self._options = options
        self._open: Counter[str] = Counter()
        self._places = Places()

    async def page(self, request: Request) -> Response:
        """The page with the whole thread; a first visit opens a session."""
        session, display = self.session(request), self._display(request)
        thread = await self._desk.thread(session, 0) if session else None
        if session is None or thread is None:
            session, thread = await self._begin(request)
        response = self._draw_page(thread, display)
        self._keep_session(request, response, session)
        return response

    async def say(self, request: Request) -> Response:
        """Takes a message. With htmx: what is new, as a fragment; without: back to the end of the page."""
        said = await read_said(request, self._places, self.session(request))
        if said.is_nothing and said.fault is None:
            return await self.thread(request, said.after, said.page) if _is_htmx(request) else _back()
        session = self.session(request)
        known = await self._desk.thread(session, said.after) if session else None
        if session is None or known is None:
            session, _ = await self._begin(request)
        try:
            await self._take(session, said)
        except ServiceError as error:
            if _is_htmx(request):
                raise
            return await self._not_sent(request, session, said.words, error)
        response = await self._after_say(request, session, said.after, said.page) if known else _anew(request)
        self._keep_session(request, response, session)
        return response

    async def _take(self, session: str, said: Said) -> None:
        if said.fault is not None:
            raise said.fault
        now, message_id = self._options.clock(), _message_id(said.message_id)
        if said.file is not None:
            await self._desk.send_file(session, said.words, said.file, message_id, now)
        else:
            await self._desk.say(session, said.words, said.press, message_id, now)

    async def thread(self, request: Request, after: Cursor = 0, page: str = "") -> Response:
        """What came after a cursor, as a fragment; 410 when there is no such conversation (any more)."""
        session = self.session(request)
        thread = await self._desk.thread(session, after) if session else None
        return Response(status_code=GONE) if thread is None else self._draw_items(thread, page)

    async def live(self, request: Request) -> Response:
        """Server-sent events: "news" whenever there may be something new. 204 tells the browser to stop asking."""
        session = self.session(request)
        if session is None or await self._desk.thread(session, LARGEST_CURSOR) is None:
            return Response(status_code=204)
        if self._open[session] >= MOST_LIVE:
            return Response(status_code=204)
        return self._stream(self._counted(session))

    async def view(
        self,
        request: Request,
        *,
        language: Text = "",
        size: Text = "",
        contrast: Text = "",
        font: Text = "",
        theme: Text = "",
    ) -> Response:
        """Remembers how pages look; another language is told to the conversation."""
        wishes = {"language": language, "size": size, "contrast": contrast, "font": font, "theme": theme}
        display, session = self._display(request).changed(wishes, self._options.languages), self.session(request)
        is_known = session is not None and await self._desk.thread(session, LARGEST_CURSOR) is not None
        if session and is_known and language in self._options.languages:
            await self._desk.speak(session, language, self._options.clock())
        response = Response(status_code=204) if _is_script(request) else _back()
        _set_cookie(request, response, DISPLAY_COOKIE, display.to_cookie(), COOKIE_SECONDS)
        return response

    async def leave(self, request: Request) -> Response:
        """Ends the session and clears what the browser holds of us; repeating is harmless."""
        if session := self.session(request):
            await self._desk.leave(session)
        response = Response(status_code=204) if _is_script(request) else RedirectResponse("/left", status_code=303)
        response.headers["Clear-Site-Data"] = CLEAR
        for name in (self._options.session_cookie, DISPLAY_COOKIE):
            response.delete_cookie(name, path="/", secure=_is_https(request), httponly=True, samesite="lax")
        return response

    async def left(self, request: Request, amount: str = "", what: str = "") -> Response:
        """A page that says nothing about us: a converter of units, in the browser's language."""
        language = self._wished_language(request) or self._options.area_language
        answer = units.result(amount, what)
        return self._pages.render(
            "left.html", language, amount=amount[:20], what=what, answer=answer, conversions=units.CONVERSIONS
        )

    async def _begin(self, request: Request) -> tuple[str, Thread]:
        """A new session, greeted, with its thread."""
        session = secrets.token_urlsafe(32)
        await self._desk.open(session, self._wished_language(request), self._options.clock())
        thread = await self._desk.thread(session, 0)
        return session, thread or Thread((), self._options.area_language, 0)

    async def _after_say(self, request: Request, session: str, after: int, page: str) -> Response:
        """What the browser gets for a message that was taken."""
        if not _is_htmx(request):
            return _back()
        thread = await self._desk.thread(session, after)
        return Response(status_code=GONE) if thread is None else self._draw_items(thread, page)

    async def _not_sent(self, request: Request, session: str, words: str, error: ServiceError) -> Response:
        """The page again, with the words still in the box. The thread may be out of reach for the same reason."""
        try:
            thread = await self._desk.thread(session, 0)
        except ServiceError:
            thread = None
        language = self._wished_language(request) or self._options.area_language
        shown = thread or Thread((), language, 0)
        response = self._draw_page(shown, self._display(request), draft=words, is_failed=True, status=error.status)
        self._keep_session(request, response, session)
        return response

    def _draw_page(
        self, thread: Thread, display: Display, *, draft: str = "", is_failed: bool = False, status: int = 200
    ) -> Response:
        """The whole page."""
        return self._pages.render(
            "chat.html",
            thread.language,
            status=status,
            thread=thread,
            display=display,
            languages=self._options.languages,
            draft=draft,
            is_failed=is_failed,
            now=self._options.clock(),
            new_id=_new_id,
            most_file_bytes=MOST_FILE_BYTES,
        )

    def _draw_items(self, thread: Thread, page: str) -> Response:
        """New messages, and the moved cursor. `page` is the language that the page around them is in."""
        now = self._options.clock()
        response = self._pages.render("thread.html", thread.language, thread=thread, now=now, new_id=_new_id)
        if page and page != thread.language:
            response.headers["HX-Trigger-After-Swap"] = "chat:language"
        return response

    async def _counted(self, session: str) -> AsyncIterator[str]:
        """The news of a session, counted while somebody reads them: each reader costs a look at every change."""
        self._open[session] += 1
        try:
            async with aclosing(news(self._desk, session, self._options.heartbeat_seconds)) as events:
                async for event in events:
                    yield event
        finally:
            self._open[session] -= 1
            if not self._open[session]:
                del self._open[session]

    def _stream(self, events: AsyncIterator[str]) -> Response:
        """Events as they come; proxies are asked not to hold them back."""
        return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    def session(self, request: Request) -> str | None:
        """The browser's session, if it could be one of ours."""
        session = request.cookies.get(self._options.session_cookie, "")
        return session if SESSION_FORM.fullmatch(session) else None

    def _keep_session(self, request: Request, response: Response, session: str) -> None:
        """Give the browser its session until it closes, when it does not have it yet."""
        if request.cookies.get(self._options.session_cookie) != session:
            _set_cookie(request, response, self._options.session_cookie, session)

    def _display(self, request: Request) -> Display:
        """How the person wants pages to look."""
        return Display.from_cookie(request.cookies.get(DISPLAY_COOKIE, ""), self._options.languages)

    def _wished_language(self, request: Request) -> str | None:
        """The language they chose before, else the first of their browser's that we offer."""
        header = request.headers.get("accept-language", "")
        return self._display(request).language or preferred_language(header, self._options.languages)


def _is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _is_script(request: Request) -> bool:
    """True for a request of the page's own script, which follows no redirect."""
    return request.headers.get("x-requested-with") == "page"


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"


def _back() -> Response:
    return RedirectResponse("/#end", status_code=303)


def _anew(request: Request) -> Response:
    """The page from the start: its session was gone, so what it shows is not this conversation."""
    return Response(headers={"HX-Refresh": "true"}) if _is_htmx(request) else _back()


def _new_id() -> str:
    """An id for one message to come; sending it twice is one message."""
    return secrets.token_urlsafe(16)


def _message_id(wished: str) -> str:
    return wished if MESSAGE_ID_FORM.fullmatch(wished) else _new_id()


def _set_cookie(request: Request, response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """A cookie that no script can read and no form of another site sends.

    Not "strict": a link to us on another site would then come without it, and the new session would replace the old one.
    """
    is_https = _is_https(request)
    response.set_cookie(name, value, max_age=max_age, path="/", httponly=True, samesite="lax", secure=is_https)
