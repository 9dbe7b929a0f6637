"""J1: Kai, 15, web chat, no account: can I leave school at 16."""

from __future__ import annotations

import re

from sqlalchemy import text

from tests.support.program import Program
from tests.support.web_person import WebPerson


async def test_kai_gets_the_answer_for_where_he_lives_without_an_account(program: Program, web: WebPerson) -> None:
    await web.opens()
    assert "computer" in web.heard

    await web.says("can i leave school at 16")
    assert "England" in web.heard
    assert "Wales" in web.heard

    await web.presses("England")
    assert "18" in web.heard
    assert "Checked" in web.heard
    assert "gov.uk" in web.heard
    buttons = list(web.read().buttons)
    assert any("more" in label.lower() for label in buttons)
    assert any("adviser" in label.lower() for label in buttons)
    assert any(label.startswith("9") for label in buttons)


async def test_the_answer_is_short_and_its_source_is_one_tap_away(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("can i leave school at 16")
    await web.presses("Wales")

    answer = program.service.ports.book.answer("learning.options-at-16", "en", None)
    assert answer is not None
    assert len(re.findall(r"[.!?](?:\s|$)", answer.short)) <= 4
    assert '<details class="source">' in web.page
    assert "https://" in web.page


async def test_nobody_is_asked_who_they_are(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("can i leave school at 16")
    await web.presses("England")

    assert "your name" not in web.heard.lower()
    async with program.service.engine.connect() as db:
        columns = (
            await db.execute(text("SELECT column_name FROM information_schema.columns WHERE table_name = 'people'"))
        ).scalars()
        assert "name" not in set(columns)


async def test_where_he_lives_is_remembered(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("can i leave school at 16")
    await web.presses("England")
    await web.says("do i have to stay on at school")

    assert "Do you live in England" not in web.heard


async def test_asking_for_an_adviser_leaves_a_request_that_somebody_finds(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("can i leave school at 16")
    await web.presses("England")
    await web.presses("adviser")

    async with program.service.engine.connect() as db:
        reason, language = (await db.execute(text("SELECT reason, language FROM cases WHERE closed_at IS NULL"))).one()
    assert (reason, language) == ("booking", "en")
    assert "shortly" not in web.heard.lower()
