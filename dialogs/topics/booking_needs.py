"""What would help at a meeting: any of six things, an interpreter in full, and last time's once more with one word."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dialogs.fold import fold
from dialogs.meetings import Interpreter, Manner, Needs
from dialogs.menu import Entry
from dialogs.ports import Command
from dialogs.talk import Talk
from dialogs.topics import booking
from dialogs.topics.booking_draft import Draft
from dialogs.topics.booking_words import GENDERS, NEEDS, label, needs_words, what_and_when
from dialogs.turn import Turn
from dialogs.wording import N_

NOWHERE_TO_GO: Final = frozenset({"step_free", "quiet", "fare"})
"""Asked only of somebody who has to go somewhere."""

DONE, NOTHING = (N_("That is all"), N_("done")), (N_("Nothing"), N_("nothing"))
LONGEST_DIALECT: Final = 40
MOST_DIALECT_WORDS: Final = 5
SIGNED: Final = "bfi"


def ask_first(talk: Talk, draft: Draft, lead: str) -> Turn:
    """What helped last time, or the list. Who was asked before for this booking is not asked again."""
    if "needs" in draft.asked:
        return offer(talk, draft, lead)
    known = _fitting(draft, draft.known or Needs())
    said = needs_words(talk.voice, known)
    if not said:
        return offer(talk, draft, lead)
    voice = talk.voice
    entries = [
        Entry("booking:needs:same", voice.say("The same again"), voice.say("the same")),
        Entry("booking:needs:other", voice.say("Something else"), voice.say("something else")),
        Entry("booking:needs:done", voice.say(NOTHING[0]), voice.say(NOTHING[1])),
    ]
    text = voice.say("Last time you asked for: {needs}.", needs=said)
    return booking.ask(talk, draft, "same", f"{lead} {text}", entries)


def same(talk: Talk, draft: Draft) -> Turn:
    """All of last time's."""
    return confirm(talk, replace(draft, needs=_fitting(draft, draft.known or Needs())).having("needs"))


def offer(talk: Talk, draft: Draft, lead: str = "", page: int = 0) -> Turn:
    """What they have not asked for yet. One at a time, as many as they want."""
    voice, room = talk.voice, talk.facts.max_choices - 1
    open_ones = [name for name in _possible(draft) if not getattr(draft.needs, name)]
    entries = [label(voice, NEEDS[name], f"booking:need:{name}") for name in open_ones]
    has_some = draft.needs != Needs()
    shown = entries[page * (room - 1) :] if len(entries) > room else entries
    if len(shown) > room:
        shown = [*shown[: room - 1], label(voice, booking.MORE, f"booking:needs:{page + 1}")]
    shown.append(label(voice, DONE if has_some else NOTHING, "booking:needs:done"))
    said = voice.say("I wrote down: {needs}.", needs=needs_words(voice, draft.needs)) if has_some else ""
    asked = voice.say("Does anything else help?") if has_some else voice.say("What would help you there?")
    return booking.ask(talk, draft.having("needs"), "needs", " ".join(filter(None, (lead, said, asked))), shown)


def add(talk: Talk, draft: Draft, name: str) -> Turn:
    """One more thing. A place that does not have it is looked for again."""
    if name not in NEEDS:
        return offer(talk, draft)
    if name == "interpreter":
        return _interpreter(talk, draft)
    wished = replace(draft, needs=draft.needs.having(name))
    if not _has_it(draft, name):
        freed = wished.wishing(step_free=name == "step_free", quiet=name == "quiet", place_id="", manner=None, day="")
        return booking.look(talk, replace(freed, asked=freed.asked - {"place"}))
    return offer(talk, wished)


def keep(talk: Talk, draft: Draft) -> Turn:
    """They stay with the time that is kept for them, and what was looked for is written down for the adviser."""
    return offer(talk, draft.wishing(step_free=False, quiet=False))


def with_language(talk: Talk, draft: Draft, words: str) -> Turn:
    """The interpreter's language: by its code where we know its name, else in their words."""
    code = talk.ports.phrases.language(words) or words.strip()[:LONGEST_DIALECT]
    return _dialect(talk, replace(draft, needs=replace(draft.needs, interpreter=Interpreter(code))))


