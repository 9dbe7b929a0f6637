"""What a page needs to know to draw a `Reply`: pure, no markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from dialogs.messages import MENU_NUMBER, PERSON_NUMBER, ButtonPress, Choice, Reply, ReplyKind

QUESTION_MARKS = ("?", "؟", "？")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A reply, cut into the parts of the page. `always` are the menu and the person, in that order, drawn last."""

    paragraphs: tuple[str, ...]
    question: str
    choices: tuple[Choice, ...]
    always: tuple[Choice, ...]
    menu_id: int

    def token(self, choice: Choice) -> str:
        """What a button sends."""
        return ButtonPress(self.menu_id, choice.number).token()


def draw(reply: Reply) -> Drawn:
    """The reply in parts. On a crisis card a last paragraph that asks is the one question: it stands at its buttons."""
    parts, question = paragraphs(reply.text), ""
    if reply.kind is ReplyKind.CRISIS and reply.choices and parts and parts[-1].endswith(QUESTION_MARKS):
        *parts, question = parts
    last = (MENU_NUMBER, PERSON_NUMBER)
    return Drawn(
        paragraphs=tuple(parts),
        question=question,
        choices=tuple(c for c in reply.choices if c.number not in last),
        always=tuple(sorted((c for c in reply.choices if c.number in last), key=lambda c: c.number)),
        menu_id=reply.menu_id,
    )


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text, without empty ones."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def tel(number: str) -> str:
    """A number as a `tel:` or `sms:` address takes it: "0800 1111, option 2" gives "08001111"."""
    first = re.match(r"[^\d+]*(\+?[\d ()\-.]+)", number)
    return re.sub(r"[^\d+]", "", first.group(1)) if first else ""


def web(address: str) -> str:
    """An address to follow, or nothing for anything but the web. "childline.org.uk" gets its https."""
    full = address if "://" in address else f"https://{address}"
    parts = urlsplit(full)
    return full if parts.scheme in {"http", "https"} and "." in parts.netloc else ""
