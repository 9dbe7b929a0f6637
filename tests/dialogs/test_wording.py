"""Every text of ours reaches the catalogue: the collector must find each one that the code says."""

import ast
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from dialogs.wording import Voice
from tests.support.fakes_dialogs import FakeWording

DIALOGS = Path(__file__).parents[2] / "dialogs"
KEYWORDS = {"say": (1,), "plural": (1, 2), "N_": (1,)}


def literals():
    """Every literal that a call of ours begins with, and where."""
    for path in DIALOGS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                for place in KEYWORDS.get(name, ()):
                    argument = node.args[place - 1] if len(node.args) >= place else None
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, f"{path.name}:{node.lineno}"


def collected():
    found = extract_from_dir(str(DIALOGS), method_map=[("**.py", "python")], keywords={**KEYWORDS, "N_": None})
    return {text for _, _, message, _, _ in found for text in (message if isinstance(message, tuple) else (message,))}


def test_every_text_is_collected():
    every = list(literals())
    assert len(every) > 100
    known = collected()
    assert [(text, where) for text, where in every if text not in known] == []


def test_labels_fit_a_button_and_shorts_fit_a_text_message():
    from dialogs.menu import LONGEST_LABEL
    from dialogs.topics import home, question

    for label, short in (*home.GROUPS.values(), *question.KNOWN_LABELS.values()):
        assert len(label) <= LONGEST_LABEL
        assert len(short) <= 16


def test_plural_and_fallbacks():
    voice = Voice(FakeWording(), "en")
    assert voice.plural("{n} day", "{n} days", 1) == "1 day"
    assert voice.plural("{n} day of {x}", "{n} days of {x}", 3, x="y") == "3 days of y"


@pytest.mark.parametrize("broken", ["{", "{0}", "{other}", "}"])
def test_a_broken_translation_never_stops_a_turn(broken):
    class Broken(FakeWording):
        def say(self, language, english):
            return broken

    assert Voice(Broken(), "cy").say("Hi {name}", name="x") == "Hi x"
