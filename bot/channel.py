"""What every channel offers to the rest: fit a reply to its limits, send it, read a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from dialogs.messages import ChannelName, Limits, Reply


class ReceiptStatus(StrEnum):
    """What a provider can tell about a message after it took it."""

    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The provider took it. `provider_id` is its name for the message (the last one when it was split); `parts` counts pieces."""

    provider_id: str
    parts: int = 1
    is_delivered: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """A provider's later word on one message. `code` is its error code (empty: none)."""

    lane: str
    provider_id: str
    status: ReceiptStatus
    code: str = ""


class Channel(Protocol):
    """One kind of sender. Safe to use from many tasks at once."""

    name: ChannelName
    limits: Limits

    def fit(self, reply: Reply) -> tuple[Reply, Reply | None]:
        """What may go now, and what waits for MORE (None: all of it fits)."""

    async def send(self, to: str, reply: Reply) -> SendResult:
        """Hand the reply to the provider. Raises `bot.errors.SendError`, and nothing else."""

    async def find_sent(self, to: str, reply: Reply, since: datetime) -> str | None:
        """The provider's id of this very reply to that address since then; None when it has none or never can say.

        Raises `bot.errors.SendError` when it did not answer: ask again before sending again, or it may go twice.
        """

    async def typing(self, to: str) -> None:
        """Show that somebody writes, where the channel can; failing is harmless, and where it cannot nothing happens."""

    async def close(self) -> None:
        """Let go of connections. Repeating is harmless."""


@runtime_checkable
class FileSource(Protocol):
    """A channel whose provider keeps the files that people sent, until we fetch them."""

    async def fetch_file(self, source: str, most_bytes: int) -> bytes:
        """The file behind `SentFile.source`, all of it. Raises `bot.errors.FetchError`, also for one that is larger."""


TOO_LARGE = "too-large"
NO_ANSWER = "no-answer"
NOT_THERE = "not-there"
WRONG_LENGTH = "wrong-length"
"""Codes of `bot.errors.FetchError` that every channel has."""
