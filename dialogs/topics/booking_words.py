"""What a booking says and understands: reasons, ways to meet, days and times in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from dialogs.desk import when
from dialogs.fold import fold, western_digits
from dialogs.meetings import Interpreter, Manner, Meeting, Needs, PartOfDay, PlaceCard
from dialogs.menu import Entry
from dialogs.talk import Talk
from dialogs.topics.near import DAYS
from dialogs.wording import N_, Voice

REASONS: Final = {
    "first_talk": (N_("A first talk"), N_("first talk")),
    "careers": (N_("Work or learning"), N_("work")),
    "benefits": (N_("Money and benefits"), N_("money")),
    "housing": (N_("A place to live"), N_("home")),
    "visit_first": (N_("See the place first"), N_("see place")),
    "accompany": (N_("Somebody to go with me"), N_("go with me")),
    "group": (N_("A group"), N_("group")),
}
"""What a young person may book, in the order in which it is offered."""

PARTS: Final = {
    PartOfDay.MORNING: (N_("Morning"), N_("morning")),
    PartOfDay.AFTERNOON: (N_("Afternoon"), N_("afternoon")),
    PartOfDay.EVENING: (N_("Evening"), N_("evening")),
}
MANNERS: Final = {
    Manner.PHONE: (N_("By phone"), N_("phone")),
    Manner.VIDEO: (N_("By video"), N_("video")),
    Manner.FACE_TO_FACE: (N_("Face to face"), N_("face to face")),
}
TODAY, TOMORROW = N_("Today"), N_("Tomorrow")
ANY_WORDS: Final = frozenset({"any", "anyone", "anybody", "anytime", "whoever", "whenever"})
FILLERS: Final = frozenset(
    {"on", "at", "in", "the", "next", "this", "pls", "please", "maybe", "ok", "yes", "a", "around", "about", "for"}
)
MOST_WORDS: Final = 5
SHORT_DAYS: Final = ("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
HALF_DAY: Final = 12
HOURS: Final = 24
EARLIEST_BARE: Final = 8
"""A bare "7:30" is in the evening, a bare "8:30" in the morning."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said about when: a weekday (0 is Monday), a day, a day of the month, a part of the day, a clock time."""

    weekday: int | None = None
    day: date | None = None
    day_of_month: int | None = None
    part: PartOfDay | None = None
    clock: tuple[int, int] | None = None


def read_when(talk: Talk) -> Said | None:
    """What a short text says about when ("thursday", "tomorrow morning", "2:30pm"); None for anything else."""
    words = western_digits(talk.text).lower().replace(",", " ").split()
    if not words or len(words) > MOST_WORDS or "?" in talk.text:
        return None
    found: dict[str, object] = {}
    for word in _joined(words):
        if fold(word) in FILLERS:
            continue
        one = _word(talk, word)
        if one is None:
            return None
        found |= one
    return Said(**found) if found else None  # type: ignore[arg-type]


def _joined(words: Sequence[str]) -> list[str]:
    """The words, with a number and its am or pm in one."""
    return re.sub(r"(\d) (am|pm)\b", r"\1\2", " ".join(words)).split()


def _word(talk: Talk, word: str) -> dict[str, object] | None:
    plain, today = fold(word), talk.facts.now.date()
    for offset, name in enumerate((TODAY, TOMORROW)):
        if plain in {fold(name), fold(talk.voice.say(name))}:
            return {"day": today + timedelta(days=offset)}
    for part, (label, _) in PARTS.items():
        if plain.removesuffix("s") in {fold(label), fold(talk.voice.say(label))}:
            return {"part": part}
    for number, name in enumerate(DAYS):
        if plain in {fold(name), fold(talk.voice.say(name)), *SHORT_DAYS[number].split()}:
            return {"weekday": number}
    if dated := _DATE.fullmatch(word):
        return {"day_of_month": int(dated[1])}
    clock = _clock(word)
    return {"clock": clock} if clock else None


def _clock(word: str) -> tuple[int, int] | None:
    found = _CLOCK.fullmatch(word)
    if found is None or not (found[2] or found[3]):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    half = (found[3] or "").lower()
    if half:
        hour = hour % HALF_DAY + (HALF_DAY if half == "pm" else 0)
    elif hour < EARLIEST_BARE:
        hour += HALF_DAY
    return (hour, minute) if hour < HOURS and minute < 60 else None  # noqa: PLR2004


