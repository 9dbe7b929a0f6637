"""Joining another phone or page to the same person by a short code."""

from __future__ import annotations

import re

from dialogs.effects import MakeJoinCode, UseJoinCode
from dialogs.events import JoinCodeMade
from dialogs.ports import Command, Phrasebook
from dialogs.talk import Talk, respond, silent
from dialogs.turn import Turn

_CODE = re.compile(r"([2-9A-HJ-NP-Z]{4})-?([2-9A-HJ-NP-Z]{4})", re.IGNORECASE | re.ASCII)


def code_in(text: str) -> str | None:
    """The code that the whole text is, in capitals without its dash."""
    found = _CODE.fullmatch(text.strip())
    return (found[1] + found[2]).upper() if found else None


def code_after_join(text: str, phrases: Phrasebook) -> str | None:
    """The code of "join CODE", the word join in any language; None for any other text."""
    word, _, rest = text.strip().partition(" ")
    code = code_in(rest)
    return code if code and phrases.command(word) is Command.JOIN else None


def make(talk: Talk) -> Turn:
    """Wishes for a code; it follows as an event of the same turn. Not while danger is open: the talk stays on this phone."""
    if talk.facts.case is not None and talk.facts.case.is_crisis:
        text = talk.voice.say("Not just now. First a person has to read what you told us. Please write to us here.")
        return respond(talk, talk.reply(text), "join_refused")
    return silent(talk, "join", MakeJoinCode())


def use(talk: Talk, code: str) -> Turn:
    """Tries a code; whether it worked follows as an event of the same turn."""
    return silent(talk, "join_tried", UseJoinCode(code))


def show_code(talk: Talk, made: JoinCodeMade) -> Turn:
    """The code, where to type it and for how long it works."""
    where = talk.voice.say("On your other phone or page, write: join {code}", code=made.code)
    limit = talk.voice.plural("It works for {n} minute.", "It works for {n} minutes.", made.minutes)
    return respond(talk, talk.reply(f"{where}\n\n{limit}"), "join_code")


def show_joined(talk: Talk) -> Turn:
    """Both are one person now."""
    return respond(talk, talk.reply(talk.voice.say("Done. Both are joined now. You can write on either.")), "joined")


def show_refused(talk: Talk) -> Turn:
    """It did not work; which of the reasons is not said."""
    text = talk.voice.say("That code did not work. Write join on your other phone or page to get a new one.")
    return respond(talk, talk.reply(text), "join_refused")
