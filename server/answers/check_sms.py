"""What an answer costs by SMS, worded and numbered by the conversation itself and rendered as it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.sms.encoding import Parts, count_parts
from bot.sms.render import MAX_PARTS, MEDIA, render
from dialogs.facts import Desk, Facts, Nation
from dialogs.lines import help_lines
from dialogs.messages import ChannelName, LineCard, Reply
from dialogs.ports import AlarmKind, Ports, Tier
from dialogs.state import ConversationState, Settings
from dialogs.talk import Talk
from dialogs.topics import question
from dialogs.turn import Turn
from dialogs.understand import NOTHING_READ
from server.answers import limits
from server.answers.content import TopicText
from server.answers.faults import ContentFault

_NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
_AGES: Final = (15, 25)


@dataclass(frozen=True, slots=True)
class SmsCost:
    """One answer as an SMS. `sent` is all of it; `own` leaves out the help lines, which the editor does not word."""

    text: str
    own: Parts
    sent: Parts


def sms_cost(ports: Ports, topic: str, language: str) -> SmsCost | None:
    """The dearer of England's and Wales's; None for crisis topics, which have a card, and where the language is missing."""
    costs = [cost for nation in Nation if (cost := _cost(ports, topic, language, nation))]
    return max(costs, key=lambda cost: cost.own.units, default=None)


def check_sms(ports: Ports, topic: str, text: TopicText) -> Iterator[ContentFault]:
    """A fault when the answer with its choices takes more parts than its language may, or more than any message may."""
    cost = sms_cost(ports, topic, text.language)
    if cost is None:
        return
    line = next((section.line for section in text.sections if section.form == "sms"), 1)
    most = limits.SMS_PARTS.get(text.language, limits.SMS_PARTS_ELSEWHERE)
    if cost.own.parts > most:
        units = f"{cost.own.units} {cost.own.encoding} characters, {cost.own.parts} parts, at most {most}"
        yield ContentFault(text.file, line, f"SMS: with its choices {units}: {cost.text!r}")
    if cost.sent.parts > MAX_PARTS:
        sent = f"{cost.sent.parts} parts, at most {MAX_PARTS}"
        yield ContentFault(text.file, line, f"SMS: with its choices and help lines {sent}")


def crisis_lines() -> frozenset[str]:
    """The ids of every help line that a crisis card may show."""
    asked: set[str] = set()

    class _Asked:
        def line(self, line_id: str, language: str) -> LineCard:
            asked.add(line_id)
            return LineCard(line_id, language)

    for age in _AGES:
        talk = _talk(Ports(*(_Asked(),) * 7), "en", Settings(age=age))  # type: ignore[arg-type]
        for kind in AlarmKind:
            help_lines(talk, kind)
    return frozenset(asked)


def _cost(ports: Ports, topic: str, language: str, nation: Nation) -> SmsCost | None:
    answer = ports.book.answer(topic, language, nation)
    if answer is None or answer.language != language or not answer.sms or answer.tier is Tier.CRISIS:
        return None
    talk = _talk(ports, language, Settings(language, nation=nation))
    reply = question.show(talk, topic).replies[-1]
    own = render(_without_lines(reply))
    return SmsCost(own, count_parts(own), count_parts(render(reply)))


def _without_lines(reply: Reply) -> Reply:
    return replace(reply, lines=())


def _talk(ports: Ports, language: str, settings: Settings) -> Talk:
    """Somebody on SMS who chose a language and is about to be shown something."""
    most = MEDIA[ChannelName.SMS].limits.max_choices
    facts = Facts(_NOON, ChannelName.SMS, most, (language,), language, Desk(is_open=True))
    return Talk(ConversationState(settings, is_greeted=True), facts, ports, NOTHING_READ, _never)


def _never(talk: Talk, text: str) -> Turn:
    raise AssertionError((talk, text))
