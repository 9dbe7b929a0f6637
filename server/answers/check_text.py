"""Whether one topic's text in one language keeps the limits: every breach is a fault with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.sms.encoding import count_parts
from server.answers import limits, measure
from server.answers.content import Content, Topic, TopicText
from server.answers.faults import ContentFault
from server.answers.limits import EASY, STANDARD, Limit
from server.answers.markdown import BY_NATION, HEADINGS, Section

NEEDED = ("one_line", "short", "more", "easy", "sms")

_SHORT_NUMBER = 3
"""Digits of 999 and its like, which may stand in a text."""

Found = Iterator[tuple[int, str]]
"""(line, message) of what is wrong in one file."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text that one message shows, and what to call it."""

    line: int
    name: str
    text: str
    language: str


def check_text(content: Content, topic: Topic, text: TopicText) -> Iterator[ContentFault]:
    """Every fault of one `<lang>.md`."""
    for line, message in (*_head(topic, text), *_forms(topic, text), *_sections(content, text)):
        yield ContentFault(text.file, line, message)


def _head(topic: Topic, text: TopicText) -> Found:
    front, line = text.front, text.marks.line
    if len(front.title) > limits.TITLE_LETTERS:
        yield line("title"), f"title: {len(front.title)} letters, at most {limits.TITLE_LETTERS}"
    if len(front.short_title) > limits.SHORT_TITLE_LETTERS:
        yield (
            line("short_title"),
            f"short_title: {len(front.short_title)} letters, at most {limits.SHORT_TITLE_LETTERS}",
        )
    if text.language in limits.SMS_GSM_ONLY:
        yield from _outside_gsm(line("short_title"), "short_title", front.short_title)
    for key in topic.meta.next:
        if key.startswith("alarm:") and key not in front.labels:
            yield line(), f"labels: '{key}' is in `next` of topic.yaml and has no label here"
    for key in front.labels:
        if key not in topic.meta.next:
            yield line("labels", key), f"labels: '{key}' is not in `next` of topic.yaml"


def _forms(topic: Topic, text: TopicText) -> Found:
    for form in NEEDED:
        nations = ("E", "W") if topic.meta.nation_differs and form in BY_NATION else ("",)
        for nation in nations:
            if text.section(form, nation) is None:
                yield 1, f"'# {_heading(form, nation)}' is missing"
    for section in text.sections:
        if section.nation and not topic.meta.nation_differs:
            yield section.line, f"'# {_heading(section.form, section.nation)}': topic.yaml says nation_differs: false"
        if topic.meta.nation_differs and not section.nation and section.form in BY_NATION:
            yield section.line, f"'# {_heading(section.form)}' stands once: it needs ': England' and ': Wales'"


def _heading(form: str, nation: str = "") -> str:
    return HEADINGS[form] + {"": "", "E": ": England", "W": ": Wales"}[nation]


def _sections(content: Content, text: TopicText) -> Found:
    known = frozenset(_digits(number) for line in content.lines.values() for number in (line.phone, line.text_to))
    for section in text.sections:
        yield from _by_form(section, text.language)
        for piece in _pieces(section, text.language):
            yield from _style(piece)
            yield from _typed_numbers(piece, is_sms=section.form == "sms", known=known)


def _pieces(section: Section, language: str) -> Iterator[_Piece]:
    name = _heading(section.form, section.nation)
    for line, paragraph in (*section.paragraphs, *section.steps):
        yield _Piece(line, name, paragraph, language)


def _by_form(section: Section, language: str) -> Found:
    name = _heading(section.form, section.nation)
    whole = _Piece(section.line, name, section.text, language)
    if section.form == "one_line":
        yield from _too_many(whole, "words", len(measure.words(section.text)), limits.ONE_LINE_WORDS)
    elif section.form in {"short", "under_16"}:
        yield from _message(whole, STANDARD)
    elif section.form == "easy":
        yield from _message(whole, EASY)
    elif section.form == "more":
        yield from _more(section, whole)
    else:
        yield from _sms(section, whole)
    if section.steps and section.form != "more":
        yield section.steps[0][0], f"{name}: only More may have steps"


def _message(piece: _Piece, limit: Limit) -> Found:
    """What a text shown as one message breaks."""
    yield from _paragraph(piece, limit)
    yield from _whole(piece, limit)


def _paragraph(piece: _Piece, limit: Limit) -> Found:
    yield from _too_many(piece, "words", len(measure.words(piece.text)), limit.words)
    yield from _too_many(piece, "sentences", len(measure.sentences(piece.text)), limit.sentences)
    yield from _too_many(piece, "questions", measure.questions(piece.text), limit.questions)
    yield from _too_many(piece, "numbers", measure.numbers(piece.text), limit.numbers)
    yield from _long_sentences(piece, limit)


