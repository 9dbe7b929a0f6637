"""J18: Hana writes Tigrinya in Latin letters; a guess is never final, and the way to another language is on every screen."""

from __future__ import annotations

from sqlalchemy import text

from tests.support.program import Program
from tests.support.web_person import WebPerson


async def test_she_names_her_language_and_is_told_what_there_is(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("selam kemey aleki hagez delye")
    await web.says("no english tigrinya")

    assert "ትግርኛ" in web.heard
    async with program.service.engine.connect() as db:
        reason, urgency = (await db.execute(text("SELECT reason, urgency FROM cases"))).one()
    assert (reason, urgency) == ("language", "access")


async def test_every_language_stands_in_its_own_letters(web: WebPerson) -> None:
    await web.opens()
    await web.says("language")
    seen = web.heard + " ".join(web.read().buttons)
    for _ in range(2):
        more = [label for label in web.read().buttons if "more" in label.lower()]
        if not more:
            break
        await web.presses(more[-1])
        seen += web.heard + " ".join(web.read().buttons)

    for name in ("English", "Cymraeg", "Polski", "Română", "العربية", "اردو", "Soomaali", "فارسی", "پښتو", "ትግርኛ"):
        assert name in seen, name


async def test_the_choice_is_remembered(web: WebPerson) -> None:
    await web.opens()
    await web.says("tigrinya")
    await web.says("kem dei aleka hji")

    assert "Which language" not in web.heard


async def test_danger_that_no_rule_can_read_still_reaches_a_person(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("tigrinya")
    await web.says("ክመውት ደልየ")

    async with program.service.engine.connect() as db:
        assert (await db.execute(text("SELECT count(*) FROM cases WHERE closed_at IS NULL"))).scalar_one() == 1
