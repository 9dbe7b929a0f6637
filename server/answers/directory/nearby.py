"""The directory as the conversation sees it: fresh services of a type that serve a place, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from rapidfuzz import fuzz

from dialogs.fold import fold
from dialogs.place import district
from dialogs.ports import LocalService, Opening
from server.answers.directory.freshness import why_stale
from server.answers.directory.schema import DAYS, Area, AreaFacts, Service

MOST_SHOWN: Final = 3
NEAR_ENOUGH: Final = 88
NEAR_FROM: Final = 5
"""Letters a name needs before a near spelling counts."""

WHOLE, PART = 0, 1
"""How a service serves a place: all of it, or some of it and we do not know which."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A service and its area, with names folded for comparing."""

    service: Service
    area: AreaFacts
    area_names: tuple[str, ...]
    place_names: tuple[str, ...]

    def serves(self, place: str) -> int | None:
        """WHOLE or PART when it serves the place, None when it does not."""
        if asked := district(place):
            return self._serves_district(asked)
        said = fold(place)
        if any(_is_named(said, name) for name in self.place_names):
            return WHOLE
        if any(_is_named(said, name) for name in self.area_names):
            return PART if self.service.areas or self.service.districts else WHOLE
        return None

    def _serves_district(self, asked: str) -> int | None:
        named = {asked, asked.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}  # W1A is a part of what people call W1
        if self.service.districts:
            return WHOLE if named & set(self.service.districts) else None
        is_here = bool(named & set(self.area.districts))
        return (PART if self.service.areas else WHOLE) if is_here else None


@dataclass(frozen=True, slots=True)
class Directory:
    """The Services of all areas. `today` decides what is stale, at every call; a sample area is seen only with drafts."""

    areas: Iterable[Area]
    today: Callable[[], date]
    has_drafts: bool = True
    _entries: tuple[_Entry, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        seen = (area for area in self.areas if self.has_drafts or not area.area.is_sample)
        object.__setattr__(self, "_entries", tuple(entry for area in seen for entry in _entries_of(area)))

    def has(self, types: Sequence[str]) -> bool:
        """True when a fresh service of one of the types is known anywhere."""
        return any(True for _ in self._fresh(types))

    def near(self, types: Sequence[str], place: str, language: str, age: int | None) -> Sequence[LocalService]:
        """At most three that serve the place and do not turn the age away: their language first, then open today, then free."""
        today = self.today()
        found = [
            (_rank(how, entry.service, language, today), entry)
            for entry in self._fresh(types)
            if _takes(entry.service, age) and (how := entry.serves(place)) is not None
        ]
        best = sorted(found, key=lambda ranked: ranked[0])[:MOST_SHOWN]
        return [_shown(entry, language) for _, entry in best]

    def words(self) -> frozenset[str]:
        """Every word of the areas' names, folded: real words, which are no misspelling of a command."""
        names = {name for entry in self._entries for name in (*entry.area_names, *entry.place_names)}
        return frozenset(names | {word for name in names for word in name.split()})

    def _fresh(self, types: Sequence[str]) -> Iterator[_Entry]:
        today = self.today()
        return (e for e in self._entries if e.service.type in types and not why_stale(e.service, today))


def _entries_of(area: Area) -> Iterator[_Entry]:
    names = tuple(dict.fromkeys((fold(area.area.name), fold(area.area.id.replace("-", " ")))))
    for service in area.services:
        yield _Entry(service, area.area, names, tuple(fold(name) for name in service.areas))


def _is_named(said: str, name: str) -> bool:
    """True when the text says the name, or nearly is it."""
    if not said or not name:
        return False
    may_be_near = len(name) >= NEAR_FROM and len(said) >= len(name) - 1
    return f" {name} " in f" {said} " or (may_be_near and fuzz.partial_ratio(said, name) >= NEAR_ENOUGH)


def _takes(service: Service, age: int | None) -> bool:
    """False only when their age is known and the service turns it away."""
    ages = service.ages
    too_young = age is not None and ages.min is not None and age < ages.min
    return not (too_young or (age is not None and ages.max is not None and age > ages.max))


def _rank(how: int, service: Service, language: str, today: date) -> tuple[int, bool, bool, bool, str, str]:
    is_open = service.hours == "always" or any(_is_on(o, today.weekday()) for o in _openings(service))
    return (
        how,
        language not in service.languages,
        not is_open,
        service.cost.casefold() != "free",
        service.name,
        service.id,
    )


def _is_on(opening: Opening, weekday: int) -> bool:
    return (weekday - opening.first_day) % 7 <= (opening.last_day - opening.first_day) % 7


def _openings(service: Service) -> tuple[Opening, ...]:
    hours = {} if service.hours == "always" else service.hours
    return tuple(_opening(days, span) for days, spans in hours.items() for span in spans.split(", "))


def _opening(days: str, span: str) -> Opening:
    first, _, last = days.partition("-")
    opens, _, closes = span.partition("-")
    return Opening(DAYS.index(first), DAYS.index(last or first), time.fromisoformat(opens), time.fromisoformat(closes))


def _shown(entry: _Entry, language: str) -> LocalService:
    service, is_free = entry.service, entry.service.cost.casefold() == "free"
    address = service.address
    return LocalService(
        id=service.id,
        name=service.name,
        about=service.about.get(language) or service.about["en"],
        checked_on=service.checked_on,
        source=service.source,
        openings=_openings(service),
        is_always_open=service.hours == "always",
        is_free=is_free,
        cost="" if is_free else service.cost,
        referral=service.referral,
        phone=service.phone,
        text_to=service.text_to,
        web=service.web,
        address=", ".join(filter(None, (address.street, address.landmark))) if address else "",
        is_sample=entry.area.is_sample,
    )
