"""What is wrong in the directory: stale entries, names that stand twice, made-up numbers in a real area and the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from server.answers import measure
from server.answers.content import Content
from server.answers.directory.freshness import why_stale
from server.answers.directory.schema import ABOUT_WORDS, TYPES, Area, Service
from server.answers.faults import ContentFault

DRAMA: Final = re.compile(r"07700900\d{3}|01632960\d{3}")
"""Ofcom's numbers for drama: they belong to nobody."""

MADE_UP_WEB: Final = re.compile(r"^(https://)?([a-z0-9-]+\.)*example\.(org|com|net)(/|$)")

Found = Iterator[tuple[int, str]]


def check_directory(content: Content, today: date) -> Iterator[ContentFault]:
    """Every stale entry and every fault of `directory/`, and topics that ask for a type of service that does not exist."""
    first_seen: dict[str, str] = {}
    for name, area in content.areas.items():
        file = f"directory/{name}.yaml"
        for line, message in _area(content, area, name):
            yield ContentFault(file, line, message)
        for number, service in enumerate(area.services):
            line = content.marks[file].line("services", number, "id")
            other = first_seen.setdefault(service.id, f"{file}:{line}")
            if other != f"{file}:{line}":
                yield ContentFault(file, line, f"{service.id}: this id stands twice ({other})")
    yield from _topics(content)
    yield from _services(content, today)


def _area(content: Content, area: Area, name: str) -> Found:
    line = content.marks[f"directory/{name}.yaml"].line
    facts = area.area
    if facts.id != name:
        yield line("area", "id"), f"area: the file is called {name}"
    if not facts.districts:
        yield line("area"), "area: it names no postcode districts, so nobody who gives a postcode finds it"


def _services(content: Content, today: date) -> Iterator[ContentFault]:
    for name, area in content.areas.items():
        file = f"directory/{name}.yaml"
        line = content.marks[file].line
        for number, service in enumerate(area.services):
            if why := why_stale(service, today):
                yield ContentFault(file, line("services", number, "id"), f"{service.id}: nobody sees it: {why}")
            for part, message in (*_texts(service), *_places(area, service), *_made_up(area, service)):
                at = line("services", number, part)
                yield ContentFault(file, at, f"{service.id}: {part}: {message}")


def _texts(service: Service) -> Iterator[tuple[str, str]]:
    for language, text in service.about.items():
        words = len(measure.words(text))
        if words > ABOUT_WORDS:
            yield "about", f"{language}: {words} words, at most {ABOUT_WORDS}"
        if len(measure.sentences(text)) > 1:
            yield "about", f"{language}: one sentence is enough"


def _places(area: Area, service: Service) -> Iterator[tuple[str, str]]:
    strange = sorted(set(service.districts) - set(area.area.districts))
    if strange:
        yield "districts", f"{', '.join(strange)}: not among the districts of the area"


def _made_up(area: Area, service: Service) -> Iterator[tuple[str, str]]:
    """A sample holds nothing real, and a real area nothing made up."""
    for part in ("phone", "text_to", "web"):
        value: str = getattr(service, part)
        is_made_up = MADE_UP_WEB.match(value) if part == "web" else DRAMA.fullmatch(_national(value))
        if value and area.area.is_sample and not is_made_up:
            yield part, "a sample holds made-up ones only (01632 960xxx, 07700 900xxx, example.org)"
        if value and not area.area.is_sample and is_made_up:
            yield part, f"{value} is made up"


def _national(number: str) -> str:
    return re.sub(r"^\+44", "0", number.replace(" ", ""))


def _topics(content: Content) -> Iterator[ContentFault]:
    for topic in content.topics.values():
        for number, kind in enumerate(topic.meta.services):
            if kind not in TYPES:
                yield ContentFault(
                    topic.file, topic.marks.line("services", number), f"services: there is no type '{kind}'"
                )
