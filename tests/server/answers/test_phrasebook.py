"""Words that work everywhere: exact, nearly right, in every language, and never by accident."""

from __future__ import annotations

import pytest

from dialogs.facts import Nation
from dialogs.ports import Command
from server.answers.content import Content
from server.answers.phrasebook import ContentPhrasebook
from server.answers.wire import known_words


@pytest.fixture(scope="module")
def phrases(content: Content) -> ContentPhrasebook:
    return ContentPhrasebook(content.phrases, known_words(content))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("menu", Command.MENU),
        (" MENU!! ", Command.MENU),
        ("Main  menu", Command.MENU),
        ("STOP", Command.STOP),
        ("dewislen", Command.MENU),
        ("dewislan", Command.MENU),
        ("siarad a pherson", Command.PERSON),
        ("القائمة", Command.MENU),
        ("قَائِمَة", Command.MENU),
        ("اوقف", Command.STOP),
        ("persson", Command.PERSON),
        ("langauge", Command.LANGUAGE),
        ("unsubscribbe", Command.STOP),
        ("n", Command.NO),
        ("stop it i cant live like this", None),
        ("shop", None),
        ("step", None),
        ("prison", None),
        ("", None),
        ("menu please tell me", None),
    ],
)
def test_the_whole_text_is_the_command(phrases: ContentPhrasebook, text: str, command: Command | None) -> None:
    assert phrases.command(text) is command


def test_a_real_word_is_no_slip_of_another(content: Content) -> None:
    assert ContentPhrasebook(content.phrases).command("parson") is Command.PERSON
    assert ContentPhrasebook(content.phrases, frozenset({"parson"})).command("parson") is None


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("stop", True),
        ("STOP texting me", True),
        ("stopio nawr", True),
        ("stopped going", False),
        ("dont stop", False),
        ("", False),
    ],
)
def test_begins_with_a_stop_word(phrases: ContentPhrasebook, text: str, begins: bool) -> None:
    assert phrases.starts_with_stop(text) is begins


@pytest.mark.parametrize(
    ("text", "nation"),
    [("wales", Nation.WALES), ("Lloegr", Nation.ENGLAND), ("ويلز", Nation.WALES), ("Engand", Nation.ENGLAND),
     ("i moved from wales", None), ("", None)],
)  # fmt: skip
def test_a_nation_alone(phrases: ContentPhrasebook, text: str, nation: Nation | None) -> None:
    assert phrases.nation(text) is nation


@pytest.mark.parametrize(
    ("text", "language"),
    [("welsh please", "cy"), ("can i have Cymraeg", "cy"), ("polish", "pl"), ("no english arabic", "ar"), ("بالعربي عربي", "ar"),
     ("menu", None), ("my english teacher hates me and wants me out of class", None)],
)  # fmt: skip
def test_a_language_named(phrases: ContentPhrasebook, text: str, language: str | None) -> None:
    assert phrases.language(text) == language


@pytest.mark.parametrize(
    ("text", "is_abuse"),
    [("fuck off", True), ("f**k off u useless bot", True), ("you are useless", True), ("Idiot!", True),
     ("fuck off my mum kicked me out", False), ("are you useless?", False), ("i feel useless", False), ("", False)],
)  # fmt: skip
def test_swearing_with_nothing_else(phrases: ContentPhrasebook, text: str, is_abuse: bool) -> None:
    assert phrases.is_abuse(text) is is_abuse
