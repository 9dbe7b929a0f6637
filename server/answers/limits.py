"""The limits a text must keep (domain.md 5.1) and the words it must not use (domain.md 4.10, 5.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Limit:
    """What one message may hold. Averages are words a sentence; `hard_share` counts words of three syllables or more."""

    words: int
    sentences: int
    longest_sentence: int
    average_sentence: float
    reading_age: float
    hard_share: float
    questions: int = 1
    numbers: int = 3


STANDARD: Final = Limit(60, 4, 15, 10, 9, 0.08)
EASY: Final = Limit(35, 3, 10, 7, 7, 0.04, numbers=2)

ONE_LINE_WORDS: Final = 12
MORE_WORDS: Final = 150
STEPS: Final = 6
STEP_WORDS: Final = 20
TITLE_LETTERS: Final = 30
SHORT_TITLE_LETTERS: Final = 16
SMS_LETTERS: Final = {"en": 115, "cy": 105, "so": 105, "pl": 75, "ro": 75, "ar": 75, "ur": 75, "fa": 75}
SMS_PARTS: Final = {"en": 1}
SMS_PARTS_ELSEWHERE: Final = 2
SMS_GSM_ONLY: Final = frozenset({"en", "cy", "so"})
LIX: Final = 45.0
"""For languages without a reading age of their own; Welsh and Arabic are held by words a sentence first."""

SAMPLES: Final = {"en": 50}
SAMPLES_ELSEWHERE: Final = 20
MUST_FIND: Final = {"en": 5}
MUST_FIND_ELSEWHERE: Final = 3
FOUND_SHARE: Final = {"en": 0.8}
FOUND_SHARE_ELSEWHERE: Final = 0.46
"""Floors under what the finder reaches on must-find lines, most of them indirect (docs/library.md has the figures)."""


MONTHS_FRESH: Final = {"low": 12, "med": 6, "high": 3, "local": 12}

ACRONYMS: Final = _listed(
    """
    CV UC YOT PA CSCS EHCP IDP ALN GOV EMA DBS ID NHS GP UK TV PIP SMS OK HIV STI ADHD BSL QR PIN AM PM
    """
)
"""Short forms that young people use or know; others are written out."""

_ENGLISH: Final = (
    (r"\bshould(?:n['’]?t)?\b", "say 'you can' or 'you need to'"),
    (r"\bplease (?:ensure|be advised|note)\b|\bensure\b", "say what to do"),
    (r"\bcommit(?:s|ted|ting)? suicide\b|\b(?:successful|failed) (?:suicide|attempt)\b", "say 'die by suicide'"),
    (r"100 ?% (?:confidential|private|secret|safe)", "nothing is kept secret whatever happens"),
    (
        r"\b(?:completely|totally|always|fully) (?:confidential|private|secret|anonymous)\b",
        "there is one limit, always",
    ),
    (r"\b(?:no ?one|nobody) will (?:ever )?(?:know|find out)\b", "there is one limit, always"),
    (
        r"(?<!not )(?<!n't )(?<!n’t )(?<!no )(?<!never )(?<!no one can )(?<!nobody can )\bpromis(?:e|es|ed|ing)\b",
        "promise nothing",
    ),
    (r"\bguarantee[ds]?\b", "promise nothing"),
    (r"\bshortly\b|\bin due course\b|\basap\b|\bas soon as possible\b", "say when, or that it is not known"),
    (r"\bfortnight\b|\bCOB\b|\bnext (?:mon|tues|wednes|thurs|fri|satur|sun)day\b", "say the day and the month"),
    (r"\bhalf (?:past )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", "write 2:30pm"),
    (r"\b(?:1[3-9]|2[0-3]):[0-5]\d\b", "write 2:30pm"),
    (r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b", "write 9 June"),
    (r"\bclick (?:here|on)\b", "say what to do on any phone"),
    (r"\b(?:utilise|prior to|in order to|commence|in respect of|pursuant|hereby|regarding)\b", "use an everyday word"),
    (r"\b(?:service users?|clients?|customers?)\b", "say 'you' or 'people'"),
    (
        r"\b(?:attention[- ]seeking|drug addicts?|junkies?|illegal immigrants?|offenders?)\b",
        "name the person, not a label",
    ),
    (r"\bwe miss(?:ed)? you\b|\bdon['’]t worry\b|\bcheer up\b", "say what helps instead"),
    (r"\b(?:i am|i['’]m) (?:a|also a) (?:person|human)\b", "the chat is a computer"),
    (r"\b(?:isn|aren|don|won|can|doesn)['’]t (?:it|you|they|we|he|she)\?", "no question tags"),
)
_WELSH: Final = (
    (r"\bdyl(?:ech|et|ai|ai'r|id)\b", "dywedwch 'gallwch' neu 'mae angen'"),
    (r"\bsicrhewch\b|\bgofalwch\b", "say what to do"),
    (r"\bcyflawni hunanladdiad\b", "do not say 'commit'"),
    (r"100 ?% (?:cyfrinachol|preifat)|\b(?:hollol|gwbl) gyfrinachol\b", "there is one limit, always"),
    (r"\b(?:rydyn|rydym) ni'n addo\b|\baddewid\b", "promise nothing"),
)
_ARABIC: Final = (
    (r"ينبغي", "say 'you can' or 'you need to'"),
    (r"نعدك|أعدك|نضمن", "promise nothing"),
    (r"ارتك(?:ب|اب) الانتحار", "do not say 'commit'"),
    (r"سر[يى]ة? تمام|سرية تامة|100 ?% سر", "there is one limit, always"),
)
FORBIDDEN: Final = {
    language: tuple((re.compile(pattern, re.IGNORECASE), advice) for pattern, advice in listed)
    for language, listed in (("en", _ENGLISH), ("cy", _WELSH), ("ar", _ARABIC))
}
"""By language: what must not stand in a text, and what to do instead."""

LINK: Final = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|net|uk|wales|gov|co|info|io|me|ly)\b", re.IGNORECASE)
CAPITALS: Final = re.compile(r"\b[A-Z][A-Z0-9]+s?\b")

_IRREGULAR: Final = (
    "given|taken|made|told|seen|sent|kept|found|held|paid|done|known|shown|put|brought|caught|written|chosen|built|sold|"
    "bought|taught|spoken|broken|stolen|driven|forgotten|hit|cut|let|set|read|thrown|left out|asked"
)
PASSIVE: Final = re.compile(
    rf"\b(?:am|is|are|was|were|be|been|being|['’]re|['’]s)\s+(?:not\s+|also\s+|always\s+|only\s+|just\s+)?((?:\w+ed|{_IRREGULAR})\b)",
    re.IGNORECASE,
)
NOT_PASSIVE: Final = _listed(
    """
    worried scared tired stressed interested bored excited married allowed needed closed finished confused ashamed
    supposed frightened relaxed related mixed need feed seed speed indeed red bed used hundred naked wicked sacred
    embarrassed annoyed upset pleased engaged disabled qualified retired experienced open hurt stuck lost called
    """
)
"""Describe a person or a thing, and read as adjectives."""
