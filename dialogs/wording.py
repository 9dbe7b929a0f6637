"""The only caller of translations: our own short texts in one language.

Call sites give `say` and `plural` a literal English text, or one marked with `N_`, so that it can be collected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dialogs.ports import Wording


def N_(english: str) -> str:  # noqa: N802  (the customary name of a mark for collecting texts)
    """The text itself, marked for the catalogue."""
    return english


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one language. Values are put in by name: `voice.say("Hi {name}", name=...)`."""

    wording: Wording
    language: str

    def say(self, english: str, **values: object) -> str:
        """The text in this language, in English when it is missing or its fields do not fit."""
        return _filled(self.wording.say(self.language, english), english, values)

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The form for `n`, which the text may show as {n}."""
        fallback = one if n == 1 else many
        return _filled(self.wording.plural(self.language, one, many, n), fallback, {"n": n, **values})

    def day(self, day: date) -> str:
        """Weekday, day and month: "Tuesday 9 June"."""
        return self.wording.day(self.language, day)

    def full_date(self, day: date) -> str:
        """Day, month and year: "3 June 2026"."""
        return self.wording.full_date(self.language, day)

    def clock(self, at: datetime) -> str:
        """Time of day of an instant in the area's zone: "2:30pm"."""
        return self.wording.clock(self.language, at)

    def language_name(self, code: str) -> str:
        """A language's name in its own script."""
        return self.wording.language_name(code)


def _filled(text: str, fallback: str, values: dict[str, object]) -> str:
    """A translation with a wrong field must not stop a turn: then the English is used."""
    try:
        return text.format(**values)
    except (KeyError, IndexError, ValueError):
        return fallback.format(**values)
