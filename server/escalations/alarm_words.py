"""What members of staff are told by an alarm, in the language of their console. It names no young person and no subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dialogs.wording import N_, Voice
from server.i18n import SOURCE, CatalogueWording

LANGUAGES: Final = ("en", "cy")

NEEDED: Final = N_("Somebody needs you now. Case {case}.")
WAITS: Final = N_("An alarm waits")
LATE: Final = N_("Somebody has waited too long for an answer. Case {case}.")
PRESS: Final = N_("Press 1 to take it. Press 2 to pass it to the next person now.")
NOT_TAKEN: Final = N_("Nobody has it yet. Goodbye.")
YOURS: Final = N_("Thank you. It is yours. Please open case {case} in the console and write to them now.")
ANOTHERS: Final = N_("Somebody else has it already. Thank you. Goodbye.")
OVER: Final = N_("That case is over already. Thank you. Goodbye.")
PASSED: Final = N_("The next person is told now. Thank you. Goodbye.")
NOBODY_NEXT: Final = N_("Nobody comes after you just now.")


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """Says them. A text that nobody translated is said, and spoken, in English."""

    wording: CatalogueWording

    def written(self, language: str, case: int, address: str, *, is_danger: bool) -> str:
        """A message with the address of the case in the console: "Somebody needs you now. Case C-104. https://..."."""
        text = Voice(self.wording, _offered(language)).say(NEEDED if is_danger else LATE, case=f"C-{case}")
        return f"{text} {address}"

    def pushed(self, language: str) -> str:
        """What a closed browser shows, also on a locked screen: no case, no name, no subject."""
        return Voice(self.wording, _offered(language)).say(WAITS)

    def spoken(self, language: str, english: str, case: int) -> tuple[str, str]:
        """(language, text) to be read aloud, the number of the case digit by digit."""
        wished = _offered(language)
        used = wished if self.wording.say(wished, english) != english else SOURCE
        return used, Voice(self.wording, used).say(english, case=f"C {' '.join(str(case))}")


def _offered(language: str) -> str:
    return language if language in LANGUAGES else SOURCE
