"""A meeting in the young person's own calendar: only where they ask for it, and never on a phone that others use."""

from __future__ import annotations

from dialogs.around import CalendarMade, PutInCalendar
from dialogs.meetings import Meeting
from dialogs.menu import Entry
from dialogs.messages import ChannelName, Link
from dialogs.talk import Talk, respond, silent
from dialogs.turn import Turn


def offered(talk: Talk, meeting: Meeting) -> list[Entry]:
    """The choice, where a calendar and a page of ours are at hand."""
    facts = talk.facts
    if facts.channel is ChannelName.SMS or not facts.web_address or facts.seats:
        return []
    return [Entry(f"meeting:{meeting.id}:calendar", talk.voice.say("Put it in my calendar"), "")]


def asked(talk: Talk, meeting_id: str) -> Turn:
    """An address of its own is made each time: it is told once, and kept by nobody but them."""
    return silent(talk, "calendar_asked", PutInCalendar(meeting_id))


def made(talk: Talk, event: CalendarMade) -> Turn:
    """The link. What stands in the calendar then is "Meeting", when and where: nothing of why."""
    voice, web = talk.voice, talk.facts.web_address.rstrip("/")
    if not event.secret or not web:
        return respond(talk, talk.reply(voice.say("I can not find this meeting any more.")), "calendar_none")
    text = voice.say("Open this to put it in your calendar. It says when and where, and nothing of why.")
    link = Link(voice.say("My meeting"), f"{web}/calendar/{event.secret}.ics")
    return respond(talk, talk.reply(text, links=(link,)), "calendar_made")
