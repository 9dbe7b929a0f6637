"""A number on hold: whoever writes from it is told nothing about anybody, and a person of ours sees that somebody wrote (domain.md 4.6).

Danger is read before this: its card is given whoever holds the phone.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs.effects import HeardOnHold, StopMessages
from dialogs.lines import for_anybody
from dialogs.messages import ReplyKind
from dialogs.ports import Command
from dialogs.talk import Talk, respond, silent
from dialogs.turn import Outcome, Turn


def heard(talk: Talk) -> Turn:
    """Nothing of the talk goes on; what is said follows as an event of the same turn. STOP is heeded without a word."""
    if talk.reading.command is Command.STOP:
        return silent(talk, "on_hold_stop", StopMessages(is_all=True), HeardOnHold(is_answered=False))
    return silent(talk, "on_hold", HeardOnHold())


def beside_alarm(turn: Turn) -> Turn:
    """The turn about danger; a person of ours learns also that it came from a number on hold."""
    return replace(turn, effects=(*turn.effects, HeardOnHold(is_answered=False)))


def line(talk: Talk) -> Turn:
    """One line for whoever holds the phone: no name, no service, no choice; where anybody gets help."""
    text = talk.voice.say("We can not answer on this number just now. Do you need help? Ring one of these.")
    reply = talk.reply(text, kind=ReplyKind.NOTICE, lines=for_anybody(talk))
    return Turn(talk.state, (reply,), (), Outcome("on_hold"))


def lifted(talk: Talk) -> Turn:
    """The check word was right: it is them."""
    text = talk.voice.say("Thank you. You can write to us here again. What do you want to do?")
    return respond(talk.with_state(offered=(), trail=()), talk.reply(text), "hold_lifted")
