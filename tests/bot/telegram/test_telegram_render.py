"""Replies as Telegram shows them: within its limits, whole, and in the right direction."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clusters import boundaries
from bot.telegram.render import TEXT_LIMIT, Button, TelegramPiece, render
from bot.telegram.split import cut, pack, units
from dialogs.messages import ButtonPress, Choice, LineCard, Link, Reply

FAMILY = "👩‍👩‍👧"
WORDS = (
    "home",
    "We can help.",
    "tŷ",
    "0800 1111",
    "مرحبا",
    "؟",
    "1.",
    FAMILY,
    "🇬🇧",
    "👍🏽",
    "e\u0301",
    " ",
    "\n",
    "\n\n",
    "x" * 3000,
    FAMILY * 700,
)
texts = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=60).map("".join)
short = st.lists(st.sampled_from(WORDS[:12]) | st.text(max_size=6), max_size=6).map("".join)
replies = st.builds(
    Reply,
    language=st.sampled_from(("en", "cy", "ar")),
    text=texts,
    lead=texts,
    steps=st.lists(texts, max_size=3).map(tuple),
    choices=st.lists(st.builds(Choice, st.integers(0, 9), st.just("key"), short), max_size=8).map(tuple),
    menu_id=st.integers(0, 999_999_999),
    lines=st.lists(st.builds(LineCard, st.just("id"), short, short, short, short, short), max_size=2).map(tuple),
    links=st.lists(st.builds(Link, short, st.just("https://example.org/a")), max_size=2).map(tuple),
    source=short,
)


def letters(text: str) -> str:
    """The text without white space, direction marks and what cannot be sent."""
    return re.sub("[\\s\x00-\x1f\x7f\u2066-\u2069\u200f]", "", text)


@settings(deadline=None, max_examples=50)
@given(replies)
def test_any_reply_fits_and_nothing_is_lost(reply: Reply) -> None:
    pieces = render(reply)
    assert all(1 <= units(piece.text) <= TEXT_LIMIT and piece.text.strip() for piece in pieces)
    shown = letters("".join(piece.text for piece in pieces))
    steps = "".join(f"{number}.{step}" for number, step in enumerate(reply.steps, 1))
    cards = "".join(x.name + x.phone + (f"SMS{x.text_to}" if x.text_to else "") + x.web + x.note for x in reply.lines)
    links = "".join(link.label + link.url for link in reply.links)
    wanted = letters(reply.lead + reply.text + steps + cards + links + reply.source)
    if wanted:
        assert shown == wanted


@settings(deadline=None, max_examples=50)
@given(replies)
def test_buttons_stand_under_the_last_piece_only(reply: Reply) -> None:
    *before, last = render(reply) or [TelegramPiece("")]
    assert all(piece.keyboard is None for piece in before)
    rows = last.keyboard or ()
    assert all(len(row) == 1 and row[0].text for row in rows)
    assert [ButtonPress.from_token(row[0].data) for row in rows] == [
        ButtonPress(reply.menu_id, choice.number) for choice in (reply.choices if last.text else ())
    ]
    assert all(1 <= len(row[0].data.encode()) <= 64 for row in rows)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(WORDS[:14]) | st.text(max_size=6), max_size=60).map("".join), st.integers(20, 200))
def test_no_cut_goes_through_a_character(text: str, limit: int) -> None:
    whole = text.strip()
    places = set(boundaries(whole))
    longest = max((units(whole[a:b]) for a, b in pairwise(sorted(places))), default=0)
    at = 0
    for chunk in cut(text, limit):
        assert units(chunk) <= limit
        at = whole.index(chunk, at)
        assert longest > limit or at in places
        at += len(chunk)


def test_an_answer_reads_from_top_to_bottom() -> None:
    reply = Reply(
        language="en",
        lead="You have rights.",
        text="Tell us when you have to be out.\n\nWe can come with you.",
        steps=("Stay if you are safe there.", "Write down the date."),
        lines=(
            LineCard("c", "Childline", phone="0800 1111", note="Free, any time"),
            LineCard("s", "Shout", text_to="85258"),
        ),
        links=(Link("Read more", "https://www.gov.uk/housing"),),
        source="Checked 3 June 2026 · gov.uk",
        choices=(Choice(1, "person", "Talk to a person"), Choice(0, "menu", "Menu")),
        menu_id=12,
    )
    assert render(reply) == [
        TelegramPiece(
            text=(
                "You have rights.\n\nTell us when you have to be out.\n\nWe can come with you.\n\n"
                "1. Stay if you are safe there.\n2. Write down the date.\n\n"
                "Childline\n0800 1111\nFree, any time\n\nShout\nSMS 85258\n\n"
                "Read more\nhttps://www.gov.uk/housing\n\nChecked 3 June 2026 · gov.uk"
            ),
            keyboard=((Button("1 Talk to a person", "m12.1"),), (Button("0 Menu", "m12.0"),)),
            bold_units=len("You have rights."),
        )
    ]


def test_bold_is_counted_in_utf_16_units() -> None:
    assert render(Reply(language="en", text="b", lead=f"a{FAMILY}"))[0].bold_units == 1 + 8


def test_a_reply_of_choices_alone_lists_them_and_an_empty_one_is_nothing() -> None:
    choices = (Choice(1, "a", "Home"), Choice(2, "b", "Money"))
    assert render(Reply(language="en", text=" ", choices=choices))[0].text == "1 Home\n\n2 Money"
    assert render(Reply(language="en", text="\x00\n")) == []


def test_a_long_text_is_cut_between_paragraphs() -> None:
    paragraphs = [f"{number} " + "word " * 300 for number in range(5)]
    pieces = render(Reply(language="en", text="\n\n".join(paragraphs)))
    assert [piece.text.split(" ")[0] for piece in pieces] == ["0", "2", "4"]


@pytest.mark.parametrize(
    ("text", "limit", "chunks"),
    [
        ("One two. Three four. Five", 22, ["One two. Three four.", "Five"]),
        ("one two three four", 12, ["one two", "three four"]),
        ("aaaa bbbb 0800 1111", 17, ["aaaa bbbb", "0800 1111"]),
        ("a\nb c d e f", 7, ["a", "b c d", "e f"]),
        ("abcdef", 4, ["abcd", "ef"]),
        ("مرحبا كيف؟ انا هنا", 14, ["مرحبا كيف؟", "انا هنا"]),
        (FAMILY * 2, 11, [FAMILY, FAMILY]),
        ("e\u0301" * 3, 3, ["e\u0301"] * 3),
        ("  ", 5, []),
        ("🇬🇧🇬🇧", 6, ["🇬🇧", "🇬🇧"]),
    ],
)
def test_a_cut_is_made_where_it_hurts_least(text: str, limit: int, chunks: list[str]) -> None:
    assert cut(text, limit) == chunks


def test_blocks_share_a_piece_while_they_fit() -> None:
    assert pack(["aa", "", "bb", "cc"], 6) == ["aa\n\nbb", "cc"]


def test_right_to_left_text_keeps_phone_numbers_in_order() -> None:
    reply = Reply(
        language="ar", text="اتصل على 0800 1111 الآن.", lines=(LineCard("c", "Childline", phone="+44 7700 900123"),)
    )
    text = render(reply)[0].text
    assert "\u20680800 1111\u2069" in text
    assert "\u2068+44 7700 900123\u2069" in text
    assert "\u2068" not in render(Reply(language="cy", text="Ffoniwch 0800 1111"))[0].text


def test_right_to_left_lines_that_start_in_latin_are_marked_and_addresses_are_left_alone() -> None:
    reply = Reply(language="ar", text="Childline تساعدك", links=(Link("اقرأ", "https://example.org/2026-06-03/12345"),))
    assert render(reply)[0].text == "\u200fChildline تساعدك\n\nاقرأ\nhttps://example.org/2026-06-03/12345"
