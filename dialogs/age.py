"""An age that somebody says is theirs."""

from __future__ import annotations

import re

from dialogs.fold import APOSTROPHES, fold, western_digits

YOUNGEST, OLDEST = 7, 30
"""Numbers outside of this are something else, or nobody that this service is for."""

_LATER = r"(?:that ?s |thats |its )?(?:in\b|next\b|on\b|soon\b|tomorrow\b|this\b|when\b|tmrw\b|tomoz\b)"
_UNITS = (
    r"(?:(?:d|days?|wks?|weeks?|months?|mths?|mins?|minutes?|h|hrs?|hours?|pm|am|quid|pounds?|stone|kg|k|grand|miles?"
    r"|percent|out of|down|short|away|late|points?|th|st|years? (?:in|into|clean))\b|%|[:/.]\d)"
)
_NOT_A_WISH = r"(?<!when )(?<!once )(?<!until )(?<!till )(?<!til )(?<!if )(?<!before )(?<!after )(?<!unless )(?<!as )"
_OTHERS = r"(?! ?(?:brother|sister|son|daughter|friend|mate|cousin|kid|child|boyfriend|girlfriend|bf|gf|partner|nephew|niece)\b)"
_NUMBER = r"(\d{1,2})(?!\d)"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NOT_A_WISH}\b(?:im|i am|iam|i be|am) (?:only |just |still |a |aged? |now )*{_NUMBER}(?! ?{_UNITS})(?! ?,? ?{_LATER}){_OTHERS}",
        rf"^{_NUMBER} ?(?:yo|y/o|yrs? old|years? old|years? of age|yr old|year old)\b{_OTHERS}",
        rf"\bi (?:just )?turned {_NUMBER}(?! ?{_UNITS})(?! ?{_LATER})",
        rf"\bmy age is {_NUMBER}\b",
        rf"\b(?:dwin|dw in|dwi n|rwyn|rydw in|wi n) (?:dim ond |ond )?{_NUMBER}(?! ?(?:munud|awr|diwrnod|wythnos|mis|mewn)\b)",
        rf"^{_NUMBER} (?:mlwydd )?oed\b",
        rf"(?:عمري|سني) (?:هو )?{_NUMBER}(?! ?(?:يوم|شهر|اسبوع))",
        rf"(?:^|\bانا )عندي {_NUMBER} (?:سنه|سنة|عام)",
    )
)


_BESIDE_AN_AGE = re.compile(
    r"(?:im|i|am|iam|an?|aged?|my|is|only|just|still|now|no|wait|actually|btw|tho|oh|ok|and|but|well|yes|yeah|so|of|old"
    r"|years?|yrs?|yo|dwin|dw|n|wi|rwyn|rydw|ond|dim|oed|mlwydd|blwydd|عمري|سني|هو|انا|عندي|سنه|عام|و|\d+| )*"
)
"""Words that say nothing more beside an age."""


def says_only_age(text: str) -> bool:
    """True when the text tells the writer's age and nothing more ("no wait im 15")."""
    return stated_age(text) is not None and _BESIDE_AN_AGE.fullmatch(fold(text)) is not None


def stated_age(text: str) -> int | None:
    """The writer's age in whole years when the text plainly says it, else None ("im 18 in 2 weeks" does not)."""
    plain = " ".join(western_digits(text).casefold().translate(APOSTROPHES).split())
    for pattern in _PATTERNS:
        found = pattern.search(plain)
        if found and YOUNGEST <= int(found[1]) <= OLDEST:
            return int(found[1])
    return None
