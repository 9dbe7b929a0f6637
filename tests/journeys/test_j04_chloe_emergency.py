"""J4: Chloe, 16, web chat on a shared family tablet, asks about emergency contraception."""

from __future__ import annotations

from tests.support.program import Program
from tests.support.web_person import WebPerson


async def test_chloe_is_told_where_to_go_now_and_the_under_16_line_is_left_out(
    program: Program, web: WebPerson
) -> None:
    await web.opens()
    await web.says("im 16 where do i get the morning after pill")
    book = program.service.ports.book.answer("health.emergency-contraception", "en", None)

    assert book is not None
    assert book.under_16
    assert book.under_16.split(".")[0] not in web.heard
    assert "pharmacy" in web.heard.lower() or "chemist" in web.heard.lower()


async def test_somebody_of_15_does_see_the_line_for_them(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("im 15 where do i get the morning after pill")
    book = program.service.ports.book.answer("health.emergency-contraception", "en", None)

    assert book is not None
    assert book.under_16.split(".")[0] in web.heard


async def test_the_tab_says_nothing(web: WebPerson) -> None:
    await web.opens()
    await web.says("where do i get the morning after pill")

    assert web.title in {"Chat", "Page"}


async def test_after_leaving_the_tablet_shows_nothing(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("where do i get the morning after pill")
    session = dict(web.client.cookies)
    await web.leaves()

    assert "pill" not in web.page.lower()
    await web.opens()
    assert "pill" not in web.page.lower()

    async with program.browser() as thief:
        thief.cookies.update(session)
        again = await thief.get("/")
    assert "pill" not in again.text.lower()


async def test_leaving_asks_the_browser_to_forget(web: WebPerson) -> None:
    await web.opens()
    response = await web.client.post("/leave", follow_redirects=False)

    assert '"cookies"' in response.headers["clear-site-data"]
    assert response.headers["location"] == "/left"
