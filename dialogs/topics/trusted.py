"""Up to three adults whom they trust, by first name (domain.md H13): their adviser sees the names, nobody else is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from dialogs.around import AskTrusted, ForgetTrusted, KeepTrusted, TrustedListed
from dialogs.menu import Entry
from dialogs.ports import Command
from dialogs.talk import Next, Talk, put_away, respond, silent
from dialogs.topics import crisis
from dialogs.turn import Turn

TOPIC: Final = "trusted"
MOST_WORDS: Final = 4
LONGEST_NAME: Final = 40
FRESH: Final = timedelta(hours=1)
ENOUGH: Final = frozenset({Command.NO, Command.SKIP, Command.FINE})


def show(talk: Talk) -> Turn:
    """Ask for the names; they follow as an event of the same turn."""
    return silent(talk, "trusted_asked", AskTrusted())


def act(talk: Talk, rest: str) -> Turn:
    """The turn of "trusted:<doing>"; without a doing the names are shown."""
    return _enough(talk) if rest == "done" else _forget(talk) if rest == "forget" else show(talk)


def listed(talk: Talk, event: TrustedListed) -> Turn:
    """The names as they stand, and how to add one."""
    voice = talk.voice
    entries = [Entry("trusted:done", voice.say("That is all"), voice.say("all"))]
    if not event.names:
        may = voice.say("You can name up to 3 adults you trust. Your adviser sees the names.")
        one = voice.say("Write one first name.")
        return respond(talk, talk.reply(f"{may} {one}"), "trusted", entries, then=Next(TOPIC))
    said = voice.say("You trust: {names}.", names=", ".join(event.names))
    more = "" if event.is_full else voice.say("You can write one more name.")
    entries.append(Entry("trusted:forget", voice.say("Forget these names"), voice.say("forget")))
    text = " ".join(filter(None, (said, more)))
    return respond(talk, talk.reply(text), "trusted", entries, then=Next("" if event.is_full else TOPIC))


def go_on(talk: Talk) -> Turn | None:
    """A short text is a name; a longer one, or one that comes late, is something else."""
    asked_at = talk.state.last_turn_at
    is_old = asked_at is not None and talk.facts.now - asked_at > FRESH
    if is_old or crisis.is_present(talk) or talk.message is None:
        return None
    if talk.reading.command in ENOUGH:
        return _enough(talk)
    name = " ".join(talk.text.split())
    is_name = 0 < len(name.split()) <= MOST_WORDS and len(name) <= LONGEST_NAME and any(map(str.isalpha, name))
    is_else = talk.reading.command or talk.reading.finding.intent or "?" in name
    return silent(talk, "trusted_named", KeepTrusted(name)) if is_name and not is_else else None


def _forget(talk: Talk) -> Turn:
    return silent(talk, "trusted_forgotten", ForgetTrusted())


def _enough(talk: Talk) -> Turn:
    ended = replace(talk, state=put_away(talk.state))
    return respond(ended, ended.reply(talk.voice.say("OK. You can change this any time.")), "trusted_done")
