"""A complaint: in every state, also about whoever is talking with them, with a number, a name and two days (domain.md Q34)."""

from __future__ import annotations

from dialogs.desk import truth
from dialogs.effects import Complain
from dialogs.events import ComplaintMade
from dialogs.menu import Entry
from dialogs.messages import ChannelName
from dialogs.names import is_named
from dialogs.ports import Command
from dialogs.talk import Next, Talk, preceded, respond, silent
from dialogs.topics import adviser, crisis
from dialogs.turn import Turn

TOPIC = "complaint"
TOLD = "told"
"""Step: they told more about one that has its number."""


def complain(talk: Talk) -> Turn:
    """Wishes for the complaint; its number follows as an event of the same turn."""
    return silent(talk, "complain", Complain(talk.language, talk.ports.phrases.is_discrimination(talk.text)))


def in_a_sentence(talk: Talk) -> Turn | None:
    """A complaint in the middle of a talk with a person: certain when it names them or discrimination, else asked about once.

    "How do I complain about my landlord" is a question to the adviser, who would be taken away by a wrong guess.
    """
    phrases = talk.ports.phrases
    signs = (
        phrases.mentions(talk.text, Command.COMPLAIN),
        phrases.is_discrimination(talk.text),
        is_named(talk.text, talk.adviser),
    )
    if signs[0] and any(signs[1:]):
        return complain(talk)
    if not (signs[0] or all(signs[1:])):
        return None
    text = talk.voice.say("Do you want to complain about {adviser} or about us?", adviser=talk.adviser)
    return adviser.ask_once(
        talk, TOPIC, text, Entry("complain", talk.voice.say("Yes, complain"), talk.voice.say("yes"))
    )


def show(talk: Talk, made: ComplaintMade) -> Turn:
    """The number, who looks into it, by when, and what happens to the talk."""
    if made.is_known and talk.state.step == TOLD:
        thanks = talk.voice.say("Thank you. I have passed that on. You can go on asking me things.")
        return respond(talk, adviser.in_a_crisis(talk, talk.reply(thanks)), "about_added")
    voice = talk.voice
    first, last = voice.day(made.first_by), voice.day(made.last_by)
    number = voice.say("Your complaint is C-{number}.", number=made.number)
    dates = voice.say("First word by {first}, the answer by {last}.", first=first, last=last)
    more = voice.say("You can say more here.")
    goes_on = ""
    if made.is_interrupted:
        another = voice.say("Another person will go on with you here.")
        goes_on = f"{another} {truth(voice, talk.facts)}"
    sorry = voice.say("I am sorry.")
    return _told(talk, (f"{sorry} {number} {_who(talk, made)}", f"{dates} {more}", goes_on))


def _told(talk: Talk, parts: tuple[str, ...]) -> Turn:
    """All in one; by text each part is a message, so that none is longer than one part."""
    said = [part for part in parts if part]
    if talk.facts.channel is not ChannelName.SMS:
        said = ["\n\n".join(filter(None, (" ".join(parts[:2]), *parts[2:])))]
    *before, last = (adviser.in_a_crisis(talk, talk.reply(part)) for part in said)
    return preceded(respond(talk, last, "complaint", then=Next(TOPIC, "more")), *before)


def go_on(talk: Talk) -> Turn | None:
    """More words about it, which may name somebody; None in a crisis."""
    if crisis.is_present(talk):
        return None
    if talk.reading.command in {Command.SKIP, Command.NO, Command.FINE}:
        return respond(
            talk, talk.reply(talk.voice.say("That is fine. You can go on asking me things.")), "about_skipped"
        )
    return complain(talk.with_state(step=TOLD))


def _who(talk: Talk, made: ComplaintMade) -> str:
    """Who looks into it, and that whoever it is about does not."""
    voice = talk.voice
    if made.about and made.handler:
        return voice.say("{handler} looks into it. {adviser} can not see it.", handler=made.handler, adviser=made.about)
    if made.about:
        return voice.say("A manager looks into it. {adviser} can not see it.", adviser=made.about)
    return (
        voice.say("{handler} looks into it.", handler=made.handler)
        if made.handler
        else voice.say("A manager looks into it.")
    )
