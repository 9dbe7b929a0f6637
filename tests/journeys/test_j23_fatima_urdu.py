"""J23: Fatima tells in Urdu. Seen as danger in Urdu, answered in Urdu, and her own words kept as she wrote them."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from server.escalations.service import words_of
from tests.support.program import Program
from tests.support.web_person import WebPerson


@pytest.mark.parametrize("words", ["ابو مجھے مارتے ہیں اور میں بہت ڈری ہوئی ہوں", "mujhe ghar me marte hain roz"])
async def test_her_words_stay_hers(program: Program, web: WebPerson, words: str) -> None:
    await web.opens()
    await web.says(words)

    assert "999" in web.heard
    assert "کیا آپ" in web.heard or "؟" in web.heard
    async with program.service.engine.connect() as db:
        case_id, urgency = (await db.execute(text("SELECT id, urgency FROM cases"))).one()
        kept = await words_of(db, case_id)
    assert urgency == "crisis"
    assert kept[0]["body"] == words
