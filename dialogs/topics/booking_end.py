"""From a chosen time to a meeting: kept, gone, confirmed, booked; and the waiting list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from dialogs.effects import AnswerOffer, BookHeld, JoinWaiting, LetGo, MoveMeeting
from dialogs.events import Booked, BookedForYou, CalledOffForYou, PlaceFree, TimeGone, TimeHeld, WaitingJoined
from dialogs.meetings import Wish
from dialogs.menu import Entry
from dialogs.talk import Next, Talk, respond, silent
from dialogs.topics import booking, booking_needs, own_calendar
from dialogs.topics.booking_draft import Draft, Time, draft_of, keeping, without
from dialogs.topics.booking_words import how_to_get_there, label, what_and_when
from dialogs.turn import Turn

MEETINGS: Final = "meetings"
"""The subject in which a choice about a meeting is on their screen."""

MOST_NEAREST: Final = 3


def held(talk: Talk, event: TimeHeld) -> Turn:
    """Said until when, and what would help. What was taken from the waiting list begins here."""
    draft = draft_of(talk)
    if draft is None or draft.is_move:
        draft = Draft(Wish(event.meeting.reason))
    draft = replace(draft, meeting=event.meeting, key=event.key, known=draft.known or event.known)
    until = event.meeting.held_until or talk.facts.now
    lead = talk.voice.say(
        "I keep {when} for you until {clock}.",
        when=_short(talk, event.meeting.starts_at),
        clock=talk.voice.clock(until),
    )
    return booking_needs.ask_first(talk, draft, lead)


def gone(talk: Talk, event: TimeGone) -> Turn:
    """Said once, with the nearest times; why is nobody's business."""
    draft = draft_of(talk) or Draft(event.wish)
    times = tuple(Time(slot.key, slot.starts_at, slot.place.id) for slot in event.slots)
    is_theirs = draft.is_move
    draft = replace(draft, wish=replace(event.wish, day="", after=""), times=times, key="")
    draft = draft if is_theirs else replace(draft, meeting=None)
    said = talk.voice.say("That time has just gone.")
    if not times:
        turn = booking.nothing_free(talk, draft)
        return replace(turn, replies=tuple(replace(reply, lead=said) for reply in turn.replies))
    room = min(MOST_NEAREST, talk.facts.max_choices - 1)
    entries = [*booking.near_entries(talk, times, room), label(talk.voice, booking.OTHER_DAYS, "booking:look")]
    return booking.ask(talk, draft, "gone", said, entries)


def yes(talk: Talk, draft: Draft) -> Turn:
    """Book it, or move it. A time that is kept no more is tried once again."""
    if draft.meeting is None or not draft.key:
        return booking.look(talk, draft.wishing(day=""))
    kept = keeping(talk, draft)
    if draft.is_move:
        return silent(kept, "booking_moves", MoveMeeting(draft.wish.moving, draft.key, draft.wish))
    return silent(kept, "booking_books", BookHeld(draft.meeting.id, draft.key, draft.wish, draft.needs))


def no(talk: Talk, draft: Draft) -> Turn:
    """Nothing is booked, and the time is free for somebody else."""
    text = (
        talk.voice.say("OK. Your meeting stays as it was.")
        if draft.is_move
        else talk.voice.say("OK. Nothing is booked. You can ask again any time.")
    )
    effects = () if draft.is_move else (LetGo(),)
    left = without(talk)
    return respond(left, left.reply(text), "booking_refused", [_theirs(left)] if draft.is_move else [], effects)


def booked(talk: Talk, event: Booked) -> Turn:
    """It stands: all of it once more, how to get there, and how to change it."""
    left = without(talk)
    first = left.voice.say("It is moved.") if event.moved_from else left.voice.say("It is booked.")
    said = f"{first} {what_and_when(left, event.meeting)}"
    change = left.voice.say("You can move it or call it off here at any time.")
    text = "\n\n".join(filter(None, (said, how_to_get_there(left, event.meeting), change)))
    entries = [_theirs(left), *own_calendar.offered(left, event.meeting)]
    return respond(left, left.reply(text, sms_text=said), "booked", entries)


