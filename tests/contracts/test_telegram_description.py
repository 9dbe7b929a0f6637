"""The published description catches wrong calls, and the payloads of the fast tests are what Telegram could send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiogram import methods
from aiohttp import ClientSession

from bot.telegram.updates import ALLOWED_UPDATES
from tests.support.bot_api_description import bot_api, limit_of
from tests.support.telegram_double import TOKEN, TelegramDouble

pytestmark = pytest.mark.node

PAYLOADS = sorted((Path(__file__).parents[1] / "bot" / "telegram" / "payloads").glob("*.json"))
GOOD = {"chat_id": 1, "text": "hi"}


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "1 Home", **button}]]}


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_a_payload_of_the_fast_tests_is_an_update_as_published(path: Path) -> None:
    assert bot_api().update_faults(json.loads(path.read_text())["update"]) == []


def test_every_method_that_aiogram_and_the_description_share_has_the_same_required_fields() -> None:
    api, differing = bot_api(), []
    for name, method in api.methods.items():
        theirs = getattr(methods, name[0].upper() + name[1:], None)
        if theirs is None:
            continue
        required = {field for field, about in method["fields"].items() if about["required"]}
        if required != {field for field, info in theirs.model_fields.items() if info.is_required()}:
            differing.append(name)
    assert len(api.methods) > 150
    assert not {"sendMessage", "answerCallbackQuery", "setWebhook", "getUpdates", "setMyCommands"} & set(differing)


def test_limits_are_read_from_the_documentation() -> None:
    fields = bot_api().methods["sendMessage"]["fields"]
    limit = limit_of(fields["text"]["doc"])
    assert limit
    assert (limit.least, limit.most, limit.length("👍🏽")) == (1, 4096, 4)


def test_a_form_and_json_mean_the_same() -> None:
    values = GOOD | {"reply_markup": keyboard(callback_data="m1.1"), "protect_content": True}
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    assert bot_api().read_call("sendMessage", form) == bot_api().read_call("sendMessage", values) == (values, [])


@pytest.mark.parametrize(
    ("method", "arguments", "fault"),
    [
        ("sendMessage", {"chat_id": 1}, "text is missing"),
        ("sendMessage", {**GOOD, "txt": "hi"}, "unknown field txt"),
        ("sendMessage", {**GOOD, "text": ""}, "must be 1 to 4096"),
        ("sendMessage", {**GOOD, "text": "👍" * 2049}, "4098 characters"),
        ("sendMessage", {**GOOD, "text": 5}, "not a string"),
        ("sendMessage", {**GOOD, "chat_id": [1]}, "chat_id"),
        ("sendMessage", {**GOOD, "parse_mode": "bbcode"}, "bbcode"),
        ("sendMessage", {**GOOD, "reply_markup": keyboard(callback_data="é" * 33)}, "66 bytes, must be 1 to 64"),
        ("sendMessage", {**GOOD, "reply_markup": keyboard()}, "is missing"),
        (
            "sendMessage",
            {**GOOD, "reply_markup": keyboard(callback_data="a", url="https://example.org")},
            "unknown field",
        ),
        ("sendMessage", {**GOOD, "reply_markup": {"inline_keyboard": [{"text": "a"}]}}, "is not a list"),
        ("sendMessage", {**GOOD, "entities": [{"type": "bald", "offset": 0, "length": 1}]}, "entities[0]"),
        ("sendMessage", {**GOOD, "protect_content": "perhaps"}, "not a boolean"),
        ("getUpdates", {"limit": 101}, "must be 1 to 100"),
        ("getUpdates", {"allowed_updates": ["messages"]}, "allowed_updates[0]"),
        ("setWebhook", {"url": "https://example.org", "secret_token": "a" * 257}, "must be 1 to 256"),
        ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "b"}]}, "must be 1 to 32"),
        ("setMyDescription", {"description": "a" * 513}, "must be 0 to 512"),
        ("setMyDescription", {"language_code": "welsh"}, "language_code"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_call_is_caught(method: str, arguments: dict[str, Any], fault: str) -> None:
    _, faults = bot_api().read_call(method, arguments)
    assert any(fault in found for found in faults), faults


def test_a_wrong_update_is_caught() -> None:
    update = {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 1, "type": "private", "first_name": "S"}}}
    assert any("date is missing" in fault for fault in bot_api().update_faults(update))


def test_the_updates_asked_for_exist() -> None:
    assert bot_api().read_call("getUpdates", {"allowed_updates": list(ALLOWED_UPDATES)})[1] == []


async def test_the_double_notes_faults_and_answers_as_telegram_does() -> None:
    double = TelegramDouble()
    await double.start()
    try:
        double.person(1)
        async with ClientSession(f"{double.base_url}/bot{TOKEN}/") as client:
            for method, form, status in (
                ("sendMessage", {"chat_id": "1", "text": "hi"}, 200),
                ("SENDMESSAGE", {"chat_id": "1", "text": "hi"}, 200),
                ("sendMessage", {"chat_id": "1", "text": "hi", "colour": "red"}, 400),
                ("sendMessage", {"chat_id": "2", "text": "hi"}, 400),
                ("sendMesage", {"chat_id": "1", "text": "hi"}, 404),
                ("sendDice", {"chat_id": "1"}, 501),
            ):
                async with client.post(method, data=form) as answer:
                    body = await answer.json()
                    assert (answer.status, body["ok"]) == (status, status == 200), body
                    assert status == 200 or body["error_code"] == status
            async with client.get(f"{double.base_url}/bot1:x/getMe") as answer:
                assert answer.status == 401
        assert len(double.faults) == 3
        assert len(double.person(1).inbox) == 2
    finally:
        await double.stop()
