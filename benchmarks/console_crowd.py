"""Advisers at open consoles and young people who write, each doing what their page's script does (server/web/static/desk)."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

import aiohttp

QUEUE_EVERY = 2.0
STATES_AFTER = (1.5, 4.0, 10.0)
TYPED_BEFORE = (1.0, 0.5)
"""A draft is kept so long before the words are sent."""

SCRIPT = {"X-Requested-With": "page"}
FORM = re.compile(r'name="form" value="([0-9a-f]{32})"')
CURSOR = re.compile(r'data-cursor="(\d+)"')
STATE = re.compile(r'data-state="([0-9a-f-]{36})">')
MARKS = re.compile(r'data-version="([^"]*)" data-notes="([^"]*)"')
MOST_LINES = 60
WORDS = re.compile(r"bench (\d{6})")


@dataclass
class Figures:
    """Milliseconds by what was measured, and how often something was asked."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def percentile(self, what: str, part: float) -> float:
        ordered = sorted(self.times[what])
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


@dataclass
class Chat:
    """One young person's browser, and the case they opened."""

    cookie: str
    case: str = ""


class YoungPeople:
    """Browsers of young people. `due` is when each numbered message should have been sent."""

    def __init__(self, url: str, figures: Figures) -> None:
        self.url, self.figures = url, figures
        self.chats: list[Chat] = []
        self.due: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._web = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=40), cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        await self._web.close()

    async def arrive(self, count: int) -> None:
        """So many open the page and ask for a person."""
        gate = asyncio.Semaphore(8)

        async def one() -> None:
            async with gate:
                async with self._web.get(f"{self.url}/") as page:
                    cookie = page.cookies["s"].value
                chat = Chat(cookie)
                await self._say(chat, "can i leave school at 16")
                await self._say(chat, "9")
                self.chats.append(chat)

        await asyncio.gather(*(one() for _ in range(count)))

    async def _say(self, chat: Chat, words: str) -> None:
        form = {"text": words, "message_id": f"bench-{next(self._numbers):012}", "after": str(2**40)}
        headers = {"Cookie": f"s={chat.cookie}", "HX-Request": "true", "Origin": self.url}
        async with self._web.post(f"{self.url}/say", data=form, headers=headers) as answer:
            await answer.read()
            if answer.status != 200:
                self.figures.wrong.append(f"say {answer.status}")

    async def write(self, shown: list[Chat], others: list[Chat], rate: float, seconds: float) -> None:
        """Messages at a steady rate, every other one in a chat that stands open at somebody's screen."""
        began, sending = time.perf_counter(), []
        chance = random.Random(7)
        for place in range(int(rate * seconds)):
            due = began + place / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            is_shown = place % 2 == 0
            chat = chance.choice(shown if is_shown else others)
            number = f"{next(self._numbers):06}"
            if is_shown:
                self.due[number] = due
            sending.append(asyncio.create_task(self._timed(chat, number, due)))
        await asyncio.gather(*sending)

    async def _timed(self, chat: Chat, number: str, due: float) -> None:
        await self._say(chat, f"bench {number}")
        self.figures.times["say"].append((time.perf_counter() - due) * 1000)


