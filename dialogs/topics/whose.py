"""A phone that several share (J21): who is writing, asked by nicknames alone, and nothing said of one before another.

Danger is read before this: whoever holds the phone is answered at once. The words that came before the question are kept by the
server and answered when it is known whose they are.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs.effects import Speaks
from dialogs.fold import fold
from dialogs.menu import Entry, choice_by_number, typed_number
from dialogs.messages import PERSON_NUMBER, Reply
from dialogs.ports import Command
from dialogs.talk import Next, Talk, respond, silent
from dialogs.topics import greeting
from dialogs.turn import Turn
from dialogs.wording import Voice

TOPIC = "whose"
NOBODY = ""
"""Somebody whose nickname is not on the list."""

THROUGH = frozenset({Command.STOP, Command.START, Command.HELP})
"""What the law gives to whoever holds the phone, asked or not."""


def heard(talk: Talk) -> Turn | None:
    """The turn on a shared phone, or None when it is known who writes and nobody else takes it up."""
    if not talk.facts.seats or talk.reading.alarm is not None:
        return None
    if (named := _named(talk)) is not None:
        return silent(talk.with_state(offered=(), topic="", step=""), "whose_known", Speaks(named))
    if not talk.facts.is_whose_asked or talk.reading.command in THROUGH or _wants_a_person(talk):
        return None
    is_wrong_number = talk.state.topic == TOPIC and _number(talk) is not None
    return ask(talk, "whose_again" if is_wrong_number else "whose_asked")


def ask(talk: Talk, outcome: str) -> Turn:
    """Nicknames only: nothing that tells what this is, or of whom we know what."""
    voice = talk.voice
    entries = [Entry(f"whose:{name}", name) for name in talk.facts.seats]
    entries.append(Entry("whose:", voice.say("Somebody else"), voice.say("other person")))
    # a list of letters is short: all of them, however few choices go on a screen
    wide = replace(talk, facts=replace(talk.facts, max_choices=max(len(entries), talk.facts.max_choices)))
    text = talk.reply(voice.say("Who is this?"))
    return respond(wide, text, outcome, entries, then=Next(TOPIC), has_menu=False)


def notice(voice: Voice, name: str) -> Reply:
    """What may be read by anybody: that something is there for one of them, and how to read it."""
    return Reply(voice.language, voice.say("{name}: a message for you. Send {name} to read it.", name=name))


def taken(talk: Talk) -> Turn:
    """It is them: what waited for them, or hello."""
    if not talk.state.unread:
        return greeting.greet(talk)
    first, *rest = talk.state.unread
    turn = respond(talk, first, "unread")
    state = replace(turn.state, menu_id=talk.state.menu_id, offered=talk.state.offered, unread=tuple(rest))
    state = replace(state, topic=talk.state.topic, step=talk.state.step, notes=talk.state.notes, trail=talk.state.trail)
    return replace(turn, state=state, replies=(first, *rest))


def _named(talk: Talk) -> str | None:
    """The nickname that they picked or wrote; None for anything else."""
    number = _number(talk)
    if talk.state.topic == TOPIC and number is not None:
        choice = choice_by_number(talk.state.offered, number)
        kind, _, name = choice.key.partition(":") if choice else ("", "", "")
        return name if kind == TOPIC else None
    said = fold(talk.text)
    return next((name for name in talk.facts.seats if said and said == fold(name)), None)


def _number(talk: Talk) -> int | None:
    press = talk.message.press if talk.message else None
    if press is not None:
        return press.number if press.menu_id == talk.state.menu_id else None
    return typed_number(talk.text)


def _wants_a_person(talk: Talk) -> bool:
    return talk.state.topic == TOPIC and _number(talk) == PERSON_NUMBER
