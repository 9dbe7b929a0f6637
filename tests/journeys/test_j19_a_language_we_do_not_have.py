"""J19: a message in Hausa. Never silence, never taken for answered: said plainly, and a person looks for an interpreter."""

from __future__ import annotations

from sqlalchemy import text

from tests.support.program import Program
from tests.support.web_person import WebPerson

HAUSA = "ina bukatar taimako ina jin tsoro"


async def test_it_is_said_and_a_task_is_made(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says(HAUSA)

    assert "I do not have this language yet" in web.heard
    assert "interpreter" in web.heard
    async with program.service.engine.connect() as db:
        reason, urgency = (await db.execute(text("SELECT reason, urgency FROM cases"))).one()
        asked = (await db.execute(text("SELECT count(*) FROM unanswered_questions"))).scalar_one()
    assert (reason, urgency) == ("language", "access")
    assert asked == 1


async def test_an_approved_answer_is_given_in_english_and_that_is_said(program: Program, web: WebPerson) -> None:
    library = program.service.library
    book = library.ports.book
    missing = next((t for t in ("benefits.universal-credit-start",) if book.answer(t, "ps", None)), None)
    assert missing
    await web.opens()
    await web.says("pashto")
    await web.says("universal credit")

    assert "English" in web.heard or "انګلیسي" in web.page