class AdviserAtWork:
    """One open page of a case: its stream, and everything that its script asks for in answer to news."""

    def __init__(self, url: str, cookie: str, case: str, young: YoungPeople) -> None:
        self.url, self.case, self.young, self.figures = url, case, young, young.figures
        self.base = f"/console/cases/{case}"
        headers = {"Cookie": f"staff={cookie}"}
        # a browser holds six connections to one host, one of them for the stream
        self._web = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=6), headers=headers, cookie_jar=aiohttp.DummyCookieJar()
        )
        self.form, self.last, self.states = "", 0, list[str]()
        self._queue_waits, self._queue_asked = False, 0.0
        self._is_asking = self._asks_again = False
        self._head = self._notes = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._keys = itertools.count(1)

    async def open(self) -> None:
        """Load the page, then listen."""
        page = await self.ask("page", self.base)
        self.form = FORM.search(page)[1]
        self._head, self._notes = MARKS.search(page).groups()
        self._take(page)
        self._spawn(self._listen())

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._web.close()

    def _spawn(self, work) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _take(self, page: str) -> int:
        """Note the lines of a page or a fragment; how many there were."""
        cursors = CURSOR.findall(page)
        self.last = max([self.last, *map(int, cursors)])
        self.states += [found for found in STATE.findall(page) if found not in self.states]
        now = time.perf_counter()
        for number in WORDS.findall(page):
            if due := self.young.due.pop(number, None):
                self.figures.times["screen"].append((now - due) * 1000)
        return len(cursors)

    async def ask(self, what: str, path: str, **params) -> str:
        began = time.perf_counter()
        async with self._web.get(self.url + path, params=params, headers=SCRIPT) as answer:
            text = await answer.text()
            if answer.status != 200:
                self.figures.wrong.append(f"{what} {answer.status}")
        self.figures.times[what].append((time.perf_counter() - began) * 1000)
        return text

    async def _listen(self) -> None:
        limits = aiohttp.ClientTimeout(total=None)
        async with self._web.get(f"{self.url}/console/events", params={"case": self.case}, timeout=limits) as stream:
            async for line in stream.content:
                if line == b"event: queue\n":
                    self._want_queue()
                elif line == b"event: case\n":
                    self._spawn(self._fresh_case())

    def _want_queue(self) -> None:
        if not self._queue_waits:
            self._queue_waits = True
            self._spawn(self._fresh_queue())

    async def _fresh_queue(self) -> None:
        await asyncio.sleep(max(0.0, self._queue_asked + QUEUE_EVERY - time.perf_counter()))
        self._queue_waits, self._queue_asked = False, time.perf_counter()
        await self.ask("list", "/console/queue/list", at=self.case)

    async def _fresh_case(self) -> None:
        if self._is_asking:
            self._asks_again = True
            return
        self._is_asking = True
        try:
            while True:
                self._asks_again = False
                known = {"after": self.last, "head": self._head, "notes": self._notes, "ids": self.states[-40:]}
                answer = await self.ask("news", f"{self.base}/news", **known)
                if not answer.startswith("{"):
                    break  # counted as wrong already
                news = json.loads(answer)
                self._head, self._notes = news["head"]["version"], news["notes_mark"]
                self._settle(news["states"])
                came = self._take(news["thread"] or "")
                if not self._asks_again and came < MOST_LINES:
                    break
        finally:
            self._is_asking = False

    def _settle(self, states: dict[str, dict]) -> None:
        """Of messages of which nothing more becomes nothing more is asked."""
        self.states = [name for name in self.states if not states.get(name, {}).get("is_final")]

    async def _fresh_states(self) -> None:
        if self.states:
            answer = await self.ask("states", f"{self.base}/states", ids=self.states[-40:])
            self._settle(json.loads(answer) if answer.startswith("{") else {})

    async def _later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._fresh_states()

    async def work(self, every: float, seconds: float, first: float) -> None:
        """Write a few words again and again, with the drafts that are kept while one types."""
        end = time.perf_counter() + seconds
        await asyncio.sleep(first)
        while time.perf_counter() < end:
            for before, after in itertools.pairwise((*TYPED_BEFORE, 0.0)):
                await self._post("draft", "I am here. Tell me", key="")
                await asyncio.sleep(before - after)
            await self._post(
                "messages",
                "I am here. Tell me more, I read what you write.",
                key=f"k{next(self._keys)}-{time.monotonic_ns()}",
            )
            for later in STATES_AFTER:
                self._spawn(self._later(later))
            self._spawn(self._fresh_case())
            await asyncio.sleep(max(0.0, min(every, end - time.perf_counter())))

    async def _post(self, what: str, text: str, *, key: str) -> None:
        began, form = time.perf_counter(), {"form": self.form, "text": text} | ({"key": key} if key else {})
        headers = SCRIPT | {"Origin": self.url}
        async with self._web.post(f"{self.url}{self.base}/{what}", data=form, headers=headers) as answer:
            await answer.read()
            if answer.status != 200:
                self.figures.wrong.append(f"{what} {answer.status}")
        self.figures.times[what].append((time.perf_counter() - began) * 1000)
