"""Who the stories are about: people in a browser, with Telegram, with an old phone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import time_machine

from dialogs.messages import ChannelName
from tests.journeys.inside import Story
from tests.support.program import KeepingChannel, Program, running
from tests.support.telegram_double import TOKEN, TelegramDouble
from tests.support.telegram_double import running as running_telegram
from tests.support.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, TwilioDouble, running_twilio
from tests.support.web_person import WebPerson


@pytest.fixture
async def program(database_url: str) -> AsyncIterator[Program]:
    """The program with its web chat."""
    async with running(database_url) as started:
        yield started


@pytest.fixture
async def web(program: Program) -> AsyncIterator[WebPerson]:
    """Somebody in a browser."""
    async with program.browser() as client:
        yield WebPerson(client)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def prism() -> AsyncIterator[TwilioDouble]:
    async with running_twilio() as double:
        yield double


@pytest.fixture
async def twilio(prism: TwilioDouble) -> TwilioDouble:
    prism.reset()
    return prism


@pytest.fixture
async def sms_program(database_url: str, twilio: TwilioDouble) -> AsyncIterator[Program]:
    """The program with a Twilio number."""
    async with running(
        database_url,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        twilio_from=OUR_NUMBER,
        twilio_api=twilio.url,
        sms_a_second=100,
        public_url="https://chat.example",
    ) as started:
        yield started


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with running_telegram() as double:
        yield double


@pytest.fixture
async def telegram_program(database_url: str, telegram: TelegramDouble) -> AsyncIterator[Program]:
    """The program with a bot, asking Telegram for updates."""
    async with running(database_url, telegram_token=TOKEN, telegram_api=telegram.base_url) as started:
        yield started


@pytest.fixture
async def inside(database_url: str) -> AsyncIterator[Story]:
    """Noon on Tuesday 5 May 2026: Sam has asked for a person by text, and Priya has the chat."""
    with time_machine.travel("2026-05-05 11:00:00+00:00", tick=True):
        sms = KeepingChannel(ChannelName.SMS)
        async with running(database_url, more_channels={"sms": sms}) as started:
            yield await Story.begins(started, sms)


@pytest.fixture
def sunday_2am() -> AsyncIterator[None]:
    """2am on Sunday 6 December 2026: nobody of ours is here until Monday."""
    with time_machine.travel("2026-12-06 02:00:00+00:00", tick=True):
        yield  # type: ignore[misc]


@pytest.fixture
def tuesday_noon() -> AsyncIterator[None]:
    """Noon on Tuesday 8 December 2026: people are here."""
    with time_machine.travel("2026-12-08 12:00:00+00:00", tick=True):
        yield  # type: ignore[misc]
