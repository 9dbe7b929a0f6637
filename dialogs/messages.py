"""The two values that cross between the channels and the conversation: what came in and what goes out.

Belongs here: plain, immutable values that both sides need. Nothing here knows a provider, a database or a clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from unicodedata import category


class ChannelName(StrEnum):
    """A way to reach somebody. WhatsApp goes through the SMS code with other limits."""

    TELEGRAM = "telegram"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    WEBCHAT = "webchat"


class MessageKind(StrEnum):
    """What sort of thing the person sent."""

    TEXT = "text"
    CHOICE = "choice"
    START = "start"
    EDITED = "edited"
    VOICE = "voice"
    PHOTO = "photo"
    FILE = "file"
    CONTACT = "contact"
    LOCATION = "location"
    STICKER = "sticker"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


class Urgency(IntEnum):
    """Order of sending inside a lane: lowest first (architecture, section 4)."""

    CRISIS = 0
    REPLY = 1
    ADVISER = 2
    REMINDER = 3


class ReplyKind(StrEnum):
    """Why this reply exists; the page draws each kind differently."""

    TALK = "talk"
    ANSWER = "answer"
    CRISIS = "crisis"
    ADVISER = "adviser"
    NOTICE = "notice"


MENU_NUMBER = 0
PERSON_NUMBER = 9
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """Which button of which menu was pressed. An old `menu_id` means that the menu is gone."""

    menu_id: int
    number: int

    def token(self) -> str:
        """The button as an opaque text of at most 64 bytes (Telegram's limit for callback data)."""
        return f"m{self.menu_id}.{self.number}"

    @classmethod
    def from_token(cls, token: str) -> ButtonPress | None:
        """The press behind a token, or None for a token that is not ours."""
        menu, dot, number = token.removeprefix("m").partition(".")
        if not (token.startswith("m") and dot and _small(menu) and _small(number)):
            return None
        return cls(int(menu), int(number))


def _small(digits: str) -> bool:
    """True for a few ASCII digits, the only numbers that our own tokens hold."""
    return digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS


MOST_FILE_BYTES = 10 * 1024 * 1024
"""Largest file that is taken."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A picture, recording or document that came with a message.

    `source` is what its channel fetches it by (empty: `content` is all of it). `name` is the sender's own, cleaned, for eyes only;
    `size_bytes` is what was said about it, or counted (None: nobody said).
    """

    source: str = ""
    name: str = ""
    size_bytes: int | None = None
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One thing a person sent, the same whatever the channel.

    `sender` is their address on the channel (chat id, E.164 number, web session id); `lane` is our own address
    that it came to, which is also the one that answers. `external_id` is unique per lane: a second arrival of the
    same id is the same message. `sent_at` is the provider's instant (aware, UTC), which can be out of order.
    `text` has no null characters and no lone surrogates and is at most 10,000 characters; with a picture or file it is
    what was written under it. `files` are empty for what nobody could open (a poll, a story).
    """

    channel: ChannelName
    lane: str
    sender: str
    external_id: str
    sent_at: datetime
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    press: ButtonPress | None = None
    payload: str = ""
    display_language: str | None = None
    files: tuple[SentFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One numbered thing to pick. `key` says what it does, `short` is its SMS form (empty: the label)."""

    number: int
    key: str
    label: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class LineCard:
    """A help line as shown: already in the reader's language. `note` says when it is open and whether it is free."""

    id: str
    name: str
    phone: str = ""
    text_to: str = ""
    web: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A place to read on. Never shown by SMS."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to a person, complete and in their language; a channel only decides how it looks.

    `lead` is the first sentence of an answer (drawn larger), `text` the rest: plain text, paragraphs split by a blank
    line, no markup. `steps` are numbered in order. `sms_text`, when not empty, replaces lead, text and steps on SMS.
    `more_hint` is what to say when the rest waits ("Reply MORE for the rest"). `source` is the small print of
    an answer ("Checked 3 June 2026 · gov.uk"), with `links` behind it. `author` names
    the person of ours who wrote it (empty: the computer).
    """

    language: str
    text: str
    kind: ReplyKind = ReplyKind.TALK
    urgency: Urgency = Urgency.REPLY
    lead: str = ""
    steps: tuple[str, ...] = ()
    sms_text: str = ""
    choices: tuple[Choice, ...] = ()
    menu_id: int = 0
    lines: tuple[LineCard, ...] = ()
    links: tuple[Link, ...] = ()
    source: str = ""
    more_hint: str = ""
    author: str = ""
    is_sensitive: bool = False

    def to_plain(self) -> dict[str, Any]:
        """The reply as JSON-ready data; empty fields are left out."""
        plain: dict[str, Any] = {"language": self.language, "text": self.text}
        plain["kind"], plain["urgency"] = self.kind.value, int(self.urgency)
        for name in ("lead", "sms_text", "source", "more_hint", "author", "menu_id", "is_sensitive"):
            if value := getattr(self, name):
                plain[name] = value
        if self.steps:
            plain["steps"] = list(self.steps)
        if self.choices:
            plain["choices"] = [[c.number, c.key, c.label, c.short] for c in self.choices]
        if self.lines:
            plain["lines"] = [[x.id, x.name, x.phone, x.text_to, x.web, x.note] for x in self.lines]
        if self.links:
            plain["links"] = [[x.label, x.url] for x in self.links]
        return plain

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Reply:
        """The reply that `to_plain` wrote; fields this version does not know are ignored."""
        return cls(
            language=plain["language"],
            text=plain["text"],
            kind=ReplyKind(plain.get("kind", ReplyKind.TALK)),
            urgency=Urgency(plain.get("urgency", Urgency.REPLY)),
            lead=plain.get("lead", ""),
            steps=tuple(plain.get("steps", ())),
            sms_text=plain.get("sms_text", ""),
            choices=tuple(Choice(*c) for c in plain.get("choices", ())),
            menu_id=plain.get("menu_id", 0),
            lines=tuple(LineCard(*x) for x in plain.get("lines", ())),
            links=tuple(Link(*x) for x in plain.get("links", ())),
            source=plain.get("source", ""),
            more_hint=plain.get("more_hint", ""),
            author=plain.get("author", ""),
            is_sensitive=plain.get("is_sensitive", False),
        )


RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "ps", "ckb"})


def direction(language: str) -> str:
    """Which way a language is written: "rtl" or "ltr"."""
    return "rtl" if language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


MAX_TEXT = 10_000


def clean_text(raw: str) -> str:
    """Text as the conversation may hold it: no nulls or other control characters, no lone surrogates, at most `MAX_TEXT`.

    Of a longer one the middle goes: what matters most is often said last.
    """
    half = MAX_TEXT // 2
    both_ends = raw if len(raw) <= MAX_TEXT else f"{raw[: half - 1]}\n{raw[-half:]}"
    kept = (c for c in both_ends if (c >= " " or c in "\n\t") and not "\ud800" <= c <= "\udfff" and c != "\x7f")
    return "".join(kept).strip()


LONGEST_FILE_NAME = 100


def clean_file_name(raw: str) -> str:
    """The last part of a name, without anything that cannot be seen or turns the reading direction; of a long one the end stays."""
    last = re.split(r"[/\\]", clean_text(raw))[-1]
    return "".join(c for c in last if category(c)[0] != "C").strip(" .")[-LONGEST_FILE_NAME:]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can carry: choices per message (menu and person not counted) and whether links may be shown."""

    max_choices: int
    has_links: bool
    has_buttons: bool
