"""The library while it is in use: what answers is swapped whole for something newer, and nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dialogs.facts import Nation
from dialogs.messages import LineCard
from dialogs.ports import Alarm, Answer, Command, Finding, LocalService, Ports
from server.answers.check_wordings import giving_away
from server.answers.content import Content
from server.answers.danger.reader import TwoReaders
from server.answers.finding.finder import Finder
from server.answers.finding.guesser import LearnedGuesser
from server.answers.finding.trained import TrainedModel
from server.answers.loader import load_content
from server.answers.wire import ports_of


@dataclass(slots=True)
class _Current:
    """What answers now. One assignment swaps it: a turn that has begun goes on with what it asked."""

    ports: Ports


@dataclass(frozen=True, slots=True)
class _Live:
    """Stands in for every part that is made of content, and asks the current one."""

    current: _Current

    def find(self, text: str, language: str) -> Finding:
        return self.current.ports.finder.find(text, language)

    def answer(self, topic: str, language: str, nation: Nation | None) -> Answer | None:
        return self.current.ports.book.answer(topic, language, nation)

    def titles(self, group: str, language: str) -> Sequence[tuple[str, str]]:
        return self.current.ports.book.titles(group, language)

    def line(self, line_id: str, language: str) -> LineCard:
        return self.current.ports.book.line(line_id, language)

    def command(self, text: str) -> Command | None:
        return self.current.ports.phrases.command(text)

    def starts_with_stop(self, text: str) -> bool:
        return self.current.ports.phrases.starts_with_stop(text)

    def nation(self, text: str) -> Nation | None:
        return self.current.ports.phrases.nation(text)

    def language(self, text: str) -> str | None:
        return self.current.ports.phrases.language(text)

    def is_abuse(self, text: str) -> bool:
        return self.current.ports.phrases.is_abuse(text)

    def mentions(self, text: str, command: Command) -> bool:
        return self.current.ports.phrases.mentions(text, command)

    def is_discrimination(self, text: str) -> bool:
        return self.current.ports.phrases.is_discrimination(text)

    def guess(self, text: str) -> str | None:
        return self.current.ports.guesser.guess(text)

    def read(self, text: str) -> Alarm | None:
        return self.current.ports.alarm.read(text)

    def has(self, types: Sequence[str]) -> bool:
        return self.current.ports.services.has(types)

    def near(self, types: Sequence[str], place: str, language: str, age: int | None) -> Sequence[LocalService]:
        return self.current.ports.services.near(types, place, language, age)


class LiveLibrary:
    """Ports that stay, over content that changes.

    Opening reads what an earlier start has learnt; what is missing is learnt by `learn`, which takes seconds and is to be called
    in a thread. `publish` shows new content at once and then learns from it.
    """

    def __init__(
        self, content_dir: Path, locales: Path, today: Callable[[], date], cache: Path, *, has_drafts: bool
    ) -> None:
        """Raises FaultyContent, with every fault, for content that cannot be read."""
        self._locales, self._today, self._cache, self._has_drafts = locales, today, cache, has_drafts
        self._content = load_content(content_dir)
        self._current = _Current(self._ports(self._content, is_quick=True))
        self._is_learnt = _has_all(self._current.ports)
        live = _Live(self._current)
        self.ports = Ports(live, live, live, live, self._current.ports.wording, live, live)

    def learn(self) -> None:
        """Learns what was not kept, and answers by it from then on. Returns at once when there is nothing to learn."""
        if not self._is_learnt:
            self._current.ports = self._ports(self._content, is_quick=False)
            self._is_learnt = True

    def giving_away(self, language: str, text: str) -> tuple[str, ...]:
        """Words of a text that give somebody away to whoever sees their phone."""
        return tuple(dict.fromkeys(giving_away(self._content, language, text)))

    def publish(self, content: Content) -> None:
        """Shows other content: its texts at once, what is learnt from it when it is learnt."""
        self._content = content
        self._current.ports = self._ports(content, is_quick=True)
        self._is_learnt = _has_all(self._current.ports)
        self.learn()

    def _ports(self, content: Content, *, is_quick: bool) -> Ports:
        return ports_of(
            content, self._locales, self._today, has_drafts=self._has_drafts, is_quick=is_quick, cache=self._cache
        )


def _has_all(ports: Ports) -> bool:
    """True when every part that can be learnt was."""
    finder, alarm = ports.finder, ports.alarm
    is_found = isinstance(finder, Finder) and isinstance(finder.model, TrainedModel)
    is_sensed = isinstance(alarm, TwoReaders) and alarm.second is not None
    return is_found and is_sensed and isinstance(ports.guesser, LearnedGuesser)
