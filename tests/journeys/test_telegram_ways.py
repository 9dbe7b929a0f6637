"""Everything that somebody can do to a bot on Telegram, through the real program and a Telegram that checks each call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.patience import PATIENCE
from tests.support.program import Program
from tests.support.telegram_double import TelegramDouble

pytestmark = pytest.mark.node

SAM = 5550100
GROUP = -1005550200


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.05)


async def says(person: Any, words: str, wanted: str) -> str:
    """Say it, wait for an answer with these words in it."""
    count = len(person.texts)
    await person.says(words)
    await until(lambda: any(wanted in said for said in person.texts[count:]))
    return next(said for said in person.texts[count:] if wanted in said)


async def test_the_first_message_says_what_it_is_and_that_telegram_asks_for_16(
    telegram_program: Program, telegram: TelegramDouble
) -> None:
    sam = telegram.person(SAM)
    first = await says(sam, "/start", "computer")

    assert "16" in first
    assert len(first.split()) < 60
    assert any("Money" in label for label in sam.buttons)
    assert any("person" in label for label in sam.buttons)


async def test_an_under_16_is_helped_and_shown_the_other_ways(
    telegram_program: Program, telegram: TelegramDouble
) -> None:
    sam = telegram.person(SAM)
    await says(sam, "/start", "computer")
    await says(sam, "im 14, need cscs", "CSCS")

    assert any(telegram_program.service.settings.own_url in said for said in sam.texts)


async def test_a_button_is_answered_and_an_old_one_is_harmless(
    telegram_program: Program, telegram: TelegramDouble
) -> None:
    sam = telegram.person(SAM)
    await says(sam, "/start", "computer")
    old = next(data for label, data in sam.buttons.items() if "Money" in label)
    await sam.presses(next(label for label in sam.buttons if "Work" in label))
    await until(lambda: any("pprentice" in label for label in sam.buttons))
    count = len(sam.texts)
    await sam.presses_data(old)
    await until(lambda: len(sam.texts) > count)

    assert "old" in sam.texts[-1].lower()
    await until(lambda: not telegram.unanswered_presses)


async def test_a_voice_message_is_told_that_a_person_has_to_listen(
    telegram_program: Program, telegram: TelegramDouble
) -> None:
    sam = telegram.person(SAM)
    await says(sam, "/start", "computer")
    count = len(sam.texts)
    await sam.sends(voice={"file_id": "f", "file_unique_id": "u", "duration": 3})
    await until(lambda: len(sam.texts) > count)

    assert "person" in sam.texts[-1].lower()
    assert any("9" in label for label in sam.buttons)


async def test_a_place_is_refused_and_not_kept(telegram_program: Program, telegram: TelegramDouble) -> None:
    sam = telegram.person(SAM)
    await says(sam, "/start", "computer")
    count = len(sam.texts)
    await sam.sends(location={"latitude": 51.5, "longitude": -0.12})
    await until(lambda: len(sam.texts) > count)

    assert "where you are" in sam.texts[-1]


async def test_a_link_opens_a_topic_and_a_language(telegram_program: Program, telegram: TelegramDouble) -> None:
    sam = telegram.person(SAM)
    await says(sam, "/start t_work_cscs-card", "CSCS")
    dewi = telegram.person(SAM + 1)
    await says(dewi, "/start cy", "Cyfrifiadur")


async def test_a_code_shown_on_the_web_joins_the_phone(telegram_program: Program, telegram: TelegramDouble) -> None:
    from tests.support.web_person import WebPerson

    async with telegram_program.browser() as client:
        web = WebPerson(client)
        await web.opens()
        await web.says("join")
        code = next(word for word in web.heard.replace(".", " ").split() if len(word) == 9 and word[4] == "-")
        sam = telegram.person(SAM)
        await sam.says(f"/start j_{code.replace('-', '')}")
        await until(lambda: bool(sam.texts))
    async with telegram_program.service.engine.connect() as db:
        assert (await db.execute(text("SELECT count(*) FROM people"))).scalar() == 1
        assert (await db.execute(text("SELECT count(*) FROM addresses"))).scalar() == 2


async def test_a_group_hears_one_polite_word(telegram_program: Program, telegram: TelegramDouble) -> None:
    message = {
        "message_id": 7,
        "date": 1_790_000_000,
        "chat": {"id": GROUP, "type": "supergroup", "title": "Group"},
        "from": {"id": SAM, "is_bot": False, "first_name": "Sam"},
        "text": "/start@test_bot",
    }
    for number in range(3):
        await telegram.deliver("message", {**message, "message_id": number + 7})
    await until(lambda: bool(telegram.calls_of("sendMessage")))
    await asyncio.sleep(0.5)

    said = [call for call in telegram.calls_of("sendMessage") if int(call["chat_id"]) == GROUP]
    assert len(said) == 1
    assert "private" in said[0]["text"]
    async with telegram_program.service.engine.connect() as db:
        assert (await db.execute(text("SELECT count(*) FROM messages"))).scalar() == 0


async def test_blocking_is_noted_and_unblocking_too(telegram_program: Program, telegram: TelegramDouble) -> None:
    sam = telegram.person(SAM)
    await says(sam, "/start", "computer")

    async def is_reachable() -> bool:
        async with telegram_program.service.engine.connect() as db:
            return bool((await db.execute(text("SELECT is_reachable FROM addresses"))).scalar())

    await sam.blocks()
    async with asyncio.timeout(PATIENCE):
        while await is_reachable():
            await asyncio.sleep(0.05)
    await sam.unblocks()
    async with asyncio.timeout(PATIENCE):
        while not await is_reachable():
            await asyncio.sleep(0.05)


async def test_the_bot_introduces_itself_in_every_language(telegram_program: Program, telegram: TelegramDouble) -> None:
    every = {None, *telegram_program.service.settings.languages}
    await until(lambda: len(telegram.calls_of("setMyCommands")) >= len(every))

    assert {call.get("language_code") for call in telegram.calls_of("setMyCommands")} == every
    assert {call.get("language_code") for call in telegram.calls_of("setMyDescription")} == every
    assert telegram.faults == []


async def test_no_link_gets_a_preview(telegram_program: Program, telegram: TelegramDouble) -> None:
    sam = telegram.person(SAM)
    await says(sam, "need cscs", "CSCS")

    assert all(call["link_preview_options"]["is_disabled"] for call in telegram.calls_of("sendMessage"))


async def test_an_edited_message_is_read_for_danger(telegram_program: Program, telegram: TelegramDouble) -> None:
    sam = telegram.person(SAM)
    message = await sam.says("hello")
    await until(lambda: bool(sam.texts))
    await sam.edits(message, "i want to die")
    await until(lambda: any("0800 1111" in said for said in sam.texts))
