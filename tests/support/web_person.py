"""Somebody in a browser without JavaScript, read as text: what the page says and which buttons it has."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx

VOID = frozenset({"input", "br", "meta", "link", "img", "hr", "path", "circle", "use"})


class _Articles(HTMLParser):
    """Collects the text of each message of ours and the press tokens of its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.articles: list[tuple[str, str]] = []
        self.buttons: dict[str, str] = {}
        self._stack: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._press = ""
        self._label: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in VOID:
            self._stack.append((tag, values.get("class") or ""))
        if tag == "li" and "item" in (values.get("class") or "").split():
            self._text = []
        if tag == "button" and values.get("name") == "press":
            self._press, self._label = values.get("value") or "", []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Drawings have nothing to read."""

    def handle_endtag(self, tag: str) -> None:
        while self._stack:
            name, classes = self._stack.pop()
            if name == tag:
                break
        else:
            return
        if tag == "li" and "item" in classes.split():
            self.articles.append((classes, " ".join(" ".join(self._text).split())))
        if tag == "button" and self._press:
            self.buttons[" ".join(" ".join(self._label).split())] = self._press
            self._press = ""

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._press:
            self._label.append(data)


class WebPerson:
    """One browser. `heard` is the newest thing that we said."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = ""
        self._count = 0

    async def opens(self) -> None:
        """Open, or reload, the page."""
        response = await self.client.get("/")
        response.raise_for_status()
        self.page = response.text

    async def says(self, text: str) -> None:
        """Send the form."""
        await self._send(text=text)

    async def presses(self, label: str) -> None:
        """Press the newest button whose words hold the label."""
        buttons = self.read().buttons
        token = next(token for words, token in reversed(list(buttons.items())) if label.lower() in words.lower())
        await self._send(press=token)

    async def _send(self, **fields: str) -> None:
        self._count += 1
        response = await self.client.post("/say", data={**fields, "message_id": f"message-{self._count:08}"})
        response.raise_for_status()
        self.page = response.text

    async def leaves(self) -> None:
        """Press "Leave fast"."""
        response = await self.client.post("/leave")
        response.raise_for_status()
        self.page = response.text

    def read(self) -> _Articles:
        """The page, read."""
        parser = _Articles()
        parser.feed(self.page)
        return parser

    @property
    def heard(self) -> str:
        """The newest message of ours."""
        return next((text for classes, text in reversed(self.read().articles) if "ours" in classes.split()), "")

    @property
    def all_heard(self) -> str:
        """Everything that the page shows of the conversation."""
        return "\n".join(text for _, text in self.read().articles)

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        found = re.search(r"<title>(.*?)</title>", self.page, re.DOTALL)
        return found[1].strip() if found else ""
