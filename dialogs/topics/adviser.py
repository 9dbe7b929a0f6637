"""Around a talk with a person: they are lost, changed, gone, or answer too late (domain.md J15, J30, 9.1)."""

from __future__ import annotations

from dataclasses import replace

from dialogs.desk import truth, truth_in_crisis, wait
from dialogs.effects import AddToCase, CaseUrgency, KeepView, OpenCase, OtherAdviser, WaitForAdviser
from dialogs.events import AdviserLeft, AdviserLost
from dialogs.menu import Entry
from dialogs.messages import Reply, ReplyKind, Urgency
from dialogs.names import is_named
from dialogs.ports import Command, Intent
from dialogs.talk import Next, Talk, put_away, respond, silent
from dialogs.topics import crisis, handover
from dialogs.turn import Turn

LOST = "lost"
CHANGE = "change"
VIEW = "view"
SMALL_TALK = frozenset({Intent.GREETING, Intent.THANKS, Intent.BYE, Intent.FINE})
"""What people say to somebody who has gone, and that nobody has to read."""

VIEWS = {Command.YES: "yes", Command.NO: "no", Command.NOT_SURE: "a_bit"}


def lost(talk: Talk, event: AdviserLost) -> Turn:
    """Said once: wait, or another person. In danger nobody is asked to choose: the next person has been asked."""
    gone = talk.voice.say("{adviser} has lost connection.", adviser=event.adviser or talk.voice.say("A person"))
    if not event.is_given_on:
        return respond(talk, talk.reply(gone), "adviser_lost", _lost_entries(talk), then=Next(LOST))
    said, when = f"{gone} {_asked_on(talk)}", truth_in_crisis(talk.voice, talk.facts)
    # by text one message has to hold it with the help lines; the card has said when somebody can write
    reply = talk.reply(f"{said} {when}", sms_text=said, urgency=Urgency.CRISIS)
    return respond(talk, in_a_crisis(talk, reply), "adviser_lost", then=_crisis_goes_on(talk))


def keep_waiting(talk: Talk) -> Turn:
    """They wait; the other way stays on their screen."""
    text = talk.voice.say("OK. You wait for {adviser}. You can still change your mind.", adviser=talk.adviser)
    return respond(talk, talk.reply(text), "adviser_kept", _lost_entries(talk), (WaitForAdviser(),), then=Next(LOST))


def someone_else(talk: Talk) -> Turn:
    """Another person, without a reason and without saying it all again. With nobody there it is asking for a person."""
    if not talk.has_adviser:
        return handover.person(talk)
    when = truth_in_crisis(talk.voice, talk.facts) if crisis.is_present(talk) else _when(talk)
    reply = in_a_crisis(talk, talk.reply(f"{_asked_on(talk)} {when}"))
    return respond(talk, reply, "someone_else", (), (OtherAdviser(),), then=_crisis_goes_on(talk))


def in_a_sentence(talk: Talk) -> Turn | None:
    """The wish for somebody else inside of a longer sentence is asked about, once."""
    if not talk.ports.phrases.mentions(talk.text, Command.SOMEONE_ELSE):
        return None
    text = talk.voice.say("Do you want to talk to someone else?")
    return ask_once(talk, CHANGE, text, Entry("lost:other", talk.voice.say("Yes, someone else"), talk.voice.say("yes")))


def ask_once(talk: Talk, about: str, text: str, yes: Entry) -> Turn | None:
    """Whether they want this change; the words go to the case meanwhile. None when it was asked before in the talk with this adviser."""
    asked = f"{about} {talk.adviser}"
    if talk.state.notes.get("asked_change") == asked:
        return None
    marked = talk.with_note("asked_change", asked)
    entries = [yes, Entry("not_that", talk.voice.say("No, not that"), talk.voice.say("no"))]
    reply = in_a_crisis(marked, marked.reply(text))
    return respond(marked, reply, "change_asked", entries, (AddToCase(),), then=Next(CHANGE))


def not_that(talk: Talk) -> Turn:
    """No change was wished: the talk with the person goes on, and we are quiet."""
    return silent(replace(talk, state=put_away(talk.state)), "change_refused")


def is_here(talk: Talk) -> Turn:
    """A button of ours while a person is there: who speaks is said, and nothing else is opened."""
    text = talk.voice.say("{adviser} is talking with you here.", adviser=talk.adviser)
    more = talk.voice.say("You can write more here and they will see it.")
    return respond(talk, in_a_crisis(talk, talk.reply(f"{text} {more}")), "adviser_here")


