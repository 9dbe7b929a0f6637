"""Whether the finder finds what it must, and the alarm raises what it must and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dialogs.ports import AlarmKind, AlarmReader, AnswerFinder
from server.answers import limits
from server.answers.content import Content, Sample
from server.answers.faults import ContentFault


@dataclass(frozen=True, slots=True)
class Hit:
    """One must-find line and the topic that the finder chose for it."""

    topic: str
    language: str
    sample: Sample
    found: str | None

    @property
    def is_right(self) -> bool:
        """True when the sample found its own topic."""
        return self.found == self.topic


def must_find(content: Content, finder: AnswerFinder) -> list[Hit]:
    """Every must-find line put to the finder in its language."""
    return [
        Hit(topic.meta.id, language, sample, finder.find(sample.text, language).topic)
        for topic in content.topics.values()
        for language, samples in topic.must_find.items()
        for sample in samples
    ]


def shares(hits: list[Hit]) -> Mapping[str, tuple[int, int]]:
    """(right, asked) by language."""
    counted: dict[str, tuple[int, int]] = {}
    for hit in hits:
        right, asked = counted.get(hit.language, (0, 0))
        counted[hit.language] = right + hit.is_right, asked + 1
    return counted


def check_found(hits: list[Hit]) -> Iterator[ContentFault]:
    """A language below its share is a fault, at its first miss."""
    for language, (right, asked) in shares(hits).items():
        needed = limits.FOUND_SHARE.get(language, limits.FOUND_SHARE_ELSEWHERE)
        if right < needed * asked:
            miss = next(hit.sample for hit in hits if hit.language == language and not hit.is_right)
            share = f"{right} of {asked} must-find lines in '{language}' are found, at least {needed:.0%}"
            yield ContentFault(miss.file, miss.line, f"{share}; the first miss is '{miss.text}'")


def check_alarm(content: Content, alarm: AlarmReader) -> Iterator[ContentFault]:
    """Every must_raise text that does not raise its kind, and every must_not_raise text that raises any."""
    for language, entry in content.alarm.items():
        file = f"alarm/{language}.yaml"
        line = content.marks[file].line
        for kind, texts in entry.must_raise.items():
            for number, text in enumerate(texts):
                if not _raises(alarm, text, kind):
                    yield ContentFault(file, line("must_raise", kind, number), f"does not raise {kind}: '{text}'")
        for number, text in enumerate(entry.must_not_raise):
            if raised := alarm.read(text):
                reasons = ", ".join(raised.reasons)
                yield ContentFault(file, line("must_not_raise", number), f"raises {reasons}: '{text}'")


def _raises(alarm: AlarmReader, text: str, kind: AlarmKind) -> bool:
    """True when the kind is the one raised or one of the rules that saw something is of that kind."""
    raised = alarm.read(text)
    return raised is not None and (raised.kind is kind or any(f"/{kind}/" in reason for reason in raised.reasons))
