"""The conversation: one message or event in, one turn out. The only entry for the server."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs import held
from dialogs.age import stated_age
from dialogs.effects import AddToCase, Complain, MarkAddress, OpenCase, OtherAdviser, StartMessages, UseJoinCode
from dialogs.events import (
    AdviserLeft,
    AdviserLost,
    ComplaintMade,
    Event,
    HoldLifted,
    JoinCodeMade,
    Joined,
    JoinRefused,
    LanguagePicked,
    LongWait,
    MyDataCompiled,
    Opened,
    PersonErased,
    SeatTaken,
    StillOnHold,
)
from dialogs.facts import Facts
from dialogs.menu import typed_number
from dialogs.messages import ChannelName, InboundMessage, MessageKind
from dialogs.ports import Command, Ports
from dialogs.router import again, route
from dialogs.state import ConversationState
from dialogs.talk import Talk, preceded, silent
from dialogs.topics import (
    adviser,
    booking_flow,
    complaint,
    crisis,
    greeting,
    joining,
    language,
    on_hold,
    privacy,
    question,
    whose,
)
from dialogs.topics.booking_events import told
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
        "adviser_lost",
        "adviser_left",
        "place_free",
        "booked_for_you",
        "called_off_for_you",
        "adviser_late",
        "did_it_happen",
        "comfort_asked",
        "hold_lifted",
    }
)
"""Outcomes that say who we are themselves, or that nothing may come before."""

NOT_FOR_ADVISERS = held.OURS - {Command.STOP, Command.START}
"""Commands that are meant for the computer also while an adviser is there: stop can be meant for both."""


KEEPS_WORDS = (OpenCase, AddToCase, UseJoinCode, OtherAdviser, Complain)
"""Effects that keep the words of their turn themselves."""


def take_turn(incoming: InboundMessage | Event, state: ConversationState, facts: Facts, ports: Ports) -> Turn:
    """The turn that follows: new state, replies in order, effects in order. Never raises for anything that a person types."""
    talk = Talk(state.at(facts.now), facts, ports, NOTHING_READ, again)
    if isinstance(incoming, StillOnHold):
        return on_hold.line(talk)
    if not isinstance(incoming, InboundMessage):
        return _set_aside(talk, _finished(talk, _event(talk, incoming)), incoming)
    if incoming.kind in {MessageKind.BLOCKED, MessageKind.UNBLOCKED}:
        return silent(talk, incoming.kind.value, MarkAddress(is_reachable=incoming.kind is MessageKind.UNBLOCKED))
    heard = _heard(talk, incoming)
    if facts.is_on_hold and heard.reading.alarm is None:
        return on_hold.heard(replace(heard, state=talk.state))
    if (turn := whose.heard(heard)) is not None:
        return replace(turn, state=replace(turn.state, last_turn_at=facts.now))
    is_start = incoming.kind is MessageKind.START and not heard.reading.alarm
    turn = _start(heard) if is_start else route(heard)
    turn = _finished(heard, turn)
    return on_hold.beside_alarm(turn) if facts.is_on_hold else turn


def _set_aside(talk: Talk, turn: Turn, event: Event) -> Turn:
    """On a shared phone that somebody else may hold, what we say of our own accord waits for its reader behind a line for anybody."""
    is_reader = isinstance(event, SeatTaken) or not talk.facts.is_whose_asked
    if is_reader or not talk.facts.seat or not turn.replies:
        return turn
    state = replace(turn.state, unread=(*talk.state.unread, *turn.replies))
    return replace(turn, state=state, replies=(whose.notice(talk.voice, talk.facts.seat),))


def _heard(talk: Talk, message: InboundMessage) -> Talk:
    """The talk with the message read once, and what it says about the writer remembered."""
    told = _age_told(_page_language(talk, message), message)
    text = message.text or _words_of_payload(talk, message)
    # A press is ours to word: what stands on the button says nothing about whoever pressed it.
    is_press = message.kind is MessageKind.CHOICE and message.press is not None
    is_ours = is_press or typed_number(text) is not None
    reading = NOTHING_READ if is_ours else understand(text, told.language, told.ports)
    return replace(told, text=text, message=message, reading=reading)


def _words_of_payload(talk: Talk, message: InboundMessage) -> str:
    """What came with a start and is none of our links: "/start overdose", typed by hand, is a word for the alarm."""
    kind = message.payload.partition("_")[0]
    is_ours = kind in {"j", "t"} or message.payload in talk.facts.languages
    return "" if is_ours else re.sub(r"[_-]+", " ", message.payload).strip()


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
    if talk.has_adviser and not talk.facts.is_stopped:
        return adviser.is_here(talk)
    if payload in talk.facts.languages:
        turn = greeting.greet(talk.with_settings(language=payload))
    elif kind == "t" and rest:
        turn = question.show(talk, rest.replace("_", ".", 1))
        turn = turn if turn.outcome.name != "gone" else greeting.greet(talk)
    else:
        turn = greeting.greet(talk)
    return replace(turn, effects=(*turn.effects, StartMessages())) if talk.facts.is_stopped else turn


def _event(talk: Talk, event: Event) -> Turn:  # noqa: C901, PLR0912 - one arm an event
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
        case AdviserLost():
            return adviser.lost(talk, event)
        case AdviserLeft():
            return adviser.left(talk, event)
        case LongWait():
            return adviser.long_wait(talk)
        case ComplaintMade():
            return complaint.show(talk, event)
        case StillOnHold():
            return on_hold.line(talk)
        case HoldLifted():
            return on_hold.lifted(talk)
        case SeatTaken():
            return whose.taken(talk)
        case _:
            return told(talk, event)


def _finished(talk: Talk, turn: Turn) -> Turn:
    """The turn with what belongs to every turn: what comes before the replies, what they all carry, the time."""
    turn = _with_crisis_words_kept(talk, turn)
    turn = booking_flow.beside(talk, turn)
    if turn.replies:
        turn = _carrying_what_all_carry(_with_other_ways(talk, _with_intro(talk, turn)), talk)
    return replace(turn, state=replace(turn.state, last_turn_at=talk.facts.now))


def _with_intro(talk: Talk, turn: Turn) -> Turn:
    """The first greeting before the first reply; never in a crisis."""
    name = turn.outcome.name
    is_crisis = name.startswith("crisis") or crisis.is_present(replace(talk, state=turn.state))
    if turn.state.is_greeted or name in WITHOUT_INTRO or is_crisis:
        return turn
    spoken = replace(talk, state=turn.state)
    return preceded(replace(turn, state=replace(turn.state, is_greeted=True)), greeting.intro(spoken))


def _with_other_ways(talk: Talk, turn: Turn) -> Turn:
    """Once, for an under-16 on Telegram; the first greeting of this very turn has said it already."""
    state = turn.state
    if (
        state.crisis_since
        or "told_ways" in state.notes
        or not greeting.is_young_on_telegram(state.settings, talk.facts)
    ):
        return turn
    spoken = replace(talk, state=state).with_note("told_ways", "1")
    noted = replace(turn, state=spoken.state)
    ways = greeting.other_ways(spoken) if talk.state.is_greeted else None
    return preceded(noted, ways) if ways else noted


def _carrying_what_all_carry(turn: Turn, talk: Talk) -> Turn:
    """Each reply with how to read on when it is cut and, in a crisis, with the help lines."""
    spoken = replace(talk, state=turn.state)
    hint = spoken.voice.say("Reply MORE for the rest.")
    lines = crisis.present_lines(spoken)
    replies = (replace(reply, more_hint=reply.more_hint or hint, lines=lines or reply.lines) for reply in turn.replies)
    return replace(turn, replies=tuple(replies))


def _with_crisis_words_kept(talk: Talk, turn: Turn) -> Turn:
    """What somebody in crisis writes, or while an adviser is there, belongs to the case, whatever else it did."""
    is_kept = any(isinstance(effect, KEEPS_WORDS) for effect in turn.effects)
    if is_kept or talk.reading is NOTHING_READ:
        return turn
    is_for_case = talk.has_adviser or (crisis.is_present(talk) and not talk.reading.command)
    is_ours_alone = talk.reading.command in NOT_FOR_ADVISERS
    return replace(turn, effects=(*turn.effects, AddToCase())) if is_for_case and not is_ours_alone else turn
