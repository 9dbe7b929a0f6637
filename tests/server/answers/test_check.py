"""The check is quiet on sound content and finds each fault planted in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from server.cli.content import check
from tests.server.answers.conftest import LANGUAGES, TODAY

EN = "answers/work/site-card/en.md"
CY = "answers/work/site-card/cy.md"
AR = "answers/work/site-card/ar.md"
TOPIC = "answers/work/site-card/topic.yaml"
SCHOOL = "answers/learning/leave-school/en.md"
CRISIS = "answers/crisis/suicide/en.md"

Edit = Callable[[str, str, str], None]
Faults = Callable[..., list[str]]

SHORT = "First you pass a short test."
MORE = "You can start now."
SMS = "Pass a short test first."
LONG = "You need to think about this for a while and then come back to us when you are sure."


def test_sound_content_has_no_faults(faults: Faults) -> None:
    assert faults() == []


PLANTED = [
    (EN, "You need a card to work on most sites.", f"{LONG}", "One line: 19 words, at most 12"),
    (EN, SHORT, LONG, "Short: a sentence of 19 words, at most 15"),
    (EN, SHORT, "A. B. C. D. E.", "Short: 7 sentences, at most 4"),
    (EN, SHORT, "Ready? Are you sure?", "Short: 2 questions, at most 1"),
    (EN, SHORT, "Be 16 by 1 May and bring 2 forms and 3 pens.", "Short: 4 numbers, at most 3"),
    (EN, SHORT, "Obtain appropriate certification documentation.", "Short: reading age"),
    (EN, SHORT, "Remember your apprenticeship adviser appointment.", "Short: 4 of 21 words have 3 or more syllables, under 8%"),
    (EN, SHORT, "You should pass a test.", "Short: 'should' is not said here"),
    (EN, SHORT, "We promise to help.", "Short: 'promise' is not said here"),
    (EN, SHORT, "This is 100% confidential.", "Short: '100% confidential' is not said here"),
    (EN, SHORT, "He committed suicide.", "Short: 'committed suicide' is not said here"),
    (EN, SHORT, "Please ensure you pass.", "Short: 'Please ensure' is not said here"),
    (EN, SHORT, "Come at 14:30.", "Short: '14:30' is not said here"),
    (EN, SHORT, "The test is taken on site.", "Short: passive, say who does it: 'is taken'"),
    (EN, SHORT, "Ask the CITB.", "Short: 'CITB': write it out"),
    (EN, SHORT, "Ring 0808 157 0123.", "Short: a phone number in the text"),
    (EN, MORE, LONG, "More: a sentence of 19 words, at most 15"),
    (EN, "1. Book the test.", f"1. Book the test. {LONG}", "More, step: 22 words, at most 20"),
    (EN, "1. Book the test.", "".join(f"{i}. Go.\n" for i in range(1, 6)), "More: 7 steps, at most 6"),
    (EN, "You need a card to work on a site.", "You need a card to work on a big new building site.", "Easy: a sentence of 12 words, at most 10"),
    (EN, SMS, "It’s short.", "SMS: ’ cost a message of half the length"),
    (EN, SMS, "It’s short.", "SMS: a curly quote"),
    (EN, SMS, "See gov.uk/card.", "SMS: no links in SMS: 'gov.uk'"),
    (EN, SMS, "You pass a test. It is short. It is easy. Then you ask for a card. Then you work.", "SMS: 133 characters, at most 115"),
    (EN, SMS, f"{LONG} {LONG}", "SMS: with its choices"),
    (CY, "Rhaid pasio prawf byr. Gallwn ni helpu.", "Mae'n dŷ.", "SMS: ŷ cost a message"),
    (CY, "Rhaid pasio prawf byr. Wedyn", "Dylech basio. Wedyn", "Short: 'Dylech' is not said here"),
    (AR, "اختبار قصير أولا. نحن نساعد.", "اختبار قصير أولا. نحن نساعد. ثم تطلب البطاقة وتبدأ العمل في الموقع.", "SMS: 96 characters, at most 75"),
    (AR, "أولا اختبار قصير.", "نعدك بالمساعدة.", "Short: 'نعدك' is not said here"),
    (EN, "title: Get a site card", "title: How to get a card to work on a building site", "title: 44 letters, at most 30"),
    (EN, "short_title: Site card", "short_title: Building site card", "short_title: 18 letters, at most 16"),
    (EN, "# Easy\nYou need a card to work on a site. We can help.", "", "'# Easy' is missing"),
    (EN, "# Easy", "# Easy: Wales", "'# Easy: Wales': topic.yaml says nation_differs: false"),
    (SCHOOL, "# Short: Wales", "# Under 16", "'# Short: Wales' is missing"),
    (CRISIS, 'labels:\n  "alarm:suicide": I am not safe\n', "", "labels: 'alarm:suicide' is in `next`"),
    (EN, "status: draft", "status: draft\nlabels:\n  person: Talk", "labels: 'person' is not in `next`"),
    (TOPIC, "lines: [careers]", "lines: [careers, nobody]", "lines: there is no help line 'nobody'"),
    (TOPIC, "lines: [careers]", "lines: [careers, samaritans]", "lines: one that is open day and night comes first"),
    (TOPIC, "next: [more, book]", 'next: [more, "topic:work.gone"]', "next: there is no topic 'work.gone'"),
    (TOPIC, "volatility: med", "volatility: high", "review_by: volatility high means at most 3 months"),
    (TOPIC, "checked_on: 2026-11-22, confirmed", "checked_on: 2026-12-22, confirmed", "sources: 2026-12-22 is in the future"),
    (TOPIC, "checked_on: 2026-11-22, confirmed", "confirmed", "sources.0.checked_on: this field is missing"),
    ("menu.yaml", "work.site-card", "work.gone", "there is no topic 'work.gone'"),
    ("menu.yaml", "home, topics: []", "home, topics: [crisis.suicide]", "'crisis.suicide' stands twice in the menu"),
    ("lines.yaml", "  shout:", "  shouts:", "the crisis card needs the help line 'shout'"),
    ("phrases/cy.yaml", "na]", "menu]", "'menu' means menu here and no elsewhere"),
    ("answers/work/site-card/samples.en.txt", "need a card for site", "Hate school, want OUT", "also teaches"),
    ("answers/work/site-card/samples.en.txt", "need a card for site", "how do i get a cscs", "stands twice"),
    ("answers/work/site-card/samples.en.txt", "need a card for site", "tell me a joke", "also teaches"),
    ("answers/work/site-card/samples.en.txt", "need a card for site\n", "", "5 questions, at least 6"),
    ("answers/work/site-card/must-find.en.txt", "do you need a cscs card for labouring", "How do I get a CSCS?", "is taught as"),
    ("answers/work/site-card/must-find.cy.txt", "cael cerdyn cscs", "pwy enillodd y gem", "2 of 3 must-find lines in 'cy' are found"),
    ("alarm/en.yaml", "suicide: [i want to die", "suicide: [i feel blue", "does not raise suicide: 'i feel blue'"),
    ("alarm/en.yaml", "i need a card]", "i want to die]", "raises en/suicide/end-my-life: 'i want to die'"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), PLANTED)
def test_a_planted_fault_is_found(faults: Faults, edit: Edit, file: str, old: str, new: str, expected: str) -> None:
    edit(file, old, new)
    assert any(expected in fault for fault in faults()), faults()


def test_an_expired_answer_and_a_late_review_are_faults(faults: Faults) -> None:
    assert any("review_by: the review was due on 2027-05-22" in fault for fault in faults(date(2027, 6, 1)))
    assert any(f"{TOPIC}:18: expires_on: expired on 2027-11-22" in fault for fault in faults(date(2027, 11, 23)))


def test_a_missing_language_and_file_are_faults(faults: Faults, folder: Path) -> None:
    (folder / CY).unlink()
    (folder / "alarm" / "ar.yaml").unlink()
    found = faults()
    assert f"{CY}:1: the language is missing" in found
    assert "alarm/ar.yaml:1: the file is missing" in found


def test_the_command_prints_a_table_and_says_yes_or_no(
    faults: Faults, folder: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(folder, folder, TODAY, LANGUAGES) == 0
    printed = capsys.readouterr().out
    assert "work.site-card" in printed
    assert "must-find en: 6 of 6" in printed
    edit(EN, SHORT, "You should pass a test.")
    assert check(folder, folder, TODAY, LANGUAGES) == 1
    assert f"{EN}:10: Short: 'should' is not said here" in capsys.readouterr().out


def test_content_that_cannot_be_read_is_still_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, tmp_path, TODAY, LANGUAGES) == 1
    assert "menu.yaml:1: the file is missing" in capsys.readouterr().out
