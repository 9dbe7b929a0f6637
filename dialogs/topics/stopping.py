"""Stop, start, help, and the "cancel" that can mean two things (domain.md 4.5)."""

from __future__ import annotations

from dialogs.effects import StartMessages, StopMessages
from dialogs.fold import fold
from dialogs.menu import Entry
from dialogs.messages import ChannelName, ReplyKind
from dialogs.talk import Next, Talk, respond
from dialogs.topics import crisis
from dialogs.turn import Turn

LONGEST_STOP = 4
"""Words: "stop texting me please" stops; a longer sentence is read as a sentence."""

CANCEL_WORDS = frozenset({"cancel", "canslo", "الغاء", "الغ"})
TEXT_CHANNELS = frozenset({ChannelName.SMS, ChannelName.WHATSAPP})


_ENGLISH = """please pls plz now it this that me all them to from you u ur your thanks thx ok bot spam reminders
    texting texts text messaging messages message sending writing contacting bothering annoying"""
_WELSH = "plis nawr hyn popeth diolch negeseuon tecstio tecsts anfon ata i fi"
_ARABIC = "الرسائل رسائل ارسال الارسال عن من فضلك هذا الان"
ABOUT_US = frozenset(fold(f"{_ENGLISH} {_WELSH} {_ARABIC}").split())
"""What may follow a stop word: words about our messages to them."""


def is_cancel(text: str) -> bool:
    """True when the whole text is "cancel"."""
    return fold(text) in CANCEL_WORDS


def is_stop_sentence(talk: Talk) -> bool:
    """True for a stop word and at most three more that are about our messages: "stop the pain" is no such sentence.

    With a person there, or in a crisis, "stop it hes here" is a sentence for whoever reads it; the bare word still stops.
    """
    if talk.has_adviser or crisis.is_present(talk):
        return False
    said = fold(talk.text).split()
    is_about_us = len(said) <= LONGEST_STOP and all(word in ABOUT_US for word in said[1:])
    return is_about_us and talk.ports.phrases.starts_with_stop(talk.text)


def stop(talk: Talk) -> Turn:
    """Nothing more of our own accord, said once; meetings stand."""
    if talk.facts.channel in TEXT_CHANNELS:
        text = talk.voice.say(
            "We will not text you. A meeting with an adviser still stands. To hear from us, reply START."
        )
    else:
        text = talk.voice.say(
            "We will not write to you first. A meeting with an adviser still stands. To hear from us, reply START."
        )
    return respond(talk, talk.reply(text, kind=ReplyKind.NOTICE), "stopped", (), (StopMessages(is_all=True),))


def stop_reminders(talk: Talk) -> Turn:
    """No reminders; a person may still write."""
    text = talk.voice.say(
        "We will not send reminders. A meeting with an adviser still stands. To get them again, reply START."
    )
    return respond(
        talk, talk.reply(text, kind=ReplyKind.NOTICE), "reminders_stopped", (), (StopMessages(is_all=False),)
    )


def start(talk: Talk) -> Turn:
    """Messages of our own accord are welcome again."""
    text = talk.voice.say("You will hear from us again. To stop, reply STOP.")
    return respond(talk, talk.reply(text, kind=ReplyKind.NOTICE), "started", (), (StartMessages(),))


def help_(talk: Talk) -> Turn:
    """Who we are in neutral words, how to get a person, how to stop."""
    text = talk.voice.say(
        "This is a help chat for young people. I am a computer. Reply 9 for a person, 0 for the menu, STOP to stop messages."
    )
    return respond(talk, talk.reply(text), "help")


def cancel(talk: Talk) -> Turn:
    """Asks which of the two is meant."""
    entries = [
        Entry("cancel:appointment", talk.voice.say("The appointment"), talk.voice.say("appointment")),
        Entry("cancel:reminders", talk.voice.say("Only the reminders"), talk.voice.say("reminders")),
        Entry("cancel:messages", talk.voice.say("All messages"), talk.voice.say("messages")),
    ]
    text = talk.voice.say("What do you want to cancel: the appointment or the messages?")
    return respond(talk, talk.reply(text), "cancel_asked", entries, then=Next("cancel"))
