"""One question or a batch, through the live reading, without a database or a channel."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dialogs.ports import Ports
from server.answers.wire import build_ports
from server.cli.ask import NAMED, ask_batch, ask_one
from tests.server.answers.conftest import FIXTURE, TODAY


@pytest.fixture(scope="module")
def ports() -> Ports:
    return build_ports(FIXTURE, FIXTURE / "no-locales", lambda: TODAY)


def _batch(ports: Ports, *lines: str) -> list[dict[str, object]]:
    out = io.StringIO()
    assert ask_batch(io.StringIO("\n".join(lines) + "\n"), out, ports) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_line_gets_one_in_order(ports: Ports) -> None:
    card, death, hello, unknown = _batch(
        ports,
        '{"id": 1, "text": "need a card for the site"}',
        '{"id": "b", "text": "i want to die", "lang": "en"}',
        '{"id": 3, "text": "hello"}',
        '{"id": 4, "text": "who won the football"}',
    )
    assert (card["id"], card["lang"], card["topic"], card["urgent"], card["intent"]) == (
        1,
        "en",
        "work.site-card",
        None,
        None,
    )
    assert card["alternatives"][0] == "work.site-card"  # type: ignore[index]
    assert (death["id"], death["topic"], death["urgent"]) == ("b", "crisis.suicide", "suicide")
    assert (hello["topic"], hello["intent"]) == (None, "greeting")
    assert (unknown["topic"], unknown["intent"]) == (None, None)
    assert set(card) == {"id", "lang", "topic", "confidence", "alternatives", "urgent", "intent"}


def test_a_crisis_topic_is_urgent_without_the_alarm(ports: Ports) -> None:
    [found] = _batch(ports, '{"id": 1, "text": "no one would miss me"}')
    assert (found["topic"], found["urgent"]) == ("crisis.suicide", "suicide")


def test_an_alarm_without_a_topic_of_its_own_leaves_the_topic(ports: Ports) -> None:
    [found] = _batch(ports, '{"id": 1, "text": "nowhere to sleep tonight and i need a card for site"}')
    assert (found["topic"], found["urgent"]) == ("work.site-card", "runaway_homeless_tonight")


def test_the_language_is_guessed_when_not_given(ports: Ports) -> None:
    welsh, arabic = _batch(
        ports, '{"id": 1, "text": "sut mae cael cerdyn cscs"}', '{"id": 2, "text": "كيف احصل على بطاقة cscs"}'
    )
    assert (welsh["lang"], welsh["topic"]) == ("cy", "work.site-card")
    assert (arabic["lang"], arabic["topic"]) == ("ar", "work.site-card")


@pytest.mark.parametrize(
    ("line", "why"),
    [("nope", "this is not JSON"), ("[1]", "this is not an object"), ('{"id": 1}', "'text' is missing"), ('{"text": 5}', "'text' is missing"),
     ('{"text": "a", "lang": 7}', "'lang' is not a text"), ("[" * 100_000, "")],
)  # fmt: skip
def test_a_bad_line_is_said_and_the_rest_goes_on(ports: Ports, line: str, why: str) -> None:
    good = '{"id": 9, "text": "hello"}'
    first, bad, last = _batch(ports, good, "", line, good)
    assert bad["id"] is None
    assert str(bad["error"]).startswith(f"line 3: {why}")
    assert first["id"] == last["id"] == 9


def test_odd_text_is_read_not_refused(ports: Ports) -> None:
    found = _batch(
        ports,
        r'{"id": "\ud800", "text": "\ud800\u0000"}',
        json.dumps({"id": 2, "text": "x" * 50_000}),
        '{"id": 3, "text": ""}',
    )
    assert [line["topic"] for line in found] == [None, None, None]


def test_bytes_that_are_no_text_are_a_bad_line(ports: Ports) -> None:
    out = io.StringIO()
    ask_batch(io.TextIOWrapper(io.BytesIO(b'{"id": 1, "text": "\xff"}\n{"id": 2, "text": "hello"}\n')), out, ports)
    bad, good = (json.loads(line) for line in out.getvalue().splitlines())
    assert bad["error"] == "line 1: this is not UTF-8"
    assert good["intent"] == "greeting"


@pytest.mark.parametrize(("text", "intent"), [("START", None), ("yes", None), ("stop", "stop")])
def test_a_word_that_always_works_is_no_question(ports: Ports, text: str, intent: str | None) -> None:
    (found,) = _batch(ports, json.dumps({"id": 1, "text": text}))
    assert (found["topic"], found["intent"]) == (None, intent)


def test_one_question_in_words_and_as_json(ports: Ports, capsys: pytest.CaptureFixture[str]) -> None:
    ask_one("need a card for site", "en", False, ports)
    said = capsys.readouterr().out
    assert "Get a site card (work.site-card" in said
    assert "First you pass a short test." in said
    ask_one("need a card for site", "en", True, ports)
    assert json.loads(capsys.readouterr().out)["topic"] == "work.site-card"


def test_needs_no_channel_and_no_database() -> None:
    heavy = "aiogram|twilio|sqlalchemy|fastapi"
    code = f"import server.cli.ask, sys, re; print([m for m in sys.modules if re.match('({heavy})', m)])"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_intents_that_are_named() -> None:
    assert sorted(NAMED) == sorted(
        [
            "greeting",
            "thanks",
            "bye",
            "who_are_you",
            "menu",
            "human",
            "language",
            "stop",
            "complain",
            "my_data",
            "appointments",
            "cancel_appointment",
            "who_is_my_adviser",
        ]
    )