def long_wait(talk: Talk) -> Turn:
    """Nobody has answered for more than a working day. It names nothing of what they asked: somebody else may read it first."""
    said = talk.voice.say("You have waited more than a day for an answer. I am sorry. The people in charge know.")
    text = f"{said} {truth(talk.voice, talk.facts)}"
    return respond(talk, in_a_crisis(talk, talk.reply(text)), "long_wait", then=_crisis_goes_on(talk))


def left(talk: Talk, event: AdviserLeft) -> Turn:
    """The farewell: back to the computer, the next date, and one question where one may be asked."""
    voice = talk.voice
    name = event.adviser or voice.say("A person")
    said = (
        voice.say("{adviser} has to go now. You can ask me again any time.", adviser=name)
        if event.has_answered
        else voice.say("{adviser} has read what you wrote. You can ask me again any time.", adviser=name)
    )
    if event.next_on:
        next_date = voice.say("Next date: {day}.", day=voice.day(event.next_on))
        said = f"{said} {next_date}"
    if not event.asks:
        return respond(talk, in_a_crisis(talk, talk.reply(said)), "adviser_left", then=_crisis_goes_on(talk))
    question = voice.say("Did this help?")
    entries = [
        Entry("view:yes", voice.say("Yes"), voice.say("yes")),
        Entry("view:a_bit", voice.say("A bit"), voice.say("a bit")),
        Entry("view:no", voice.say("No"), voice.say("no")),
    ]
    return respond(talk, talk.reply(f"{said}\n\n{question}"), "adviser_left", entries, then=Next(VIEW))


def viewed(talk: Talk, view: str) -> Turn:
    """Their own view, kept; after a no a person is one step away."""
    text = (
        talk.voice.say("Thank you for saying so. 9 gets a person.")
        if view == "no"
        else talk.voice.say("Thank you. You can ask me something else at any time.")
    )
    known = view if view in VIEWS.values() else "a_bit"
    return respond(talk, talk.reply(text), "viewed", (), (KeepView(known),))


def go_on(talk: Talk) -> Turn | None:
    """Yes or no in words to "Did this help?"."""
    view = VIEWS.get(talk.reading.command) if talk.reading.command else None
    return viewed(talk, view) if view else None


def late_answer(talk: Talk) -> Turn | None:
    """Words that came after an adviser had gone and that nothing of ours answers: they were meant for a person, and go to one."""
    closed = talk.facts.closed
    if closed is None or talk.facts.case is not None or not closed.adviser or crisis.is_present(talk):
        return None
    finding = talk.reading.finding
    if finding.intent in SMALL_TALK:
        return None
    is_ours = finding.topic is not None or finding.is_close or finding.intent is not None or talk.reading.command
    if is_ours and not is_named(talk.text, closed.adviser):
        return None
    urgency = CaseUrgency.SAFEGUARDING if closed.is_about_danger else CaseUrgency.ADVICE
    gone = talk.voice.say("{adviser} has gone. I have passed that on: a person will read it.", adviser=closed.adviser)
    wish = OpenCase("late_answer", urgency, talk.language, is_late_answer=True)
    return respond(talk, talk.reply(f"{gone} {_when(talk)}"), "late_answer", (), (wish,))


def in_a_crisis(talk: Talk, reply: Reply) -> Reply:
    """The same reply, drawn and sent as one of a crisis while there is one."""
    return replace(reply, kind=ReplyKind.CRISIS, urgency=Urgency.CRISIS) if crisis.is_present(talk) else reply


def _asked_on(talk: Talk) -> str:
    return talk.voice.say("I have asked for someone else. You do not have to say it again.")


def _when(talk: Talk) -> str:
    urgency = CaseUrgency.ADVICE
    return " ".join(filter(None, (truth(talk.voice, talk.facts), wait(talk.voice, talk.facts, urgency))))


def _lost_entries(talk: Talk) -> list[Entry]:
    voice = talk.voice
    return [
        Entry("lost:wait", voice.say("Wait"), voice.say("wait")),
        Entry("lost:other", voice.say("Another person"), voice.say("another person")),
    ]


def _crisis_goes_on(talk: Talk) -> Next:
    """A question about safety that has no answer yet stays open."""
    return Next(crisis.TOPIC, talk.state.step) if talk.state.topic == crisis.TOPIC else Next("")
