"""How hard a text is to read, counted the same way every time (domain.md 5.1)."""

from __future__ import annotations

import re
from typing import Final

HARD_FROM: Final = 3
LIX_LONG: Final = 6

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TOKEN: Final = re.compile(r"[^\W_]+(?:[\u200c'’:.,-][^\W_]+)*")
_END: Final = re.compile(r"(?<=[.!?؟۔።])[\"'”’)]*\s+|\n+")
_PHONE: Final = re.compile(r"\b(?:999|111|112|101)\b|\b\d(?:[ -]?\d){4,}\b")
_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*")

_VOWELS: Final = re.compile(r"[aeiouy]+")
_MORE: Final = re.compile(r"[aeiouy]ing\b|[aeo]y[aeiou]|i[ao](?!u)|eo|ua[lt]|ui[ct]|uou|i(?:er|est|et)\b")
_FEWER: Final = re.compile(
    r"[tsc]i(?:o|a|ou)|gio|peop|(?<=[aeiouy][^aeiouy])e(?=ful|less|ment|ness|ly|ship|time|side|line|work)"
)
_SILENT: Final = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)e$|[^aeiouydt]ed$|[^aeiouyscxzgh]es$|[^aeiouysct]hes$")
_LISTED: Final = {
    1: """
        eye real safe whole hope tried used cared eyes aren't can't won't don't
    """,
    2: """
        people every somewhere someone something sometimes business being doing going money create science quiet
        diet trial social special really cruel safely homeless online childline lifeline helpline sideways
        without police careers hopeless statement useful careful evening worried married carried outside inside
        beside homework housework basement movement lonely likely lately driver didn't couldn't wouldn't doesn't
        maybe isn't wasn't hasn't haven't
    """,
    3: """
        everyone everything different area idea usual violent violence period medicine hospital anyone interview
        national
    """,
    4: """
        january february
    """,
}
_COUNTS: Final = {word: count for count, listed in _LISTED.items() for word in listed.split()}


def sentences(text: str) -> list[str]:
    """The sentences of a text with at least one word in them."""
    return [part.strip() for part in _END.split(text) if _TOKEN.search(part)]


def words(text: str) -> list[str]:
    """The words and numbers of a text; a phone number is one."""
    return _TOKEN.findall(_PHONE.sub("0", text))


def numbers(text: str) -> int:
    """How many numbers a reader has to keep in mind; phone numbers are not counted."""
    return len(_NUMBER.findall(_PHONE.sub("", text)))


def phone_numbers(text: str) -> list[str]:
    """What looks like a number to call or text, as digits."""
    return [re.sub(r"\D", "", found) for found in _PHONE.findall(text)]


def questions(text: str) -> int:
    """How many questions a text asks."""
    return len(re.findall(r"[?؟]", text))


def syllables(word: str) -> int:
    """Syllables of an English word, by rule with a list of exceptions; right for about 19 everyday words of 20."""
    plain = word.casefold().replace("’", "'")
    if plain in _COUNTS:
        return _COUNTS[plain]
    if "-" in plain:
        return sum(syllables(part) for part in plain.split("-") if part)
    plain = plain.removesuffix("'s").replace("'", "")
    if plain in _COUNTS:
        return _COUNTS[plain]
    if plain.endswith("s") and plain[:-1] in _COUNTS:
        return _COUNTS[plain[:-1]]
    count = len(_VOWELS.findall(plain)) + len(_MORE.findall(plain)) - len(_FEWER.findall(plain))
    return max(1, count - bool(_SILENT.search(plain)))


def hard_words(text: str) -> list[str]:
    """The English words of three syllables or more."""
    return [word for word in _WORD.findall(text) if syllables(word) >= HARD_FROM]


def reading_age(text: str) -> float:
    """Years of age at which an English text can be read: the Flesch-Kincaid grade plus 5, never below 5."""
    found = _WORD.findall(text)
    if not found:
        return 5.0
    per_sentence = len(words(text)) / max(1, len(sentences(text)))
    per_word = sum(syllables(word) for word in found) / len(found)
    return max(5.0, 0.39 * per_sentence + 11.8 * per_word - 15.59 + 5)


def lix(text: str) -> float:
    """The readability index LIX: words a sentence, plus the percentage of words over six letters. Under 30 is very easy."""
    found = words(text)
    if not found:
        return 0.0
    return len(found) / max(1, len(sentences(text))) + 100 * sum(len(word) > LIX_LONG for word in found) / len(found)
