"""Finds the answer for a message by comparing it with samples, and says honestly when nothing is near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz, process

from dialogs.fold import fold
from dialogs.ports import Finding, Intent
from server.answers.finding.ranking import Ranker, Ranking
from server.answers.finding.taught import INTENT_MARK, NOTHING, Taught, is_topic

ALTERNATIVES: Final = 5


@dataclass(frozen=True)
class Finder:
    """An AnswerFinder over a model. Immutable; build a new one when something is published."""

    model: Ranker = field(repr=False)
    taught: Sequence[Taught] = field(default=(), repr=False)

    def find(self, text: str, language: str) -> Finding:
        """The nearest answer, whatever language's samples it was learnt from."""
        return _finding(self.model.rank(text, language), self.model.near_enough)

    def explain(self, text: str, language: str) -> Finding:
        """The same with the sample that is most like the text: for editors, and too slow for every message."""
        ranking = self.model.rank(text, language)
        finding = _finding(ranking, self.model.near_enough)
        if finding.topic is None and finding.intent is None:
            return finding
        return replace(finding, matched=self._nearest(text, ranking.label))

    def _nearest(self, text: str, label: str) -> str:
        """The taught text of a label that is most like this one."""
        found = process.extractOne(fold(text), self._samples.get(label, {}), scorer=fuzz.token_set_ratio)
        return found[2] if found else ""

    @cached_property
    def _samples(self) -> Mapping[str, Mapping[str, str]]:
        """Label to its samples as {as taught: folded}."""
        samples: dict[str, dict[str, str]] = {}
        for item in self.taught:
            if item.weight == 1:
                samples.setdefault(item.label, {})[item.text] = fold(item.text)
        return samples


def _finding(ranking: Ranking, near_enough: float) -> Finding:
    topics, confidence = ranking.topics, round(ranking.confidence, 3)
    offered = tuple(match.label for match in topics[:ALTERNATIVES])
    is_near = confidence >= near_enough
    if ranking.label == NOTHING:
        return Finding(None, 0.0, offered)
    if not is_topic(ranking.label):
        intent = Intent(ranking.label.removeprefix(INTENT_MARK)) if is_near else None
        return Finding(None, confidence if intent else 0.0, offered, intent=intent)
    return Finding(ranking.label if is_near else None, confidence, offered, is_near and ranking.is_close)
