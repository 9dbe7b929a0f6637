"""Words about a talk with a person, in every language that we offer, as the real content holds them."""

from __future__ import annotations

import pytest

from dialogs.ports import Command
from server.answers.content import Content
from server.answers.phrasebook import ContentPhrasebook
from server.answers.wire import known_words


@pytest.fixture(scope="module")
def phrases(content: Content) -> ContentPhrasebook:
    return ContentPhrasebook(content.phrases, known_words(content))


def test_every_language_offered_has_them(content: Content) -> None:
    for language in ("en", "cy", "pl", "ro", "ar", "ur", "so", "fa"):
        book = content.phrases[language]
        assert len(book.commands[Command.SOMEONE_ELSE]) > 5, language
        assert len(book.discrimination) > 3, language


def test_lines_shown_while_people_wait_are_open_day_and_night(content: Content) -> None:
    """They are named as open now, at whatever hour."""
    assert {"childline", "samaritans", "shout"} <= set(content.lines)
    for line_id in ("childline", "samaritans", "shout"):
        assert content.lines[line_id].hours == "always"


@pytest.mark.parametrize(
    "text",
    [
        "Stop, I want someone else!",
        "someone else pls",
        "different advisor",
        "rhywun arall",
        "Chcę rozmawiać z kimś innym",
        "vreau să vorbesc cu altcineva",
        "أريد شخصا آخر",
        "بدي حدا تاني",
        "مجھے کوئی اور چاہیے",
        "waxaan rabaa qof kale",
        "یه نفر دیگه میخوام",
    ],
)
def test_somebody_else_in_every_language(phrases: ContentPhrasebook, text: str) -> None:
    assert phrases.command(text) is Command.SOMEONE_ELSE


@pytest.mark.parametrize(
    ("text", "command", "stands"),
    [
        ("ur jo is racist i want complain", Command.COMPLAIN, True),
        ("dwi isio cwyno am jo plis", Command.COMPLAIN, True),
        ("jo mam skarge na ciebie", Command.COMPLAIN, True),
        ("انا عندي شكوى على جو", Command.COMPLAIN, True),
        ("i was complaining to my mum", Command.COMPLAIN, False),
        ("hi can i have someone else please", Command.SOMEONE_ELSE, True),
        ("my mum told someone else", Command.SOMEONE_ELSE, False),
        ("he likes someone else", Command.SOMEONE_ELSE, False),
        (f"complain {'word ' * 40}", Command.COMPLAIN, False),
        ("", Command.COMPLAIN, False),
    ],
)
def test_a_wish_inside_of_a_sentence(phrases: ContentPhrasebook, text: str, command: Command, stands: bool) -> None:
    assert phrases.mentions(text, command) is stands


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("she is RACIST", True),
        ("thats discrimination", True),
        ("its because im muslim", True),
        ("mae hi'n hiliol", True),
        ("to jest rasizm", True),
        ("e rasist", True),
        ("المستشار عنصري معي", True),
        ("یہ نسل پرست ہے", True),
        ("waa cunsuri", True),
        ("نژادپرست است", True),
        ("she was rude", False),
        ("i have a race on sunday", False),
    ],
)
def test_what_names_discrimination(phrases: ContentPhrasebook, text: str, names: bool) -> None:
    assert phrases.is_discrimination(text) is names
