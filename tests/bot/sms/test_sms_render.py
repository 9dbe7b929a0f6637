"""How replies read as texts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sms.encoding import count_parts
from bot.sms.render import render
from dialogs.messages import ChannelName, Choice, LineCard, Link, Reply, ReplyKind

MENU = (Choice(1, "more", "Tell me more", "more"), Choice(2, "book", "Book some help", "book help"))
ALWAYS = (Choice(9, "person", "Talk to a person", "person"), Choice(0, "menu", "Menu", "menu"))
ANSWER = Reply(
    "en",
    "If you are under 18, the council must help you find somewhere safe.",
    kind=ReplyKind.ANSWER,
    lead="That is hard.",
    steps=("Do not move out yet.", "Tell us."),
    choices=MENU + ALWAYS,
    lines=(LineCard("shelter", "Shelter", "0808 800 4444", web="shelter.org.uk", note="8am to 8pm"),),
    links=(Link("Your rights", "https://example.org/rights"),),
    source="Checked 3 June 2026 · example.org",
)


def test_english_sms_with_its_own_text_is_one_part() -> None:
    text = render(replace(ANSWER, sms_text="That’s hard. We can help. Under 18? The council must help you.", lines=()))
    assert text == (
        "That's hard. We can help. Under 18? The council must help you.\n1 more, 2 book help, 9 person, 0 menu"
    )
    assert count_parts(text).parts == 1


def test_english_sms_without_its_own_text() -> None:
    assert render(ANSWER) == (
        "That is hard.\n"
        "If you are under 18, the council must help you find somewhere safe.\n"
        "1. Do not move out yet.\n"
        "2. Tell us.\n"
        "Shelter 0808 800 4444\n"
        "1 more, 2 book help, 9 person, 0 menu"
    )


def test_welsh_sms_keeps_its_circumflex() -> None:
    reply = Reply("cy", "Gallwn ni dy helpu di gyda thŷ.", choices=(Choice(9, "person", "Siarad â pherson", "person"),))
    assert render(reply) == "Gallwn ni dy helpu di gyda thŷ.\n9 person"
    assert count_parts(render(reply)).encoding == "UCS-2"


def test_arabic_sms_has_a_choice_on_each_line_and_numbers_that_hold() -> None:
    reply = Reply(
        "ar",
        "اتصل الساعة ٢ أو ۳.",
        choices=(Choice(1, "more", "المزيد"), Choice(9, "person", "شخص")),
        lines=(LineCard("childline", "تشايلد لاين", "0800 1111"),),
    )
    assert render(reply) == "اتصل الساعة 2 أو 3.\nتشايلد لاين 0800\u00a01111\n1 المزيد\n9 شخص"


def test_choices_that_are_long_together_stand_one_on_each_line() -> None:
    choices = (*MENU, Choice(3, "other", "Something quite different from that"), *ALWAYS)
    assert render(Reply("en", "Pick one.", choices=choices)).split("\n")[1:] == [
        "1 more", "2 book help", "3 Something quite different from that", "9 person", "0 menu",
    ]  # fmt: skip


def test_a_crisis_text_shows_when_a_line_is_open() -> None:
    card = LineCard("samaritans", "Samaritans", "116 123", note="free, day and night")
    reply = Reply(
        "en", "You matter.", kind=ReplyKind.CRISIS, lines=(card, replace(card, name="Shout", phone="", text_to="85258"))
    )
    assert render(reply) == ("You matter.\nSamaritans 116 123 (free, day and night)\nShout 85258 (free, day and night)")


def test_a_line_with_only_a_web_page_is_no_use_by_sms() -> None:
    reply = Reply("en", "Look here.", lines=(LineCard("a", "A page", web="example.org"),))
    assert render(reply) == "Look here."
    assert render(reply, ChannelName.WHATSAPP) == "Look here.\n\nA page example.org"


def test_whatsapp_shows_links_labels_and_where_it_comes_from() -> None:
    assert render(ANSWER, ChannelName.WHATSAPP) == (
        "That is hard.\n\n"
        "If you are under 18, the council must help you find somewhere safe.\n\n"
        "1. Do not move out yet.\n2. Tell us.\n\n"
        "Shelter 0808 800 4444 / shelter.org.uk (8am to 8pm)\n\n"
        "Your rights: https://example.org/rights\n\n"
        "Checked 3 June 2026 · example.org\n\n"
        "1 Tell me more\n2 Book some help\n9 Talk to a person\n0 Menu"
    )


@pytest.mark.parametrize("language", ["en", "cy", "ar"])
def test_no_link_ever_goes_by_sms(language: str) -> None:
    text = render(replace(ANSWER, language=language))
    assert "http" not in text
    assert "example.org" not in text
    assert "shelter.org" not in text
