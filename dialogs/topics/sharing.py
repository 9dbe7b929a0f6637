"""What is tender to read, on a phone that others read too: another way to it first, and the answer here when they want it here."""

from __future__ import annotations

from dialogs.menu import Entry
from dialogs.ports import Answer
from dialogs.talk import Talk, respond
from dialogs.turn import Outcome, Turn


def before(talk: Talk, answer: Answer | None, *, is_here: bool) -> Turn | None:
    """Names nothing of what was asked; None where nobody else reads, there is nothing to hide, or they want it here."""
    if is_here or answer is None or not answer.is_sensitive or not talk.facts.seats:
        return None
    voice, web = talk.voice, talk.facts.web_address
    said = voice.say("Others use this phone. Do you want to read this here?")
    elsewhere = voice.say("You can also read it on the web: {web}", web=web) if web else ""
    reply = talk.reply("\n\n".join(filter(None, (said, elsewhere))))
    entries = [Entry(f"here:{answer.topic}", voice.say("Yes, tell me here"), voice.say("yes, here"))]
    return respond(talk, reply, Outcome("shared_phone", answer.topic), entries)
