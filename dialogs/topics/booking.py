"""Booking a time with an adviser: what about, with whom, where, which day, which time. One question at a time, none twice.

The world is asked by effects and answers with events in the same turn. What follows a chosen time is in `booking_end`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from dialogs.effects import BeginBooking, Effect, HoldTime, LookForTimes, PreferPart
from dialogs.events import BookingBegins, DayFree, TimesFound
from dialogs.meetings import Manner, Meeting, PartOfDay, Wish, part_of
from dialogs.menu import Entry
from dialogs.talk import Next, Talk, respond, silent
from dialogs.topics import crisis, handover
from dialogs.topics.booking_draft import ANYBODY, Draft, Time, draft_of, keeping, without
from dialogs.topics.booking_words import PARTS, REASONS, at_words, label, place_label, what_and_when
from dialogs.turn import Turn
from dialogs.wording import N_

TOPIC: Final = "booking"
OTHER_DAYS: Final = (N_("Other days"), N_("other days"))
MORE_TIMES: Final = (N_("More times"), N_("more times"))
MORE_PLACES: Final = (N_("Other places"), N_("other places"))
MORE: Final = (N_("More choices"), N_("other"))

REASON_OF_GROUP: Final = {"money": "benefits", "housing": "housing", "work": "careers", "learning": "careers"}
"""Whoever asks to book below an answer has said what it is about."""


def start(talk: Talk) -> Turn:
    """Ask what can be booked. In a crisis a person agrees a time, as before."""
    if crisis.is_present(talk):
        return handover.book(talk)
    return silent(without(talk), "booking_begins", BeginBooking())


def started(talk: Talk, event: BookingBegins) -> Turn:
    """The first question that is open. Where nothing can be booked here a person agrees a time."""
    reasons = tuple(reason for reason in REASONS if reason in event.reasons)
    if not reasons:
        return handover.book(talk)
    asked = frozenset({"part"} if event.is_part_known else ())
    draft = Draft(Wish(""), reasons=reasons, mine=event.adviser, part=event.part, asked=asked, known=event.needs)
    known = reasons[0] if len(reasons) == 1 else _said_before(talk)
    return with_reason(talk, draft, known) if known in reasons else ask_reason(talk, draft)


def ask_reason(talk: Talk, draft: Draft, page: int = 0) -> Turn:
    """What it is about."""
    entries = [label(talk.voice, REASONS[reason], f"booking:reason:{reason}") for reason in draft.reasons]
    choices = _page(talk, entries, page, talk.facts.max_choices, "booking:reasons", MORE)
    return ask(talk, draft, "reason", talk.voice.say("What is the meeting about?"), choices)


def with_reason(talk: Talk, draft: Draft, reason: str) -> Turn:
    """The reason is known: who next, where they have an adviser."""
    chosen = replace(draft, wish=Wish(reason), asked=draft.asked & {"part"})
    if draft.mine is None:
        return look(talk, chosen)
    return ask_who(talk, chosen)


def ask_who(talk: Talk, draft: Draft) -> Turn:
    """Their own adviser, or anybody."""
    assert draft.mine is not None  # noqa: S101  (the caller looked)
    entries = [
        Entry("booking:who:mine", talk.voice.say("With {adviser}", adviser=draft.mine[1]), draft.mine[1]),
        Entry("booking:who:any", talk.voice.say("Anybody"), talk.voice.say("anybody")),
    ]
    return ask(talk, draft, "who", talk.voice.say("Who do you want to see?"), entries)


def with_who(talk: Talk, draft: Draft, who: str) -> Turn:
    """Theirs, or whoever has time."""
    chosen = draft.mine[0] if who == "mine" and draft.mine else (ANYBODY if draft.is_move else "")
    return look(talk, draft.wishing(adviser_id=chosen, day="", after="").having("who"))


def look(talk: Talk, draft: Draft, *effects: Effect) -> Turn:
    """Ask for free times; what is found comes back as an event of this turn."""
    return silent(keeping(talk, draft), "booking_looks", *effects, LookForTimes(draft.wish))


def found(talk: Talk, event: TimesFound) -> Turn:
    """The next question that has more than one answer; a time that is the only one is kept for them at once."""
    draft = draft_of(talk)
    if draft is None:
        return silent(talk, "booking_left")
    draft = draft.with_times(event)
    if not draft.days:
        return nothing_free(talk, draft)
    if "place" not in draft.asked and len(draft.places) > 1:
        return ask_place(talk, draft)
    if "part" not in draft.asked and len({part for day in draft.days for part in day.parts}) > 1:
        return ask_part(talk, draft)
    if not draft.wish.day:
        return with_day(talk, draft, draft.days[0].day) if len(draft.days) == 1 else ask_day(talk, draft)
    if not draft.times:
        return ask_day(talk, draft.wishing(day=""))
    if len(draft.times) == 1 and len(draft.days) == 1:
        return with_time(talk, draft, draft.times[0].key)
    return ask_time(talk, draft)


def ask_place(talk: Talk, draft: Draft, page: int = 0) -> Turn:
    """How or where: each place by its label, and by phone or video."""
    entries = [Entry(f"booking:place:{place.id}", place_label(talk.voice, place)) for place in draft.places]
    choices = _page(talk, entries, page, talk.facts.max_choices, "booking:places", MORE_PLACES)
    return ask(talk, draft, "place", talk.voice.say("How or where do you want to meet?"), choices)


def with_place(talk: Talk, draft: Draft, place_id: str) -> Turn:
    """The place is chosen: its days."""
    return look(talk, draft.wishing(place_id=place_id, manner=None, day="", after="").having("place"))


def with_manner(talk: Talk, draft: Draft, manner: Manner) -> Turn:
    """The way is chosen; where it can be at several places, which one is asked next."""
    places = [place for place in draft.places if place.manner is manner]
    if len(places) == 1:
        return with_place(talk, draft, places[0].id)
    return look(talk, draft.wishing(manner=manner, place_id="", day="", after=""))


def ask_part(talk: Talk, draft: Draft) -> Turn:
    """Which part of the day suits them: asked once and remembered (H22)."""
    free = {part for day in draft.days for part in day.parts}
    entries = [label(talk.voice, PARTS[part], f"booking:part:{part}") for part in PARTS if part in free]
    entries.append(Entry("booking:part:any", talk.voice.say("Any time"), talk.voice.say("any time")))
    text = talk.voice.say("Which time of day is best for you? I will remember it.")
    return ask(talk, draft, "part", text, entries)


def with_part(talk: Talk, draft: Draft, part: PartOfDay | None) -> Turn:
    """Remembered for every booking; the days that have such a time come first."""
    chosen = replace(draft, part=part).having("part").wishing(day="")
    return look(talk, chosen, PreferPart(part))


def ask_day(talk: Talk, draft: Draft, page: int = 0, text: str = "") -> Turn:
    """Days with free times: first those at the part of the day that suits them."""
    entries = [Entry(f"booking:day:{day.isoformat()}", _day(talk, day)) for day in _days(draft)]
    choices = _page(talk, entries, page, talk.facts.max_choices, "booking:days", OTHER_DAYS)
    return ask(talk, draft.wishing(day=""), "day", text or talk.voice.say("Which day?"), choices)


def with_day(talk: Talk, draft: Draft, day: date) -> Turn:
    """Its times."""
    return look(talk, draft.wishing(day=day.isoformat(), after=""))


def ask_time(talk: Talk, draft: Draft, page: int = 0, text: str = "") -> Turn:
    """Times of the day, those that suit them first; other days stay one step away."""
    voice, has_others = talk.voice, len(draft.days) > 1
    entries = [Entry(f"booking:time:{time.key}", voice.clock(time.at)) for time in _times(draft)]
    room = talk.facts.max_choices - has_others
    choices = _page(talk, entries, page, room, "booking:times", MORE_TIMES)
    if has_others:
        choices.append(label(voice, OTHER_DAYS, "booking:days:0"))
    asked = voice.say("{day}. Which time?", day=voice.day(date.fromisoformat(draft.wish.day)))
    return ask(talk, draft, "time", text or asked, choices)


def with_time(talk: Talk, draft: Draft, key: str) -> Turn:
    """Kept for them while they decide. A meeting that moves keeps its old time until they say yes."""
    if not draft.is_move:
        return silent(keeping(talk, draft), "booking_holds", HoldTime(key, draft.wish))
    time = next((time for time in draft.times if time.key == key), None)
    if time is None or draft.meeting is None:
        return look(talk, draft.wishing(day=""))
    return ask_move(talk, replace(draft, key=key), time)


def ask_move(talk: Talk, draft: Draft, time: Time) -> Turn:
    """Whether the meeting shall be at the new time."""
    assert draft.meeting is not None  # noqa: S101  (a move begins with one)
    place = next((place for place in draft.places if place.id == time.place), draft.meeting.place)
    adviser = draft.meeting.adviser if draft.wish.adviser_id != ANYBODY else ""
    moved = replace(draft.meeting, starts_at=time.at, place=place, adviser=adviser)
    text = " ".join((talk.voice.say("Move your meeting to this time?"), what_and_when(talk, moved)))
    return ask(talk, draft, "confirm", text, yes_or_other(talk, N_("Yes, move it")))


def yes_or_other(talk: Talk, yes: str) -> list[Entry]:
    """The last question's choices."""
    voice = talk.voice
    return [
        Entry("booking:yes", voice.say(yes), voice.say("yes")),
        Entry("booking:other", voice.say("Another time"), voice.say("other time")),
        Entry("booking:no", voice.say("No, leave it"), voice.say("no")),
    ]


