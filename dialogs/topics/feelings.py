"""Somebody says that they feel bad, or may mean more than the rules for danger saw: one question, and who can talk."""

from __future__ import annotations

from dialogs.desk import truth
from dialogs.effects import CaseUrgency, Effect, OpenCase
from dialogs.lines import help_lines
from dialogs.menu import Entry
from dialogs.messages import ReplyKind
from dialogs.ports import Alarm, AlarmKind, Command
from dialogs.talk import Next, Talk, respond
from dialogs.topics import crisis
from dialogs.turn import Turn

TOPIC = "feelings"


def ask(talk: Talk) -> Turn:
    """Says that it sounds hard, and asks; lines to talk to. No case: nothing but a feeling was told."""
    return _asked(talk, "")


def may_be_more(talk: Talk, topic: str) -> Turn:
    """The same when danger is suspected: a person reads it, and that is said."""
    effect = OpenCase("may_be_crisis", CaseUrgency.SAFEGUARDING, talk.language, (f"topic/{topic}",))
    read = talk.voice.say("A person will read it.")
    told = f"{read} {truth(talk.voice, talk.facts)}"
    return _asked(talk, told, effect, *crisis.for_people(talk))


def answered(talk: Talk, step: str) -> Turn:
    """Yes is believed; any other answer is a crisis."""
    if step != "yes":
        return crisis.unsafe_after_asking(talk, Alarm(AlarmKind.SUICIDE, (f"answer/{step}",)), step)
    text = talk.voice.say("Thank you. I am glad you are safe right now. You can tell me more, or reply 9 for a person.")
    return respond(talk, talk.reply(text), "feeling_safe")


def go_on(talk: Talk) -> Turn | None:
    """An answer in words, or None when the text is something else."""
    step = crisis.ANSWERS.get(talk.reading.command) if talk.reading.command else None
    if step:
        return answered(talk, step)
    return ask(talk) if talk.reading.command in {Command.FINE, Command.CONFUSED} else None


def _asked(talk: Talk, told: str, *effects: Effect) -> Turn:
    is_again = talk.state.topic == TOPIC
    told = truth(talk.voice, talk.facts) if is_again and not told else told
    hard = (
        talk.voice.say("Thank you for telling me. A person can listen better than I can: reply 9.")
        if is_again
        else talk.voice.say("That sounds hard. You can tell me more.")
    )
    question = talk.voice.say("Are you safe right now?")
    words = " ".join(filter(None, (hard, told)))
    entries = [
        Entry("feel:yes", talk.voice.say("Yes"), talk.voice.say("yes")),
        Entry("feel:no", talk.voice.say("No"), talk.voice.say("no")),
        Entry("feel:not_sure", talk.voice.say("Not sure"), talk.voice.say("not sure")),
    ]
    lines = help_lines(talk, AlarmKind.SUICIDE)
    reply = talk.reply(f"{words}\n\n{question}", kind=ReplyKind.NOTICE, lines=lines)
    return respond(talk, reply, "feelings", entries, effects, then=Next(TOPIC))
