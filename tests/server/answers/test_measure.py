"""Counting words, sentences and syllables, held against words counted by hand."""

from __future__ import annotations

import pytest

from server.answers import measure

BY_HAND = {
    1: "you the help have home place lives change ones asked helped stopped moved looked phones times clothes eyes school right work friend",
    2: "council person housing money people under over places pages needed wanted houses table little able maybe also today tonight "
    "someone contact message until about children arrest station lawyer worker writing being doing hopeful college doctor decide",
    3: "adviser tomorrow appointment hospital anyone benefit family library interview together eleven another medicine pharmacist "
    "remember important idea easier happier period probation assessment universe passenger",
    4: "emergency confidential apprenticeship solicitor january universal additional certificate information education",
}


def test_syllables_are_right_for_nineteen_everyday_words_of_twenty() -> None:
    pairs = [(word, count) for count, listed in BY_HAND.items() for word in listed.split()]
    wrong = [(word, measure.syllables(word), count) for word, count in pairs if measure.syllables(word) != count]
    assert len(wrong) <= len(pairs) / 20, wrong


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two? Three!", 3),
        ("It is at 2:30pm. Come.", 2),
        ("No end", 1),
        ("هل هذا سري؟ نعم.", 2),
        ("", 0),
        ("A line\nanother", 2),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert len(measure.sentences(text)) == count


def test_words_and_numbers() -> None:
    assert len(measure.words("You're 16 at 2:30pm, right? Call 0800 1111.")) == 7
    assert measure.numbers("You are 16. In 2 weeks it is £50. Call 0800 1111 or 999.") == 3
    assert measure.phone_numbers("Call 0800 1111, 116 123 or 999 by 2026.") == ["08001111", "116123", "999"]


def test_reading_age_tells_easy_from_hard() -> None:
    easy = "You can talk to us. We will help you. It is free."
    hard = "Individuals experiencing accommodation difficulties are encouraged to contact the appropriate local authority department."
    assert measure.reading_age(easy) < 7
    assert measure.reading_age(hard) > 15
    assert measure.lix(easy) < 20
    assert measure.lix(hard) > 60
    assert measure.reading_age("") == 5