def nothing_free(talk: Talk, draft: Draft) -> Turn:
    """Never a dead end: somebody else, another way, the waiting list, or a person."""
    voice, wish = talk.voice, draft.wish
    text = voice.say("No time is free for that just now.")
    entries: list[Entry] = []
    if draft.meeting is not None and draft.meeting.is_held:
        stays = voice.say("The time that I keep for you stays.")
        text = f"{text} {stays}"
        entries.append(Entry("booking:keep", voice.say("Stay with that time"), voice.say("that time")))
    if wish.adviser_id not in {"", ANYBODY} or (draft.is_move and wish.adviser_id != ANYBODY):
        entries.append(Entry("booking:who:any", voice.say("Somebody else"), voice.say("somebody else")))
    if wish.place_id or wish.manner or wish.step_free or wish.quiet:
        entries.append(Entry("booking:anywhere", voice.say("Another place or way"), voice.say("other place")))
    if not wish.reason:
        entries.append(Entry("book", voice.say("Book a new time"), voice.say("new time")))
    elif not draft.is_move:
        entries.append(Entry("booking:wait", voice.say("Tell me when one is free"), voice.say("tell me")))
    or_a_person = voice.say("A person can help too.")
    return ask(talk, draft, "nothing", f"{text} {or_a_person}", entries)


