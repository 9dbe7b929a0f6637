"""A reply as Telegram shows it: pieces of plain text in reading order, the buttons under the last one.

Belongs here: the look of a reply in a chat. No markup (nothing to escape, nothing to break), no emoji (screen readers
speak their names, `domain.md` 5.2), and no wording of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.telegram.split import pack, units
from dialogs.messages import ButtonPress, Choice, LineCard, Reply, direction

TEXT_LIMIT = 4096
"""UTF-16 units of one message, https://core.telegram.org/bots/api#sendmessage."""

_FIRST_STRONG, _POP, _RIGHT_TO_LEFT_MARK = "\u2068", "\u2069", "\u200f"
# Groups of digits with spaces or a plus: without an isolate, right-to-left text shows the groups in the wrong order.
_PHONE = re.compile(r"(?<![\w/.:@=+-])\+?[0-9][0-9() -]{3,}[0-9](?![\w/@])")
_UNSENDABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Button:
    """One button: what it says, and what comes back when it is pressed (at most 64 bytes)."""

    text: str
    data: str


@dataclass(frozen=True, slots=True)
class TelegramPiece:
    """One message: 1 to 4,096 UTF-16 units, its rows of buttons, and how many units at its start are bold."""

    text: str
    keyboard: tuple[tuple[Button, ...], ...] | None = None
    bold_units: int = 0


def render(reply: Reply) -> list[TelegramPiece]:
    """The reply in pieces, in the order to send; empty only when the reply says nothing at all."""
    lead, rest = _prepared(reply.lead, reply.language), [_prepared(block, reply.language) for block in _blocks(reply)]
    texts = pack((lead, *rest), TEXT_LIMIT)
    if not texts:
        texts = pack((button.text for row in _keyboard(reply) or () for button in row), TEXT_LIMIT)
    last = len(texts) - 1
    return [
        TelegramPiece(
            text=text,
            keyboard=_keyboard(reply) if place == last else None,
            bold_units=min(units(lead), units(text)) if place == 0 else 0,
        )
        for place, text in enumerate(texts)
    ]


def _blocks(reply: Reply) -> Iterator[str]:
    """Everything below the lead, in reading order: words, steps, help lines, places to read on, small print."""
    yield from re.split(r"\n\s*\n", reply.text)
    yield "\n".join(f"{number}. {step}" for number, step in enumerate(reply.steps, 1))
    yield from (_card(line) for line in reply.lines)
    yield from (f"{link.label}\n{link.url}" for link in reply.links)
    yield reply.source


def _card(line: LineCard) -> str:
    """A help line, one fact a line: name, number to ring, number to text, site, when it is open."""
    texting = f"SMS {line.text_to}" if line.text_to else ""
    return "\n".join(fact for fact in (line.name, line.phone, texting, line.web, line.note) if fact)


def _keyboard(reply: Reply) -> tuple[tuple[Button, ...], ...] | None:
    """One row for each choice, so that a long label is not cut off on a small screen; None without choices."""
    return tuple((_button(reply.menu_id, choice),) for choice in reply.choices) or None


def _button(menu_id: int, choice: Choice) -> Button:
    label = f"{choice.number} {_sendable(choice.label)}".strip()
    return Button(label, ButtonPress(menu_id, choice.number).token())


def _prepared(block: str, language: str) -> str:
    """A block that Telegram takes and that reads in the right direction."""
    text = _sendable(block).strip()
    if direction(language) == "ltr":
        return text
    return "\n".join(_right_to_left(line) for line in text.split("\n"))


def _sendable(text: str) -> str:
    """The text without what cannot be encoded or shown."""
    return _UNSENDABLE.sub("", text)


def _right_to_left(line: str) -> str:
    """The line with its phone numbers isolated, and marked when it would start in the wrong direction."""
    directions = [unicodedata.bidirectional(character) for character in line]
    isolated = _PHONE.sub(lambda number: f"{_FIRST_STRONG}{number[0]}{_POP}", line)
    strong = [way for way in directions if way in ("L", "R", "AL")]
    starts_wrong = bool(strong) and strong[0] == "L" and len(set(strong)) > 1
    return _RIGHT_TO_LEFT_MARK + isolated if starts_wrong else isolated
