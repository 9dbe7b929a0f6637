"""What teaches a finder: one text, the label it teaches, its language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from server.answers.content import Content, Topic

NOTHING: Final = "-"
"""The label of texts the library must refuse."""

INTENT_MARK: Final = "intent:"
TEXT_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Taught:
    """One text and the label it teaches; `weight` is how much it counts against a sample."""

    label: str
    text: str
    language: str = "en"
    weight: float = 1.0


def is_topic(label: str) -> bool:
    """True for the label of an answer, False for an intent's and for NOTHING."""
    return label != NOTHING and not label.startswith(INTENT_MARK)


def taught(content: Content) -> Iterator[Taught]:
    """Everything in the library that teaches: samples, titles and texts of the topics, small talk, and what is refused."""
    for topic in content.topics.values():
        for language, samples in topic.samples.items():
            yield from (Taught(topic.meta.id, sample.text, language) for sample in samples)
        yield from _texts(topic)
    for language, phrases in content.phrases.items():
        for intent, said in phrases.intents.items():
            yield from (Taught(INTENT_MARK + intent, text, language) for text in said)
        yield from (Taught(NOTHING, sample, language) for sample in phrases.out_of_scope)
    for language, refused in content.refused.items():
        yield from (Taught(NOTHING, sample.text, language) for sample in refused)


def _texts(topic: Topic) -> Iterable[Taught]:
    for language, text in topic.texts.items():
        yield Taught(topic.meta.id, text.front.title, language, TEXT_WEIGHT)
        shorts = (section.text for section in text.sections if section.form in {"one_line", "short"})
        yield from (Taught(topic.meta.id, short, language, TEXT_WEIGHT) for short in shorts)
