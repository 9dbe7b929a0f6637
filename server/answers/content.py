"""A content folder in memory, as written: what the loader reads and everything else is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.answers.faults import ContentFault
from server.answers.markdown import Section
from server.answers.schema import AlarmFile, FrontMatter, HelpLine, MenuGroup, Phrases, TopicMeta
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

    Topics by id, help lines by id, phrases and alarm rules by language. `marks` holds the lines of each YAML file by its path.
    """

    folder: Path
    topics: Mapping[str, Topic]
    lines: Mapping[str, HelpLine]
    menu: tuple[MenuGroup, ...]
    phrases: Mapping[str, Phrases]
    alarm: Mapping[str, AlarmFile]
    marks: Mapping[str, Marked]
    faults: tuple[ContentFault, ...] = ()
