"""Fit a reply into what one message may be: at most three parts by SMS, one body by WhatsApp (domain.md 8.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from bot.sms.cutting import cut, cut_anywhere
from bot.sms.render import MEDIA, Medium, body, choices, join, readable, render
from dialogs.messages import ChannelName, Reply, ReplyKind


def fit(reply: Reply, channel: ChannelName = ChannelName.SMS) -> tuple[Reply, Reply | None]:
    """What goes now, which always fits, and what waits for MORE (None: nothing). Repeating is harmless.

    The choices and the line about MORE go with the first piece. A crisis reply first loses the notes of its help
    lines, then its third line, and is cut only when that is not enough; its help lines then come first.
    """
    medium = MEDIA[channel]
    for form in _forms(reply):
        if medium.fits(render(form, channel)):
            return form, None
    return _split(reply, medium)


def _forms(reply: Reply) -> Iterator[Reply]:
    """The reply, and for a crisis ever shorter forms of it that are still whole."""
    yield reply
    if reply.kind is ReplyKind.CRISIS:
        short = replace(reply, lines=tuple(replace(card, note="") for card in reply.lines))
        yield short
        yield replace(short, lines=short.lines[:2])


def _split(reply: Reply, medium: Medium) -> tuple[Reply, Reply | None]:
    """The first piece and the rest. A hint or choices that leave no room for words give way; words are never lost."""
    words = body(reply, medium, is_lines_first=reply.kind is ReplyKind.CRISIS)
    hint = readable(reply.more_hint, reply.language)
    flat, flat_words = replace(reply, choices=()), join(medium, (words, choices(reply, medium)))
    for form, text in ((reply, words), (flat, flat_words)):
        for last_line in (hint, ""):
            tail = join(medium, (last_line, choices(form, medium)))
            head, rest = cut(text, partial(_fits_before, tail, medium))
            if head and len(head) * 2 >= len(tail):
                return _pieces(form, medium, (head, last_line), rest)
    head, rest = cut_anywhere(flat_words, medium.fits)
    return _pieces(flat, medium, (head,), rest)


def _fits_before(tail: str, medium: Medium, piece: str) -> bool:
    """True when a piece of the words and what must follow it go into one message."""
    return medium.fits(join(medium, (piece, tail)))


def _pieces(reply: Reply, medium: Medium, first: tuple[str, ...], rest: str) -> tuple[Reply, Reply | None]:
    """Two replies that hold plain text only, each with the choices of the whole; no hint when nothing waits."""
    plain = replace(reply, lead="", steps=(), sms_text="", lines=(), links=(), source="")
    now = replace(plain, text=join(medium, first if rest else first[:1]), more_hint="")
    return now, (replace(plain, text=rest) if rest else None)
