"""Places calls. What is said in one is written by `spoken`, what comes of it is read by `inbound`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.sms.client import TwilioHttp
from bot.sms.errors import NO_ANSWER, send_error

RINGS_SECONDS: Final = 45
"""Longer than most mailboxes wait: a mailbox presses no key."""

LASTS_SECONDS: Final = 180


@dataclass(frozen=True, slots=True)
class VoiceSender:
    """Who calls: an account and its number. `base_url` takes the place of Twilio's own address, for a double."""

    account_sid: str
    auth_token: str = field(repr=False)
    from_number: str
    base_url: str = ""
    timeout_seconds: float = 12.0


class VoiceCaller:
    """Calls people. Safe to use from many tasks at once."""

    def __init__(self, sender: VoiceSender) -> None:
        self._sender = sender
        self._http = TwilioHttp(sender.base_url, sender.timeout_seconds)
        self._client = Client(sender.account_sid, sender.auth_token, http_client=self._http)

    async def call(self, to: str, twiml: str, status_url: str) -> str:
        """Ring a number and say the words; the provider's id of the call. How it ended is posted to `status_url`.

        Raises `bot.errors.SendError`. Nothing is recorded.
        """
        placing = self._client.calls.create_async(
            to=to,
            from_=self._sender.from_number,
            twiml=twiml,
            status_callback=status_url,
            timeout=RINGS_SECONDS,
            time_limit=LASTS_SECONDS,
        )
        try:
            call = await placing
        except (TwilioException, ValueError, KeyError, TypeError, AttributeError):
            raise send_error(NO_ANSWER) from None
        if not call.sid:
            raise send_error(NO_ANSWER)
        return str(call.sid)

    async def close(self) -> None:
        """Let go of connections. Repeating is harmless."""
        await self._http.close()
