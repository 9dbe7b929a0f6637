"""One turn in the making: what is known while it is decided, and the one way to say something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dialogs.effects import Effect
from dialogs.facts import Facts
from dialogs.menu import Entry, numbered
from dialogs.messages import MENU_NUMBER, PERSON_NUMBER, InboundMessage, Reply
from dialogs.ports import Ports
from dialogs.state import ConversationState
from dialogs.turn import Outcome, Turn
from dialogs.understand import Understanding
from dialogs.wording import Voice

KEPT_NOTES = ("cards", "spoken", "asked_language", "was_abused", "told_ways", "safe_asked", "asked_change", "booking")
"""Notes of the whole conversation: they outlive the topic that wrote them."""

LONGEST_TRAIL = 8


@dataclass(frozen=True, slots=True)
class Next:
    """The subject of talk that goes on after a reply: its name, its step and its own notes."""

    topic: str
    step: str = ""
    notes: dict[str, str] = field(default_factory=dict)


NOTHING_NEXT = Next("")


@dataclass(frozen=True, slots=True)
class Talk:
    """What a turn is decided on. `message` is None for an event; `again` takes another text as if it had just come."""

    state: ConversationState
    facts: Facts
    ports: Ports
    reading: Understanding
    again: Callable[[Talk, str], Turn]
    text: str = ""
    message: InboundMessage | None = None

    @property
    def language(self) -> str:
        """The language to speak: heard in a crisis, else chosen, else the area's."""
        return self.state.notes.get("spoken") or self.state.settings.language or self.facts.area_language

    @property
    def voice(self) -> Voice:
        """The voice in that language."""
        return Voice(self.ports.wording, self.language)

    @property
    def has_adviser(self) -> bool:
        """True while a person is talking with them."""
        return self.facts.case is not None and self.facts.case.adviser is not None

    @property
    def adviser(self) -> str:
        """The name of whoever is talking with them; empty for nobody, and "A person" for somebody without a name."""
        name = self.facts.case.adviser if self.facts.case else None
        return "" if name is None else name or self.voice.say("A person")

    def with_state(self, **changes: Any) -> Talk:
        """The same talk with some of its memory changed."""
        return replace(self, state=replace(self.state, **changes))

    def with_settings(self, **changes: Any) -> Talk:
        """The same talk with some settings changed."""
        return self.with_state(settings=replace(self.state.settings, **changes))

    def with_note(self, name: str, value: str) -> Talk:
        """The same talk with one more note, or with a note taken away by an empty value."""
        notes = {key: kept for key, kept in self.state.notes.items() if key != name}
        return self.with_state(notes={**notes, name: value} if value else notes)

    def reply(self, text: str, **more: Any) -> Reply:
        """A reply in the language of the talk."""
        return Reply(language=more.pop("language", self.language), text=text, **more)


def respond(
    talk: Talk,
    reply: Reply,
    outcome: str | Outcome,
    entries: Sequence[Entry] = (),
    effects: tuple[Effect, ...] = (),
    *,
    then: Next = NOTHING_NEXT,
    place: str = "",
    has_menu: bool = True,
) -> Turn:
    """The turn that gives this reply with its numbered choices and goes on with `then`.

    `place` names what is on their screen for "back" (empty: not a place). Menu and person are added to the entries.
    """
    choices = numbered(entries, talk.facts.max_choices, talk.voice, has_menu=has_menu)
    menu_id = talk.state.menu_id + 1
    state = replace(
        talk.state,
        topic=then.topic,
        step=then.step,
        notes={**kept_notes(talk.state), **then.notes},
        menu_id=menu_id,
        offered=choices,
        trail=_walked(talk.state.trail, place),
        unread=(),
    )
    named = outcome if isinstance(outcome, Outcome) else Outcome(outcome)
    return Turn(state, (replace(reply, choices=choices, menu_id=menu_id),), effects, named)


def silent(talk: Talk, outcome: str, *effects: Effect) -> Turn:
    """A turn that says nothing and keeps what is in progress."""
    return Turn(talk.state, (), effects, Outcome(outcome))


def repeat_menu(talk: Talk, text: str, outcome: str) -> Turn:
    """A short word and the menu on their screen once more, with whatever is in progress."""
    menu_id = talk.state.menu_id + 1
    offered = talk.state.offered or numbered((), talk.facts.max_choices, talk.voice)
    reply = talk.reply(text, choices=offered, menu_id=menu_id)
    return Turn(replace(talk.state, menu_id=menu_id, offered=offered), (reply,), (), Outcome(outcome))


def put_away(state: ConversationState) -> ConversationState:
    """The state with nothing in progress."""
    return replace(state, topic="", step="", notes=kept_notes(state))


def preceded(turn: Turn, *replies: Reply) -> Turn:
    """The turn with other replies before its own. They carry menu and person of the turn's own menu."""
    always = tuple(choice for choice in turn.replies[-1].choices if choice.number in {MENU_NUMBER, PERSON_NUMBER})
    first = tuple(replace(reply, choices=always, menu_id=turn.state.menu_id) for reply in replies)
    return replace(turn, replies=(*first, *turn.replies))


def kept_notes(state: ConversationState) -> dict[str, str]:
    """The notes that outlive a topic."""
    return {name: state.notes[name] for name in KEPT_NOTES if name in state.notes}


def _walked(trail: tuple[str, ...], place: str) -> tuple[str, ...]:
    if not place or trail[-1:] == (place,):
        return trail
    return (*trail, place)[-LONGEST_TRAIL:]
