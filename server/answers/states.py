"""In which state a topic is in a language, and the fingerprint that ties a translation to the English it was made from."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Final

from server.answers.content import Topic, TopicText

SOURCE: Final = "en"
STATES: Final = ("approved", "draft", "stale", "missing")


def fingerprint(text: TopicText) -> str:
    """Twelve letters that change when anything a translator would translate changes."""
    front = text.front
    said = [front.title, front.short_title, *(f"{key}={label}" for key, label in sorted(front.labels.items()))]
    for section in text.sections:
        said.append(f"{section.form} {section.nation}")
        said += [words for _, words in (*section.paragraphs, *section.steps)]
    return blake2b("\n".join(said).encode(), digest_size=6).hexdigest()


def is_stale(topic: Topic, text: TopicText) -> bool:
    """True for a translation whose English has changed since it was made."""
    source = topic.texts.get(SOURCE)
    return text.language != SOURCE and source is not None and text.front.made_from != fingerprint(source)


def state_of(topic: Topic, language: str) -> str:
    """One of STATES."""
    text = topic.texts.get(language)
    if text is None:
        return "missing"
    return "stale" if is_stale(topic, text) else text.front.status


def stamp_text(path: Path, made_from: str) -> None:
    """Writes the fingerprint of its English into the head of a `<lang>.md`; everything else stays as it is."""
    rows = [
        row for row in path.read_text(encoding="utf-8").splitlines(keepends=True) if not row.startswith("made_from:")
    ]
    at = next(number for number, row in enumerate(rows) if row.startswith("status:"))
    path.write_text("".join([*rows[: at + 1], f'made_from: "{made_from}"\n', *rows[at + 1 :]]), encoding="utf-8")
