"""Who we are: the first message, small talk, and staying calm when somebody swears."""

from __future__ import annotations

from dialogs.desk import truth
from dialogs.facts import Facts
from dialogs.messages import ChannelName, Reply, ReplyKind
from dialogs.ports import Intent
from dialogs.state import Settings
from dialogs.talk import Talk, respond
from dialogs.topics import crisis, feelings, handover, home
from dialogs.turn import Turn
from dialogs.wording import N_

TELEGRAM_AGE = 16

INTRO = N_(
    "Hi. I am a computer, not a person. Ask me about money, home, work, school, health or your rights. "
    'It is private and free. If you may be badly hurt, a person must know. Say "person" for someone real.'
)
INTRO_BY_TEXT = N_(
    "Hi. I am a computer, not a person. Ask me about money, home, work, school, health or your rights. "
    "It is private. If you may be badly hurt, a person must know. Texts to us cost your normal rate. "
    'Say "person" for someone real.'
)
INTRO_BY_TEXT_SHORT = N_(
    "I am a computer, not a person. Ask me anything. Private, 1 limit: text PRIVATE. Texts cost your normal rate."
)

SMALL_TALK = {
    Intent.THANKS: N_("You are welcome. You can ask me something else at any time."),
    Intent.BYE: N_("Bye. You can write here again at any time."),
    Intent.FINE: N_("OK. You can ask me something else at any time."),
    Intent.WRONG_NUMBER: N_("Wrong number? Reply STOP."),
    Intent.WHO_ARE_YOU: N_("I am a computer, not a person. People wrote what I say. To talk to a person, reply 9."),
}


SMALL_TALK_ONLY = frozenset({Intent.GREETING, Intent.THANKS, Intent.BYE, Intent.FINE})


SURE_OF_QUESTION = 0.5
"""Confidence from which on a rude message is answered as the question in it."""


def intro(talk: Talk) -> Reply:
    """The first message, in under 60 words: a computer, what to ask, private with one limit, free or not, a person."""
    if talk.facts.channel is ChannelName.SMS:
        return talk.reply(talk.voice.say(INTRO_BY_TEXT), sms_text=talk.voice.say(INTRO_BY_TEXT_SHORT))
    words = [talk.voice.say(INTRO)]
    if talk.facts.channel is ChannelName.TELEGRAM:
        words.append(_telegram_age(talk))
    return talk.reply(" ".join(words))


def greet(talk: Talk, outcome: str = "greeted") -> Turn:
    """The first message with the menu of groups, whether or not they have seen it."""
    hello = intro(talk)
    return respond(talk.with_state(is_greeted=True), hello, outcome, home.entries(talk), place="home:0")


def small_talk(talk: Talk, intent: Intent) -> Turn | None:
    """A short true word for small talk and for what only people know; None for any other intent."""
    if intent in SMALL_TALK_ONLY and crisis.is_present(talk):
        return crisis.here(talk)
    if intent is Intent.GREETING:
        return home.show(
            talk,
            text=talk.voice.say("Hi. What do you want to know? Pick one, or ask in your own words."),
            outcome="greeting",
        )
    if intent in SMALL_TALK:
        return respond(talk, talk.reply(talk.voice.say(SMALL_TALK[intent])), intent.value)
    if intent is Intent.UPSET:
        return crisis.listening(talk) if crisis.is_present(talk) else feelings.ask(talk)
    if intent is Intent.OPENING:
        return _opening(talk)
    if intent is Intent.APPOINTMENTS:
        return _people_only(
            talk, talk.voice.say("I can not see or book appointments. A person does that. Reply 9 to ask."), intent
        )
    return None


def abused(talk: Talk) -> Turn:
    """Calm, and a person; no scolding, and not the same line twice."""
    if talk.state.notes.get("was_abused"):
        return respond(talk, talk.reply(talk.voice.say("I am still here. 9 gets a person.")), "abuse")
    marked = talk.with_note("was_abused", "1")
    return respond(marked, marked.reply(marked.voice.say("Sorry I was no help. 9 gets a person.")), "abuse")


def other_ways(talk: Talk) -> Reply | None:
    """For somebody under 16 on Telegram: helped here, and the other ways in; None when there are no others to name."""
    ways = _ways(talk)
    if not ways:
        return None
    text = talk.voice.say("Telegram is for 16 and over. I still help you here. {ways}", ways=ways)
    return talk.reply(text, kind=ReplyKind.NOTICE)


def is_young_on_telegram(settings: Settings, facts: Facts) -> bool:
    """True when they told an age that Telegram does not allow."""
    return facts.channel is ChannelName.TELEGRAM and settings.age is not None and settings.age < TELEGRAM_AGE


def _opening(talk: Talk) -> Turn:
    """When people are here; to somebody who waits for one, also that nobody has answered yet."""
    if talk.facts.case is not None:
        return handover.person(talk)
    nine = talk.voice.say("9 gets a person. {truth}", truth=truth(talk.voice, talk.facts))
    return respond(talk, talk.reply(nine), Intent.OPENING.value)


def _people_only(talk: Talk, text: str, intent: Intent) -> Turn:
    return respond(talk, talk.reply(f"{text} {truth(talk.voice, talk.facts)}"), intent.value)


def _telegram_age(talk: Talk) -> str:
    said = talk.voice.say("Telegram is for 16 and over. Under 16? I still help here.")
    return " ".join(filter(None, (said, _ways(talk))))


def _ways(talk: Talk) -> str:
    web, number = talk.facts.web_address, talk.facts.sms_number
    if web and number:
        return talk.voice.say("Or use {web} or text {number}.", web=web, number=number)
    if web:
        return talk.voice.say("Or use {web}.", web=web)
    return talk.voice.say("Or text {number}.", number=number) if number else ""
