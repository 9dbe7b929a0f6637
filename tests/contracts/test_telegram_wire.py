"""The Telegram channel against a Telegram of ours that holds every call to the published description."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.errors import SendError
from bot.telegram.channel import TelegramChannel
from bot.telegram.profile import BotProfile
from bot.telegram.render import TEXT_LIMIT
from bot.telegram.updates import acknowledgement, parse
from dialogs.messages import ButtonPress, Choice, InboundMessage, LineCard, Link, MessageKind, Reply
from tests.support.telegram_double import (
    ANSWER_LOST,
    BLOCKED,
    DROPPED,
    GARBAGE,
    PROXY_PAGE,
    SECRET_HEADER,
    SERVER_ERROR,
    TOKEN,
    Failure,
    TelegramDouble,
    refusal,
    running,
    too_many,
)

pytestmark = pytest.mark.node

SAM = 5550001
REPLY = Reply(
    language="en",
    lead="You have rights.",
    text="We can help you today. 👍🏽",
    steps=("Stay if you are safe.",),
    lines=(LineCard("c", "Childline", phone="0800 1111", note="Free, any time"),),
    links=(Link("Read more", "https://www.gov.uk/housing"),),
    choices=(Choice(1, "person", "Talk to a person"), Choice(0, "menu", "Menu")),
    menu_id=12,
)
LONG = Reply(language="en", text="\n\n".join(f"{number} " + "word " * 700 for number in range(3)))


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with running() as telegram:
        telegram.person(SAM)
        yield telegram


@pytest.fixture
async def channel(double: TelegramDouble) -> AsyncIterator[TelegramChannel]:
    bot = TelegramChannel(TOKEN, base_url=double.base_url, timeout_seconds=30)
    yield bot
    await bot.close()
    await bot.close()


async def test_a_reply_arrives_with_bold_lead_buttons_and_no_preview(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    result = await channel.send(str(SAM), REPLY)
    [message] = double.person(SAM).inbox
    assert (result.provider_id, result.parts) == (str(message["message_id"]), 1)
    assert message["text"].startswith("You have rights.\n\nWe can help you today.")
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 16}]
    assert double.person(SAM).buttons == {"1 Talk to a person": "m12.1", "0 Menu": "m12.0"}
    [call] = double.calls_of("sendMessage")
    assert call["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in call


async def test_a_long_reply_arrives_whole_and_in_order(double: TelegramDouble, channel: TelegramChannel) -> None:
    result = await channel.send(str(SAM), LONG)
    texts = double.person(SAM).texts
    assert result.parts == len(texts) == 3
    assert [text.split(" ")[0] for text in texts] == ["0", "1", "2"]
    assert all(len(text) <= TEXT_LIMIT for text in texts)


@pytest.mark.parametrize(
    ("failure", "code", "is_retryable", "is_address_dead"),
    [
        (too_many(3), "too-many", True, False),
        (refusal(429, "Too Many Requests"), "too-many", True, False),
        (BLOCKED, "blocked", False, True),
        (refusal(403, "Forbidden: user is deactivated"), "deactivated", False, True),
        (refusal(403, "Forbidden: bot can't initiate conversation with a user"), "never-started", False, True),
        (refusal(403, "Forbidden: something new"), "forbidden", False, False),
        (refusal(400, "Bad Request: chat not found"), "chat-not-found", False, True),
        (refusal(400, "Bad Request: message is too long"), "bad-request", False, False),
        (refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001), "moved", False, False),
        (refusal(401, "Unauthorized"), "token-refused", True, False),
        (refusal(404, "Not Found"), "token-unknown", True, False),
        (SERVER_ERROR, "server-error", True, False),
        (PROXY_PAGE, "server-error", True, False),
        (GARBAGE, "unreadable-answer", False, False),
        (DROPPED, "connection-lost", True, False),
        (ANSWER_LOST, "connection-lost", True, False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_failure_says_what_to_do_next(
    double: TelegramDouble,
    channel: TelegramChannel,
    failure: Failure,
    code: str,
    is_retryable: bool,
    is_address_dead: bool,
) -> None:
    double.fail_next(failure)
    with pytest.raises(SendError) as caught:
        await channel.send(str(SAM), REPLY)
    error = caught.value
    assert (error.code, error.is_retryable, error.is_address_dead) == (code, is_retryable, is_address_dead)
    assert str(SAM) not in str(error)
    assert error.__cause__ is None
    assert len(double.person(SAM).inbox) == (1 if failure.is_done else 0)
    await channel.send(str(SAM), REPLY)
    assert double.person(SAM).inbox


async def test_a_server_that_does_not_answer_in_time_can_be_tried_again(double: TelegramDouble) -> None:
    hasty = TelegramChannel(TOKEN, base_url=double.base_url, timeout_seconds=1)
    double.fail_next(Failure(hang_seconds=60))
    try:
        with pytest.raises(SendError) as caught:
            await hasty.send(str(SAM), REPLY)
    finally:
        await hasty.close()
    assert (caught.value.code, caught.value.is_retryable) == ("timeout", True)
    assert double.person(SAM).inbox == []


async def test_flood_control_says_when(double: TelegramDouble, channel: TelegramChannel) -> None:
    double.fail_next(too_many(42))
    with pytest.raises(SendError) as caught:
        await channel.send(str(SAM), REPLY)
    assert caught.value.retry_after_seconds == 42


async def test_a_server_that_is_not_there_can_be_tried_again(double: TelegramDouble, channel: TelegramChannel) -> None:
    await double.stop()
    with pytest.raises(SendError) as caught:
        await channel.send(str(SAM), REPLY)
    assert (caught.value.code, caught.value.is_retryable) == ("unreachable", True)


async def test_a_person_who_blocked_the_bot_and_a_stranger_are_dead_addresses(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    await double.person(SAM).blocks()
    for address, code in (
        (str(SAM), "blocked"),
        ("777", "chat-not-found"),
        ("+447700900123", "not-a-chat"),
        ("", "not-a-chat"),
    ):
        with pytest.raises(SendError) as caught:
            await channel.send(address, REPLY)
        assert (caught.value.code, caught.value.is_address_dead) == (code, True)


async def test_a_later_piece_is_tried_again_so_that_the_first_is_not_sent_twice(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    double.fail_next(too_many(1), after=1)
    await channel.send(str(SAM), LONG)
    assert [text.split(" ")[0] for text in double.person(SAM).texts] == ["0", "1", "2"]


async def test_a_later_piece_that_must_wait_long_is_given_up(double: TelegramDouble, channel: TelegramChannel) -> None:
    double.fail_next(too_many(60), after=2)
    with pytest.raises(SendError) as caught:
        await channel.send(str(SAM), LONG)
    assert caught.value.retry_after_seconds == 60
    assert len(double.person(SAM).inbox) == 2


async def test_an_empty_reply_is_refused_before_the_call(double: TelegramDouble, channel: TelegramChannel) -> None:
    with pytest.raises(SendError) as caught:
        await channel.send(str(SAM), Reply(language="en", text=" "))
    assert caught.value.code == "empty-reply"
    assert double.calls == []


async def test_many_at_once_all_arrive(double: TelegramDouble, channel: TelegramChannel) -> None:
    people = [double.person(SAM + number) for number in range(40)]
    await asyncio.gather(*(channel.send(str(person.id), REPLY) for person in people))
    assert all(len(person.inbox) == 1 for person in people)


async def test_the_double_keeps_telegrams_pace(double: TelegramDouble, channel: TelegramChannel) -> None:
    double.messages_a_second = 3
    outcomes = await asyncio.gather(*(channel.send(str(SAM), REPLY) for _ in range(5)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, SendError)]
    assert [error.retry_after_seconds for error in refused] == [1.0, 1.0]


async def test_a_conversation_by_polling(double: TelegramDouble, channel: TelegramChannel) -> None:
    sam = double.person(SAM, language="cy")
    waiting = asyncio.create_task(channel.get_updates(None, 5))
    await asyncio.sleep(0.05)
    await sam.says("/start join-7Q4K")
    [update] = await waiting
    first = parse(update, "lane")
    assert isinstance(first, InboundMessage)
    assert (first.kind, first.payload, first.sender) == (MessageKind.START, "join-7Q4K", str(SAM))
    await channel.send(first.sender, REPLY)
    await sam.presses("1")
    assert len(double.unanswered_presses) == 1
    [update] = await channel.get_updates(update["update_id"] + 1, 0)
    pressed = parse(update, "lane")
    assert isinstance(pressed, InboundMessage)
    assert pressed.press == ButtonPress(12, 1)
    answer = acknowledgement(update)
    assert answer
    await channel.answer_callback(answer["callback_query_id"])
    assert double.unanswered_presses == []
    assert await channel.get_updates(update["update_id"] + 1, 0) == []


async def test_every_kind_of_update_of_the_double_is_read(double: TelegramDouble, channel: TelegramChannel) -> None:
    sam = double.person(SAM)
    said = await sam.says("wait")
    await sam.edits(said, "wait, no")
    await sam.sends(voice={"file_id": "a", "file_unique_id": "b", "duration": 2})
    await sam.presses_data("m1.1")
    await sam.blocks()
    await sam.unblocks()
    updates = [parse(update, "lane") for update in await channel.get_updates(None, 0)]
    kinds = [update.kind.value for update in updates if isinstance(update, InboundMessage)]
    assert kinds == ["text", "edited", "voice", "choice", "blocked", "unblocked"]


async def test_a_conversation_by_webhook_with_the_press_answered_in_the_response(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    seen: list[tuple[str | None, dict[str, Any]]] = []
    statuses = [200, 500, 200]

    async def receive(request: web.Request) -> web.Response:
        update = await request.json()
        seen.append((request.headers.get(SECRET_HEADER), update))
        return web.json_response(acknowledgement(update) or {}, status=statuses[len(seen) - 1])

    app = web.Application()
    app.router.add_post("/telegram", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await channel.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/telegram", "s3cret_-A")
        sam = double.person(SAM)
        await sam.presses_data("m3.2")
        await sam.says("hello")
        [again] = double.undelivered
        await double.hand_over(again)
        assert double.unanswered_presses == []
        assert [header for header, _ in seen] == ["s3cret_-A"] * 3
        assert seen[1] == seen[2]
        with pytest.raises(SendError) as caught:
            await channel.get_updates(None, 0)
        assert caught.value.code == "conflict"
        await channel.delete_webhook()
        assert await channel.get_updates(None, 0) == []
    finally:
        await runner.cleanup()


async def test_a_webhook_that_is_not_safe_is_refused(double: TelegramDouble, channel: TelegramChannel) -> None:
    for url, secret in (("http://example.org/hook", "a"), ("https://example.org/hook", "a b")):
        with pytest.raises(SendError) as caught:
            await channel.set_webhook(url, secret)
        assert caught.value.code == "bad-request"


async def test_a_bot_introduces_itself_in_each_language_and_writes_only_what_differs(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    profiles = [
        BotProfile("", "Connexions", "Ask me.", "Ask.", (("menu", "Show the menu"), ("my_data", "What we keep"))),
        BotProfile("cy", "Connexions", "Gofynna i mi.", "Gofyn.", (("menu", "Dangos y ddewislen"),)),
        BotProfile("ar", description="اسألني."),
    ]
    await channel.set_up(profiles)
    assert double.profile["description", "cy"] == "Gofynna i mi."
    assert double.profile["commands", ""][1] == {"command": "my_data", "description": "What we keep"}
    assert ("name", "ar") not in double.profile
    writes = [call for call in double.calls if call.method.startswith("set")]
    assert len(writes) == 9
    await channel.set_up(profiles)
    assert [call for call in double.calls if call.method.startswith("set")] == writes


async def test_best_effort_calls_never_fail_and_never_hold_up(double: TelegramDouble, channel: TelegramChannel) -> None:
    double.fail_next(SERVER_ERROR, times=2)
    await channel.typing(str(SAM))
    await channel.answer_callback("press-1")
    await channel.answer_callback("never-pressed")
    await channel.typing("not a chat")
    double.fail_next(Failure(hang_seconds=30))
    began = time.monotonic()
    await channel.typing(str(SAM))
    assert time.monotonic() - began < 20


async def test_the_whole_reply_fits_and_the_past_cannot_be_read(channel: TelegramChannel) -> None:
    assert channel.fit(LONG) == (LONG, None)
    assert await channel.find_sent(str(SAM), REPLY, datetime.now(UTC)) is None
    assert (channel.limits.max_choices, channel.limits.has_links, channel.limits.has_buttons) == (6, True, True)
