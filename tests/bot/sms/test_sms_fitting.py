"""Fitting: never more than three parts, never a word lost, a crisis whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from bot.sms.encoding import count_parts
from bot.sms.fitting import fit
from bot.sms.render import MEDIA, body, choices, render
from dialogs.messages import ChannelName, Choice, LineCard, Reply, ReplyKind
from tests.bot.sms.strategies import replies

MENU = (
    Choice(1, "book", "Book help", ""),
    Choice(9, "person", "Talk to a person", "person"),
    Choice(0, "menu", "Menu", "menu"),
)
HINT = "Reply MORE for the rest"
LONG = Reply(
    "en",
    "\n\n".join(
        f"Paragraph {n} says a thing in plain words. It says one more thing to make it long." for n in range(12)
    ),
    choices=MENU,
    more_hint=HINT,
    menu_id=4,
)


def letters(text: str) -> str:
    return "".join(text.split())


def pieces(reply: Reply, channel: ChannelName) -> list[Reply]:
    """All that a person who keeps asking for MORE is sent."""
    sent: list[Reply] = []
    waiting: Reply | None = reply
    while waiting is not None:
        now, waiting = fit(waiting, channel)
        sent.append(now)
        assert len(sent) < 500
    return sent


@pytest.mark.parametrize("channel", [ChannelName.SMS, ChannelName.WHATSAPP])
@given(reply=replies)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_reply_fits_and_loses_nothing(channel: ChannelName, reply: Reply) -> None:
    medium = MEDIA[channel]
    now, rest = fit(reply, channel)
    assert medium.fits(render(now, channel))
    assert fit(now, channel) == (now, None)
    if rest is None and reply.kind is not ReplyKind.CRISIS:
        assert now == reply
    if rest is not None:
        assert_whole(reply, now, rest, channel)


def assert_whole(reply: Reply, now: Reply, rest: Reply, channel: ChannelName) -> None:
    """Now and rest hold all words of the reply in order; only the hint is added and only choices come twice."""
    medium = MEDIA[channel]
    words = letters(body(reply, medium, is_lines_first=reply.kind is ReplyKind.CRISIS))
    menu = letters(choices(reply, medium))
    hint = letters(reply.more_hint if reply.language != "ar" else body(Reply("ar", reply.more_hint), medium))
    said, later = letters(body(now, medium)), letters(body(rest, medium))
    wholes = {words if now.choices else words + menu}
    assert now.choices == rest.choices
    assert now.choices in ((), reply.choices)
    assert {said + later, said.removesuffix(hint) + later} & wholes


@given(reply=replies)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_asking_for_more_comes_to_an_end(reply: Reply) -> None:
    for piece in pieces(reply, ChannelName.SMS):
        assert count_parts(render(piece)).parts <= 3


def test_a_long_answer_stops_at_a_paragraph_and_says_how_to_go_on() -> None:
    now, rest = fit(LONG)
    assert rest is not None
    lines = render(now).split("\n")
    assert lines[-2:] == [HINT, "1 Book help, 9 person, 0 menu"]
    assert lines[-3].endswith("make it long.")
    assert (rest.choices, rest.language, rest.more_hint, rest.menu_id) == (MENU, "en", HINT, 4)
    assert rest.text.startswith("Paragraph")
    sent = pieces(LONG, ChannelName.SMS)
    assert HINT not in render(sent[-1])
    assert all(render(piece).endswith("0 menu") for piece in sent)


def test_arabic_is_cut_between_words_with_each_choice_whole() -> None:
    menu = (Choice(1, "more", "المزيد"), Choice(9, "person", "شخص"))
    reply = Reply("ar", "لديك حقوق ونحن نستطيع أن نساعدك اليوم. " * 12, choices=menu, more_hint="أرسل 5 للباقي")
    now, rest = fit(reply)
    assert rest is not None
    assert now.text.split("\n")[0].endswith("اليوم.")
    assert render(now).endswith("أرسل 5 للباقي\n1 المزيد\n9 شخص")
    assert rest.text.startswith("لديك")


def test_whatsapp_takes_sixteen_hundred() -> None:
    reply = replace(LONG, text="a" * 1500)
    assert fit(reply, ChannelName.WHATSAPP) == (reply, None)
    now, rest = fit(replace(LONG, text="You can ask us. " * 200), ChannelName.WHATSAPP)
    assert rest is not None
    assert 1500 < len(render(now, ChannelName.WHATSAPP)) <= 1600


def crisis(words: int, note: str) -> Reply:
    cards = tuple(LineCard(name, name, number, note=note) for name, number in
                  (("Childline", "0800 1111"), ("Samaritans", "116 123"), ("Papyrus", "0800 068 4141")))  # fmt: skip
    return Reply("en", "We are here. " * words, kind=ReplyKind.CRISIS, lines=cards, choices=MENU[1:], more_hint=HINT)


@pytest.mark.parametrize(
    ("words", "note", "lines", "notes"),
    [
        (24, "free, day and night", 3, True),
        (27, "free, day and night", 3, False),
        (31, "free, day and night", 2, False),
    ],
)
def test_a_crisis_reply_gives_up_notes_then_the_third_line_and_stays_whole(
    words: int, note: str, lines: int, notes: bool
) -> None:
    now, rest = fit(crisis(words, note))
    assert rest is None
    text = render(now)
    assert text.count("We are here.") == words
    assert len(now.lines) == lines
    assert (note in text) is notes
    assert "Childline 0800 1111" in text
    assert text.endswith("9 person, 0 menu")
    assert HINT not in text


def test_a_crisis_reply_that_cannot_be_whole_sends_its_numbers_first() -> None:
    now, rest = fit(crisis(60, "free"))
    assert rest is not None
    assert render(now).startswith("Childline 0800 1111 (free)\nSamaritans 116 123 (free)\nPapyrus")


def test_choices_too_long_for_one_text_become_words_and_are_not_lost() -> None:
    reply = Reply("en", "Pick.", choices=tuple(Choice(n, "k", f"label {n} " + "long " * 40) for n in range(1, 4)))
    now, rest = fit(reply)
    assert rest is not None
    assert now.choices == rest.choices == ()
    assert letters(now.text + rest.text).count("label") == 3
