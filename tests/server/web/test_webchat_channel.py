"""The web chat as a channel, and what the page sends as messages."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.channel import Channel
from bot.webchat.channel import WebChatChannel
from bot.webchat.inbound import LANE, opened, said
from dialogs.messages import ButtonPress, ChannelName, MessageKind, Reply

NOW = datetime(2026, 6, 9, 13, 14, tzinfo=UTC)
REPLY = Reply(language="en", text="x" * 20_000)


async def test_sending_is_an_answer_that_claims_no_delivery() -> None:
    channel: Channel = WebChatChannel()
    assert channel.fit(REPLY) == (REPLY, None)
    result = await channel.send("session", REPLY)
    assert result.is_delivered is False
    assert "session" not in result.provider_id
    assert await channel.find_sent("session", REPLY, NOW) == result.provider_id
    await channel.close()
    await channel.close()


def test_what_somebody_wrote() -> None:
    message = said("secret", " hi\x00 ", None, "id-1", at=NOW, language="cy")
    assert (message.channel, message.lane, message.sender, message.kind) == (
        ChannelName.WEBCHAT,
        LANE,
        "secret",
        MessageKind.TEXT,
    )
    assert (message.text, message.display_language, message.sent_at) == ("hi", "cy", NOW)
    assert "secret" not in message.external_id


def test_a_press_is_a_choice() -> None:
    message = said("secret", "", ButtonPress(3, 1), "id-1", at=NOW)
    assert (message.kind, message.press) == (MessageKind.CHOICE, ButtonPress(3, 1))


def test_the_same_id_is_the_same_message_only_in_the_same_session() -> None:
    one, again = said("a", "x", None, "id-1", at=NOW), said("a", "x", None, "id-1", at=NOW)
    assert one.external_id == again.external_id
    assert one.external_id != said("b", "x", None, "id-1", at=NOW).external_id
    assert opened("a", "en", NOW).external_id == opened("a", "ar", NOW).external_id
    assert opened("a", None, NOW).kind is MessageKind.START
