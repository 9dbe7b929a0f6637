"""Whether a topic leads somewhere, is fresh, complete, and can be taught: faults of `topic.yaml` and of the samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from server.answers import limits
from server.answers.content import Content, Sample, Topic
from server.answers.faults import ContentFault

Found = Iterator[tuple[int, str]]


def check_topic(content: Content, topic: Topic, languages: Sequence[str], today: date) -> Iterator[ContentFault]:
    """Every fault of one `topic.yaml`, of missing languages and of too few samples."""
    for line, message in (*_references(content, topic), *_dates(topic, today)):
        yield ContentFault(topic.file, line, message)
    folder = topic.file.removesuffix("topic.yaml")
    for language in languages:
        if language not in topic.texts:
            yield ContentFault(f"{folder}{language}.md", 1, "the language is missing")
        taught = limits.SAMPLES.get(language, limits.SAMPLES_ELSEWHERE)
        kept = limits.MUST_FIND.get(language, limits.MUST_FIND_ELSEWHERE)
        yield from _too_few(f"{folder}samples.{language}.txt", topic.samples.get(language, ()), taught)
        yield from _too_few(f"{folder}must-find.{language}.txt", topic.must_find.get(language, ()), kept)


def _references(content: Content, topic: Topic) -> Found:
    line = topic.marks.line
    for number, line_id in enumerate(topic.meta.lines):
        if line_id not in content.lines:
            yield line("lines", number), f"lines: there is no help line '{line_id}' in lines.yaml"
    always = [content.lines[i].hours == "always" for i in topic.meta.lines if i in content.lines]
    if any(always) and not always[0]:
        yield line("lines"), "lines: one that is open day and night comes first"
    for number, key in enumerate(topic.meta.next):
        if key.startswith("topic:") and key.removeprefix("topic:") not in content.topics:
            yield line("next", number), f"next: there is no topic '{key.removeprefix('topic:')}'"


def _dates(topic: Topic, today: date) -> Found:
    meta, line = topic.meta, topic.marks.line
    if meta.expires_on < today:
        yield line("expires_on"), f"expires_on: expired on {meta.expires_on}: nobody sees this answer"
    elif meta.review_by < today:
        yield line("review_by"), f"review_by: the review was due on {meta.review_by}"
    if meta.checked_on > today:
        yield line("checked_on"), f"checked_on: {meta.checked_on} is in the future"
    months = limits.MONTHS_FRESH[meta.volatility]
    if meta.review_by > _months_after(meta.checked_on, months):
        yield (
            line("review_by"),
            f"review_by: volatility {meta.volatility} means at most {months} months after checked_on",
        )
    for number, source in enumerate(meta.sources):
        if source.checked_on > today:
            yield line("sources", number), f"sources: {source.checked_on} is in the future"


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    # The 28th exists in every month: a day or three more than asked does no harm, a date that does not exist would.
    return date(day.year + year, month + 1, min(day.day, 28))


def _too_few(file: str, samples: Sequence[Sample], needed: int) -> Iterator[ContentFault]:
    if len(samples) < needed:
        yield ContentFault(file, 1, f"{len(samples)} questions, at least {needed}")
