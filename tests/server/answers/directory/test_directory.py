"""The directory itself: who is shown, in which order, what is stale, and what the check says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dialogs.ports import Command
from server.answers.directory.freshness import why_stale, year_before
from server.answers.directory.keep import read_area
from server.answers.directory.nearby import Directory
from server.answers.directory.schema import TYPES, Area, Service
from server.answers.live import LiveLibrary
from server.answers.loader import load_content
from server.answers.wire import ports_of
from server.cli.directory import show
from tests.server.answers.conftest import TODAY

CONTENT = Path(__file__).parents[4] / "content"
KINDS = ("youth-club",)


def service(service_id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": service_id, "name": f"Sample {service_id}", "type": "youth-club", "about": {"en": "Games."},
        "phone": "01632 960001", "checked_on": "2026-11-01", "review_by": "2027-05-01", "source": "Sample Council", **more,
    }  # fmt: skip


def area(*services: dict[str, Any], **facts: Any) -> Area:
    known = {"id": "town", "name": "Sample Town", "districts": ["ZZ1", "ZZ2", "W1"], **facts}
    return Area.model_validate({"area": known, "services": services})


def near(*services: dict[str, Any], place: str = "ZZ1", language: str = "en", age: int | None = None) -> list[str]:
    directory = Directory([area(*services)], lambda: TODAY)
    return [found.id for found in directory.near(KINDS, place, language, age)]


def test_at_most_three_their_language_first_then_open_then_free() -> None:
    rows = (
        service("paid", hours="always", cost="Ask the price."),
        service("free", hours="always", cost="free"),
        service("shut", hours={"mon-fri": "09:00-17:00"}, cost="free"),  # TODAY is a Sunday
        service("theirs", languages=["so"]),
    )
    assert near(*rows, language="so") == ["theirs", "free", "paid"]
    assert near(*rows, language="en") == ["free", "paid", "shut"]


def test_who_is_too_young_or_too_old_is_not_sent_there() -> None:
    rows = (service("young", ages={"max": 15}), service("old", ages={"min": 18}), service("all"))
    assert near(*rows, age=15) == ["all", "young"]
    assert near(*rows, age=18) == ["all", "old"]
    assert near(*rows) == ["all", "old", "young"]


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("ZZ1", ["one", "town"]), ("ZZ2", ["town"]), ("ZZ9", []), ("W1A", ["town"]),
        ("sample town", ["town", "one", "old"]), ("im in Sample Town", ["town", "one", "old"]),
        ("smaple twon", []), ("sampl town", ["town", "one", "old"]), ("old sample", ["old"]),
        ("", []), ("town", ["town", "one", "old"]), ("somewhere else", []), ("🙂", []),
    ],
)  # fmt: skip
def test_where_a_service_serves(place: str, found: list[str]) -> None:
    rows = (
        service("town", hours="always", cost="free"),
        service("one", districts=["ZZ1"], hours="always"),
        service("old", areas=["Old Sample"], districts=["ZZ9X"]),
    )
    assert sorted(near(*rows, place=place)) == sorted(found)
    assert near(*rows, place=place)[:1] in ([], ["town"], ["one"], ["old"])


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, ""),
        ({"review_by": "2026-11-22"}, ""),
        ({"review_by": "2026-11-21"}, "the review was due on 2026-11-21"),
        ({"checked_on": "2025-11-22"}, ""),
        ({"checked_on": "2025-11-21"}, "it was checked on 2025-11-21, more than 12 months ago"),
        ({"checked_on": "2026-11-23"}, "checked_on 2026-11-23 is in the future"),
        ({"gone_on": "2026-11-02"}, "its source no longer has it since 2026-11-02"),
    ],
)
def test_what_is_stale_is_never_shown(more: dict[str, str], why: str) -> None:
    found = Service.model_validate(service("club", **more))
    assert why_stale(found, TODAY) == why
    assert near(service("club", **more)) == ([] if why else ["club"])
    directory = Directory([area(service("club", **more))], lambda: TODAY)
    assert directory.has(KINDS) is not bool(why)


def test_a_day_changes_what_is_shown_without_a_start() -> None:
    day = [date(2027, 5, 1)]
    directory = Directory([area(service("club"))], lambda: day[0])
    assert directory.has(KINDS)
    day[0] = date(2027, 5, 2)
    assert not directory.has(KINDS)
    assert not directory.near(KINDS, "ZZ1", "en", None)


def test_leap_days() -> None:
    assert year_before(date(2028, 2, 29)) == date(2027, 2, 28)


def test_a_sample_is_seen_only_with_drafts() -> None:
    sample = area(service("club"), is_sample=True)
    assert not Directory([sample], lambda: TODAY, has_drafts=False).has(KINDS)
    (found,) = Directory([sample], lambda: TODAY).near(KINDS, "ZZ1", "en", None)
    assert found.is_sample


def test_words_are_said_in_the_language_that_was_asked_for() -> None:
    directory = Directory([area(service("club", about={"en": "Games.", "cy": "Gemau."}))], lambda: TODAY)
    assert [directory.near(KINDS, "ZZ1", code, None)[0].about for code in ("cy", "so")] == ["Gemau.", "Games."]


def test_the_sample_area_is_whole_and_plainly_a_sample() -> None:
    found = read_area(CONTENT / "directory" / "sample.yaml")
    assert found
    assert found.area.is_sample
    assert {entry.type for entry in found.services} == set(TYPES)
    assert all(entry.name.startswith("Sample ") for entry in found.services)
    assert all(code.startswith("ZZ") for code in found.area.districts)


def test_the_directory_is_a_part_of_what_a_turn_may_ask(folder: Path) -> None:
    put(folder, "town", service("club"))
    ports = ports_of(load_content(folder), folder / "no-locales", lambda: TODAY, has_meaning=False)
    assert ports.services.has(KINDS)
    assert [found.id for found in ports.services.near(KINDS, "ZZ1", "en", 15)] == ["club"]


def test_what_is_published_later_is_known_at_once(folder: Path, tmp_path: Path) -> None:
    library = LiveLibrary(folder, folder / "no-locales", lambda: TODAY, tmp_path / "cache", has_drafts=True)
    assert not library.ports.services.has(KINDS)
    put(folder, "town", service("club"))
    library.publish(load_content(folder))
    assert library.ports.services.has(KINDS)
    assert [found.id for found in library.ports.services.near(KINDS, "ZZ1", "en", None)] == ["club"]


def test_the_name_of_an_area_is_no_misspelt_command(folder: Path) -> None:
    def heard() -> Command | None:
        content = load_content(folder)
        return ports_of(content, folder / "no-locales", lambda: TODAY, has_meaning=False).phrases.command("persan")

    assert heard() is Command.PERSON
    put(folder, "town", service("club"), name="Persan")
    assert heard() is None


def put(folder: Path, file: str, *services: dict[str, Any], **facts: Any) -> None:
    known = {"id": "town", "name": "Sample Town", "districts": ["ZZ1", "ZZ2"], "is_sample": True, **facts}
    lines = [f"area: {known}".replace("True", "true").replace("False", "false"), "services:"]
    lines += [f"  - {entry}" for entry in services]
    (folder / "directory").mkdir(exist_ok=True)
    (folder / "directory" / f"{file}.yaml").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "line", "said"),
    [
        ({"review_by": "2026-11-02"}, 3, "club: nobody sees it: the review was due on 2026-11-02"),
        ({"gone_on": "2026-11-02"}, 3, "club: nobody sees it: its source no longer has it since 2026-11-02"),
        ({"phone": "0800 1111"}, 3, "club: phone: a sample holds made-up ones only (01632 960xxx, 07700 900xxx, example.org)"),
        ({"web": "example.org.uk"}, 3, "club: web: a sample holds made-up ones only (01632 960xxx, 07700 900xxx, example.org)"),
        ({"districts": ["ZZ3"]}, 3, "club: districts: ZZ3: not among the districts of the area"),
        ({"about": {"en": "One. Two."}}, 3, "club: about: en: one sentence is enough"),
        ({"about": {"en": "word " * 26}}, 3, "club: about: en: 26 words, at most 25"),
        ({"about": {"cy": "Gemau."}}, 3, "services.0: about needs a sentence in English (en)"),
        ({"hours": {"monday": "9-5"}}, 3, "services.0.hours.days.monday: say mon, tue"),
        ({"type": "disco"}, 3, "services.0.type: "),
        ({"web": "javascript:alert(1)"}, 3, "services.0.web: "),
        ({"colour": "red"}, 3, "services.0.colour: there is no such field"),
    ],
)  # fmt: skip
def test_the_check_names_every_fault_by_file_and_line(
    folder: Path, faults: Callable[..., list[str]], more: dict[str, Any], line: int, said: str
) -> None:
    put(folder, "town", service("club", **more))
    found = [fault for fault in faults() if fault.startswith("directory/")]
    assert found
    assert all(fault.startswith(f"directory/town.yaml:{line}: ") for fault in found)
    assert any(said in fault for fault in found), found


def test_the_check_looks_at_areas_and_topics(
    folder: Path, faults: Callable[..., list[str]], edit: Callable[[str, str, str], None]
) -> None:
    put(folder, "town", service("club"))
    put(folder, "city", service("club", phone="01632 960002"), is_sample=False, districts=[])
    edit("answers/work/site-card/topic.yaml", "services: []", "services: [gp, disco]")
    assert [fault for fault in faults() if "directory/" in fault or "disco" in fault] == [
        "answers/work/site-card/topic.yaml:12: services: there is no type 'disco'",
        "directory/city.yaml:1: area: it names no postcode districts, so nobody who gives a postcode finds it",
        "directory/city.yaml:1: area: the file is called city",
        "directory/city.yaml:3: club: phone: 01632 960002 is made up",
        "directory/town.yaml:3: club: this id stands twice (directory/city.yaml:3)",
    ]


def test_the_list_shows_entries_and_why_some_are_stale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder, "town", service("club"), service("old", review_by="2026-11-02"))
    assert show(folder, TODAY) == 0
    assert capsys.readouterr().out.splitlines() == [
        "town: Sample Town, 2 services, ZZ1, ZZ2 (sample: shown only with drafts)",
        "  club  youth-club  Sample club",
        "  old  youth-club  Sample old  STALE: the review was due on 2026-11-02",
        "2 services, 1 stale",
    ]
    assert show(folder, TODAY, is_stale_only=True) == 0
    assert "  club" not in capsys.readouterr().out
    (folder / "directory" / "town.yaml").write_text("area: 1", encoding="utf-8")
    assert show(folder, TODAY) == 1
    assert "directory/town.yaml:1: " in capsys.readouterr().out
