"""Numbered things to pick: how they are numbered, paged, and recognised in what somebody types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from dialogs.fold import fold, western_digits
from dialogs.messages import MENU_NUMBER, PERSON_NUMBER, Choice
from dialogs.wording import N_, Voice

LONGEST_LABEL = 30
NEAR_ENOUGH = 0.84
SHORTEST_NEAR_WORD = 4
LONGEST_NUMBER_REPLY = 20

MENU = N_("Menu")
MENU_SHORT = N_("menu")
PERSON = N_("Talk to a person")
PERSON_SHORT = N_("person")
MORE_CHOICES = N_("More choices")
MORE_CHOICES_SHORT = N_("other")

_NUMBER_ALONE = re.compile(r"(?:no\.?|nr\.?|num|number|option|press|rhif|رقم|#)?\s*(\d{1,2})\s*[.):]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to offer, not yet numbered. `key` says what it does; `short` is its SMS form (empty: the label)."""

    key: str
    label: str
    short: str = ""


def numbered(entries: Sequence[Entry], limit: int, voice: Voice, *, has_menu: bool = True) -> tuple[Choice, ...]:
    """At most `limit` entries numbered from 1, then 0 for the menu (unless told not to) and 9 for a person."""
    choices = [Choice(i, entry.key, entry.label, entry.short) for i, entry in enumerate(entries[:limit], start=1)]
    if has_menu:
        choices.append(Choice(MENU_NUMBER, "menu", voice.say(MENU), voice.say(MENU_SHORT)))
    choices.append(Choice(PERSON_NUMBER, "person", voice.say(PERSON), voice.say(PERSON_SHORT)))
    return tuple(choices)


def paged(entries: Sequence[Entry], page: int, limit: int, place: str, voice: Voice) -> list[Entry]:
    """One page of a long list; all but the last end with "More choices", which leads to `place:<page + 1>`."""
    rest = list(entries[page * (limit - 1) :])
    if len(rest) <= limit:
        return rest
    more = Entry(f"{place}:{page + 1}", voice.say(MORE_CHOICES), voice.say(MORE_CHOICES_SHORT))
    return [*rest[: limit - 1], more]


def typed_number(text: str) -> int | None:
    """The number that the whole text is ("2", "2.", "no 2", "٢"), or None."""
    if len(text) > LONGEST_NUMBER_REPLY:
        return None
    bare = western_digits(text).replace("\ufe0f", "").replace("\u20e3", "").strip()
    found = _NUMBER_ALONE.fullmatch(bare)
    return int(found[1]) if found else None


def choice_by_number(offered: Sequence[Choice], number: int) -> Choice | None:
    """The choice with that number."""
    return next((choice for choice in offered if choice.number == number), None)


def choice_by_words(offered: Sequence[Choice], text: str) -> Choice | None:
    """The choice whose own words the text is."""
    words = fold(text)
    return next((c for c in offered if words and words in {_folded_label(c.label), _folded_label(c.short)}), None)


def choice_by_near_words(offered: Sequence[Choice], text: str) -> Choice | None:
    """The one choice whose words the text nearly is; None when two are as near."""
    words = fold(text)
    if len(words) < SHORTEST_NEAR_WORD or len(words) > 2 * LONGEST_LABEL:
        return None
    near = sorted(((_nearness(words, c), -c.number, c) for c in offered), key=lambda n: n[:2], reverse=True)
    if not near or near[0][0] < NEAR_ENOUGH or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return near[0][2]


def _nearness(words: str, choice: Choice) -> float:
    folded = (_folded_label(choice.label), _folded_label(choice.short))
    forms = [SequenceMatcher(None, words, form) for form in folded if _may_be_near(words, form)]
    return max((form.ratio() for form in forms if form.quick_ratio() >= NEAR_ENOUGH), default=0.0)


def _may_be_near(words: str, form: str) -> bool:
    """False when the lengths alone rule it out: asked of every choice at every message."""
    possible = 2 * min(len(words), len(form)) / (len(words) + len(form))
    return len(form) >= SHORTEST_NEAR_WORD and possible >= NEAR_ENOUGH


@lru_cache(maxsize=2_000)
def _folded_label(label: str) -> str:
    """Labels come from the catalogue and the library, so few are kept again and again, and nothing personal."""
    return fold(label)
