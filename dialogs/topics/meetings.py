"""Their meetings: the list, one of them, moving it, calling it off; and two words that lead to a person or to help around it.

`DOINGS` is where other subjects hang in what they do for a meeting: a key "meeting:<id>:<name>" comes to `DOINGS[name]`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from dialogs.desk import truth
from dialogs.effects import AddNeed, CancelMeeting, CaseUrgency, ListMeetings, OpenCase
from dialogs.events import MeetingCancelled, MeetingsListed
from dialogs.meetings import Manner, Meeting, Wish
from dialogs.menu import Entry, paged
from dialogs.talk import Next, Talk, respond, silent
from dialogs.topics import around, booking, booking_end, handover, my_adviser, own_calendar
from dialogs.topics.booking_draft import Draft, without
from dialogs.topics.booking_words import at_words, how_to_get_there, needs_words, what_and_when
from dialogs.turn import Turn

TOPIC: Final = booking_end.MEETINGS
ALL, ONE, MOVE, CANCEL, UNWILLING, NEEDED, CALL = "all", "one", "move", "cancel", "unwilling", "needed", "call"


def show(talk: Talk) -> Turn:
    """Ask for their meetings; the list follows as an event of the same turn."""
    return silent(talk, "meetings_asked", ListMeetings(ALL))


def show_to_cancel(talk: Talk) -> Turn:
    """Which one they cannot come to. With nothing booked a person looks."""
    return silent(talk, "meetings_asked", ListMeetings(CANCEL))


def listed(talk: Talk, event: MeetingsListed) -> Turn:
    """What it was asked for: all, or something about one. One that has gone meanwhile shows all."""
    purpose, _, about = event.purpose.partition(":")
    if about and purpose in WITH_ONE:
        one = next((meeting for meeting in event.meetings if meeting.id == about), None)
        if one is not None:
            return WITH_ONE[purpose](talk, one)
    if not event.meetings:
        return handover.cancel_appointment(talk) if purpose == CANCEL else _none(talk)
    if len(event.meetings) == 1:
        return (ask_cancel if purpose == CANCEL else show_one)(talk, event.meetings[0])
    return _several(talk, event, CANCEL if purpose == CANCEL else "", int(about) if about.isdigit() else 0)


def act(talk: Talk, rest: str) -> Turn:
    """The turn of "meeting:<id>:<doing>"; without a doing the meeting is shown."""
    meeting_id, _, doing = rest.partition(":")
    return DOINGS.get(doing, _look_at)(talk, meeting_id)


def page(talk: Talk, rest: str) -> Turn:
    """The list, or another page of it."""
    return silent(talk, "meetings_asked", ListMeetings(f"{ALL}:{rest}" if rest.isdigit() else ALL))


def show_one(talk: Talk, meeting: Meeting) -> Turn:
    """All that is known of it, and what can be done."""
    voice = talk.voice
    said = what_and_when(talk, meeting)
    bring = voice.say("Bring: {things}.", things=meeting.bring.rstrip(".")) if meeting.bring else ""
    comes = voice.say("{name} goes with you.", name=meeting.who_comes) if meeting.who_comes else ""
    meet = voice.say("You meet here: {place}.", place=meeting.meet_where.rstrip(".")) if meeting.meet_where else ""
    needs = needs_words(voice, meeting.needs)
    asked = voice.say("You asked for: {needs}.", needs=needs) if needs else ""
    way = how_to_get_there(talk, meeting, after_its_name=True)
    more = " ".join(filter(None, (way, bring, comes, meet, asked)))
    text = "\n\n".join(filter(None, (said, more)))
    entries = [*_doings(talk, meeting), *own_calendar.offered(talk, meeting)]
    return respond(talk, talk.reply(text), "meeting", entries, then=Next(TOPIC), place=_key(meeting))


def ask_cancel(talk: Talk, meeting: Meeting) -> Turn:
    """Asked once. What others made is changed by a person."""
    if not meeting.may_change:
        return to_a_person(talk, meeting)
    voice = talk.voice
    question = voice.say("Call this meeting off?")
    text = f"{question} {what_and_when(talk, meeting)}"
    entries = [
        Entry(_key(meeting, "gone"), voice.say("Yes, call it off"), voice.say("yes")),
        Entry(_key(meeting, "move"), voice.say("Move it instead"), voice.say("move")),
        Entry(_key(meeting, "ok"), voice.say("No, it stays"), voice.say("no")),
    ]
    return respond(talk, talk.reply(text), "cancel_meeting_asked", entries, then=Next(TOPIC))


def cancelled(talk: Talk, event: MeetingCancelled) -> Turn:
    """Said, with a new time one step away."""
    if event.meeting is None:
        return show(talk)
    at = at_words(talk, event.meeting.starts_at)
    text = talk.voice.say("Your meeting is called off: {when}. That is fine.", when=at)
    entries = [Entry("book", talk.voice.say("Book a new time"), talk.voice.say("new time"))]
    return respond(talk, talk.reply(text), "meeting_cancelled", entries)


def move(talk: Talk, meeting: Meeting) -> Turn:
    """Other times of the same adviser at the same place first; the meeting stands until they say yes."""
    if not meeting.may_change:
        return to_a_person(talk, meeting)
    place = meeting.place.id if meeting.place else ""
    asked = frozenset({"who", "place", "part", "needs"})
    wish = Wish(meeting.reason, place_id=place, moving=meeting.id)
    return booking.look(talk, Draft(wish, asked=asked, needs=meeting.needs, meeting=replace(meeting, is_held=False)))


def move_to_a_call(talk: Talk, meeting: Meeting) -> Turn:
    """The same meeting by phone, at a time that is free for it."""
    if not meeting.may_change:
        return to_a_person(talk, meeting)
    from_the_start = Draft(Wish(meeting.reason, adviser_id="", moving=meeting.id), needs=meeting.needs)
    phone = replace(from_the_start, meeting=replace(meeting, is_held=False)).having("who", "part", "needs")
    return booking.look(talk, phone.wishing(manner=Manner.PHONE))


def unwilling(talk: Talk, meeting: Meeting) -> Turn:
    """They do not want to go any more: ways that may help, and a person. Never a warning."""
    voice = talk.voice
    text = voice.say("That is OK. Thank you for telling me. What would help?")
    entries = [
        Entry(_key(meeting, "move"), voice.say("Another time"), voice.say("other time")),
        Entry(_key(meeting, CALL), voice.say("By phone"), voice.say("phone")),
        Entry(_key(meeting, "with"), voice.say("Somebody with me"), voice.say("somebody with me")),
        Entry(_key(meeting, "cancel"), voice.say("Call it off"), voice.say("call off")),
    ]
    return respond(talk, talk.reply(text), "unwilling", entries, then=Next(TOPIC))


def to_a_person(talk: Talk, meeting: Meeting) -> Turn:
    """A meeting that others made, or that more people have a part in: a person changes it, and until then it stands."""
    said = talk.voice.say("I can not change this one. A person will write to you about it. Until then it stands.")
    text = f"{said} {truth(talk.voice, talk.facts)}"
    del meeting
    return respond(talk, talk.reply(text), "meeting_person", (), (_case(talk, "cancel_appointment"),))


def _doings(talk: Talk, meeting: Meeting) -> list[Entry]:
    voice = talk.voice
    late_today = Entry(_key(meeting, "late"), voice.say("I am running late"), voice.say("late"))
    is_today = meeting.starts_at.date() == talk.facts.now.date()
    first = [late_today] if is_today else []
    last = [
        Entry(_key(meeting, UNWILLING), voice.say("I do not want to go"), voice.say("not go")),
        Entry(_key(meeting, "questions"), voice.say("What I want to ask there"), voice.say("ask")),
    ]
    if not meeting.may_change:
        return [*first, Entry(_key(meeting, "person"), voice.say("It has to change"), voice.say("change")), *last]
    return [
        *first,
        Entry(_key(meeting, "move"), voice.say("Move it"), voice.say("move")),
        Entry(_key(meeting, "cancel"), voice.say("Call it off"), voice.say("call off")),
        *last,
    ]


def _several(talk: Talk, event: MeetingsListed, doing: str, number: int) -> Turn:
    voice = talk.voice
    entries = [Entry(_key(one, doing), at_words(talk, one.starts_at)) for one in event.meetings]
    if not doing and len(entries) < talk.facts.max_choices:
        entries.append(Entry("book", voice.say("Book a new time"), voice.say("new time")))
    choices = paged(entries, number, talk.facts.max_choices, "meetings", voice)
    text = (
        voice.say("Which meeting?") if doing else voice.say("These are your meetings. Pick one to see it or change it.")
    )
    return respond(talk, talk.reply(text), "meetings", choices, then=Next(TOPIC), place="" if doing else "meetings")


def _none(talk: Talk) -> Turn:
    text = talk.voice.say("You have no meeting that I know of. You can book one here.")
    return respond(talk, talk.reply(text), "no_meetings", [Entry("book", talk.voice.say("Book a time"), "")])


def _look_at(talk: Talk, meeting_id: str) -> Turn:
    return silent(talk, "meetings_asked", ListMeetings(f"{ONE}:{meeting_id}"))


def _for(purpose: str) -> Callable[[Talk, str], Turn]:
    """Look at the meeting as it is now, then do that."""
    return lambda talk, meeting_id: silent(without(talk), "meetings_asked", ListMeetings(f"{purpose}:{meeting_id}"))


def _stays(talk: Talk, meeting_id: str) -> Turn:
    del meeting_id
    return respond(talk, talk.reply(talk.voice.say("OK. Your meeting stays as it is.")), "meeting_stays")


def _needed(talk: Talk, meeting: Meeting) -> Turn:
    said = talk.voice.say("You asked for: {needs}.", needs=needs_words(talk.voice, meeting.needs))
    text = talk.voice.say("It stands with your meeting now. Your adviser sees it there.")
    return respond(talk, talk.reply(f"{said} {text}"), "meeting_needed", _doings(talk, meeting), then=Next(TOPIC))


def _case(talk: Talk, reason: str) -> OpenCase:
    return OpenCase(reason, CaseUrgency.ADVICE, talk.language)


def _key(meeting: Meeting, doing: str = "") -> str:
    return f"meeting:{meeting.id}:{doing}" if doing else f"meeting:{meeting.id}"


WITH_ONE: Final[dict[str, Callable[[Talk, Meeting], Turn]]] = {
    ONE: show_one,
    MOVE: move,
    CANCEL: ask_cancel,
    UNWILLING: unwilling,
    NEEDED: _needed,
    CALL: move_to_a_call,
    "person": to_a_person,
}
DOINGS: Final[dict[str, Callable[[Talk, str], Turn]]] = {
    "move": _for(MOVE),
    "cancel": _for(CANCEL),
    "gone": lambda talk, meeting_id: silent(talk, "meeting_cancels", CancelMeeting(meeting_id)),
    "ok": _stays,
    "person": _for("person"),
    "late": around.late,
    "questions": my_adviser.ask_questions,
    "calendar": own_calendar.asked,
    UNWILLING: _for(UNWILLING),
    CALL: _for(CALL),
    "with": lambda talk, meeting_id: silent(talk, "meeting_need", AddNeed(meeting_id, "with_somebody")),
    "take": lambda talk, meeting_id: booking_end.answer_offer(talk, meeting_id, is_wanted=True),
    "refuse": lambda talk, meeting_id: booking_end.answer_offer(talk, meeting_id, is_wanted=False),
}
