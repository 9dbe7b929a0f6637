"""Errors of the channels, by what the caller should do next. Provider exceptions never leave this package."""

from __future__ import annotations


class ChannelError(Exception):
    """Something went wrong between us and a provider."""


class SendError(ChannelError):
    """A reply could not be handed over.

    `is_retryable`: trying again later can work. `retry_after_seconds`: not before (None: caller's own backoff).
    `is_address_dead`: nothing will ever reach this address (blocked, unknown number). `is_opted_out`: the provider
    holds a STOP for it. `code` is the provider's own code and holds no personal data.
    """

    def __init__(
        self,
        code: str,
        *,
        is_retryable: bool,
        retry_after_seconds: float | None = None,
        is_address_dead: bool = False,
        is_opted_out: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.is_retryable = is_retryable
        self.retry_after_seconds = retry_after_seconds
        self.is_address_dead = is_address_dead
        self.is_opted_out = is_opted_out


class FetchError(ChannelError):
    """A file that somebody sent could not be fetched. `code` is a countable reason and holds nothing personal.

    `is_retryable`: trying again later can work. `retry_after_seconds`: not before (None: caller's own backoff).
    """

    def __init__(self, code: str, *, is_retryable: bool, retry_after_seconds: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.is_retryable = is_retryable
        self.retry_after_seconds = retry_after_seconds


class NotFromProvider(ChannelError):
    """The signature or secret is missing or wrong: refuse, store nothing, count it."""


class Unreadable(ChannelError):
    """The provider sent something that is not in its own format: refuse and look into it."""
