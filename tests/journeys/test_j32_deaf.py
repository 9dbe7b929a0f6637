"""J32: a deaf young person. Lines that need no hearing stand on the crisis card, and an interpreter can be asked for."""

from __future__ import annotations

from tests.support.web_person import WebPerson


async def test_the_card_shows_lines_in_sign_language_and_by_text(web: WebPerson) -> None:
    await web.opens()
    await web.says("bsl")
    assert "interpreter" in web.heard
    await web.says("i want to die")

    assert "999bsl.co.uk" in web.page
    assert "Childline in BSL" in web.page
    assert "85258" in web.page
    assert "0800 1111" not in web.heard


async def test_somebody_who_hears_sees_the_usual_lines(web: WebPerson) -> None:
    await web.opens()
    await web.says("i want to die")

    assert "999bsl.co.uk" not in web.page
    assert "0800 1111" in web.heard
