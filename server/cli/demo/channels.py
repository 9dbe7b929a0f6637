"""Channels of the demo: they take everything as the real ones do and send nothing anywhere."""

from __future__ import annotations

import itertools
from datetime import datetime

from bot.channel import Channel, SendResult
from bot.sms.fitting import fit
from bot.sms.render import MEDIA
from dialogs.messages import ChannelName, Limits, Reply
from server.cli.demo.script import LANES, SMS, TELEGRAM

BOT_CHOICES = 6


class NowhereChannel:
    """`bot.channel.Channel` without a provider: messages are cut and counted as on the real one, and count as delivered."""

    def __init__(self, name: ChannelName) -> None:
        self.name = name
        self.limits = MEDIA[name].limits if name is SMS else Limits(BOT_CHOICES, has_links=True, has_buttons=True)
        self._ids = itertools.count(1)

    def fit(self, reply: Reply) -> tuple[Reply, Reply | None]:
        """As the channel does that it stands for."""
        return fit(reply, self.name) if self.name is SMS else (reply, None)

    async def send(self, to: str, reply: Reply) -> SendResult:  # noqa: ARG002 - the protocol's
        """Nobody gets it."""
        return SendResult(f"made-up-{next(self._ids)}", is_delivered=self.name is SMS)

    async def find_sent(self, to: str, reply: Reply, since: datetime) -> str | None:  # noqa: ARG002 - the protocol's
        """Nothing was sent."""
        return None

    async def typing(self, to: str) -> None:
        """Nobody sees it."""

    async def close(self) -> None:
        """Nothing to let go of."""


def nowhere() -> dict[str, Channel]:
    """Channels by lane, for `wiring.build`."""
    return {LANES[name]: NowhereChannel(name) for name in (TELEGRAM, SMS)}
