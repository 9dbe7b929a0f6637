"""Twilio's webhook for an incoming SMS or WhatsApp message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

import phonenumbers

from bot.errors import Unreadable
from dialogs.messages import ChannelName, InboundMessage, MessageKind, SentFile, clean_text

WHATSAPP_PREFIX = "whatsapp:"
_HOME_REGION = "GB"
_LONGEST_SENDER = 64
_NUMBER = re.compile(r"\+?[\d ().-]+")
_SHORT_CODE = re.compile(r"\d{3,6}")
MOST_MEDIA = 10
"""Attachments of one message, says Twilio."""

_LONGEST_SOURCE = 2000
_MEDIA = {"image": MessageKind.PHOTO, "audio": MessageKind.VOICE}
_CARDS = frozenset({"text/vcard", "text/x-vcard"})


def parse(form: Mapping[str, str], lane: str, now: datetime) -> InboundMessage:
    """The message in a webhook's form. Raises `Unreadable` when sender, receiver, id or body is missing.

    `lane` is our own sender that the webhook belongs to. `sent_at` is `now`: Twilio sends no time. The channel
    follows from the sender's prefix, which is taken off: the same number by SMS and by WhatsApp differs by channel.
    """
    for name in ("From", "To", "MessageSid", "Body"):
        if name not in form or (name != "Body" and not form[name].strip()):
            raise Unreadable(f"no {name}")
    is_whatsapp = form["From"].startswith(WHATSAPP_PREFIX)
    return InboundMessage(
        channel=ChannelName.WHATSAPP if is_whatsapp else ChannelName.SMS,
        lane=lane,
        sender=address(form["From"].removeprefix(WHATSAPP_PREFIX)),
        external_id=form["MessageSid"],
        sent_at=now,
        kind=_kind(form, is_whatsapp=is_whatsapp),
        text=clean_text(_text(form)),
        files=tuple(_files(form, is_whatsapp=is_whatsapp)),
    )


def address(raw: str) -> str:
    """A sender as stored: a possible phone number in E.164 (`+447700900123`); a short code or a name as it came."""
    sender = clean_text(raw)
    if not sender or len(sender) > _LONGEST_SENDER:
        raise Unreadable("no usable From")
    if not _NUMBER.fullmatch(sender) or _SHORT_CODE.fullmatch(sender):
        return sender
    try:
        number = phonenumbers.parse(sender, _HOME_REGION)
    except phonenumbers.NumberParseException:
        return sender
    # "Possible" and not "valid": new ranges work before the tables know them.
    if not phonenumbers.is_possible_number(number):
        return sender
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _text(form: Mapping[str, str]) -> str:
    """What the person wrote; a keyword that Twilio took as STOP, START or HELP carries that word as well."""
    body, keyword = form["Body"], form.get("OptOutType", "").strip().upper()
    is_said = keyword in body.upper()
    return body if is_said else f"{keyword} {body}"


def _kind(form: Mapping[str, str], *, is_whatsapp: bool) -> MessageKind:
    """The sort of the first attachment; text when there is none."""
    if form.get("Latitude") and form.get("Longitude"):
        return MessageKind.LOCATION
    if form.get("NumMedia", "0").strip() in ("", "0"):
        return MessageKind.TEXT
    return _kind_of(_media_type(form, 0), is_whatsapp=is_whatsapp)


def _kind_of(media_type: str, *, is_whatsapp: bool) -> MessageKind:
    if media_type in _CARDS:
        return MessageKind.CONTACT
    if is_whatsapp and media_type == "image/webp":  # WhatsApp's stickers, and nothing else of its
        return MessageKind.STICKER
    return _MEDIA.get(media_type.split("/", maxsplit=1)[0], MessageKind.FILE)


def _media_type(form: Mapping[str, str], number: int) -> str:
    return form.get(f"MediaContentType{number}", "").lower().split(";")[0].strip()


def _files(form: Mapping[str, str], *, is_whatsapp: bool) -> Iterator[SentFile]:
    """Where Twilio holds each attachment; cards with somebody's number and stickers are left there."""
    count = form.get("NumMedia", "").strip()
    for number in range(min(int(count), MOST_MEDIA) if count.isascii() and count.isdigit() else 0):
        kind = _kind_of(_media_type(form, number), is_whatsapp=is_whatsapp)
        source = form.get(f"MediaUrl{number}", "").strip()
        if source and len(source) <= _LONGEST_SOURCE and kind not in (MessageKind.CONTACT, MessageKind.STICKER):
            yield SentFile(source)
