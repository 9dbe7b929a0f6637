"""The real content passes the check, and what is built of it finds, refuses, raises and is quick enough."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.fold import fold
from dialogs.ports import AlarmKind, Ports
from server.answers.check import Report, check_content
from server.answers.content import Content
from server.answers.finding.measured import asked_of, figures
from server.answers.finding.taught import NOTHING, Taught
from server.answers.schema import OFFERED
from tests.content.conftest import CACHE, CHECKED_ON, CONTENT, LOCALES

FIRST = {"en": 0.8}
FIRST_ELSEWHERE = 0.46
THREE = {"en": 0.92}
THREE_ELSEWHERE = 0.69
"""Floors under what was measured on the must-find lines (docs/library.md): a change that costs more than a few points fails."""

FRIENDLY = (
    "thanks",
    "thnx",
    "hello",
    "hiya",
    "bye",
    "who r u",
    "are you a robot",
    "ok cheers",
    "menu",
    "start over pls",
)


@pytest.fixture(scope="module")
def report(content: Content) -> Report:
    checked = max((topic.meta.checked_on for topic in content.topics.values()), default=CHECKED_ON)
    return check_content(CONTENT, LOCALES, max(checked, CHECKED_ON), cache=CACHE)


@pytest.fixture(scope="module")
def kept(content: Content) -> list[Taught]:
    """Every must-find line."""
    return [
        Taught(topic.meta.id, sample.text, language)
        for topic in content.topics.values()
        for language, samples in topic.must_find.items()
        for sample in samples
    ]


def test_the_content_has_no_faults(report: Report) -> None:
    assert not report.faults, "\n".join(map(str, report.faults))


def test_a_hundred_topics_stand_in_every_language(report: Report) -> None:
    topics = {row.topic for row in report.rows}
    assert len(topics) == 100
    assert {(row.topic, row.language) for row in report.rows} == {(t, code) for t in topics for code in OFFERED}


def test_every_topic_is_on_the_menu(content: Content) -> None:
    shown = Counter(topic for group in content.menu for topic in group.topics)
    assert set(shown) == set(content.topics)


@pytest.mark.parametrize("language", OFFERED)
def test_the_right_answer_comes_first_or_among_three(ports: Ports, kept: list[Taught], language: str) -> None:
    told = figures(asked_of(ports.finder, [row for row in kept if row.language == language]))
    assert told.right / told.ours >= FIRST.get(language, FIRST_ELSEWHERE), told
    assert told.in_three / told.ours >= THREE.get(language, THREE_ELSEWHERE), told


def test_spelling_alone_finds_most_english(plain_ports: Ports, kept: list[Taught]) -> None:
    told = figures(asked_of(plain_ports.finder, [row for row in kept if row.language == "en"]))
    assert told.in_three / told.ours >= 0.85, told


def test_what_is_not_ours_is_refused(ports: Ports) -> None:
    lines = (Path(__file__).parent / "not_ours.en.txt").read_text(encoding="utf-8").splitlines()
    asked = [Taught(NOTHING, line, "en") for line in lines if line and not line.startswith("#")]
    told = figures(asked_of(ports.finder, asked))
    assert len(asked) > 50
    assert told.refused / told.others >= 0.8, told


@pytest.mark.parametrize("text", FRIENDLY)
def test_small_talk_is_no_question(ports: Ports, text: str) -> None:
    assert ports.phrases.command(text) or ports.finder.find(text, "en").intent


def test_one_question_is_answered_while_nobody_notices(plain_ports: Ports, kept: list[Taught]) -> None:
    asked = [row.text for row in kept if row.language == "en"][:200]
    for text in asked:
        plain_ports.finder.find(text, "en")
    began = time.process_time()
    for text in asked:
        plain_ports.finder.find(text, "en")
    # measured: 0.4 ms; a slow machine must not fail the build
    assert (time.process_time() - began) / len(asked) < 0.02


@pytest.mark.parametrize("language", OFFERED)
def test_the_two_readers_see_what_the_file_says(ports: Ports, content: Content, language: str) -> None:
    for kind, texts in content.alarm[language].must_raise.items():
        for text in texts:
            raised = ports.alarm.read(text)
            assert raised, text
            assert raised.kind is kind or any(f"/{kind}/" in reason for reason in raised.reasons), (text, raised)


@pytest.mark.parametrize("language", OFFERED)
def test_most_of_the_danger_nobody_taught_is_seen(ports: Ports, language: str) -> None:
    lines = (CONTENT / "alarm" / "unseen" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines][::2]
    danger = [ports.alarm.read(row["text"]) is not None for row in rows if row["urgent"]]
    harmless = [ports.alarm.read(row["text"]) is not None for row in rows if not row["urgent"]]
    assert sum(danger) / len(danger) >= 0.7
    assert sum(harmless) / len(harmless) <= 0.15


@pytest.mark.parametrize("language", OFFERED)
def test_the_unseen_are_not_taught(content: Content, language: str) -> None:
    lines = (CONTENT / "alarm" / "unseen" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    taught = {fold(sample.text) for sample in content.danger[language]}
    # "my dad hits me" is written by everybody
    assert sum(fold(json.loads(line)["text"]) in taught for line in lines) <= 3


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_every_kind_is_taught_in_every_language(content: Content, kind: AlarmKind) -> None:
    for language in OFFERED:
        assert sum(sample.kind is kind for sample in content.danger[language]) >= 35, language


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_no_string_breaks_a_reader(ports: Ports, text: str) -> None:
    ports.alarm.read(text)
    ports.finder.find(text, "en")
    ports.guesser.guess(text)


def test_figures_switch_on_their_day(content: Content) -> None:
    figure = content.figures["wage-21"]
    assert figure.on(date(2026, 3, 31)) == "£12.21"
    assert figure.on(date(2026, 4, 1)) == "£12.71"
    assert figure.on(date(2020, 1, 1)) is None
