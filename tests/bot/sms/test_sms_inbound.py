"""Webhook forms become messages; forms that are not Twilio's are refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.errors import Unreadable
from bot.sms.inbound import address, parse
from dialogs.messages import ChannelName, MessageKind

NOW = datetime(2026, 6, 9, 13, 30, tzinfo=UTC)
FORM = {
    "MessageSid": "SM" + "0" * 32,
    "AccountSid": "AC" + "0" * 32,
    "From": "+447700900123",
    "To": "+447700900999",
    "Body": "can they kick me out",
    "NumMedia": "0",
    "NumSegments": "1",
}


def test_a_text() -> None:
    message = parse(FORM, "sms:main", NOW)
    assert (message.channel, message.lane, message.sender) == (ChannelName.SMS, "sms:main", "+447700900123")
    assert (message.external_id, message.sent_at) == (FORM["MessageSid"], NOW)
    assert (message.kind, message.text, message.press) == (MessageKind.TEXT, "can they kick me out", None)


def test_whatsapp_is_another_channel_with_the_plain_number() -> None:
    form = FORM | {"From": "whatsapp:+447700900123", "To": "whatsapp:+447700900999"}
    message = parse(form, "whatsapp:main", NOW)
    assert (message.channel, message.lane, message.sender) == (ChannelName.WHATSAPP, "whatsapp:main", "+447700900123")


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("+447700900123", "+447700900123"),
        ("07700 900123", "+447700900123"),
        ("+44 7700 900-123", "+447700900123"),
        ("+12025550123", "+12025550123"),
        ("85258", "85258"),
        ("999", "999"),
        ("NHS-NoReply", "NHS-NoReply"),
        ("Jobs4U", "Jobs4U"),
        ("+0", "+0"),
    ],
)
def test_senders(raw: str, stored: str) -> None:
    assert address(raw) == stored
    assert address(stored) == stored


@pytest.mark.parametrize("name", ["From", "To", "MessageSid", "Body"])
def test_a_missing_field_is_unreadable(name: str) -> None:
    with pytest.raises(Unreadable, match=name):
        parse({key: value for key, value in FORM.items() if key != name}, "sms:main", NOW)
    if name != "Body":
        with pytest.raises(Unreadable, match=name):
            parse(FORM | {name: " "}, "sms:main", NOW)


@pytest.mark.parametrize("sender", ["\x00", "x" * 65])
def test_an_impossible_sender_is_unreadable(sender: str) -> None:
    with pytest.raises(Unreadable, match="From"):
        parse(FORM | {"From": sender}, "sms:main", NOW)


def test_an_empty_text_is_a_message() -> None:
    assert parse(FORM | {"Body": ""}, "sms:main", NOW).text == ""


def test_text_is_cleaned() -> None:
    message = parse(FORM | {"Body": "  a\x00b\ud800c " + "d" * 20_000 + "end "}, "sms:main", NOW)
    assert message.text.startswith("abc ddd")
    assert message.text.endswith("dddend")
    assert len(message.text) <= 10_000


@pytest.mark.parametrize(
    ("media_type", "sender", "kind"),
    [
        ("image/jpeg", "+447700900123", MessageKind.PHOTO),
        ("IMAGE/PNG", "+447700900123", MessageKind.PHOTO),
        ("audio/ogg; codecs=opus", "whatsapp:+447700900123", MessageKind.VOICE),
        ("audio/amr", "+447700900123", MessageKind.VOICE),
        ("video/mp4", "+447700900123", MessageKind.FILE),
        ("application/pdf", "+447700900123", MessageKind.FILE),
        ("", "+447700900123", MessageKind.FILE),
        ("text/vcard", "whatsapp:+447700900123", MessageKind.CONTACT),
        ("image/webp", "whatsapp:+447700900123", MessageKind.STICKER),
        ("image/webp", "+447700900123", MessageKind.PHOTO),
    ],
)
def test_attachments(media_type: str, sender: str, kind: MessageKind) -> None:
    form = FORM | {"From": sender, "Body": "look", "NumMedia": "1", "MediaContentType0": media_type}
    message = parse(form, "lane", NOW)
    assert (message.kind, message.text, message.payload) == (kind, "look", "")


def test_a_place_is_known_as_one_and_not_kept() -> None:
    message = parse(FORM | {"Body": "", "Latitude": "51.1", "Longitude": "0.1"}, "lane", NOW)
    assert message.kind is MessageKind.LOCATION
    assert "51" not in repr((message.text, message.payload))


@pytest.mark.parametrize(
    ("body", "keyword", "text"),
    [
        ("STOP", "STOP", "STOP"),
        ("stop pls", "STOP", "stop pls"),
        ("ARRET", "STOP", "STOP ARRET"),
        ("", "HELP", "HELP"),
        ("hi", "", "hi"),
    ],
)
def test_twilios_own_opt_out_is_noted_as_text(body: str, keyword: str, text: str) -> None:
    assert parse(FORM | {"Body": body, "OptOutType": keyword}, "lane", NOW).text == text
