"""Getting a person: asking for one, booking an adviser, complaining, and what it is about."""

from __future__ import annotations

from dialogs.desk import truth, when
from dialogs.effects import AddToCase, CaseUrgency, OpenCase
from dialogs.messages import ChannelName
from dialogs.ports import Command
from dialogs.talk import NOTHING_NEXT, Next, Talk, respond
from dialogs.topics import crisis
from dialogs.turn import Turn

TOPIC = "handover"
URGENCY_OF = {"language": CaseUrgency.ACCESS, "complaint": CaseUrgency.COMPLAINT}
"""The clock of a case by its reason; every other reason is a request for advice."""

LINKED_REASON = "reason"
"""Note of a topic that says why a person is asked for next ("voice", "language", ...)."""


def person(talk: Talk) -> Turn:
    """A case at once, when a person reads it, and one question: what is it about? An open case is not opened twice."""
    if crisis.is_present(talk):
        return crisis.person(talk)
    if talk.facts.case is not None:
        return _again(talk)
    reason = talk.state.notes.get(LINKED_REASON, "asked")
    said = talk.voice.say("I have asked a person for you.")
    question = talk.voice.say("What is it about? A few words help. Or reply skip.")
    reply = talk.reply(" ".join(filter(None, (said, truth(talk.voice, talk.facts), _stay(talk)))) + f"\n\n{question}")
    return respond(talk, reply, "person", (), (_case(talk, reason),), then=Next(TOPIC, "about"))


def book(talk: Talk) -> Turn:
    """A case for a booking: a person writes here to agree a time; nothing is booked by the computer."""
    said = talk.voice.say("A person will write to you here to agree a time.")
    question = talk.voice.say("What is it about? A few words help. Or reply skip.")
    text = " ".join(filter(None, (said, truth(talk.voice, talk.facts), _stay(talk)))) + f"\n\n{question}"
    return respond(talk, talk.reply(text), "booking", (), (_case(talk, "booking"),), then=Next(TOPIC, "about"))


def complain(talk: Talk) -> Turn:
    """A complaint goes to a person at once; their words are asked for."""
    said = talk.voice.say("I am sorry. You can tell me what happened, in your own words.")
    who = talk.voice.say("A person will read it.")
    text = f"{said} {who} {truth(talk.voice, talk.facts)}"
    return respond(talk, talk.reply(text), "complain", (), (_case(talk, "complaint"),), then=Next(TOPIC, "complaint"))


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
        talk.voice.say("{adviser} is talking with you here.", adviser=case.adviser)
        if case.adviser
        else talk.voice.say("Nobody has answered yet. {truth}", truth=truth(talk.voice, talk.facts))
    )
    more = talk.voice.say("You can write more here and they will see it.")
    then = NOTHING_NEXT if case.adviser else Next(TOPIC, "about")
    return respond(talk, talk.reply(f"{asked} {now} {more}"), "person_again", (), (AddToCase(),), then=then)


def _stay(talk: Talk) -> str:
    """A page can be closed before the answer comes; a phone keeps it."""
    if talk.facts.channel is ChannelName.WEBCHAT:
        return talk.voice.say("Keep this page, or come back to it.")
    return ""


def _case(talk: Talk, reason: str) -> OpenCase:
    urgency = CaseUrgency.CRISIS if crisis.is_present(talk) else URGENCY_OF.get(reason, CaseUrgency.ADVICE)
    return OpenCase(reason, urgency, talk.language)
