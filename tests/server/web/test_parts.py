"""The parts of pages: assets, display settings, origin, drawing, units."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from dialogs.messages import Choice, Reply, ReplyKind
from server.web import drawing, units
from server.web.assets import ASK_FIRST, FOR_EVER, STATIC_DIR, Assets
from server.web.display import Display, preferred_language
from server.web.origin import is_own

LANGUAGES = ("en", "cy", "ar")


def asks(headers: dict[str, str]) -> Request:
    raw = [(k.encode(), v.encode()) for k, v in {"host": "chat.example", **headers}.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw, "query_string": b""})


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://chat.example"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://chat.example.evil.example"}, False),
        ({"origin": "null"}, True),
        ({}, True),
    ],
)
def test_only_our_own_pages_may_change_anything(headers: dict[str, str], own: bool) -> None:
    assert is_own(asks(headers)) is own


@given(st.text(max_size=60))
def test_any_cookie_gives_possible_settings(cookie: str) -> None:
    display = Display.from_cookie(cookie, LANGUAGES)
    assert Display.from_cookie(display.to_cookie(), LANGUAGES) == display


def test_settings_survive_the_cookie_and_impossible_wishes_are_ignored() -> None:
    display = Display().changed(
        {"size": "150", "theme": "dark", "font": "comic", "language": "xx", "nonsense": "1"}, LANGUAGES
    )
    assert display == Display(size="150", theme="dark")
    assert Display.from_cookie(display.to_cookie(), LANGUAGES) == display


@pytest.mark.parametrize(
    ("header", "language"), [("ar-EG,ar;q=0.9,en;q=0.8", "ar"), ("pl,cy;q=0.5", "cy"), ("pl", None), ("", None)]
)
def test_the_browsers_language_is_taken_when_we_have_it(header: str, language: str | None) -> None:
    assert preferred_language(header, LANGUAGES) == language


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("0800 1111", "08001111"),
        ("116 123", "116123"),
        ("+44 7700 900123", "+447700900123"),
        ("0800 1111, option 2", "08001111"),
        ("SHOUT to 85258", "85258"),
        ("", ""),
        ("ask us", ""),
    ],
)
def test_numbers_become_addresses_to_call(number: str, address: str) -> None:
    assert drawing.tel(number) == address


@pytest.mark.parametrize(
    ("address", "followed"),
    [
        ("childline.org.uk", "https://childline.org.uk"),
        ("https://www.gov.uk/a", "https://www.gov.uk/a"),
        ("javascript:alert(1)", ""),
        ("javascript://x.y/%0aalert(1)", ""),
        ("data:text/html,x", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_links(address: str, followed: str) -> None:
    assert drawing.web(address) == followed


def test_menu_and_person_are_drawn_last_in_that_order() -> None:
    choices = tuple(Choice(n, str(n), str(n)) for n in (9, 2, 0, 1))
    drawn = drawing.draw(Reply(language="en", text="", choices=choices, menu_id=7))
    assert [c.number for c in drawn.choices] == [2, 1]
    assert [c.number for c in drawn.always] == [0, 9]
    assert drawn.token(choices[1]) == "m7.2"


@pytest.mark.parametrize("question", ["Are you safe right now?", "هل أنت بأمان الآن؟"])
def test_the_question_of_a_crisis_card_stands_at_its_buttons(question: str) -> None:
    text, choices = f"That is hard.\n\n{question}", (Choice(1, "yes", "Yes"),)
    card = drawing.draw(Reply(language="en", text=text, kind=ReplyKind.CRISIS, choices=choices))
    assert (card.paragraphs, card.question) == (("That is hard.",), question)
    talk = drawing.draw(Reply(language="en", text=text, choices=choices))
    assert (talk.paragraphs, talk.question) == (("That is hard.", question), "")


@pytest.mark.parametrize(
    ("amount", "key", "answer"),
    [
        ("10", "miles", "16.09 km"),
        ("0", "c", "32 °F"),
        ("-40", "f", "-40 °C"),
        ("1,5", "inches", "3.81 cm"),
        ("100", "?", "160.93 km"),
    ],
)
def test_units_are_converted(amount: str, key: str, answer: str) -> None:
    assert units.result(amount, key) == answer


@given(st.text(max_size=30), st.text(max_size=5))
def test_the_converter_takes_anything(amount: str, key: str) -> None:
    assert units.result(amount, key) == "" or units.read_amount(amount) is not None


async def test_static_files_are_kept_for_ever_at_their_own_address_only() -> None:
    app, assets = FastAPI(), Assets()
    app.include_router(assets.router())
    async with AsyncClient(transport=ASGITransport(app), base_url="http://chat.example") as client:
        own = await client.get(assets.url("app.js"))
        assert (own.status_code, own.headers["cache-control"]) == (200, FOR_EVER)
        assert own.headers["content-type"].startswith("text/javascript")
        assert own.content == (STATIC_DIR / "app.js").read_bytes()
        old = await client.get("/static/000000000000/app.js")
        assert (old.content, old.headers["cache-control"]) == (own.content, ASK_FIRST)
        for missing in (
            "/static/x/nothing.js",
            "/static/x/%2e%2e/pages.py",
            "/static/x/..%2fpages.py",
            "/static/x//etc/passwd",
        ):
            assert (await client.get(missing)).status_code == 404
        assert (await client.get("/favicon.ico")).headers["content-type"].startswith("image/svg+xml")


def test_vendored_scripts_come_with_their_licences() -> None:
    for script in (STATIC_DIR / "vendor").glob("*.js"):
        licence = script.with_name(script.name.replace(".min.js", "") + ".LICENSE.txt")
        assert re.search(r"Permission (?:to use|is hereby granted)", licence.read_text())


def test_pages_hold_nothing_inline_and_no_other_site() -> None:
    folder = Path(STATIC_DIR).parent
    files = [*folder.glob("templates/*.html"), *folder.glob("static/*.*")]
    assert len(files) > 10
    for file in files:
        text = file.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=\"|<style", text), file.name
        assert not re.search(r"(src|href|url|@import)[=(\s]+[\"']?https?://", text), file.name


def test_styles_use_logical_directions_only() -> None:
    text = (STATIC_DIR / "chat.css").read_text()
    physical = (
        r"(?<![-\w])(margin|padding|border|inset)?-?(left|right)\s*:|text-align:\s*(left|right)|float:\s*(left|right)"
    )
    assert re.findall(physical, text) == []
