"""Around a meeting: each event to its subject, whether it happened, and answers in words to what we asked.

A no is taken as an answer, nobody has to say why, and a person is always one step away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

from dialogs.around import (
    AdviserLate,
    AroundEvent,
    CalendarMade,
    ComfortAsked,
    DidItHappen,
    KeepAnswer,
    LateTold,
    MeetingNow,
    MyAdviser,
    QuestionKept,
    TrustedListed,
)
from dialogs.menu import Entry
from dialogs.ports import Command
from dialogs.talk import Next, Talk, put_away, respond, silent
from dialogs.topics import crisis, my_adviser, on_the_way, own_calendar, trusted
from dialogs.topics.booking_words import what_and_when
from dialogs.turn import Turn
from dialogs.wording import N_

TOPIC: Final = on_the_way.TOPIC
HAPPENED, WHY, SKIPPED = "happened", "why", "skip"
FRESH: Final = timedelta(hours=1)
"""So long words are taken for the answer to what we asked; later only a choice is."""

ASKING: Final = frozenset("?؟")
ANSWERS: Final = frozenset({"yes", "no", "moved"})

BARRIERS: Final = {
    "travel": (N_("Getting there"), N_("travel")),
    "anxiety": (N_("I felt worried"), N_("worried")),
    "money": (N_("No money for it"), N_("money")),
    "sleep": (N_("I was asleep"), N_("asleep")),
    "area": (N_("That area is not safe for me"), N_("area")),
}
"""What could be in the way, as far as there is room for it, in the order in which it is offered."""


def told(talk: Talk, event: AroundEvent) -> Turn:
    """The turn of an event around a meeting. In a crisis nothing is asked that can wait."""
    match event:
        case MeetingNow():
            return on_the_way.found(talk, event)
        case LateTold():
            return on_the_way.late_told(talk, event)
        case AdviserLate():
            return on_the_way.adviser_late(talk, event)
        case DidItHappen():
            return silent(talk, "not_now") if crisis.is_present(talk) else _did_it_happen(talk, event)
        case MyAdviser():
            return my_adviser.show(talk, event)
        case ComfortAsked():
            return silent(talk, "not_now") if crisis.is_present(talk) else my_adviser.ask_comfort(talk, event)
        case QuestionKept():
            return my_adviser.question_kept(talk, event)
        case TrustedListed():
            return trusted.listed(talk, event)
        case CalendarMade():
            return own_calendar.made(talk, event)
        case _:
            assert_never(event)


def go_on(talk: Talk) -> Turn | None:
    """Words for what we asked around a meeting, or None when they are something else."""
    goes_on = STEPS.get(talk.state.step)
    asked_at = talk.state.last_turn_at
    is_fresh = asked_at is None or talk.facts.now - asked_at <= FRESH
    return goes_on(talk) if goes_on and is_fresh and not crisis.is_present(talk) else None


def happened(talk: Talk, rest: str) -> Turn:
    """What they say about it: "<id>:<answer>", and after a no what was in the way, if they want to say."""
    meeting_id, _, said = rest.partition(":")
    answer, _, barrier = said.partition(":")
    voice, kept = talk.voice, KeepAnswer(meeting_id, answer, barrier)
    if answer not in ANSWERS:
        return respond(talk, talk.reply(voice.say("OK.")), "answered")
    if answer == "no" and not barrier:
        return _ask_why(talk, kept)
    if barrier == SKIPPED:
        return respond(talk, talk.reply(voice.say("That is fine.")), "why_skipped", [_new_time(talk)])
    after = [_new_time(talk)] if answer == "no" else []
    return respond(talk, talk.reply(voice.say("Thank you for telling me.")), "answered", after, (kept,))


late = on_the_way.ask_how_late
"""They picked "I am running late" at a meeting."""


def done(talk: Talk, rest: str) -> Turn:
    """OK to a lateness, or the end of their questions."""
    if rest == "done":
        return my_adviser.enough(talk)
    ended = replace(talk, state=put_away(talk.state))
    return respond(ended, ended.reply(talk.voice.say("Thank you. See you then.")), "around_done")


def _did_it_happen(talk: Talk, event: DidItHappen) -> Turn:
    voice = talk.voice
    text = voice.say("Your meeting: {meeting} Did it happen?", meeting=what_and_when(talk, event.meeting))
    key = f"happened:{event.meeting.id}"
    entries = [
        Entry(f"{key}:yes", voice.say("Yes"), voice.say("yes")),
        Entry(f"{key}:no", voice.say("No"), voice.say("no")),
        Entry(f"{key}:moved", voice.say("It was moved"), voice.say("moved")),
    ]
    then = Next(TOPIC, HAPPENED, {"meeting": event.meeting.id})
    return respond(talk, talk.reply(text), "did_it_happen", entries, then=then)


def _ask_why(talk: Talk, kept: KeepAnswer) -> Turn:
    voice, key = talk.voice, f"happened:{kept.meeting_id}:no"
    fine = voice.say("Thank you for telling me. That is OK. A person will see it.")
    short = voice.say("Thank you. A person will see it.")
    ask = voice.say("What was in the way? You do not have to say.")
    barriers = [Entry(f"{key}:{code}", voice.say(long), voice.say(short)) for code, (long, short) in BARRIERS.items()]
    always = [_new_time(talk), Entry(f"{key}:{SKIPPED}", voice.say("Skip"), voice.say("skip"))]
    entries = [*barriers[: talk.facts.max_choices - len(always)], *always]
    then = Next(TOPIC, WHY, {"meeting": kept.meeting_id})
    reply = talk.reply(f"{fine} {ask}", sms_text=f"{short} {ask}")
    return respond(talk, reply, "not_happened", entries, (kept,), then=then)


def _new_time(talk: Talk) -> Entry:
    return Entry("book", talk.voice.say("Book a new time"), talk.voice.say("new time"))


def _whether(talk: Talk) -> Turn | None:
    """Yes or no in words."""
    said = {Command.YES: "yes", Command.NO: "no"}.get(talk.reading.command) if talk.reading.command else None
    return happened(talk, f"{talk.state.notes.get('meeting', '')}:{said}") if said else None


def _why(talk: Talk) -> Turn | None:
    """What was in the way, in their own words: a person reads it. Not saying is fine, a question is a question."""
    meeting_id = talk.state.notes.get("meeting", "")
    if talk.reading.command in {Command.SKIP, Command.NO, Command.NOT_SURE, Command.FINE}:
        return happened(talk, f"{meeting_id}:no:{SKIPPED}")
    if talk.reading.command or ASKING & set(talk.text) or not talk.text.strip():
        return None
    kept = KeepAnswer(meeting_id, "no", words=talk.text.strip())
    thanks = talk.voice.say("Thank you. I have passed that on.")
    return respond(talk, talk.reply(thanks), "why_told", [_new_time(talk)], (kept,))


def _late_ok(talk: Talk) -> Turn | None:
    return done(talk, "ok") if talk.reading.command in {Command.YES, Command.FINE} else None


STEPS: Final[dict[str, Callable[[Talk], Turn | None]]] = {
    on_the_way.LATE: on_the_way.go_on,
    on_the_way.LATE_OK: _late_ok,
    HAPPENED: _whether,
    WHY: _why,
    my_adviser.COMFORT: my_adviser.comfort_said,
}
