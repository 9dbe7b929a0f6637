"""Whether the words of bookings and reminders are safe to reach a lock screen, short enough, and alike in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.sms.encoding import count_parts
from dialogs.fold import fold
from server.answers.content import Content
from server.answers.faults import ContentFault

SOURCE: Final = "en"
LONGEST: Final = {
    "name": "Christopher",
    "adviser": "Alexandra",
    "day": "Wednesday 23 September",
    "time": "12:30pm",
    "place": "the blue door, Mill Road",
}
"""The longest of each that a message has to hold."""

ONE_PART: Final = frozenset({"en", "cy", "so"})
_BRACES: Final = re.compile(r"\{(\w*)\}")
_LINK: Final = re.compile(r"https?:|www\.|\.\w{2,}/", re.IGNORECASE)


def check_wordings(content: Content, languages: tuple[str, ...]) -> Iterator[ContentFault]:
    """Every fault of `wordings/<lang>.yaml`."""
    source = content.wordings.get(SOURCE)
    for language in languages:
        file = content.wordings.get(language)
        name = f"wordings/{language}.yaml"
        if file is None or source is None:
            yield ContentFault(name, 1, "the file is missing")
            continue
        line = content.marks[name].line
        for key in sorted(set(source.wordings) ^ set(file.wordings)):
            where = "stands in English and not here" if key in source.wordings else "does not stand in English"
            yield ContentFault(name, line("wordings"), f"'{key}' {where}")
        for key, text in file.wordings.items():
            for message in _faults(content, language, text, source.wordings.get(key, "")):
                yield ContentFault(name, line("wordings", key), f"{key}: {message}")


def _faults(content: Content, language: str, text: str, source: str) -> Iterator[str]:
    own, wanted = (sorted(_BRACES.findall(part)) for part in (text, source))
    if source and own != wanted:
        yield f"has the braces {own}, and {wanted} in English"
    if unknown := set(own) - set(LONGEST):
        yield f"{{{', '.join(sorted(unknown))}}} is never filled"
    if _LINK.search(text):
        yield "no links: they say what it is about"
    for word in giving_away(content, language, text):
        yield f"'{word}' gives somebody away on a lock screen"
    parts = count_parts(_BRACES.sub(lambda found: LONGEST.get(found[1], ""), text))
    most = 1 if language in ONE_PART else 2
    if parts.parts > most:
        yield f"{parts.units} {parts.encoding} characters, {parts.parts} parts, at most {most}"


def giving_away(content: Content, language: str, text: str) -> Iterator[str]:
    """Words of a text that tell a lock screen what it is about, in the text's language or in English (domain.md 4.2)."""
    said = f" {fold(text)} "
    for code in {SOURCE, language}:
        for word in content.disclosing.get(code, ()):
            if f" {fold(word)}" in said:
                yield word