def wait(talk: Talk, draft: Draft) -> Turn:
    """Onto the waiting list."""
    return silent(without(talk), "booking_waits", JoinWaiting(draft.wish))


def waits(talk: Talk, event: WaitingJoined) -> Turn:
    """What will happen, and what has to be so for it."""
    voice = talk.voice
    said = (
        voice.say("You are on the list already. I write to you here when such a time is free.")
        if event.is_known
        else voice.say("OK. I write to you here when such a time is free.")
    )
    if talk.facts.is_stopped:
        stopped = voice.say("You stopped our messages. Reply START, or nobody can write to you.")
        said = f"{said} {stopped}"
    return respond(talk, talk.reply(said), "booking_waiting")


def place_free(talk: Talk, event: PlaceFree) -> Turn:
    """A time from the waiting list. It says nothing of why: somebody else may read it first."""
    voice, meeting = talk.voice, event.meeting
    until = meeting.held_until or talk.facts.now
    keeping_it = voice.say("I keep it for you until {clock}.", clock=voice.clock(until))
    is_free = voice.say("A time is free now.")
    text = f"{is_free} {what_and_when(talk, meeting)} {keeping_it}"
    entries = [
        Entry(f"meeting:{meeting.id}:take", voice.say("Yes, I want it"), voice.say("yes")),
        Entry(f"meeting:{meeting.id}:refuse", voice.say("No, leave it"), voice.say("no")),
    ]
    return respond(talk, talk.reply(text), "place_free", entries, then=Next(MEETINGS))


def answer_offer(talk: Talk, meeting_id: str, *, is_wanted: bool) -> Turn:
    """What they say to it. Refused, it is offered to the next."""
    if is_wanted:
        return silent(without(talk), "offer_taken", AnswerOffer(meeting_id, is_wanted=True))
    text = talk.voice.say("OK. I leave it. You can book another time here.")
    entries = [Entry("book", talk.voice.say("Book a new time"), talk.voice.say("new time"))]
    return respond(talk, talk.reply(text), "offer_refused", entries, (AnswerOffer(meeting_id, is_wanted=False),))


def booked_for_you(talk: Talk, event: BookedForYou) -> Turn:
    """Somebody of ours booked or moved it: all of it, and what they can do. It says nothing of why."""
    voice, meeting = talk.voice, event.meeting
    first = voice.say("Your meeting has a new time.") if event.moved_from else voice.say("A meeting is booked for you.")
    said = f"{first} {what_and_when(talk, meeting)}"
    entries = [Entry(f"meeting:{meeting.id}:ok", voice.say("That is fine"), voice.say("fine"))]
    if meeting.may_change:
        entries += [
            Entry(f"meeting:{meeting.id}:move", voice.say("Move it"), voice.say("move")),
            Entry(f"meeting:{meeting.id}:cancel", voice.say("Call it off"), voice.say("call off")),
        ]
    return respond(talk, talk.reply(said), "booked_for_you", entries, then=Next(MEETINGS))


def called_off_for_you(talk: Talk, event: CalledOffForYou) -> Turn:
    """It will not be: when it would have been, and a new one if they want."""
    at = _short(talk, event.meeting.starts_at)
    text = talk.voice.say("Your meeting on {when} will not be. Do not go there.", when=at)
    entries = [Entry("book", talk.voice.say("Book a new time"), talk.voice.say("new time"))]
    return respond(talk, talk.reply(text), "called_off_for_you", entries)


def _theirs(talk: Talk) -> Entry:
    return Entry("meetings", talk.voice.say("My meetings"), talk.voice.say("my meetings"))


def _short(talk: Talk, at: datetime) -> str:
    day, clock = talk.voice.day(at.date()), talk.voice.clock(at)
    return talk.voice.say("{day}, {clock}", day=day, clock=clock)
