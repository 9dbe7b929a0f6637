"""What an answer costs by SMS, rendered with its choices as it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.sms.encoding import Parts, count_parts
from bot.sms.render import render
from dialogs.facts import Nation
from dialogs.menu import Entry, numbered
from dialogs.messages import Reply
from dialogs.ports import Answer, Wording
from dialogs.wording import Voice
from server.answers import limits
from server.answers.content import Content, TopicText
from server.answers.faults import ContentFault
from server.answers.library import Library

SMS_CHOICES = 4
LABELS = {"more": "more", "book": "book a talk", "person": "talk to a person"}


def sms_parts(content: Content, topic: str, language: str, wording: Wording) -> tuple[str, Parts] | None:
    """The longest SMS of an answer over the nations, and what it costs; None when the language is missing."""
    book = Library(content, lambda: date.min)
    answers = (book.answer(topic, language, nation) for nation in Nation)
    texts = [_rendered(book, a, Voice(wording, language)) for a in answers if a and a.language == language and a.sms]
    return max(((text, count_parts(text)) for text in texts), key=lambda found: found[1].units, default=None)


def check_sms(content: Content, text: TopicText, topic: str, wording: Wording) -> Iterator[ContentFault]:
    """A fault when the SMS with its choices takes more parts than the language may."""
    found = sms_parts(content, topic, text.language, wording)
    most = limits.SMS_PARTS.get(text.language, limits.SMS_PARTS_ELSEWHERE)
    if found and found[1].parts > most:
        line = next((section.line for section in text.sections if section.form == "sms"), 1)
        cost = f"{found[1].units} {found[1].encoding} characters, {found[1].parts} parts, at most {most}"
        yield ContentFault(text.file, line, f"SMS: with its choices {cost}: {found[0]!r}")


def _rendered(book: Library, answer: Answer, voice: Voice) -> str:
    labels = dict(answer.labels)
    entries = [Entry(key, *_label(book, key, labels, voice)) for key in answer.next_keys]
    choices = numbered(entries, SMS_CHOICES, voice)
    return render(Reply(voice.language, answer.short, sms_text=answer.sms, choices=choices))


def _label(book: Library, key: str, labels: dict[str, str], voice: Voice) -> tuple[str, str]:
    """(label, short form) of a choice, as the conversation words it."""
    if key.startswith("topic:"):
        found = book.content.topics[key.removeprefix("topic:")].texts.get(voice.language)
        return labels.get(key, key), found.front.short_title if found else ""
    said = labels.get(key) or voice.say(LABELS.get(key, key))
    return said, said
