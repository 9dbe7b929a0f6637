"""A reply as plain text, for SMS and for WhatsApp."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.sms.encoding import count_parts, to_gsm
from dialogs.messages import ChannelName, Choice, Limits, LineCard, Reply, ReplyKind, direction

MAX_PARTS = 3
WHATSAPP_UNITS = 1600  # Twilio's limit for one WhatsApp body
_LONGEST_CHOICE_LINE = 60
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_NUMBER_SPACE = re.compile(r"(?<=\d) (?=\d)")


@dataclass(frozen=True, slots=True)
class Medium:
    """How text looks on one channel and how much of it one message takes."""

    limits: Limits
    gap: str
    is_terse: bool
    fits: Callable[[str], bool]


def _fits_sms(text: str) -> bool:
    return count_parts(to_gsm(text)).parts <= MAX_PARTS


def _fits_whatsapp(text: str) -> bool:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 <= WHATSAPP_UNITS


MEDIA = {
    ChannelName.SMS: Medium(Limits(max_choices=4, has_links=False, has_buttons=False), "\n", True, _fits_sms),
    ChannelName.WHATSAPP: Medium(
        Limits(max_choices=6, has_links=True, has_buttons=False), "\n\n", False, _fits_whatsapp
    ),
}


def render(reply: Reply, channel: ChannelName = ChannelName.SMS) -> str:
    """The reply as it goes to the person: body, help lines, choices. By SMS in GSM-7 where nothing is lost by it."""
    medium = MEDIA[channel]
    text = join(medium, (body(reply, medium), choices(reply, medium)))
    return to_gsm(text) if medium.is_terse else text


def join(medium: Medium, blocks: Iterable[str]) -> str:
    """The blocks that are not empty, with the channel's gap between them."""
    return medium.gap.join(block for block in blocks if block)


def body(reply: Reply, medium: Medium, *, is_lines_first: bool = False) -> str:
    """All of a reply except its choices."""
    said = _said(reply, medium)
    cards = "\n".join(filter(None, (_line(card, reply, medium) for card in reply.lines)))
    links = "\n".join(f"{link.label}: {link.url}" for link in reply.links) if medium.limits.has_links else ""
    source = "" if medium.is_terse else reply.source
    blocks = (cards, said) if is_lines_first else (said, cards)
    return readable(join(medium, (*blocks, links, source)), reply.language)


def choices(reply: Reply, medium: Medium) -> str:
    """The numbered choices: by SMS one short line, or one each when that is long or the script runs right to left."""
    each = [_choice(choice, medium) for choice in reply.choices]
    one_line = ", ".join(each)
    is_one_line = medium.is_terse and direction(reply.language) == "ltr" and len(one_line) <= _LONGEST_CHOICE_LINE
    return readable(one_line if is_one_line else "\n".join(each), reply.language)


def readable(text: str, language: str) -> str:
    """Text with plain line ends; in right-to-left languages with ASCII digits and phone numbers that keep their order.

    A plain space splits a number in two, and the halves are then drawn from right to left: "0800 1111" as "1111 0800".
    A no-break space is a separator inside a number (UAX 9, rule W4), so the order holds without marks old phones show.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if direction(language) == "ltr":
        return text
    return _NUMBER_SPACE.sub("\u00a0", text.translate(_DIGITS))


def _said(reply: Reply, medium: Medium) -> str:
    """Lead, text and numbered steps, or the SMS form of all three."""
    if medium.is_terse and reply.sms_text:
        return reply.sms_text
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(reply.steps, 1))
    return join(medium, (reply.lead, reply.text, steps))


def _line(card: LineCard, reply: Reply, medium: Medium) -> str:
    """A help line as "Name number"; by SMS its note only in a crisis, and nothing when it has only a web page."""
    reach = " / ".join(filter(None, (card.phone, card.text_to, "" if medium.is_terse else card.web)))
    if not reach:
        return ""
    has_note = card.note and (reply.kind is ReplyKind.CRISIS or not medium.is_terse)
    return f"{card.name} {reach} ({card.note})" if has_note else f"{card.name} {reach}"


def _choice(choice: Choice, medium: Medium) -> str:
    label = choice.short if medium.is_terse and choice.short else choice.label
    return f"{choice.number} {label}"
