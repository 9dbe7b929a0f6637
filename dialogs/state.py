"""What a conversation remembers between turns: versioned plain data that old and new programs can both read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dialogs.facts import Nation
from dialogs.messages import Choice, Reply

VERSION = 1
KEPT_FOR = timedelta(days=7)
"""A topic in progress is kept this long (domain.md 5.1, reply window); settings are kept for ever."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose or told once, kept until they change it. `age` is what they said it is, in years.

    `is_signing` is true for somebody who signs: they are shown lines that answer in British Sign Language.
    """

    language: str | None = None
    easy_words: bool = False
    nation: Nation | None = None
    age: int | None = None
    is_signing: bool = False


@dataclass(frozen=True, slots=True)
class ConversationState:
    """The whole memory of one conversation.

    `topic` and `step` name the subject of talk in progress (empty: none) and `notes` its own small facts.
    `offered` is the menu on their screen, numbered by `menu_id`; `trail` are the places visited, the present one last, for "back".
    `unread` are replies that did not fit and wait for MORE. `crisis_since` stays set until a person releases it.
    """

    settings: Settings = field(default_factory=Settings)
    is_greeted: bool = False
    topic: str = ""
    step: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    menu_id: int = 0
    offered: tuple[Choice, ...] = ()
    trail: tuple[str, ...] = ()
    unread: tuple[Reply, ...] = ()
    crisis_since: datetime | None = None
    crisis_kind: str = ""
    is_told_to_slow: bool = False
    last_turn_at: datetime | None = None

    def with_topic(self, topic: str = "", step: str = "", **notes: str) -> ConversationState:
        """The same state with another subject in progress and fresh notes."""
        return replace(self, topic=topic, step=step, notes=notes)

    def at(self, now: datetime) -> ConversationState:
        """The state as it stands now: a topic left for longer than `KEPT_FOR` is put away, settings stay."""
        if self.last_turn_at is None or now - self.last_turn_at <= KEPT_FOR:
            return self
        return replace(self, topic="", step="", notes={}, offered=(), trail=(), unread=())

    def to_plain(self) -> dict[str, Any]:
        """The state as JSON-ready data with its version."""
        s = self.settings
        return {
            "version": VERSION,
            "settings": {
                "language": s.language,
                "easy_words": s.easy_words,
                "nation": s.nation,
                "age": s.age,
                "is_signing": s.is_signing,
            },
            "is_greeted": self.is_greeted,
            "topic": self.topic,
            "step": self.step,
            "notes": dict(self.notes),
            "menu_id": self.menu_id,
            "offered": [[c.number, c.key, c.label, c.short] for c in self.offered],
            "trail": list(self.trail),
            "unread": [reply.to_plain() for reply in self.unread],
            "crisis_since": _instant(self.crisis_since),
            "crisis_kind": self.crisis_kind,
            "is_told_to_slow": self.is_told_to_slow,
            "last_turn_at": _instant(self.last_turn_at),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> ConversationState:
        """The state from stored data of this or an older version; a newer one is read as far as it is known.

        Unknown fields are ignored, so that an older process can go on beside a newer one during an upgrade.
        """
        for upgrade in UPGRADES[plain.get("version", 0) :]:
            plain = upgrade(plain)
        s = plain.get("settings", {})
        nation = s.get("nation")
        return cls(
            settings=Settings(
                s.get("language"),
                s.get("easy_words", False),
                Nation(nation) if nation else None,
                s.get("age"),
                s.get("is_signing", False),
            ),
            is_greeted=plain.get("is_greeted", False),
            topic=plain.get("topic", ""),
            step=plain.get("step", ""),
            notes=dict(plain.get("notes", {})),
            menu_id=plain.get("menu_id", 0),
            offered=tuple(Choice(*c) for c in plain.get("offered", ())),
            trail=tuple(plain.get("trail", ())),
            unread=tuple(Reply.from_plain(reply) for reply in plain.get("unread", ())),
            crisis_since=_parsed(plain.get("crisis_since")),
            crisis_kind=plain.get("crisis_kind", ""),
            is_told_to_slow=plain.get("is_told_to_slow", False),
            last_turn_at=_parsed(plain.get("last_turn_at")),
        )


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _parsed(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _from_nothing(plain: dict[str, Any]) -> dict[str, Any]:
    """Version 0 is the empty state of a conversation that never had a turn."""
    return {**plain, "version": 1}


UPGRADES: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (_from_nothing,)
"""`UPGRADES[n]` makes version n + 1 out of version n."""