def _long_sentences(piece: _Piece, limit: Limit) -> Found:
    for sentence in measure.sentences(piece.text):
        if (length := len(measure.words(sentence))) > limit.longest_sentence:
            yield (
                piece.line,
                f"{piece.name}: a sentence of {length} words, at most {limit.longest_sentence}: '{sentence}'",
            )


def _whole(piece: _Piece, limit: Limit) -> Found:
    """What only a whole text shows: its average sentence and how hard its words are."""
    average = len(measure.words(piece.text)) / max(1, len(measure.sentences(piece.text)))
    if average > limit.average_sentence:
        yield piece.line, f"{piece.name}: {average:.1f} words a sentence, at most {limit.average_sentence:g} on average"
    yield from _hardness(piece, piece.text, limit)


def _hardness(piece: _Piece, text: str, limit: Limit) -> Found:
    if piece.language != "en":
        if (score := measure.lix(text)) > limits.LIX:
            yield piece.line, f"{piece.name}: LIX {score:.0f}, at most {limits.LIX:.0f}: use shorter words or sentences"
        return
    if (age := measure.reading_age(text)) > limit.reading_age + 0.05:
        yield piece.line, f"{piece.name}: reading age {age:.1f}, at most {limit.reading_age:g}"
    hard, count = measure.hard_words(text), len(measure.words(text))
    if count and len(hard) / count >= limit.hard_share:
        share = f"{len(hard)} of {count} words have 3 or more syllables"
        yield piece.line, f"{piece.name}: {share}, under {limit.hard_share:.0%}: {', '.join(hard)}"


def _more(section: Section, whole: _Piece) -> Found:
    for line, paragraph in section.paragraphs:
        yield from _paragraph(replace(whole, line=line, text=paragraph), STANDARD)
    for line, step in section.steps:
        piece = replace(whole, line=line, name=f"{whole.name}, step", text=step)
        yield from _too_many(piece, "words", len(measure.words(step)), limits.STEP_WORDS)
        yield from _long_sentences(piece, STANDARD)
    everything = replace(whole, text="\n".join((whole.text, *(step for _, step in section.steps))))
    yield from _too_many(whole, "steps", len(section.steps), limits.STEPS)
    yield from _too_many(whole, "words", len(measure.words(everything.text)), limits.MORE_WORDS)
    yield from _whole(everything, STANDARD)


def _sms(section: Section, whole: _Piece) -> Found:
    text = section.text
    most = limits.SMS_LETTERS.get(whole.language)
    units = count_parts(text).units
    if most and units > most:
        yield section.line, f"{whole.name}: {units} characters, at most {most}"
    if whole.language in limits.SMS_GSM_ONLY:
        yield from _outside_gsm(section.line, whole.name, text)
    if any(quote in text for quote in "‘’“”"):
        yield section.line, f"{whole.name}: a curly quote; type ' or \""
    if link := limits.LINK.search(text):
        yield section.line, f"{whole.name}: no links in SMS: '{link[0]}'"
    yield from _too_many(whole, "questions", measure.questions(text), STANDARD.questions)
    yield from _long_sentences(whole, STANDARD)


def _outside_gsm(line: int, name: str, text: str) -> Found:
    outside = sorted({c for c in text if count_parts(c).encoding != "GSM-7"})
    if outside:
        yield line, f"{name}: {' '.join(outside)} cost a message of half the length (not in GSM-7)"


def _style(piece: _Piece) -> Found:
    for pattern, advice in limits.FORBIDDEN.get(piece.language, ()):
        if found := pattern.search(piece.text):
            yield piece.line, f"{piece.name}: '{found[0]}' is not said here: {advice}"
    if piece.language != "en":
        return
    for found in limits.PASSIVE.finditer(piece.text):
        if found[1].casefold() not in limits.NOT_PASSIVE:
            yield piece.line, f"{piece.name}: passive, say who does it: '{found[0]}'"
    for word in limits.CAPITALS.findall(piece.text):
        if word.removesuffix("s") not in limits.ACRONYMS:
            yield piece.line, f"{piece.name}: '{word}': write it out"


def _typed_numbers(piece: _Piece, *, is_sms: bool, known: Iterable[str]) -> Found:
    for number in measure.phone_numbers(piece.text):
        if len(number) > _SHORT_NUMBER and not (is_sms and number in known):
            yield piece.line, f"{piece.name}: a phone number in the text: name the help line in topic.yaml"


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())


def _too_many(piece: _Piece, what: str, count: int, most: int) -> Found:
    if count > most:
        yield piece.line, f"{piece.name}: {count} {what}, at most {most}"