def anywhere(talk: Talk, draft: Draft) -> Turn:
    """Wherever there is a time."""
    freed = draft.wishing(place_id="", manner=None, step_free=False, quiet=False, day="", after="")
    return look(talk, replace(freed, asked=freed.asked - {"place"}))


def ask(
    talk: Talk, draft: Draft, step: str, text: str, entries: Sequence[Entry], *effects: Effect, sms: str = ""
) -> Turn:
    """One question of the booking, remembered with the draft, and a place for "back"."""
    kept = keeping(talk, replace(draft, step=step))
    reply = kept.reply(text, sms_text=sms)
    return respond(kept, reply, f"booking_{step}", entries, effects, then=Next(TOPIC, step), place=f"booking:at:{step}")


PAGES: dict[str, Callable[[Talk, Draft, int], Turn]] = {
    "reasons": ask_reason,
    "places": ask_place,
    "days": ask_day,
    "times": ask_time,
}
"""Questions with more answers than fit, by the name in the key of "more"."""


def held_at(meeting: Meeting | None) -> bool:
    """True when a time is kept for them."""
    return meeting is not None and meeting.is_held


def _said_before(talk: Talk) -> str:
    place = talk.state.trail[-1] if talk.state.trail else ""
    group = place.removeprefix("topic:").partition(".")[0] if place.startswith("topic:") else ""
    return REASON_OF_GROUP.get(group, "")


def _days(draft: Draft) -> list[date]:
    def is_later(day: DayFree) -> bool:
        return draft.part is not None and draft.part not in day.parts

    return [day.day for day in sorted(draft.days, key=is_later)]


def _times(draft: Draft) -> list[Time]:
    return sorted(draft.times, key=lambda time: draft.part is not None and part_of(time.at) is not draft.part)


def _day(talk: Talk, day: date) -> str:
    return talk.voice.say("Today") if day == talk.facts.now.date() else talk.voice.day(day)


def near_entries(talk: Talk, times: Sequence[Time], room: int) -> list[Entry]:
    """Times on different days, each with its day."""
    return [Entry(f"booking:time:{time.key}", at_words(talk, time.at)) for time in times[:room]]


def _page(talk: Talk, entries: Sequence[Entry], page: int, room: int, place: str, more: tuple[str, str]) -> list[Entry]:
    """One page of a long list with the way to the next one last; past the end it begins anew."""
    if len(entries) <= room:
        return list(entries)
    rest = list(entries[page * (room - 1) :]) or list(entries)
    if rest[0] is entries[0]:
        page = 0
    if len(rest) <= room:
        return rest
    return [*rest[: room - 1], label(talk.voice, more, f"{place}:{page + 1}")]
