"""Getting a person: asking for one, at a set time, booking an adviser, and what it is about."""

from __future__ import annotations

from datetime import datetime

from dialogs.desk import truth, wait, when
from dialogs.effects import AddToCase, CaseUrgency, Effect, MakeTask, OpenCase, Work
from dialogs.lines import open_now
from dialogs.menu import Entry
from dialogs.messages import ChannelName
from dialogs.ports import Command
from dialogs.talk import NOTHING_NEXT, Next, Talk, preceded, respond
from dialogs.topics import crisis
from dialogs.turn import Turn
from dialogs.wording import N_

TOPIC = "handover"
URGENCY_OF = {"language": CaseUrgency.ACCESS}
"""The clock of a case by its reason; every other reason is a request for advice."""

WHAT = N_("What is it about? A few words help. Or reply skip.")
WHAT_SHORT = N_("What is it about? Or reply skip.")
MOST_TIMES = 2
"""Times offered for a person to write back: with what else stands there they fit one text message."""

LINKED_REASON = "reason"
"""Note of a topic that says why a person is asked for next ("voice", "language", ...)."""


def person(talk: Talk) -> Turn:
    """A case at once, when a person reads it, and one question: what is it about? An open case is not opened twice."""
    if crisis.is_present(talk):
        return crisis.person(talk)
    if talk.facts.case is not None:
        return _again(talk)
    reason = talk.state.notes.get(LINKED_REASON, "asked")
    effects = (_case(talk, reason), *needs(talk))
    asked = talk.voice.say("I have asked a person for you.")
    said = f"{asked} {_when(talk)}"
    if talk.facts.desk.is_open or talk.facts.is_stopped:
        reply = talk.reply(
            " ".join(filter(None, (said, _stay(talk)))) + f"\n\n{talk.voice.say(WHAT)}",
            sms_text=f"{said}\n{talk.voice.say(WHAT_SHORT)}",
        )
        return respond(talk, reply, "person", (), effects, then=Next(TOPIC, "about"))
    return _out_of_hours(talk, said, effects)


def _out_of_hours(talk: Talk, said: str, effects: tuple[Effect, ...]) -> Turn:
    """When somebody reads it, who can talk now, and times at which a person could write back."""
    offers = [Entry(f"call:{at.isoformat()}", _time(talk, at)) for at in talk.facts.call_times[:MOST_TIMES]]
    pick = talk.voice.say("Or pick when a person writes to you.") if offers else ""
    what, short = (" ".join(filter(None, (talk.voice.say(asked), pick))) for asked in (WHAT, WHAT_SHORT))
    lines = open_now(talk)
    then = Next(TOPIC, "about")
    if talk.facts.channel is ChannelName.SMS:
        # each of the two has to be one text message
        turn = respond(talk, talk.reply(what, sms_text=short), "person", offers, effects, then=then)
        return preceded(turn, talk.reply(said, lines=lines))
    now = talk.voice.say("You can talk to these people now.") if lines else ""
    text = "\n\n".join(filter(None, (" ".join(filter(None, (said, _stay(talk)))), what, now)))
    return respond(talk, talk.reply(text, lines=lines), "person", offers, effects, then=then)


def call_back(talk: Talk, instant: str) -> Turn:
    """A time that they picked, written down as work with a due time. One that has passed is offered no more."""
    at = _instant(instant)
    if at is None or at <= talk.facts.now:
        return person(talk)
    opening = () if talk.facts.case else (_case(talk, "call_back"),)
    said = talk.voice.say(
        "OK. A person is asked to write to you here on {when}.", when=when(talk.voice, at, talk.facts.now)
    )
    what = talk.voice.say(WHAT_SHORT)
    effects = (*opening, MakeTask(Work.CALL_BACK, at=at))
    return respond(talk, talk.reply(f"{said}\n\n{what}"), "call_back", (), effects, then=Next(TOPIC, "about"))


def needs(talk: Talk) -> tuple[Effect, ...]:
    """What a person has to arrange for somebody who signs."""
    return (MakeTask(Work.ACCESS, "bfi"),) if talk.state.settings.is_signing else ()


def book(talk: Talk) -> Turn:
    """A case for a booking: a person writes here to agree a time; nothing is booked by the computer."""
    said = talk.voice.say("A person will write to you here to agree a time.")
    text = " ".join(filter(None, (said, truth(talk.voice, talk.facts), _stay(talk)))) + f"\n\n{talk.voice.say(WHAT)}"
    effects = (_case(talk, "booking"), *needs(talk))
    return respond(talk, talk.reply(text), "booking", (), effects, then=Next(TOPIC, "about"))


def cancel_appointment(talk: Talk) -> Turn:
    """A meeting is only cancelled by a person; until then it stands."""
    said = talk.voice.say("A person will write to you about it. Until then your appointment stands.")
    question = talk.voice.say("Which one is it? A few words help. Or reply skip.")
    text = f"{said} {truth(talk.voice, talk.facts)}\n\n{question}"
    return respond(
        talk,
        talk.reply(text),
        "cancel_appointment",
        (),
        (_case(talk, "cancel_appointment"),),
        then=Next(TOPIC, "about"),
    )


def go_on(talk: Talk) -> Turn | None:
    """The words about it, passed on with the case; skip is fine. Always takes the text."""
    if talk.reading.command in {Command.SKIP, Command.NO, Command.FINE}:
        return respond(
            talk, talk.reply(talk.voice.say("That is fine. You can go on asking me things.")), "about_skipped"
        )
    thanks = talk.voice.say("Thank you. I have passed that on. You can go on asking me things.")
    return respond(talk, talk.reply(thanks), "about_added", (), (AddToCase(),))


def _again(talk: Talk) -> Turn:
    case = talk.facts.case
    assert case is not None  # noqa: S101  (the caller looked)
    at = when(talk.voice, case.opened_at, talk.facts.now)
    asked = talk.voice.say("You asked for a person on {when}.", when=at)
    now = (
        talk.voice.say("{adviser} is talking with you here.", adviser=talk.adviser)
        if talk.has_adviser
        else talk.voice.say("Nobody has answered yet. {truth}", truth=_when(talk))
    )
    more = talk.voice.say("You can write more here and they will see it.")
    then = NOTHING_NEXT if talk.has_adviser else Next(TOPIC, "about")
    reply = talk.reply(f"{asked} {now} {more}", sms_text=now)
    return respond(talk, reply, "person_again", (), (AddToCase(),), then=then)


def _when(talk: Talk) -> str:
    """When people are here and how long it took lately; to somebody who stopped us, how a person can answer at all."""
    if talk.facts.is_stopped:
        return talk.voice.say("You stopped our messages. Reply START, or nobody can write to you.")
    return " ".join(filter(None, (truth(talk.voice, talk.facts), wait(talk.voice, talk.facts, CaseUrgency.ADVICE))))


def _time(talk: Talk, at: datetime) -> str:
    return talk.voice.say("{day}, {clock}", day=talk.voice.day(at.date()), clock=talk.voice.clock(at))


def _instant(text: str) -> datetime | None:
    """The instant that one of our own choices names; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _stay(talk: Talk) -> str:
    """A page can be closed before the answer comes; a phone keeps it."""
    if talk.facts.channel is ChannelName.WEBCHAT:
        return talk.voice.say("Keep this page, or come back to it.")
    return ""


def _case(talk: Talk, reason: str) -> OpenCase:
    urgency = CaseUrgency.CRISIS if crisis.is_present(talk) else URGENCY_OF.get(reason, CaseUrgency.ADVICE)
    return OpenCase(reason, urgency, talk.language)
