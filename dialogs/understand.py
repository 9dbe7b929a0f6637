"""The one reading of a text: language, danger, command, and what it asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogs.fold import fold
from dialogs.ports import Alarm, Command, Finding, Intent, Ports

NOTHING_FOUND = Finding(topic=None, confidence=0.0)

INTENT_OF = {
    Command.MENU: Intent.MENU,
    Command.PERSON: Intent.HUMAN,
    Command.LANGUAGE: Intent.LANGUAGE,
    Command.STOP: Intent.STOP,
    Command.COMPLAIN: Intent.COMPLAIN,
    Command.MY_DATA: Intent.MY_DATA,
    Command.FINE: Intent.FINE,
}
COMMAND_OF = {intent: command for command, intent in INTENT_OF.items()}

_ARABIC_LETTERS = ("\u0600", "\u06ff")


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a text seems to be. `finding` is empty for a text without words; a command that is an intent shows as one."""

    language: str
    alarm: Alarm | None
    command: Command | None
    finding: Finding


LONGEST_COMMAND = 200
LONGEST_QUESTION = 2_000
"""Letters: a longer text is no command, and is looked up by its beginning; the alarm reads all of it."""

NOTHING_READ = Understanding("en", None, None, NOTHING_FOUND)


def understand(text: str, language: str | None, ports: Ports) -> Understanding:
    """Read a text once for everything. `language` is the one spoken; None means to guess it, English when unsure."""
    spoken = language or ports.guesser.guess(text) or "en"
    command = ports.phrases.command(text) if len(text) <= LONGEST_COMMAND else None
    asked = text[:LONGEST_QUESTION]
    finding = ports.finder.find(asked, spoken) if fold(asked) else NOTHING_FOUND
    if command in INTENT_OF:
        finding = replace(finding, topic=None, is_close=False, intent=INTENT_OF[command])
    return Understanding(spoken, ports.alarm.read(text), command, finding)


def heard_language(text: str, ports: Ports, offered: Sequence[str]) -> str | None:
    """The language that a text seems to be in, also one not offered; None when unsure. A suggestion, never a fact."""
    guess = ports.guesser.guess(text)
    if guess is None and "ar" in offered and is_arabic_script(text):
        return "ar"
    return guess


def is_arabic_script(text: str) -> bool:
    """True when most letters are Arabic ones."""
    letters = [char for char in text if char.isalpha()]
    arabic = sum(_ARABIC_LETTERS[0] <= char <= _ARABIC_LETTERS[1] for char in letters)
    return bool(letters) and arabic * 2 > len(letters)