def with_dialect(talk: Talk, draft: Draft, words: str) -> Turn:
    """In their words; empty for none."""
    spoken = draft.needs.interpreter or Interpreter(talk.language)
    needs = replace(draft.needs, interpreter=replace(spoken, dialect=words.strip()[:LONGEST_DIALECT]))
    voice = talk.voice
    entries = [label(voice, pair, f"booking:gender:{gender}") for gender, pair in GENDERS.items()]
    entries.append(Entry("booking:gender:any", voice.say("No matter"), voice.say("no matter")))
    text = voice.say("Who should interpret: a woman or a man?")
    return booking.ask(talk, replace(draft, needs=needs), "gender", text, entries)


def with_gender(talk: Talk, draft: Draft, gender: str) -> Turn:
    """Then the rest of the list."""
    spoken = draft.needs.interpreter or Interpreter(talk.language)
    chosen = replace(spoken, gender=gender if gender in GENDERS else "")
    return offer(talk, replace(draft, needs=replace(draft.needs, interpreter=chosen)))


def words(talk: Talk, draft: Draft) -> Turn | None:
    """Free words to the two questions that have no choices; None when they are something else."""
    if draft.step not in {"language", "dialect"} or not any(map(str.isalpha, talk.text)):
        return None
    command = talk.reading.command
    if command in {Command.SKIP, Command.NO, Command.NOT_SURE}:
        return with_dialect(talk, draft, "") if draft.step == "dialect" else offer(talk, draft)
    if command or "?" in talk.text or len(fold(talk.text).split()) > MOST_DIALECT_WORDS:
        return None
    taken = with_language if draft.step == "language" else with_dialect
    return taken(talk, draft, talk.text)


def confirm(talk: Talk, draft: Draft) -> Turn:
    """Who, when, where, how long, and what they asked for: yes or not."""
    assert draft.meeting is not None  # noqa: S101  (a time is kept before)
    voice = talk.voice
    said = needs_words(voice, draft.needs)
    asked_for = voice.say("You asked for: {needs}.", needs=said) if said else ""
    text = " ".join(filter(None, (voice.say("Shall I book it?"), what_and_when(talk, draft.meeting), asked_for)))
    return booking.ask(talk, draft, "confirm", text, booking.yes_or_other(talk, N_("Yes, book it")))


def ask_dialect(talk: Talk, draft: Draft) -> Turn:
    """The question once more."""
    text = talk.voice.say("Which dialect? A few words, or reply skip.")
    return booking.ask(talk, draft, "dialect", text, [Entry("booking:skip", talk.voice.say("Skip"))])


def ask_language(talk: Talk, draft: Draft) -> Turn:
    """Which language, in their words."""
    return booking.ask(talk, draft, "language", talk.voice.say("Which language should the interpreter speak?"), [])


def _interpreter(talk: Talk, draft: Draft) -> Turn:
    """The language they chat in is known; so is that they sign."""
    if talk.state.settings.is_signing:
        return with_dialect(talk, replace(draft, needs=replace(draft.needs, interpreter=Interpreter(SIGNED))), "")
    if talk.language == talk.facts.area_language:
        return ask_language(talk, draft)
    return _dialect(talk, replace(draft, needs=replace(draft.needs, interpreter=Interpreter(talk.language))))


def _dialect(talk: Talk, draft: Draft) -> Turn:
    return ask_dialect(talk, draft)


def _possible(draft: Draft) -> list[str]:
    return [name for name in NEEDS if not _is_remote(draft) or name not in NOWHERE_TO_GO]


def _fitting(draft: Draft, needs: Needs) -> Needs:
    """What of it makes sense for this meeting."""
    return replace(needs, step_free=False, quiet=False, fare=False) if _is_remote(draft) else needs


def _is_remote(draft: Draft) -> bool:
    place = draft.meeting.place if draft.meeting else None
    return place is not None and place.manner is not Manner.FACE_TO_FACE


def _has_it(draft: Draft, name: str) -> bool:
    """True when the place has it, or has nothing to do with it."""
    place = draft.meeting.place if draft.meeting else None
    if place is None or (name == "step_free" and place.is_step_free) or (name == "quiet" and place.has_quiet_room):
        return True
    return name not in {"step_free", "quiet"}
