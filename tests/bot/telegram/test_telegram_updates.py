"""Updates as Telegram sends them, and what the conversation gets."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiogram.types import Update
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotFromProvider, Unreadable
from bot.telegram.updates import GroupContact, acknowledgement, callback_id, check_secret, parse
from dialogs.messages import MAX_TEXT, ButtonPress, ChannelName, InboundMessage, MessageKind, SentFile

PAYLOADS = sorted((Path(__file__).parent / "payloads").glob("*.json"))
RECEIVED = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
LANE = "telegram-4200"


def text_update(text: str, **message: Any) -> dict[str, Any]:
    """The smallest text message."""
    chat = {"id": 5550001, "type": "private", "first_name": "Sam"}
    return {
        "update_id": 9,
        "message": {"message_id": 1, "from": {**chat, "is_bot": False}, "chat": chat, "date": 1780479000, "text": text}
        | message,
    }


def expected(gives: dict[str, Any] | None, update: dict[str, Any]) -> InboundMessage | GroupContact | None:
    """A payload file's `gives` as the value."""
    if gives is None:
        return None
    if "group" in gives:
        return GroupContact(gives["group"], str(update["update_id"]))
    return InboundMessage(
        channel=ChannelName.TELEGRAM,
        lane=LANE,
        sender=gives["sender"],
        external_id=gives["external_id"],
        sent_at=datetime.fromisoformat(gives["sent_at"]),
        kind=MessageKind(gives["kind"]),
        text=gives.get("text", ""),
        press=ButtonPress(*gives["press"]) if gives.get("press") else None,
        payload=gives.get("payload", ""),
        display_language=gives["display_language"],
        files=tuple(SentFile(*file) for file in gives.get("files", ())),
    )


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_a_payload_gives_what_its_file_says(path: Path) -> None:
    case = json.loads(path.read_text())
    wanted = expected(case["gives"], case["update"])
    assert parse(case["update"], LANE, received_at=RECEIVED) == wanted
    assert parse(json.dumps(case["update"]).encode(), LANE, received_at=RECEIVED) == wanted


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_aiogram_reads_the_payloads_too_and_agrees(path: Path) -> None:
    case = json.loads(path.read_text())
    theirs = Update.model_validate(case["update"])
    ours = parse(case["update"], LANE, received_at=RECEIVED)
    if isinstance(ours, InboundMessage) and theirs.message:
        assert ours.sender == str(theirs.message.chat.id)
        assert ours.sent_at == theirs.message.date
        assert theirs.message.from_user
        assert ours.display_language == theirs.message.from_user.language_code


def test_every_kind_of_message_has_a_payload() -> None:
    kinds = {
        json.loads(path.read_text())["gives"] and json.loads(path.read_text())["gives"].get("kind") for path in PAYLOADS
    }
    assert {kind.value for kind in MessageKind} <= kinds


def test_nothing_of_a_location_or_contact_is_kept() -> None:
    folder = PAYLOADS[0].parent
    for name, secret in (("location", "51.501"), ("contact", "7700900123")):
        case = json.loads((folder / f"{name}.json").read_text())
        assert secret in json.dumps(case["update"])
        assert secret not in repr(parse(case["update"], LANE))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"message": {}}',
        b'{"update_id": "1"}',
        b'{"update_id": true}',
        b'{"update_id": 1, "message": []}',
        b'{"update_id": 1, "message": {}}',
        b'{"update_id": 1, "message": {"chat": {"id": "5", "type": "private"}, "date": 1, "text": "a"}}',
        b'{"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "text": "a"}}',
        b'{"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "date": 99999999999999999, "text": "a"}}',
        b'{"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "date": 1, "text": 7}}',
        b'{"update_id": 1, "edited_message": {"chat": {"id": 5, "type": "private"}, "date": 1, "text": "a"}}',
        b'{"update_id": 1, "my_chat_member": {"chat": {"id": 5, "type": "private"}, "date": 1}}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "date": 1, "rich_message": '
        + b"[" * 900
        + b"]" * 900
        + b"}}",
    ],
    ids=lambda raw: raw[:40].decode(errors="replace"),
)
def test_what_is_no_update_is_unreadable_or_empty(raw: bytes) -> None:
    try:
        said = parse(raw, LANE)
    except Unreadable:
        return
    assert b"rich_message" in raw
    assert isinstance(said, InboundMessage)
    assert said.text == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("message", "chat", "from", "id", "type", "date", "text", "data", "update_id", "new_chat_member")
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from(("message", "edited_message", "callback_query", "my_chat_member", "channel_post")), json_values)
def test_nothing_but_unreadable_is_raised_for_any_json(kind: str, value: Any) -> None:
    try:
        said = parse({"update_id": 1, kind: value}, LANE)
    except Unreadable:
        return
    assert said is None or isinstance(said, InboundMessage | GroupContact)


@given(st.text())
def test_any_text_arrives_clean(text: str) -> None:
    said = parse(text_update(text), LANE)
    assert isinstance(said, InboundMessage)
    assert "\x00" not in said.text
    said.text.encode()


def test_a_lone_surrogate_and_a_null_are_dropped_and_a_long_text_is_cut() -> None:
    raw = json.dumps(text_update("help \ud83d now\x00" + "a" * 20_000)).encode()
    said = parse(raw, LANE)
    assert isinstance(said, InboundMessage)
    assert said.text.startswith("help  now")
    assert len(said.text) <= MAX_TEXT


def test_a_press_without_a_given_instant_is_dated_now() -> None:
    case = json.loads((PAYLOADS[0].parent / "press.json").read_text())
    said = parse(case["update"], LANE)
    assert isinstance(said, InboundMessage)
    assert abs((datetime.now(UTC) - said.sent_at).total_seconds()) < 5


def test_a_press_is_acknowledged_and_nothing_else_is() -> None:
    press = json.loads((PAYLOADS[0].parent / "press.json").read_text())["update"]
    assert callback_id(press) == "23837219"
    assert acknowledgement(press) == {"method": "answerCallbackQuery", "callback_query_id": "23837219"}
    assert acknowledgement(text_update("hi")) is None
    assert acknowledgement({"update_id": 1, "callback_query": "x"}) is None


def test_the_right_secret_passes() -> None:
    check_secret("s3cret_-A", "s3cret_-A")


@pytest.mark.parametrize(
    ("header", "secret"),
    [(None, "a"), ("", "a"), ("b", "a"), ("aa", "a"), ("é", "a"), ("\udce9", "a"), ("", ""), (None, "")],
)
def test_a_wrong_secret_is_refused(header: str | None, secret: str) -> None:
    with pytest.raises(NotFromProvider):
        check_secret(header, secret)


def test_reading_a_text_takes_far_less_than_the_turn() -> None:
    raw = json.dumps(text_update("where can i stay tonight")).encode()

    def seconds_for_a_hundred() -> float:
        began = time.perf_counter()
        for _ in range(100):
            parse(raw, LANE)
        return time.perf_counter() - began

    assert min(seconds_for_a_hundred() for _ in range(10)) / 100 < 5e-3  # measured: 25 microseconds
