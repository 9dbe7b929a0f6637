"""The loader reads the format, and every fault is one sentence with its file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dialogs.ports import Command, Intent, Tier
from server.answers.content import Content
from server.answers.faults import FaultyContent
from server.answers.loader import load_content, read_content

TOPIC = "answers/work/site-card/topic.yaml"
TEXT = "answers/work/site-card/en.md"

Edit = Callable[[str, str, str], None]


def test_reads_topics_texts_and_samples(content: Content) -> None:
    topic = content.topics["work.site-card"]
    assert topic.meta.tier is Tier.INFORMATION
    assert sorted(topic.texts) == ["ar", "cy", "en"]
    assert topic.samples["en"][0].text == "need a card for site"
    assert topic.samples["en"][0].line == 2  # the comment above it is line 1
    assert len(topic.must_find["en"]) == 2


def test_steps_are_taken_apart_and_wrapped_lines_joined(content: Content) -> None:
    more = content.topics["work.site-card"].texts["en"].section("more")
    assert more is not None
    assert more.text == "You can start now."
    assert [step for _, step in more.steps] == ["Book the test.", "Pass the test.", "Ask for the card."]


def test_variants_by_nation_are_kept_apart(content: Content) -> None:
    text = content.topics["learning.leave-school"].texts["en"]
    england, wales = text.section("short", "E"), text.section("short", "W")
    assert england is not None
    assert wales is not None
    assert england.text.startswith("In England")
    assert wales.text.startswith("In Wales")
    assert text.section("short") is None


def test_yes_and_no_stay_words(content: Content) -> None:
    phrases = content.phrases["en"]
    assert "no" in phrases.commands[Command.NO]
    assert "y" in phrases.commands[Command.YES]
    assert "hey" in phrases.intents[Intent.GREETING]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (TOPIC, "tier: I", "tier: X", f"{TOPIC}:2: tier: Input should be 'I', 'A' or 'C'"),
        (TOPIC, "volatility: med", "volatile: med", f"{TOPIC}:14: volatile: there is no such field"),
        (TOPIC, "volatility: med", "", f"{TOPIC}:1: volatility: this field is missing"),
        (TOPIC, "next: [more, book]", "next: [more, telephone]", f"{TOPIC}:13: next.1: say more, book, person"),
        (TOPIC, "next: [more, book]", 'next: ["alarm:flood"]', f"{TOPIC}:13: next.0: no such alarm kind"),
        (TOPIC, "next: [more, book]", "next: [more, book, person, more]", f"{TOPIC}:13: next: Tuple should have at most 3"),
        (TOPIC, "checked_on: 2026-11-22\nchecked_by", "checked_on: 22/11/26\nchecked_by", f"{TOPIC}:15: checked_on: "),
        (TOPIC, "review_by: 2027-05-22", "review_by: 2026-01-01", f"{TOPIC}:1: checked_on, review_by and expires_on"),
        (TOPIC, 'url: "https://www', 'url: "http://www', f"{TOPIC}:20: sources.0.url: "),
        (TOPIC, "tier: I", "tier: I\ntier: A", f"{TOPIC}:3: 'tier' stands twice"),
        (TOPIC, "tier: I", "tier: [I", f"{TOPIC}:3: this is not YAML"),
        (TOPIC, "id: work.site-card", "id: work.card", f"{TOPIC}:1: the folder says work.site-card"),
        (TEXT, "---\ntitle", "title", f"{TEXT}:1: the file must begin with '---'"),
        (TEXT, "status: draft", "status: ready", f"{TEXT}:4: status: Input should be 'draft' or 'approved'"),
        (TEXT, "# Easy", "# Simple", f"{TEXT}:20: no such heading: 'Simple'"),
        (TEXT, "# Easy", "# Short", f"{TEXT}:20: the heading 'Short' stands twice"),
        (TEXT, "# Short\n", "# Short\n\n# Under 16\n", f"{TEXT}:9: nothing under 'Short'"),
        (TEXT, "---\n# One line", "---\nHello.\n# One line", f"{TEXT}:6: text before the first heading"),
        ("lines.yaml", "web: samaritans.org", 'fax: "1"', "lines.yaml:40: lines.samaritans.fax: there is no such field"),
        ("menu.yaml", "id: home", "id: house", "menu.yaml:2: groups.0.id: Input should be 'home', 'money'"),
        ("menu.yaml", "id: home", "id: money", "menu.yaml:1: the menu needs each of home"),
        ("phrases/en.yaml", "  menu: [menu", "  menue: [menu", "phrases/en.yaml:2: commands.menue: Input should be 'menu'"),
        ("alarm/en.yaml", "kind: suicide", "kind: sad", "alarm/en.yaml:2: rules.0.kind: Input should be 'suicide'"),
        ("alarm/en.yaml", "id: nowhere-tonight", "id: end-my-life", "alarm/en.yaml:1: rule ids stand twice: end-my-life"),
    ],
)  # fmt: skip
def test_a_fault_names_its_file_and_line(
    folder: Path, edit: Edit, file: str, old: str, new: str, expected: str
) -> None:
    edit(file, old, new)
    faults = [str(fault) for fault in read_content(folder).faults]
    assert any(fault.startswith(expected) for fault in faults), faults


def test_all_faults_are_reported_together(folder: Path, edit: Edit) -> None:
    edit(TOPIC, "tier: I", "tier: X")
    edit(TEXT, "# Easy", "# Simple")
    (folder / "menu.yaml").unlink()
    with pytest.raises(FaultyContent) as raised:
        load_content(folder)
    assert [fault.file for fault in raised.value.faults] == [TEXT, TOPIC, "menu.yaml"]
    assert str(raised.value).count("\n") == 2


def test_a_file_that_is_not_text_is_a_fault_with_its_line(folder: Path) -> None:
    (folder / "answers/work/site-card/samples.en.txt").write_bytes(b"one\ntwo\n\xff\n")
    assert [str(f) for f in read_content(folder).faults] == [
        "answers/work/site-card/samples.en.txt:3: this is not UTF-8 text"
    ]


def test_an_empty_folder_is_faults_not_a_traceback(tmp_path: Path) -> None:
    assert {fault.file for fault in read_content(tmp_path).faults} == {"lines.yaml", "menu.yaml"}