def is_anybody(text: str) -> bool:
    """True when the text says that it does not matter who or when."""
    words = fold(text).split()
    return 0 < len(words) <= MOST_WORDS and bool(ANY_WORDS & set(words))


def manner_named(talk: Talk) -> Manner | None:
    """The way to meet that a short text names."""
    words = f" {fold(talk.text)} "
    if len(words.split()) > MOST_WORDS:
        return None
    labels = ((manner, short) for manner, (_, short) in MANNERS.items())
    return next(
        (m for m, short in labels if any(f" {fold(t)} " in words for t in (short, talk.voice.say(short)))), None
    )


def label(voice: Voice, pair: tuple[str, str], key: str) -> Entry:
    """A choice out of a long and a short form."""
    return Entry(key, voice.say(pair[0]), voice.say(pair[1]))


def place_label(voice: Voice, place: PlaceCard) -> str:
    """What a place is called: its neutral label, or the way to meet where nobody goes anywhere."""
    return place.name if place.manner is Manner.FACE_TO_FACE else voice.say(MANNERS[place.manner][0])


def at_words(talk: Talk, at: datetime) -> str:
    """A time on offer beside others: the clock today, "Tomorrow, 10am", else the day and the clock."""
    voice, today = talk.voice, talk.facts.now.date()
    clock = voice.clock(at)
    if at.date() == today:
        return clock
    name = voice.say(TOMORROW) if at.date() == today + timedelta(days=1) else voice.day(at.date())
    return voice.say("{day}, {clock}", day=name, clock=clock)


def what_and_when(talk: Talk, meeting: Meeting) -> str:
    """Who, when, where, how long, in one breath: nothing of why."""
    voice = talk.voice
    at = when(voice, meeting.starts_at, talk.facts.now)
    who = voice.say("{when} with {adviser}.", when=at, adviser=meeting.adviser) if meeting.adviser else f"{at}."
    place = place_label(voice, meeting.place) if meeting.place else meeting.place_name
    long = voice.plural("{n} minute.", "{n} minutes.", meeting.minutes)
    return " ".join(filter(None, (who, place and f"{place}.", long)))


def how_to_get_there(talk: Talk, meeting: Meeting, *, after_its_name: bool = False) -> str:
    """Address, door, bus stop, the way: what is known. Empty where nobody goes anywhere. After its name no "Where" is needed."""
    place = meeting.place
    if place is None or place.manner is not Manner.FACE_TO_FACE:
        return ""
    street = place.address.rstrip(".")
    address = f"{street}." if after_its_name else talk.voice.say("Where: {address}.", address=street)
    bus = talk.voice.say("Bus stop: {stop}.", stop=place.bus_stop.rstrip(".")) if place.bus_stop else ""
    said = (f"{text.rstrip('.')}." for text in (place.door, place.how_to_find) if text)
    return " ".join(filter(None, (street and address, *said, bus)))


NEEDS: Final = {
    "with_somebody": (N_("Somebody with me"), N_("somebody with me")),
    "interpreter": (N_("An interpreter"), N_("interpreter")),
    "step_free": (N_("No steps or stairs"), N_("no steps")),
    "quiet": (N_("A quiet place"), N_("quiet")),
    "childcare": (N_("Childcare"), N_("childcare")),
    "fare": (N_("Bus fare"), N_("bus fare")),
}
"""What would help at a meeting, in the order in which it is offered."""

GENDERS: Final = {"woman": (N_("A woman"), N_("woman")), "man": (N_("A man"), N_("man"))}


def needs_words(voice: Voice, needs: Needs) -> str:
    """What they asked for, in a list: empty when nothing."""
    names = [name for name in NEEDS if name != "interpreter" and getattr(needs, name)]
    said = [voice.say(NEEDS[name][1]) for name in names]
    if needs.interpreter:
        said.insert(0, _interpreter(voice, needs.interpreter))
    return ", ".join(said)


def _interpreter(voice: Voice, spoken: Interpreter) -> str:
    gender = voice.say(GENDERS[spoken.gender][1]) if spoken.gender in GENDERS else ""
    more = ", ".join(filter(None, (voice.language_name(spoken.language), spoken.dialect, gender)))
    return voice.say("interpreter ({language})", language=more)
