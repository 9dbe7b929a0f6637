"""J17: anger at the bot is met calmly, threats go to people, crisis help is never closed."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.patience import PATIENCE
from tests.support.program import Program
from tests.support.telegram_double import TelegramDouble

pytestmark = pytest.mark.node

RYAN = 5550017


async def test_anger_gets_a_calm_word_and_a_person(telegram_program: Program, telegram: TelegramDouble) -> None:
    ryan = telegram.person(RYAN)
    await ryan.says("f**k u useless bot")
    await heard(ryan, "Sorry")

    assert any("9" in label for label in ryan.buttons)
    assert "language" not in ryan.texts[-1].lower()


async def test_a_second_outburst_changes_nothing_and_crisis_help_still_works(
    telegram_program: Program, telegram: TelegramDouble
) -> None:
    ryan = telegram.person(RYAN)
    await ryan.says("f**k u useless bot")
    await heard(ryan, "Sorry")
    count = len(ryan.texts)
    await ryan.says("fuck off you piece of shit")
    async with asyncio.timeout(PATIENCE):
        while len(ryan.texts) == count:
            await asyncio.sleep(0.05)

    await ryan.says("i want to die")
    await heard(ryan, "0800 1111")
    assert telegram.faults == []


async def heard(person: object, part: str) -> None:
    """Wait until Telegram shows it."""
    async with asyncio.timeout(PATIENCE):
        while not any(part in said for said in person.texts):  # type: ignore[attr-defined]
            await asyncio.sleep(0.05)
