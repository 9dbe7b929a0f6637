"""The truth about people: whether anyone reads now, and when next. Never a promise that nobody can keep."""

from __future__ import annotations

from datetime import datetime, timedelta

from dialogs.effects import CaseUrgency
from dialogs.facts import Facts
from dialogs.wording import Voice


def when(voice: Voice, at: datetime, now: datetime) -> str:
    """A day and time in full, with today or tomorrow as well: "Monday 23 November, 9am (tomorrow)"."""
    day, clock = voice.day(at.date()), voice.clock(at)
    if at.date() == now.date():
        return voice.say("{day}, {clock} (today)", day=day, clock=clock)
    if at.date() == now.date() + timedelta(days=1):
        return voice.say("{day}, {clock} (tomorrow)", day=day, clock=clock)
    return voice.say("{day}, {clock}", day=day, clock=clock)


def truth(voice: Voice, facts: Facts) -> str:
    """When people here read messages, in one sentence."""
    desk = facts.desk
    if desk.is_open and desk.closes_at:
        return voice.say("People are here now, until {clock}.", clock=voice.clock(desk.closes_at))
    if desk.is_open:
        return voice.say("People are here now.")
    if desk.opens_at:
        return voice.say("People are here again on {when}.", when=when(voice, desk.opens_at, facts.now))
    return voice.say("I do not know when people are here next.")


HOUR = timedelta(hours=1)
EXACT_MINUTES = 5
"""Up to here a measured wait is said to the minute, beyond it in steps of five."""


def wait(voice: Voice, facts: Facts, urgency: CaseUrgency) -> str:
    """How long people waited lately, as measured, or that nobody knows; empty while nobody is here."""
    if not facts.desk.is_open:
        return ""
    known = facts.waits.get(urgency)
    if known is None:
        return voice.say("I do not know how long you will wait.")
    if known > HOUR:
        hours = -(-known // HOUR)
        return voice.plural("Lately people waited up to {n} hour.", "Lately people waited up to {n} hours.", hours)
    minutes = max(1, -(-known // timedelta(minutes=1)))
    if minutes > EXACT_MINUTES:
        minutes = -(-minutes // EXACT_MINUTES) * EXACT_MINUTES
    return voice.plural("Lately people waited about {n} minute.", "Lately people waited about {n} minutes.", minutes)


def truth_in_crisis(voice: Voice, facts: Facts) -> str:
    """Who can write now, said to somebody who may be in danger."""
    if facts.desk.is_open:
        return voice.say("A person here will read this. We do not know yet how fast.")
    if facts.desk.opens_at:
        at = when(voice, facts.desk.opens_at, facts.now)
        return voice.say("No one here can write until {when}. These people can talk now.", when=at)
    return voice.say("We do not know when a person here can write. These people can talk now.")
