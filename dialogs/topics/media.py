"""What a computer that reads only words cannot take: voice, pictures, files, numbers, places. None of it is kept."""

from __future__ import annotations

from dialogs.desk import truth
from dialogs.messages import MessageKind
from dialogs.talk import Next, Talk, respond
from dialogs.turn import Turn
from dialogs.wording import N_

WORDS = {
    MessageKind.VOICE: N_("I can not listen to that. A person has to. We did not keep it."),
    MessageKind.PHOTO: N_("I can not look at that. A person has to. We did not keep it."),
    MessageKind.FILE: N_("I can not open that. A person has to. We did not keep it."),
    MessageKind.STICKER: N_("I can not look at that. You can write it in words."),
    MessageKind.CONTACT: N_("We do not need this number. We did not keep it."),
    MessageKind.LOCATION: N_("We never need to know where you are. We did not keep it."),
}
NEEDS_PERSON = frozenset({MessageKind.VOICE, MessageKind.PHOTO, MessageKind.FILE})


def refuse(talk: Talk, kind: MessageKind) -> Turn:
    """Says that it was not read or kept, and how to get a person and when one is there."""
    text = talk.voice.say(WORDS[kind])
    if kind not in NEEDS_PERSON:
        return respond(talk, talk.reply(text), kind.value)
    nine = talk.voice.say("9 gets a person. {truth}", truth=truth(talk.voice, talk.facts))
    return respond(talk, talk.reply(f"{text} {nine}"), kind.value, then=Next("media", notes={"reason": kind.value}))
