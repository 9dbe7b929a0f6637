"""Brings what an import read together with what an area's file holds, and writes the file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from dialogs.fold import fold
from dialogs.place import district
from server.answers.directory.schema import Area, AreaFacts, Service
from server.answers.directory.source import SourceError
from server.answers.yamlpos import read_yaml

HEAD: Final = "# Local services. Shape, columns and import: docs/directory.md. An import writes this file anew, without comments.\n"


@dataclass(frozen=True, slots=True)
class Merged:
    """An area after an import, and what became of its entries (ids, in order)."""

    area: Area
    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def merged(area: Area, services: Iterable[Service], source: str, today: date, *, is_whole: bool) -> Merged:
    """The area with the services of a source put in by id. Repeating is harmless.

    What this source had before and has no longer is marked gone, never deleted, and only when the source was read whole.
    Entries kept by hand and those of other sources stay as they are; raises SourceError when the source has their ids.
    """
    new = {service.id: service for service in services}
    old = {service.id: service for service in area.services}
    foreign = sorted(key for key in new.keys() & old.keys() if old[key].imported_from != source)
    if foreign:
        raise SourceError(f"these ids are kept by hand or come from another source: {', '.join(foreign[:10])}")
    after = {key: _renewed(was, new.get(key), source, today, is_whole=is_whole) for key, was in old.items()}
    after |= {key: service for key, service in new.items() if key not in old}
    return Merged(
        area.model_copy(update={"services": tuple(after.values())}),
        added=tuple(key for key in new if key not in old),
        changed=tuple(key for key in new if key in old and after[key] != old[key]),
        gone=tuple(key for key, was in old.items() if after[key].gone_on and not was.gone_on),
    )


def _renewed(was: Service, now: Service | None, source: str, today: date, *, is_whole: bool) -> Service:
    """The entry of today. Translations by hand stay while the English they were made from does."""
    if now is not None:
        is_same = now.about.get("en") == was.about.get("en")
        return now.model_copy(update={"about": {**was.about, **now.about}}) if is_same else now
    is_gone = is_whole and was.imported_from == source and was.gone_on is None
    return was.model_copy(update={"gone_on": today}) if is_gone else was


def read_area(path: Path) -> Area | None:
    """The area of a file, or None when there is none yet. Raises SourceError when it cannot be read."""
    if not path.exists():
        return None
    try:
        marked = read_yaml(path.read_text(encoding="utf-8"))
        area = Area.model_validate(marked.data)
    except ValueError:
        area = None
    if area is None or marked.faults:
        raise SourceError(f"{path.name} has faults of its own: connexions content check names them")
    return area


def within(service: Service, area: AreaFacts) -> Service | None:
    """The service as far as it concerns an area: without other areas' districts; None for one that is elsewhere.

    A feed can cover a whole region. An address outside of the area counts only where no district is named.
    """
    known = set(area.districts)
    named = set(service.districts) or ({district(service.address.street)} if service.address else set()) - {""}
    if known and named and not known & named:
        return None
    places = tuple(place for place in service.areas if fold(place) != fold(area.name))
    districts = tuple(code for code in service.districts if not known or code in known)
    return service.model_copy(update={"areas": places, "districts": districts})


def area_text(area: Area) -> str:
    """The area as its file holds it."""
    plain = _lists(area.model_dump(exclude_defaults=True))
    return HEAD + yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)


def write_area(path: Path, area: Area) -> None:
    """Writes the file whole or not at all."""
    text = area_text(area)
    if Area.model_validate(read_yaml(text).data) != area:
        raise SourceError("what would be written cannot be read back: nothing was changed")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105  (Path.replace says nothing of being atomic)


def _lists(value: Any) -> Any:
    """Tuples as lists: YAML has no other."""
    if isinstance(value, dict):
        return {key: _lists(inner) for key, inner in value.items()}
    return [_lists(inner) for inner in value] if isinstance(value, tuple | list) else value
