"""The conversation: one message or event in, one turn out. The only entry for the server."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from dialogs.age import stated_age
from dialogs.effects import AddToCase, MarkAddress, OpenCase, StartMessages, UseJoinCode
from dialogs.events import (
    Event,
    JoinCodeMade,
    Joined,
    JoinRefused,
    LanguagePicked,
    MyDataCompiled,
    Opened,
    PersonErased,
)
from dialogs.facts import Facts
from dialogs.menu import typed_number
from dialogs.messages import ChannelName, InboundMessage, MessageKind
from dialogs.ports import Ports
from dialogs.router import again, route
from dialogs.state import ConversationState
from dialogs.talk import Talk, preceded, silent
from dialogs.topics import crisis, greeting, joining, language, privacy, question
from dialogs.turn import Turn
from dialogs.understand import NOTHING_READ, understand

WITHOUT_INTRO = frozenset(
    {
        "greeted",
        "opened",
        "stopped",
        "reminders_stopped",
        "started",
        "help",
        "slow_down",
        "erased",
        "language_asked",
        "language_missing",
    }
)
"""Outcomes that say who we are themselves, or that nothing may come before."""


def take_turn(incoming: InboundMessage | Event, state: ConversationState, facts: Facts, ports: Ports) -> Turn:
    """The turn that follows: new state, replies in order, effects in order. Never raises for anything that a person types."""
    talk = Talk(state.at(facts.now), facts, ports, NOTHING_READ, again)
    if not isinstance(incoming, InboundMessage):
        return _finished(talk, _event(talk, incoming))
    if incoming.kind in {MessageKind.BLOCKED, MessageKind.UNBLOCKED}:
        return silent(talk, incoming.kind.value, MarkAddress(is_reachable=incoming.kind is MessageKind.UNBLOCKED))
    heard = _heard(talk, incoming)
    turn = _start(heard) if incoming.kind is MessageKind.START and not heard.reading.alarm else route(heard)
    return _finished(heard, turn)


def _heard(talk: Talk, message: InboundMessage) -> Talk:
    """The talk with the message read once, and what it says about the writer remembered."""
    told = _age_told(_page_language(talk, message), message)
    text = message.text
    reading = NOTHING_READ if typed_number(text) is not None else understand(text, told.language, told.ports)
    return replace(told, text=text, message=message, reading=reading)


def _page_language(talk: Talk, message: InboundMessage) -> Talk:
    """The web page is already in a language that they see: it is theirs until they pick another."""
    shown = message.display_language
    if (
        message.channel is ChannelName.WEBCHAT
        and talk.state.settings.language is None
        and shown in talk.facts.languages
    ):
        return talk.with_settings(language=shown)
    return talk


def _age_told(talk: Talk, message: InboundMessage) -> Talk:
    age = stated_age(message.text) if message.kind in {MessageKind.TEXT, MessageKind.EDITED} else None
    return talk.with_settings(age=age) if age is not None else talk


def _start(talk: Talk) -> Turn:
    """The start button or a link to us: a language, a topic or a joining code may come with it."""
    payload = talk.message.payload if talk.message else ""
    kind, _, rest = payload.partition("_")
    if kind == "j" and (code := joining.code_in(rest)):
        return joining.use(talk, code)
    if payload in talk.facts.languages:
        turn = greeting.greet(talk.with_settings(language=payload))
    elif kind == "t" and rest:
        turn = question.show(talk, rest.replace("_", ".", 1))
        turn = turn if turn.outcome.name != "gone" else greeting.greet(talk)
    else:
        turn = greeting.greet(talk)
    return replace(turn, effects=(*turn.effects, StartMessages())) if talk.facts.is_stopped else turn


def _event(talk: Talk, event: Event) -> Turn:
    match event:
        case MyDataCompiled():
            return privacy.show_my_data(talk, event)
        case PersonErased():
            return privacy.show_erased(talk, event)
        case JoinCodeMade():
            return joining.show_code(talk, event)
        case Joined():
            return joining.show_joined(talk)
        case JoinRefused():
            return joining.show_refused(talk)
        case Opened():
            known = event.language in talk.facts.languages
            return greeting.greet(talk.with_settings(language=event.language) if known else talk, "opened")
        case LanguagePicked():
            return language.choose(talk, event.language)
        case _:
            assert_never(event)


def _finished(talk: Talk, turn: Turn) -> Turn:
    """The turn with what belongs to every turn: the first greeting, other ways in, crisis lines, the time."""
    turn = _with_intro(talk, turn)
    turn = _with_other_ways(talk, turn)
    turn = _with_crisis_words_kept(talk, crisis.with_lines(talk, turn))
    hint = replace(talk, state=turn.state).voice.say("Reply MORE for the rest.")
    replies = tuple(replace(reply, more_hint=reply.more_hint or hint) for reply in turn.replies)
    return replace(turn, state=replace(turn.state, last_turn_at=talk.facts.now), replies=replies)


def _is_about_crisis(turn: Turn) -> bool:
    return turn.outcome.name.startswith("crisis")


def _with_intro(talk: Talk, turn: Turn) -> Turn:
    if turn.state.is_greeted or not turn.replies or _is_about_crisis(turn) or turn.outcome.name in WITHOUT_INTRO:
        return turn
    spoken = replace(talk, state=turn.state)
    return preceded(replace(turn, state=replace(turn.state, is_greeted=True)), greeting.intro(spoken))


def _with_other_ways(talk: Talk, turn: Turn) -> Turn:
    """Once, for an under-16 on Telegram; the first greeting of this very turn has said it already."""
    spoken = replace(talk, state=turn.state)
    if (
        not turn.replies
        or turn.state.crisis_since
        or "told_ways" in turn.state.notes
        or not greeting.is_young_on_telegram(spoken)
    ):
        return turn
    noted = replace(turn, state=spoken.with_note("told_ways", "1").state)
    ways = greeting.other_ways(spoken) if talk.state.is_greeted else None
    return preceded(noted, ways) if ways else noted


def _with_crisis_words_kept(talk: Talk, turn: Turn) -> Turn:
    """What somebody in crisis writes belongs to the case, whatever else it did."""
    is_kept = any(isinstance(effect, OpenCase | AddToCase | UseJoinCode) for effect in turn.effects)
    if not crisis.is_present(talk) or is_kept or talk.reading is NOTHING_READ:
        return turn
    return replace(turn, effects=(*turn.effects, AddToCase()))
