"""The channel over Twilio: one sender of SMS or WhatsApp messages."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.channel import SendResult
from bot.errors import SendError
from bot.sms.client import TwilioHttp
from bot.sms.encoding import count_parts
from bot.sms.errors import EMPTY, NO_ANSWER, TOO_LONG, send_error
from bot.sms.fitting import fit
from bot.sms.inbound import WHATSAPP_PREFIX
from bot.sms.media import TwilioMedia
from bot.sms.render import MEDIA, render
from dialogs.messages import ChannelName, Reply, ReplyKind

_LOOKED_THROUGH = 50
# Twilio's instants have whole seconds and its clock is not ours.
_CLOCK_SLACK = timedelta(seconds=2)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class TwilioSender:
    """Who sends: an account, and either a number or a messaging service, which picks the number.

    `base_url` takes the place of Twilio's own address, for a double.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    from_number: str = ""
    messaging_service_sid: str = ""
    status_callback_url: str = ""
    base_url: str = ""
    timeout_seconds: float = 15.0

    def __post_init__(self) -> None:
        if bool(self.from_number) == bool(self.messaging_service_sid):
            raise ValueError("a Twilio sender has a number or a messaging service, one of the two")


class SmsChannel:
    """`bot.channel.Channel` for SMS, and for WhatsApp by name."""

    def __init__(self, sender: TwilioSender, name: ChannelName = ChannelName.SMS) -> None:
        self.name = name
        self.limits = MEDIA[name].limits
        self._sender = sender
        self._http = TwilioHttp(sender.base_url, sender.timeout_seconds)
        self._media = TwilioMedia(sender.account_sid, sender.auth_token, sender.base_url)
        self._client = Client(sender.account_sid, sender.auth_token, http_client=self._http)

    def fit(self, reply: Reply) -> tuple[Reply, Reply | None]:
        """What may go now, in at most three parts, and what waits for MORE."""
        return fit(reply, self.name)

    async def send(self, to: str, reply: Reply) -> SendResult:
        """Hand the reply to Twilio. When it does not answer, look whether it has the message before giving up."""
        text, began_at = self._body(reply), datetime.now(UTC)
        try:
            sid = await self._create(to, text)
        except SendError as error:
            if error.code != NO_ANSWER:
                raise
            sid = await self._find_if_asked(to, text, began_at)
            if not sid:
                raise
        return SendResult(sid, self._parts(text))

    async def find_sent(self, to: str, reply: Reply, since: datetime) -> str | None:
        """Twilio's id of a message to this address with this very text, created since then. Raises `SendError`."""
        try:
            text = self._body(reply)
        except SendError:
            return None  # what cannot be sent was never handed over
        return await self._find(to, text, since)

    async def typing(self, to: str) -> None:
        """Nobody sees it here."""

    async def fetch_file(self, source: str, most_bytes: int) -> bytes:
        """The attachment at that address of Twilio's. Raises `FetchError`."""
        return await self._media.fetch(source, most_bytes)

    async def close(self) -> None:
        """Let go of connections. Repeating is harmless."""
        await self._http.close()
        await self._media.close()

    def _body(self, reply: Reply) -> str:
        """The text on the wire. Raises `SendError` when empty or not fitted; a crisis reply goes as far as it fits."""
        now, rest = self.fit(reply)
        if rest is not None and reply.kind is not ReplyKind.CRISIS:
            raise send_error(TOO_LONG)
        text = render(now, self.name)
        if not text:
            raise send_error(EMPTY)
        return text

    async def _create(self, to: str, text: str) -> str:
        call = {"to": self._address(to), "body": text, **self._from()}
        if self._sender.status_callback_url:
            call["status_callback"] = self._sender.status_callback_url
        message = await _answer(self._client.messages.create_async(**call))
        if not message.sid:
            raise send_error(NO_ANSWER)
        return str(message.sid)

    async def _find_if_asked(self, to: str, text: str, since: datetime) -> str:
        """As `_find`, but empty when the provider still does not answer: the first error is the one to tell."""
        try:
            return await self._find(to, text, since) or ""
        except SendError:
            return ""

    async def _find(self, to: str, text: str, since: datetime) -> str | None:
        """The newest message of that text. Not filtered by date: Twilio's filter is by sending, which may yet come."""
        sender = {"from_": self._from()["from_"]} if self._sender.from_number else {}
        listed = self._client.messages.list_async(
            to=self._address(to), limit=_LOOKED_THROUGH, page_size=_LOOKED_THROUGH, **sender
        )
        for message in await _answer(listed):
            is_ours = str(message.direction).startswith("outbound") and message.body == text
            if is_ours and message.date_created and message.date_created >= since - _CLOCK_SLACK:
                return str(message.sid)
        return None

    def _from(self) -> dict[str, Any]:
        if self._sender.messaging_service_sid:
            return {"messaging_service_sid": self._sender.messaging_service_sid}
        return {"from_": self._address(self._sender.from_number)}

    def _address(self, number: str) -> str:
        """A number as Twilio wants it on this channel."""
        return f"{WHATSAPP_PREFIX}{number}" if self.name is ChannelName.WHATSAPP else number

    def _parts(self, text: str) -> int:
        return count_parts(text).parts if self.name is ChannelName.SMS else 1


async def _answer(call: Awaitable[Answer]) -> Answer:
    """What a call of the SDK returns. An unreadable answer comes after the message was taken: it counts as none."""
    try:
        return await call
    except (TwilioException, ValueError, KeyError, TypeError, AttributeError):
        raise send_error(NO_ANSWER) from None
