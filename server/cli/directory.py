"""Commands for the directory of local services: what it holds, and bringing in what others keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from server.answers.directory.feed import read_feed, read_services
from server.answers.directory.fetch import Fetcher
from server.answers.directory.freshness import why_stale
from server.answers.directory.keep import Merged, merged, read_area, within, write_area
from server.answers.directory.schema import Area, AreaFacts
from server.answers.directory.source import Found, SourceError, Told, explained
from server.answers.directory.table import MOST_BYTES, read_table
from server.answers.loader import read_content

MOST_FAULTS = 50
MOST_IDS = 10


def show(content_dir: Path, today: date | None = None, *, is_stale_only: bool = False) -> int:
    """Prints each entry, a stale one with why nobody sees it. 1 when the directory cannot be read, else 0."""
    today = today or _today()
    content = read_content(content_dir)
    faults = [fault for fault in content.faults if fault.file.startswith("directory/")]
    for fault in faults:
        print(fault)
    shown = stale = 0
    for name, area in content.areas.items():
        rows = [(service, why_stale(service, today)) for service in area.services]
        shown, stale = shown + len(rows), stale + sum(bool(why) for _, why in rows)
        sample = " (sample: shown only with drafts)" if area.area.is_sample else ""
        print(f"{name}: {area.area.name}, {len(rows)} services, {', '.join(area.area.districts)}{sample}")
        for service, why in rows:
            if why or not is_stale_only:
                print(f"  {service.id}  {service.type}  {service.name}" + (f"  STALE: {why}" if why else ""))
    print(f"{shown} services, {stale} stale")
    return 1 if faults else 0


def bring_in(
    source: str,
    folder: Path,
    area_id: str,
    *,
    style: str = "",
    name: str = "",
    districts: Sequence[str] = (),
    source_name: str = "",
    is_partial: bool = False,
    today: date | None = None,
    fetcher: Fetcher | None = None,
) -> int:
    """Reads a file or a feed into `<folder>/<area_id>.yaml`. 0 when it is written.

    1, and nothing written, for any fault; with `is_partial` only for a source that is bad as a whole.
    """
    today = today or _today()
    try:
        given = AreaFacts(id=area_id, name=name or area_id, districts=tuple(districts))
        path = folder / f"{given.id}.yaml"
        area = _known(read_area(path), given, is_named=bool(name))
        style = style or _style(source)
        told = Told(name=source_name or (style if style == "csv" else source), default_source=area.area.name)
        found = _read(source, style, told, area, fetcher or Fetcher())
        _print_faults(found)
        if found.faults and not is_partial:
            print(f"{len(found.faults)} faults: nothing was changed (--partial takes what is good)")
            return 1
        after = merged(_with_districts(area, found), found.services, told.name, today, is_whole=not found.faults)
        write_area(path, after.area)
    except ValidationError as error:
        print("\n".join(explained(error)))
        return 1
    except SourceError as error:
        print(error)
        return 1
    _print_merged(after, found.left_out, today)
    return 0


def _known(area: Area | None, given: AreaFacts, *, is_named: bool) -> Area:
    """The area, new or with the name and districts that were given now."""
    if area is None:
        return Area(area=given)
    changes: dict[str, object] = {"districts": given.districts} if given.districts else {}
    if is_named:
        changes["name"] = given.name
    return area.model_copy(update={"area": area.area.model_copy(update=changes)})


def _with_districts(area: Area, found: Found) -> Area:
    """An area that names no districts gets those that its services name."""
    named = dict.fromkeys(code for service in found.services for code in service.districts)
    facts = area.area.model_copy(update={"districts": area.area.districts or tuple(named)})
    return area.model_copy(update={"area": facts})


def _style(source: str) -> str:
    return "csv" if source.casefold().split("?")[0].endswith(".csv") else "openreferral"


def _is_address(source: str) -> bool:
    return "://" in source


def _read(source: str, style: str, told: Told, area: Area, fetcher: Fetcher) -> Found:
    """What the source holds for the area. Raises SourceError when that is nothing at all."""
    found = _read_all(source, style, told, area.terms, fetcher)
    if style == "openreferral":
        concerned = [within(service, area.area) for service in found.services]
        for _ in range(concerned.count(None)):
            found.leave_out("elsewhere")
        found.services = [here for here in concerned if here]
    if not found.services and not found.faults:
        why = "".join(f"; left out, {reason}: {count}" for reason, count in found.left_out.items())
        raise SourceError(f"{source}: no services in it for this area: nothing was changed{why}")
    return found


def _read_all(source: str, style: str, told: Told, terms: Mapping[str, str], fetcher: Fetcher) -> Found:
    if style not in {"csv", "openreferral"}:
        raise SourceError(f"there is no format '{style}': csv or openreferral")
    if style == "openreferral" and _is_address(source):
        return read_feed(source, told, terms, fetcher)
    content = fetcher.read(source) if _is_address(source) else _file(Path(source))
    if style == "csv":
        return read_table(content, Path(source).name, told)
    return read_services(content, Path(source).name, told, terms)


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or 'it cannot be read'}") from None


def _print_faults(found: Found) -> None:
    for fault in found.faults[:MOST_FAULTS]:
        print(fault)
    if len(found.faults) > MOST_FAULTS:
        print(f"... and {len(found.faults) - MOST_FAULTS} more")


def _print_merged(after: Merged, left_out: Mapping[str, int], today: date) -> None:
    _print_ids("new", after.added)
    _print_ids("changed", after.changed)
    _print_ids("gone from the source, marked stale", after.gone)
    for reason, count in left_out.items():
        print(f"left out, {reason}: {count}")
    stale = [service for service in after.area.services if why_stale(service, today)]
    print(f"{len(after.area.services)} services, {len(stale)} stale. Read them before they go live.")


def _print_ids(what: str, ids: Iterable[str]) -> None:
    listed = list(ids)
    more = " ..." if len(listed) > MOST_IDS else ""
    print(f"{what}: {len(listed)}" + (f" ({', '.join(listed[:MOST_IDS])}{more})" if listed else ""))


def _today() -> date:
    return date.today()  # noqa: DTZ011  (an editor's own day)
