"""The curated answers as the conversation sees them: right language, right nation, never out of date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from dialogs.facts import Nation
from dialogs.messages import LineCard, Link
from dialogs.ports import Answer
from server.answers.content import Content, Topic, TopicText
from server.answers.figures import filled
from server.answers.schema import HelpLine, LineWords

FALLBACK = "en"


MOST_KEPT = 2_000
"""How many answers are kept ready at once: every topic in every language and nation, for a day."""


@dataclass(frozen=True, slots=True)
class Library:
    """An AnswerBook over loaded content. `today` decides what is out of date, at every call.

    References to a topic or help line that is not there are left out of what people see: `check` fails on them, and a
    running service stays up. With `has_drafts` false only approved texts are shown, English first in their place.
    """

    content: Content
    today: Callable[[], date]
    has_drafts: bool = True
    _today_s: dict[tuple[str, str, Nation | None, date], Answer | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def answer(self, topic: str, language: str, nation: Nation | None) -> Answer | None:
        """The answer for one nation; its texts that differ by nation are empty when `needs_nation`."""
        today = self.today()
        key = (topic, language, nation, today)
        if key not in self._today_s:
            if len(self._today_s) > MOST_KEPT:
                self._today_s.clear()
            self._today_s[key] = self._made(topic, language, nation, today)
        return self._today_s[key]

    def _made(self, topic: str, language: str, nation: Nation | None, today: date) -> Answer | None:
        found = self.content.topics.get(topic)
        text = self._text(found, language) if found else None
        if found is None or text is None:
            return None
        meta = found.meta
        variant = str(nation) if nation and meta.nation_differs else ""
        more = text.section("more", variant)
        said = partial(filled, figures=self.content.figures, today=today)
        return Answer(
            topic=topic,
            language=text.language,
            title=text.front.title,
            tier=meta.tier,
            one_line=said(_words(text, "one_line")),
            short=said(_words(text, "short", variant)),
            more=said(more.text) if more else "",
            easy=said(_words(text, "easy", variant)),
            sms=said(_words(text, "sms", variant)),
            steps=tuple(said(step) for _, step in more.steps) if more else (),
            under_16=said(_words(text, "under_16")),
            lines=self._lines(meta.lines, language, nation),
            next_keys=tuple(key for key in meta.next if self._leads_somewhere(key)),
            labels=self._labels(found, text, language),
            services=meta.services,
            links=tuple(Link(source.title, source.url) for source in meta.sources),
            checked_on=meta.checked_on,
            source_name=meta.sources[0].name,
            is_sensitive=meta.sensitive,
            needs_nation=meta.nation_differs and nation is None,
            is_expired=today > meta.expires_on,
        )

    def _lines(self, ids: Sequence[str], language: str, nation: Nation | None) -> tuple[LineCard, ...]:
        """The known help lines, those of the other nation left out once we know where somebody lives."""
        known = [line for line in ids if line in self.content.lines]
        here = [x for x in known if nation is None or self.content.lines[x].nation in ("both", nation.value)]
        return tuple(self.line(line, language) for line in here or known)

    def titles(self, group: str, language: str) -> Sequence[tuple[str, str]]:
        """(topic id, title) of a menu group's topics, in menu order; empty for a group that does not exist."""
        ids = next((entry.topics for entry in self.content.menu if entry.id == group), ())
        named = ((topic, self._title(topic, language)) for topic in ids)
        return [(topic, title) for topic, title in named if title]

    def line(self, line_id: str, language: str) -> LineCard:
        """A help line in the reader's language, in English where it is not translated. Raises KeyError for an unknown id."""
        line: HelpLine = self.content.lines[line_id]
        said = self.content.line_words.get(language, {}).get(line_id, LineWords())
        return LineCard(line_id, said.name or line.name, line.phone, line.text_to, line.web, said.note or line.note)

    def _text(self, topic: Topic, language: str) -> TopicText | None:
        for code in (language, FALLBACK):
            text = topic.texts.get(code)
            if text and (self.has_drafts or text.front.status == "approved"):
                return text
        return None

    def _title(self, topic: str, language: str) -> str:
        found = self.content.topics.get(topic)
        text = self._text(found, language) if found else None
        return text.front.title if text else ""

    def _labels(self, topic: Topic, text: TopicText, language: str) -> tuple[tuple[str, str], ...]:
        """The labels written in the text, and the titles of the topics it leads to."""
        leads = (key for key in topic.meta.next if key.startswith("topic:"))
        titles = {key: self._title(key.removeprefix("topic:"), language) for key in leads}
        return tuple({**{key: title for key, title in titles.items() if title}, **text.front.labels}.items())

    def _leads_somewhere(self, key: str) -> bool:
        return not key.startswith("topic:") or key.removeprefix("topic:") in self.content.topics


def _words(text: TopicText, form: str, nation: str = "") -> str:
    section = text.section(form, nation)
    return section.text if section else ""
