"""On the way to a meeting: late, there, or not able to find it (domain.md H6, J16, J33).

Nothing here warns or blames. With no meeting about now these words are read as anything else would be.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from dialogs.around import AdviserLate, FindMeetingNow, LateTold, MeetingNow, SayLate, SayWhere
from dialogs.effects import AddToCase, Effect
from dialogs.fold import fold, western_digits
from dialogs.meetings import Manner, Meeting
from dialogs.menu import Entry, choice_by_number, typed_number
from dialogs.messages import MENU_NUMBER, PERSON_NUMBER, Link
from dialogs.ports import Command
from dialogs.talk import Next, Talk, respond, silent
from dialogs.topics import adviser, crisis, question
from dialogs.topics.booking_words import how_to_get_there
from dialogs.turn import Turn
from dialogs.wording import N_

TOPIC: Final = "around"
LATE, HERE, LOST = "late", "here", "lost"
LATE_OK: Final = "late_ok"
LONGEST_WORDS: Final = 60
NOT_COMING: Final = 0
MINUTES: Final = (5, 15, 30)
LONGEST_LATE: Final = 240
AN_HOUR: Final = 60

WORDS: Final = {
    LATE: (N_("late"), N_("running late"), N_("i am late"), N_("i am going to be late")),
    HERE: (N_("here"), N_("i am here"), N_("i am outside")),
    LOST: (N_("lost"), N_("i am lost"), N_("i cannot find it"), N_("where is it"), N_("which door")),
}
"""What people write on the way: the whole text, in their language or in English."""

SHORT_WORDS: Final = {
    LATE: frozenset({"late", "l8", "delayed"}),
    HERE: frozenset({"here", "outside", "arrived", "at door"}),
    LOST: frozenset(
        {
            "lost", "cant find it", "cannot find it", "cant find you", "cant find u", "cant find place",
            "cant find door", "cant find building", "where it", "where you", "where r u", "where u", "which door",
            "which building",
        }
    ),
}  # fmt: skip
"""The same as young people type it, once the words of `SAY_NOTHING` are left out."""

_FILLING = """i im am we were are gonna going to will ill might be running a bit abit so very rly really soz sorry srry pls please
    hi hey hello omg now just still ok think about around by is the bus mate guys yeah"""
SAY_NOTHING: Final = frozenset(_FILLING.split())
_MINUTES: Final = re.compile(r"\b(\d{1,3}) ?(?:m|min|mins|minute|minutes|munud|minut|minuty)?\b")
_HOURS: Final = ((re.compile(r"\bhalf (?:an )?hour\b"), 30), (re.compile(r"\b(?:an|1|one) ?(?:h|hr|hour)\b"), AN_HOUR))


def find(talk: Talk) -> Turn | None:
    """A word that is said on the way to a meeting: the world is asked whether there is one now. None for any other text."""
    if talk.message is None or len(talk.text) > LONGEST_WORDS or crisis.is_present(talk):
        return None
    # after an answer "where is it" asks about what the answer names
    if talk.reading.command is Command.FOLLOW_UP and question.topic_on_screen(talk)[0]:
        return None
    said, minutes = _without_minutes(talk.text)
    purpose = _purpose(talk, said)
    if purpose is None or (minutes is not None and purpose != LATE):
        return None
    return silent(talk, "meeting_now_asked", FindMeetingNow(purpose, talk.text, minutes))


def found(talk: Talk, event: MeetingNow) -> Turn:
    """What follows from the meeting that is about now; with none the words are read again."""
    meeting = event.meeting
    if meeting is None:
        return talk.again(talk, event.text)
    if event.purpose == LATE:
        return ask_how_late(talk, meeting.id) if event.minutes is None else say_late(talk, meeting.id, event.minutes)
    if meeting.place and meeting.place.manner is not Manner.FACE_TO_FACE:
        return _remote(talk)
    return (_here if event.purpose == HERE else _lost)(talk, meeting)


def ask_how_late(talk: Talk, meeting_id: str) -> Turn:
    """By how much, with a thank you; a number of minutes in words will do."""
    voice = talk.voice
    entries = [Entry(f"late:{meeting_id}:{n}", voice.plural("{n} minute", "{n} minutes", n), str(n)) for n in MINUTES]
    entries.append(Entry(f"late:{meeting_id}:{NOT_COMING}", voice.say("I cannot come"), voice.say("not coming")))
    then = Next(TOPIC, LATE, {"meeting": meeting_id})
    return respond(talk, talk.reply(voice.say("Thank you for telling me. How late?")), "late_asked", entries, then=then)


def is_minutes(talk: Talk) -> bool:
    """True when we asked how late and the text is a number that is none of the choices: "20" are minutes."""
    number = typed_number(talk.text)
    if number is None or not _is_asked(talk) or number in {MENU_NUMBER, PERSON_NUMBER}:
        return False
    return choice_by_number(talk.state.offered, number) is None


def go_on(talk: Talk) -> Turn | None:
    """Minutes in their own words; None for anything else."""
    said, minutes = _without_minutes(talk.text)
    is_all = not said or _purpose(talk, said) == LATE
    meeting_id = talk.state.notes.get("meeting", "")
    return say_late(talk, meeting_id, minutes) if minutes and is_all and _is_asked(talk) else None


def act(talk: Talk, rest: str) -> Turn:
    """The turn of "late:<id>:<minutes>"."""
    meeting_id, _, minutes = rest.partition(":")
    known = minutes.isascii() and minutes.isdigit()
    return say_late(talk, meeting_id, int(minutes) if known else NOT_COMING)


def say_late(talk: Talk, meeting_id: str, minutes: int) -> Turn:
    """Passed on; whether that could be done follows as an event of the same turn."""
    return silent(talk, "late_said", SayLate(meeting_id, min(minutes, LONGEST_LATE)), *_for_case(talk))


def late_told(talk: Talk, event: LateTold) -> Turn:
    """It is passed on by name. Who cannot come gets another time, without a word of blame."""
    voice, meeting = talk.voice, event.meeting
    if meeting is None:
        text = voice.say("I can not find that meeting any more. Reply 9, and a person looks for you.")
        return respond(talk, talk.reply(text), "late_gone")
    name = meeting.who_comes or meeting.adviser
    if event.minutes == NOT_COMING:
        return _not_coming(talk, meeting, name)
    told = voice.say("OK. I have told {name}.", name=name) if name else voice.say("OK. I have told a person here.")
    rush = voice.say("Go safe. You do not have to rush.")
    return respond(talk, talk.reply(f"{told} {rush}"), "late_told")


def adviser_late(talk: Talk, event: AdviserLate) -> Turn:
    """Said at once and plainly, with the time that it comes to; they may wait or take another one."""
    voice, n = talk.voice, event.minutes
    name = event.adviser or voice.say("A person")
    sorry = voice.plural(
        "Sorry, {adviser} is {n} minute late.", "Sorry, {adviser} is {n} minutes late.", n, adviser=name
    )
    clock = voice.clock(event.meeting.starts_at + timedelta(minutes=n))
    then = voice.say("You meet at about {clock}.", clock=clock)
    text = f"{sorry} {then}"
    if crisis.is_present(talk):
        reply = adviser.in_a_crisis(talk, talk.reply(text))
        return respond(talk, reply, "adviser_late", then=crisis_goes_on(talk))
    entries = [Entry("around:ok", voice.say("OK"), voice.say("ok")), _another_time(talk, event.meeting)]
    return respond(talk, talk.reply(text), "adviser_late", entries, then=Next(TOPIC, LATE_OK))


def crisis_goes_on(talk: Talk) -> Next:
    """What goes on after a word beside a crisis: its own question, where that has no answer yet."""
    return Next(crisis.TOPIC, talk.state.step) if talk.state.topic == crisis.TOPIC else Next("")


def _is_asked(talk: Talk) -> bool:
    return talk.state.topic == TOPIC and talk.state.step == LATE


def _purpose(talk: Talk, said: str) -> str | None:
    plain = " ".join(word for word in said.split() if word not in SAY_NOTHING)
    for purpose, phrases in WORDS.items():
        if plain in SHORT_WORDS[purpose] or any(said == fold(talk.voice.say(phrase)) for phrase in phrases):
            return purpose
    return None


def _without_minutes(text: str) -> tuple[str, int | None]:
    """The folded words without the minutes that they name, and those (None: they name none)."""
    said = fold(western_digits(text))
    for pattern, minutes in _HOURS:
        if pattern.search(said):
            return _bare(pattern.sub(" ", said, count=1)), minutes
    named = _MINUTES.search(said)
    return (_bare(_MINUTES.sub(" ", said, count=1)), int(named[1]) or None) if named else (said, None)


def _bare(said: str) -> str:
    return " ".join(word for word in said.split() if word not in SAY_NOTHING)


def _for_case(talk: Talk) -> tuple[Effect, ...]:
    """Whoever answers their open request reads it too; an adviser who is there has the words already."""
    return (AddToCase(),) if talk.facts.case is not None and not talk.has_adviser else ()


def _another_time(talk: Talk, meeting: Meeting) -> Entry:
    """Moving it; what others made is changed by a person."""
    if not meeting.may_change:
        return Entry(f"meeting:{meeting.id}:person", talk.voice.say("It has to change"), talk.voice.say("change"))
    return Entry(f"meeting:{meeting.id}:move", talk.voice.say("Another time"), talk.voice.say("other time"))


def _not_coming(talk: Talk, meeting: Meeting, name: str) -> Turn:
    voice = talk.voice
    fine = voice.say("That is OK.")
    told = voice.say("I have told {name}.", name=name) if name else voice.say("I have told a person here.")
    ask = voice.say("Do you want another time?")
    entries = [_another_time(talk, meeting)]
    if meeting.may_change:
        entries.append(Entry(f"meeting:{meeting.id}:cancel", voice.say("Call it off"), voice.say("call off")))
    return respond(talk, talk.reply(f"{fine} {told} {ask}"), "late_not_coming", entries)


def _remote(talk: Talk) -> Turn:
    text = talk.voice.say(
        "This meeting is by phone or video. You do not have to go anywhere. Is something wrong? Reply 9."
    )
    return respond(talk, talk.reply(text), "remote")


def _here(talk: Talk, meeting: Meeting) -> Turn:
    said = talk.voice.say("Good. I have told them that you are here.")
    text = " ".join(filter(None, (said, who_waits(talk, meeting))))
    return respond(talk, talk.reply(text), HERE, (), (SayWhere(meeting.id, HERE), *_for_case(talk)))


def _lost(talk: Talk, meeting: Meeting) -> Turn:
    """The way, the door, who waits, and a number to ring; by text what helps most at the door comes first."""
    voice, place = talk.voice, meeting.place
    said = voice.say("No problem. I have told them that you look for it.")
    phone = place.phone if place else meeting.contact
    ring = voice.say("You can ring: {phone}.", phone=phone.rstrip(".")) if any(map(str.isdigit, phone)) else ""
    who = who_waits(talk, meeting)
    where = voice.say("Where: {address}.", address=meeting.where.rstrip(".")) if meeting.where and not place else ""
    way = " ".join(filter(None, (how_to_get_there(talk, meeting), where, who, ring)))
    first = [f"{text.rstrip('.')}." for text in ((place.door, place.how_to_find) if place else ()) if text]
    short = " ".join(filter(None, (*first, where, who, ring, said)))
    text = "\n\n".join(filter(None, (said, way)))
    reply = talk.reply(text, sms_text=short, links=_photo(talk, meeting))
    return respond(talk, reply, LOST, (), (SayWhere(meeting.id, LOST), *_for_case(talk)))


def _photo(talk: Talk, meeting: Meeting) -> tuple[Link, ...]:
    """Where the place can be seen, for channels that show links."""
    place, web = meeting.place, talk.facts.web_address.rstrip("/")
    if place is None or not place.has_photo or not web:
        return ()
    address = web if "://" in web else f"https://{web}"
    return (Link(talk.voice.say("What it looks like"), f"{address}/picture/{place.id}"),)


def who_waits(talk: Talk, meeting: Meeting) -> str:
    """Who meets them and where, as far as it is known."""
    voice, name = talk.voice, meeting.who_comes or meeting.adviser
    if name and meeting.meet_where:
        return voice.say("{name} meets you here: {place}.", name=name, place=meeting.meet_where.rstrip("."))
    return voice.say("{name} is there for you.", name=name) if name else ""
