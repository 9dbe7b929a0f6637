"""What people of ours are told to read is really there to read, and what is said about deletion is true."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.clock import utc_now
from server.escalations import service as escalations
from server.wiring import PERSONAL_DATA
from tests.server.test_privacy import code_for, deletes, ids_of, settled
from tests.server.wire import Wire
from tests.support.staff import close_open_case


async def close_case_of(wire: Wire, person: str) -> None:
    await close_open_case(wire.program.service.engine, uuid.UUID(person))


async def open_words(wire: Wire, person: str) -> tuple[str, list[str]]:
    """Urgency and words of the open case."""
    case = await wire.scalar(f"SELECT id FROM cases WHERE person_id = '{person}' AND closed_at IS NULL")
    urgency = await wire.scalar(f"SELECT urgency FROM cases WHERE id = '{case}'")
    async with wire.program.service.engine.connect() as db:
        return urgency, [said["body"] for said in await escalations.words_of(db, case)]


async def test_the_button_not_safe_stands_in_the_case(wire: Wire) -> None:
    await wire.says(301, "i want to kill myself")
    person = (await ids_of(wire, 301))[0]
    buttons = wire.double.person(301).buttons
    press = wire.press(301, next(data for label, data in buttons.items() if label.endswith("No")))
    assert (await wire.telegram(press)).status_code == 200
    await settled(wire)
    assert await open_words(wire, person) == ("crisis", ["i want to kill myself", "[No]"])


async def test_not_safe_after_the_case_was_closed_opens_another(wire: Wire) -> None:
    """They are told that a person reads it, so a person must."""
    await wire.says(302, "i want to kill myself")
    person = (await ids_of(wire, 302))[0]
    await close_case_of(wire, person)
    await wire.says(302, "2")
    assert await open_words(wire, person) == ("crisis", ["2 [No]"])


async def test_closing_the_case_ends_the_crisis_lines(wire: Wire) -> None:
    await wire.says(303, "i want to kill myself")
    await wire.says(303, "yes")
    assert "999" in (await wire.says(303, "menu"))[-1]
    await close_case_of(wire, (await ids_of(wire, 303))[0])
    assert "999" not in (await wire.says(303, "menu"))[-1]


async def test_a_closed_record_about_danger_is_named_when_somebody_deletes(wire: Wire) -> None:
    await wire.says(304, "i want to kill myself")
    await wire.says(304, "yes")
    person = (await ids_of(wire, 304))[0]
    await close_case_of(wire, person)
    await deletes(wire, 304)
    assert "One record stays" in wire.double.person(304).texts[-1]
    assert await wire.scalar(f"SELECT count(*) FROM people WHERE id = '{person}'") == 0


async def test_an_unanswered_question_is_kept_no_longer_than_a_message(wire: Wire) -> None:
    await wire.says(305, "who won the football match last night in madrid")
    count = "SELECT count(*) FROM unanswered_questions"
    assert await wire.scalar(count) > 0
    async with wire.program.service.engine.begin() as db:
        await db.execute(text("UPDATE unanswered_questions SET asked_at = now() - interval '91 days'"))
        for handler in PERSONAL_DATA:
            await handler.expire(db, utc_now(), timedelta(days=90))
    assert await wire.scalar(count) == 0


async def test_a_code_cannot_be_tried_through_in_a_copy_of_the_database(wire: Wire) -> None:
    code = (await code_for(wire, 306)).replace("-", "")
    person = (await ids_of(wire, 306))[0]
    kept = await wire.scalar(f"SELECT code_hash FROM join_codes WHERE person_id = '{person}'")
    assert kept != hashlib.sha256(code.encode()).digest()


async def test_a_page_that_was_left_stays_left_for_a_message_that_was_under_way(wire: Wire) -> None:
    desk, session = wire.program.service.web_desk, "L" * 43
    await desk.open(session, "en", utc_now())
    await desk.say(session, "my secret", None, "message-1", utc_now())
    await desk.leave(session)
    for message_id in ("message-1", "message-2"):
        await desk.say(session, "my secret", None, message_id, utc_now())
        assert await desk.thread(session, 0) is None


async def test_an_unknown_error_is_answered_with_the_security_headers(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("my name is Zebedee")

    monkeypatch.setattr(wire.program.service.web_desk, "thread", broken)
    answer = await wire.client.get("/thread", headers={"cookie": f"s={'B' * 43}"})
    assert answer.status_code == 500
    assert answer.headers["cache-control"] == "no-store"
    assert "content-security-policy" in answer.headers
    assert "Zebedee" not in answer.text
