"""What forms of the console's work share: text as staff typed it, and what is said about it. Pure."""

from __future__ import annotations

from typing import Final

from dialogs.wording import N_

LONGEST: Final = 20_000
TOO_LONG: Final = N_("This is too long. Put it in two parts.")


def typed(text: str) -> str:
    """Text as it may be kept: one kind of line end, no control characters, no half signs, no space around."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        sign
        for sign in plain
        if (sign >= " " or sign in "\n\t") and sign != "\x7f" and not "\ud800" <= sign <= "\udfff"
    )
    return "".join(kept).strip()


def line(text: str) -> str:
    """The same in one line."""
    return " ".join(typed(text).split())


def text_fault(text: str, missing: str, longest: int = LONGEST) -> str:
    """What is wrong with a text that has to be there; empty when nothing is."""
    if not text:
        return missing
    return TOO_LONG if len(text) > longest else ""
