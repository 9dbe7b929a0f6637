"""The web chat as a channel: the page reads the stored conversation itself, so sending is only an answer."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Final

from bot.channel import SendResult
from dialogs.messages import ChannelName, Limits, Reply

MAX_CHOICES: Final = 6
"""Choices on one screen, menu and person not counted (domain.md 5.1)."""


class WebChatChannel:
    """Takes every reply at once; it is read when the page asks for it. Never raises."""

    name: ChannelName = ChannelName.WEBCHAT
    limits: Limits = Limits(max_choices=MAX_CHOICES, has_links=True, has_buttons=True)

    def fit(self, reply: Reply) -> tuple[Reply, Reply | None]:
        """All of it: a page has no length."""
        return reply, None

    async def send(self, to: str, reply: Reply) -> SendResult:
        """Says that the reply was taken. It is not delivered: nobody knows whether the page is open."""
        return SendResult(provider_id=_provider_id(to, reply))

    async def find_sent(self, to: str, reply: Reply, since: datetime) -> str | None:  # noqa: ARG002 - the protocol's
        """The reply's id: sending does nothing, so it counts as done."""
        return _provider_id(to, reply)

    async def typing(self, to: str) -> None:
        """Nobody sees it here."""

    async def close(self) -> None:
        """Nothing to let go of."""


def _provider_id(to: str, reply: Reply) -> str:
    """An id that is the same for the same reply to the same session, and from which neither can be read."""
    return f"web-{sha256(f'{to} {reply!r}'.encode()).hexdigest()[:32]}"
