"""J31: a parent asks whether their child is here: never confirmed, never denied."""

from __future__ import annotations

from tests.support.program import Program
from tests.support.web_person import WebPerson

QUESTION = "Is my son using this? He is Ryan 15 Leeds"


async def test_the_parent_gets_help_and_no_word_about_anybody(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says(QUESTION)

    assert "cannot say" in web.heard.lower() or "can not say" in web.heard.lower()
    assert "ryan" not in web.heard.lower()
    assert "parent" in web.heard.lower()


async def test_the_answer_is_the_same_whether_somebody_is_here_or_not(program: Program, web: WebPerson) -> None:
    async with program.browser() as son_client:
        son = WebPerson(son_client)
        await son.opens()
        await son.says("im ryan 15 from leeds, dont tell my mum im on here")
        await web.opens()
        await web.says(QUESTION)
        with_son = web.heard
    async with program.browser() as other_client:
        other = WebPerson(other_client)
        await other.opens()
        await other.says(QUESTION.replace("Ryan", "Bartholomew"))

    assert other.heard == with_son
