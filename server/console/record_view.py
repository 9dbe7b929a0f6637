"""What an entry of a safeguarding record looks like, for its page and its exports. Pure."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from dialogs.messages import ChannelName, direction
from dialogs.wording import N_
from server.escalations.records_models import EntryKind

TITLES: Final[dict[EntryKind, str]] = {
    EntryKind.WORDS: N_("Their words"),
    EntryKind.HEARD: N_("Words heard, written down by staff"),
    EntryKind.ACTION: N_("Action taken"),
    EntryKind.DECISION: N_("Decision"),
    EntryKind.HANDOVER: N_("Handover"),
    EntryKind.TRANSLATION: N_("Translation"),
    EntryKind.GIST: N_("Rough gist by a machine"),
    EntryKind.HOLD: N_("Surveys and reminders to this person rest"),
    EntryKind.RELEASE: N_("Surveys and reminders may go again"),
    EntryKind.SHARED: N_("Handed on"),
}
"""What each kind of entry is called."""

CHANNELS: Final[dict[ChannelName, str]] = {
    ChannelName.TELEGRAM: N_("Telegram"),
    ChannelName.SMS: N_("Text message"),
    ChannelName.WHATSAPP: N_("WhatsApp"),
    ChannelName.WEBCHAT: N_("Web chat"),
}
DO_NOT_RELY: Final = N_("Rough, by a machine. Do not rely on it.")
OF_WORDS: Final = (EntryKind.TRANSLATION, EntryKind.GIST)
WORDS: Final = (EntryKind.WORDS, EntryKind.HEARD)
NUMBER: Final = re.compile(r"\+?\d[\d ()-]{4,}\d")
"""Telephone numbers: inside a right-to-left line their groups would change places."""

UNKNOWN: Final = "und"
"""The language of words whose script is not their conversation's."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry with what is shown beside it: `dir` is "rtl" or "ltr", `lang` a language code. Translations come with the original."""

    id: uuid.UUID
    place: int
    kind: EntryKind
    title: str
    body: str
    lang: str
    dir: str
    channel: str
    said_at: datetime
    written_at: datetime
    by: str
    made_by: str
    translations: list[Shown] = field(default_factory=list)

    @property
    def warning(self) -> str:
        """What stands above it, before anybody reads on."""
        return DO_NOT_RELY if self.kind is EntryKind.GIST else ""

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The words in pieces: (text, whether it is a number that has to keep its own direction)."""
        found, reached = [], 0
        for number in NUMBER.finditer(self.body):
            found += [(self.body[reached : number.start()], False), (number[0], True)]
            reached = number.end()
        return [part for part in (*found, (self.body[reached:], False)) if part[0]]

    @property
    def is_words(self) -> bool:
        """True for words that can be translated."""
        return self.kind in WORDS

    @property
    def has_translation(self) -> bool:
        """True when a person translated it; a machine's gist does not count."""
        return any(one.kind is EntryKind.TRANSLATION for one in self.translations)


def shown(rows: Iterable[Mapping[str, Any]]) -> list[Shown]:
    """Entries in order, each translation with its original; one whose original is not among them stands by itself."""
    found: dict[uuid.UUID, Shown] = {}
    alone: list[Shown] = []
    for row in rows:
        entry = _entry(row)
        found[entry.id] = entry
        original = found.get(row["of_id"]) if entry.kind in OF_WORDS else None
        (original.translations if original else alone).append(entry)
    return alone


def _entry(row: Mapping[str, Any]) -> Shown:
    lang, way = written(row["body"], row["language"])
    return Shown(
        id=row["id"],
        place=row["place"],
        kind=row["kind"],
        title=TITLES[row["kind"]],
        body=row["body"],
        lang=lang,
        dir=way,
        channel=CHANNELS[row["channel"]] if row["channel"] else "",
        said_at=row["said_at"],
        written_at=row["written_at"],
        by=row["staff_name"] or "",
        made_by=row["made_by"] or "",
    )


def written(text: str, language: str) -> tuple[str, str]:
    """(language, direction) of words: the direction of their first letter; of another script than the language's, `und`."""
    first = next((kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), "")
    expected = direction(language)
    way = {"L": "ltr", "R": "rtl", "AL": "rtl"}.get(first, expected)
    return (language or UNKNOWN) if way == expected else UNKNOWN, way
