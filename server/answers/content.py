"""A content folder in memory, as written: what the loader reads and everything else is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dialogs.ports import AlarmKind
from server.answers.directory.schema import Area
from server.answers.faults import ContentFault
from server.answers.markdown import Section
from server.answers.schema import (
    AlarmFile,
    Figure,
    FrontMatter,
    HelpLine,
    LineWords,
    MenuGroup,
    Phrases,
    Spelling,
    TopicMeta,
    Wordings,
)
from server.answers.yamlpos import Marked


@dataclass(frozen=True, slots=True)
class TopicText:
    """One `<lang>.md`. `marks` gives lines of the front matter."""

    language: str
    file: str
    front: FrontMatter
    sections: tuple[Section, ...]
    marks: Marked

    def section(self, form: str, nation: str = "") -> Section | None:
        """The section of a form for a nation ("E", "W", or "" for both), or None."""
        return next((s for s in self.sections if (s.form, s.nation) == (form, nation)), None)


@dataclass(frozen=True, slots=True)
class Sample:
    """One question as somebody would type it, and where it stands."""

    text: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class DangerSample:
    """One message of `alarm/<lang>.examples.txt` and the danger it speaks of; None for a message that only looks like one."""

    text: str
    kind: AlarmKind | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic's folder. Texts, samples and must-find lines by language; `marks` gives lines of `topic.yaml`."""

    file: str
    meta: TopicMeta
    marks: Marked
    texts: Mapping[str, TopicText] = field(default_factory=dict)
    samples: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    must_find: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """Everything in a content folder that could be read, and the faults of what could not.

    Topics, help lines and figures by id; the rest by language. `refused` is asked of us and is no subject of ours; `danger`
    teaches the alarm's second reader. `areas` is the directory of local services, by file name.
    `marks` holds the lines of each YAML file by its path.
    """

    folder: Path
    topics: Mapping[str, Topic]
    lines: Mapping[str, HelpLine]
    menu: tuple[MenuGroup, ...]
    phrases: Mapping[str, Phrases]
    alarm: Mapping[str, AlarmFile]
    marks: Mapping[str, Marked]
    faults: tuple[ContentFault, ...] = ()
    line_words: Mapping[str, Mapping[str, LineWords]] = field(default_factory=dict)
    spelling: Mapping[str, Spelling] = field(default_factory=dict)
    refused: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    danger: Mapping[str, tuple[DangerSample, ...]] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    wordings: Mapping[str, Wordings] = field(default_factory=dict)
    disclosing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    areas: Mapping[str, Area] = field(default_factory=dict)
