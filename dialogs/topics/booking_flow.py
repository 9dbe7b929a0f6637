"""What each choice and each word of a booking does, and how it is taken up again after something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from dialogs.meetings import PartOfDay
from dialogs.menu import Entry
from dialogs.messages import MENU_NUMBER, PERSON_NUMBER, Choice
from dialogs.ports import Command
from dialogs.talk import Talk
from dialogs.topics import booking, booking_end, booking_needs, crisis, home
from dialogs.topics.booking_draft import Draft, draft_of
from dialogs.topics.booking_words import Said, is_anybody, manner_named, read_when
from dialogs.turn import Turn

YES: Final = frozenset({Command.YES, Command.FINE})
NO: Final = frozenset({Command.NO, Command.SKIP})
KEPT_BESIDE: Final = frozenset({"answer", "more", "refused", "thanks", "opening", "near", "nation_set", "easy"})
"""Outcomes after which the booking is one choice away."""

WHEN_STEPS: Final = frozenset({"day", "time", "gone", "part"})


def act(talk: Talk, rest: str) -> Turn:
    """The turn of a choice of ours. With no booking in the making a new one begins, except for its last answers."""
    draft = draft_of(talk)
    name, _, about = rest.partition(":")
    if draft is None or crisis.is_present(talk):
        return booking.start(talk) if name not in {"at", "yes", "no"} else home.show(talk)
    if name in booking.PAGES:
        return booking.PAGES[name](talk, draft, _number(about))
    if name in SIMPLE:
        return SIMPLE[name](talk, draft)
    return ABOUT[name](talk, draft, about) if name in ABOUT else at(talk, draft, draft.step)


def at(talk: Talk, draft: Draft, step: str) -> Turn:
    """A question once more: what was free may be so no longer, so days and times are looked for again."""
    steps: dict[str, Callable[[Talk, Draft], Turn]] = {
        "reason": booking.ask_reason,
        "who": booking.ask_who if draft.mine else booking.ask_reason,
        "place": booking.anywhere,
        "part": lambda t, d: booking.look(t, replace(d.wishing(day=""), asked=d.asked - {"part"})),
        "time": booking.look,
    }
    if draft.meeting is not None and not draft.is_move:
        steps |= {"same": _needs_again, "needs": booking_needs.offer, "confirm": booking_needs.confirm}
        steps |= {"dialect": booking_needs.ask_dialect, "language": booking_needs.ask_language}
        steps["gender"] = booking_needs.ask_dialect
    shown = steps.get(step)
    return shown(talk, draft) if shown else booking.look(talk, draft.wishing(day=""))


def words(talk: Talk) -> Turn | None:
    """Words that answer a question without choices, before they are taken for the name of a language to speak."""
    draft = draft_of(talk) if talk.state.topic == booking.TOPIC else None
    return booking_needs.words(talk, draft) if draft else None


def go_on(talk: Talk) -> Turn | None:
    """Simple words for what is asked; None for anything else, which is read as usual."""
    draft = draft_of(talk)
    if draft is None:
        return None
    step, command = talk.state.step, talk.reading.command
    if command in YES and step == "confirm":
        return booking_end.yes(talk, draft)
    if command in NO:
        return _no(talk, draft, step)
    if step in {"who", "part"} and is_anybody(talk.text):
        return booking.with_who(talk, draft, "any") if step == "who" else booking.with_part(talk, draft, None)
    if step == "place" and (manner := manner_named(talk)):
        return booking.with_manner(talk, draft, manner)
    said = read_when(talk) if step in WHEN_STEPS else None
    return _when(talk, draft, said) if said else None


def beside(talk: Talk, turn: Turn) -> Turn:
    """A question was answered in the middle of a booking: one choice leads back to it."""
    state = turn.state
    is_open = booking.TOPIC in state.notes and state.topic != booking.TOPIC and not state.crisis_since
    if not is_open or not turn.replies or turn.outcome.name not in KEPT_BESIDE:
        return turn
    *before, last = turn.replies
    always = {MENU_NUMBER, PERSON_NUMBER}
    own = [choice for choice in last.choices if choice.number not in always][: talk.facts.max_choices - 1]
    voice = replace(talk, state=state).voice
    entry = Entry("booking:on", voice.say("Go on with the booking"), voice.say("go on booking"))
    more = Choice(len(own) + 1, entry.key, entry.label, entry.short)
    choices = (*own, more, *(choice for choice in last.choices if choice.number in always))
    return replace(turn, state=replace(state, offered=choices), replies=(*before, replace(last, choices=choices)))


def _no(talk: Talk, draft: Draft, step: str) -> Turn | None:
    if step in {"needs", "same"}:
        return booking_needs.confirm(talk, draft)
    if step == "gender":
        return booking_needs.with_gender(talk, draft, "")
    return booking_end.no(talk, draft) if step == "confirm" and talk.reading.command is Command.NO else None


def _when(talk: Talk, draft: Draft, said: Said) -> Turn | None:
    """The day, the part of the day or the time that they named, if it is on offer; what is free instead, if not."""
    if said.part:
        draft = replace(draft, part=said.part).having("part")
    if talk.state.step == "part" and said.part and _day_of(draft, said) is None:
        return booking.with_part(talk, draft, said.part)
    if said.weekday is not None or said.day is not None or said.day_of_month is not None:
        day = _day_of(draft, said)
        if day is None:
            return booking.ask_day(talk, draft, text=talk.voice.say("Nothing is free then. Which day?"))
        return booking.with_day(talk, draft, day)
    if said.clock:
        return _clock(talk, draft, said.clock)
    return booking.ask_time(talk, draft) if draft.wish.day and draft.times else booking.ask_day(talk, draft)


def _clock(talk: Talk, draft: Draft, clock: tuple[int, int]) -> Turn | None:
    """The one time that is at this clock; nothing before a day is chosen."""
    if talk.state.step not in {"time", "gone"}:
        return None
    fits = [time for time in draft.times if (time.at.hour, time.at.minute) == clock]
    if len(fits) == 1:
        return booking.with_time(talk, draft, fits[0].key)
    if not draft.wish.day:
        return None
    return booking.ask_time(talk, draft, text=talk.voice.say("That time is not free. Which time?"))


def _day_of(draft: Draft, said: Said) -> date | None:
    def is_meant(day: date) -> bool:
        same_weekday = said.weekday is None or day.weekday() == said.weekday
        same_number = said.day_of_month is None or day.day == said.day_of_month
        return same_weekday and same_number and said.day in {None, day}

    if said == Said(part=said.part, clock=said.clock):
        return None
    return next((day.day for day in draft.days if is_meant(day.day)), None)


def _time(talk: Talk, draft: Draft, key: str) -> Turn:
    return booking.with_time(talk, draft, key)


def _part(talk: Talk, draft: Draft, about: str) -> Turn:
    return booking.with_part(talk, draft, PartOfDay(about) if about in set(PartOfDay) else None)


def _day(talk: Talk, draft: Draft, about: str) -> Turn:
    try:
        return booking.with_day(talk, draft, date.fromisoformat(about))
    except ValueError:
        return booking.ask_day(talk, draft)


def _reason(talk: Talk, draft: Draft, about: str) -> Turn:
    return booking.with_reason(talk, draft, about) if about in draft.reasons else booking.ask_reason(talk, draft)


def _place(talk: Talk, draft: Draft, about: str) -> Turn:
    return booking.with_place(talk, draft, about)


def _needs(talk: Talk, draft: Draft, about: str) -> Turn:
    if draft.meeting is None or draft.is_move:
        return at(talk, draft, draft.step)
    if about == "same":
        return booking_needs.same(talk, draft)
    if about == "done":
        return booking_needs.confirm(talk, draft.having("needs"))
    return booking_needs.offer(talk, draft, page=_number(about))


def _needs_again(talk: Talk, draft: Draft) -> Turn:
    return booking_needs.ask_first(talk, draft, "")


def _need(talk: Talk, draft: Draft, about: str) -> Turn:
    return booking_needs.add(talk, draft, about) if draft.meeting else at(talk, draft, draft.step)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


SIMPLE: Final[dict[str, Callable[[Talk, Draft], Turn]]] = {
    "yes": booking_end.yes,
    "no": booking_end.no,
    "other": lambda talk, draft: booking.look(talk, draft.wishing(day="")),
    "look": lambda talk, draft: booking.look(talk, draft.wishing(day="")),
    "wait": booking_end.wait,
    "anywhere": booking.anywhere,
    "keep": booking_needs.keep,
    "skip": lambda talk, draft: booking_needs.with_dialect(talk, draft, ""),
    "on": lambda talk, draft: at(talk, draft, draft.step),
}
ABOUT: Final[dict[str, Callable[[Talk, Draft, str], Turn]]] = {
    "at": at,
    "reason": _reason,
    "who": booking.with_who,
    "place": _place,
    "part": _part,
    "day": _day,
    "time": _time,
    "needs": _needs,
    "need": _need,
    "gender": booking_needs.with_gender,
}
