"""A channel that prints: what the real channel would send, in a terminal, with parts and encoding for SMS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.channel import SendResult
from bot.sms.encoding import count_parts
from bot.sms.fitting import fit
from bot.sms.render import MEDIA
from bot.sms.render import render as render_text
from dialogs.messages import ChannelName, Limits, LineCard, Reply

TEXT_CHANNELS = (ChannelName.SMS, ChannelName.WHATSAPP)


class TerminalChannel:
    """`bot.channel.Channel` that plays another one. `heard` gets each reply after it was printed."""

    def __init__(self, name: ChannelName, heard: Callable[[Reply, str], None]) -> None:
        self.name = name
        self.limits = MEDIA[name].limits if name in TEXT_CHANNELS else Limits(6, has_links=True, has_buttons=False)
        self._heard = heard

    def fit(self, reply: Reply) -> tuple[Reply, Reply | None]:
        """As the played channel does."""
        return fit(reply, self.name) if self.name in TEXT_CHANNELS else (reply, None)

    async def send(self, to: str, reply: Reply) -> SendResult:  # noqa: ARG002 - the protocol's
        """Print it."""
        shown = draw(reply, self.name)
        print(f"\n{shown}")
        if self.name is ChannelName.SMS:
            parts = count_parts(shown)
            print(f"[{parts.encoding}, {parts.units} units, {parts.parts} part{'s' if parts.parts != 1 else ''}]")
        self._heard(reply, shown)
        return SendResult("terminal", is_delivered=True)

    async def find_sent(self, to: str, reply: Reply, since: datetime) -> str | None:  # noqa: ARG002 - the protocol's
        """A terminal keeps nothing."""
        return None

    async def typing(self, to: str) -> None:
        """Nobody sees it here."""

    async def close(self) -> None:
        """Nothing to let go of."""


def draw(reply: Reply, channel: ChannelName) -> str:
    """The reply as plain text: exactly the text message, or the page's parts one below the other."""
    if channel in TEXT_CHANNELS:
        return render_text(reply, channel)
    cards = [_card(line) for line in reply.lines]
    blocks = [
        reply.author and f"{reply.author}, a person:",
        reply.lead,
        reply.text,
        "\n".join(f"{number}. {step}" for number, step in enumerate(reply.steps, 1)),
        "\n".join(cards),
        "\n".join(f"[{choice.number}] {choice.label}" for choice in reply.choices),
        reply.source,
    ]
    return "\n\n".join(block for block in blocks if block)


def _card(line: LineCard) -> str:
    """A help line in one row."""
    way = line.phone or line.text_to or line.web
    return " ".join(filter(None, (line.name, way, f"({line.note})" if line.note else "")))
