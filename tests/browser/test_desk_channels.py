"""An adviser in a browser and a young person on Telegram, or with an old phone: the same chat, with where each message stands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import Seen
from tests.browser.windows import Desk, keep
from tests.support.program import Program
from tests.support.telegram_double import TOKEN, TelegramDouble
from tests.support.telegram_double import running as running_telegram
from tests.support.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, TwilioDouble, running_twilio

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.node]

LEAH = "+447700900789"
SMS = "/webhooks/twilio/message"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def twilio() -> AsyncIterator[TwilioDouble]:
    async with running_twilio() as double:
        yield double


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with running_telegram() as double:
        yield double


@pytest.fixture(scope="module")
def program_settings(twilio: TwilioDouble, telegram: TelegramDouble) -> dict[str, object]:
    """Every channel."""
    return {
        "telegram_token": TOKEN,
        "telegram_api": telegram.base_url,
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_from": OUR_NUMBER,
        "twilio_api": twilio.url,
        "sms_a_second": 100,
        "public_url": "https://chat.example",
    }


@pytest.fixture
async def desk(program: Program, browser: Browser, seen: Seen) -> AsyncIterator[Desk]:
    made = Desk(program, browser, seen)
    yield made
    await made.close()


async def test_a_talk_with_somebody_on_telegram(desk: Desk, telegram: TelegramDouble) -> None:
    amina = telegram.person(17)
    await amina.says("can i talk to a person")
    jo = await desk.adviser("Jo")
    await jo.mouse.move(900, 500)
    await expect(jo.locator("#queue a.row")).to_have_count(1)
    await jo.get_by_role("button", name="Take next").click()
    await expect(jo.locator("#thread")).to_contain_text("can i talk to a person")
    await jo.get_by_label("Write to them").fill("Hi, I'm Jo, a person.")
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#thread .line-adviser .state")).to_have_text("sent")
    assert any("Hi, I'm Jo, a person." in text for text in amina.texts)
    await amina.says("my key worker left and nobody rings me")
    await expect(jo.locator("#thread .line-person").last).to_contain_text("nobody rings me")
    await keep(jo, "desk-telegram")


async def test_a_talk_by_text_message_shows_parts_cost_and_words_that_give_away(
    desk: Desk, program: Program, twilio: TwilioDouble
) -> None:
    form = twilio.inbound_form(LEAH, "can i talk to a person")
    assert await twilio.post(f"{program.url}{SMS}", form, public_url=f"https://chat.example{SMS}") == 200
    jo = await desk.adviser("Jo")
    await jo.get_by_role("button", name="Take next").click()
    box = jo.get_by_label("Write to them")
    await box.fill("Your probation worker says the court date is Thursday.")
    await expect(jo.locator("#cost")).to_contain_text("1 text message")
    await expect(jo.locator("#gives")).to_contain_text("probation")
    await box.fill("I can meet you on Thursday. " * 12)
    await expect(jo.locator("#cost")).to_contain_text("3 text messages")
    await expect(jo.locator("#gives")).to_be_empty()
    await keep(jo, "desk-sms")
    await box.fill("I can meet you on Thursday.")
    await jo.get_by_role("button", name="Send").click()
    await expect(jo.locator("#thread .line-adviser")).to_contain_text("I can meet you on Thursday.")
    await program.service.sender.drain()
    assert any("I can meet you on Thursday." in body for body in twilio.bodies_to(LEAH))
    await jo.get_by_role("link", name="Show the number").click()
    await expect(jo.get_by_text(LEAH)).to_be_visible()
