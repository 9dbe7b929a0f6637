"""Whether a text shows figures by name, and a translation says what its English says: same figures, steps, labels, fingerprint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from server.answers.content import Content, Topic, TopicText
from server.answers.faults import ContentFault
from server.answers.figures import TYPED, named
from server.answers.markdown import HEADINGS, Section
from server.answers.states import SOURCE, is_stale

Found = Iterator[tuple[int, str]]


def check_translation(content: Content, topic: Topic, text: TopicText, today: date) -> Iterator[ContentFault]:
    """Every fault of one `<lang>.md` beside its English."""
    source = topic.texts.get(SOURCE)
    found = [*_figures(content, text, today)]
    if source is not None and text.language != SOURCE:
        found += [*_beside(source, text)]
        if is_stale(topic, text):
            found.append(
                (1, "made_from: the English has changed since; translate again, then `connexions content stamp`")
            )
    for line, message in found:
        yield ContentFault(text.file, line, message)


def check_figures(content: Content, today: date) -> Iterator[ContentFault]:
    """Figures that are due, or that nothing shows."""
    shown = {
        figure
        for topic in content.topics.values()
        for text in topic.texts.values()
        for section in text.sections
        for figure in named(_whole(section))
    }
    for figure, entry in content.figures.items():
        line = content.marks["figures.yaml"].line("figures", figure)
        if entry.review_by < today:
            yield ContentFault("figures.yaml", line, f"{figure}: the review was due on {entry.review_by}")
        if entry.checked_on > today:
            yield ContentFault("figures.yaml", line, f"{figure}: {entry.checked_on} is in the future")
        if figure not in shown:
            yield ContentFault("figures.yaml", line, f"{figure}: no answer shows it")


def _figures(content: Content, text: TopicText, today: date) -> Found:
    for section in text.sections:
        for figure in named(_whole(section)):
            known = content.figures.get(figure)
            if known is None:
                yield section.line, f"{{{figure}}}: there is no such figure in figures.yaml"
            elif known.on(today) is None:
                yield section.line, f"{{{figure}}}: has no value yet on {today}"
        if typed := TYPED.search(_whole(section)):
            yield section.line, f"'{typed[0]}' is typed: put the amount into figures.yaml and write {{its-name}}"


def _beside(source: TopicText, text: TopicText) -> Found:
    theirs = {(section.form, section.nation): section for section in text.sections}
    for ours in source.sections:
        other = theirs.get((ours.form, ours.nation))
        name = HEADINGS[ours.form]
        if other is None:
            if ours.form == "under_16":
                yield 1, f"'# {name}' stands in English and not here"
            continue
        if Counter(named(_whole(ours))) != Counter(named(_whole(other))):
            yield other.line, f"{name}: shows other figures than the English"
        if len(ours.steps) != len(other.steps):
            yield other.line, f"{name}: {len(other.steps)} steps, {len(ours.steps)} in English"


def _whole(section: Section) -> str:
    return "\n".join((section.text, *(step for _, step in section.steps)))
