"""Importing a CSV file: what people's spreadsheets really write, and every bad row by its line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from server.answers.directory.keep import read_area
from server.answers.directory.schema import Service
from server.cli.directory import bring_in

TODAY = date(2026, 11, 22)
HEAD = "id,name,type,about,phone,districts,checked_on,review_by\n"
GOOD = 'club,Sample Club,youth-club,"Games, music and food.",01632 960001,zz1|ZZ2,2026-11-01,2027-05-01\n'
OTHER = "desk,Sample Desk,debt-advice,Help with debt.,01632 960002,ZZ1,2026-11-01,2027-05-01\n"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., int]:
    def bring(content: str | bytes, **more: object) -> int:
        file = tmp_path / "services.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        given: dict[str, object] = {"name": "Sample Town", "today": TODAY, **more}
        return bring_in(str(file), tmp_path, "town", **given)  # type: ignore[arg-type]

    return bring


def services(folder: Path) -> tuple[Service, ...]:
    area = read_area(folder / "town.yaml")
    assert area is not None
    return area.services


@pytest.mark.parametrize(
    "content",
    [
        HEAD + GOOD + OTHER,
        (HEAD + GOOD + OTHER).encode("utf-8-sig"),
        (HEAD + GOOD + "\n,,,,,,,\n" + OTHER).replace("\n", "\r\n"),
        HEAD.replace(",", ";") + GOOD.replace(",", ";").replace("Games;", "Games,") + OTHER.replace(",", ";"),
        HEAD.upper() + GOOD + OTHER.rstrip("\n"),
    ],
)
def test_every_way_a_spreadsheet_writes(run: Callable[..., int], tmp_path: Path, content: str | bytes) -> None:
    assert run(content) == 0
    club, desk = services(tmp_path)
    assert (club.id, club.name, club.about["en"]) == ("club", "Sample Club", "Games, music and food.")
    assert (club.districts, club.checked_on, club.source) == (("ZZ1", "ZZ2"), date(2026, 11, 1), "Sample Town")
    assert desk.type == "debt-advice"


def test_every_column(run: Callable[..., int], tmp_path: Path) -> None:
    assert run(
        "id,name,type,about,about_cy,about_ar,areas,districts,age_min,age_max,languages,hours,cost,access,referral,"
        "phone,text_to,web,street,landmark,checked_on,review_by,source\n"
        "gp,Sample Surgery,gp,Doctors.,Meddygon.,أطباء.,Old Sample|New Sample,ZZ1,0,25,en|cy,"
        '"mon-fri 08:00-12:00, 13:00-18:00 | sat 09:00-12:00",free,step-free|bus,gp,+44 1632 960003,07700 900003,'
        "https://www.example.org/gp,1 Sample Street,by the clock,2026-11-01,2027-05-01,Sample Council\n"
    ) == 0  # fmt: skip
    (found,) = services(tmp_path)
    assert found.about == {"en": "Doctors.", "cy": "Meddygon.", "ar": "أطباء."}
    assert found.hours == {"mon-fri": "08:00-12:00, 13:00-18:00", "sat": "09:00-12:00"}
    assert (found.areas, found.ages.max, found.languages) == (("Old Sample", "New Sample"), 25, ("en", "cy"))
    assert (found.access, found.referral, found.source) == (("step-free", "bus"), "gp", "Sample Council")
    assert found.address is not None
    assert (found.address.street, found.address.landmark) == ("1 Sample Street", "by the clock")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("youth-club", "disco", "services.csv:2: type: "),
        ("2026-11-01", "01/11/2026", "services.csv:2: checked_on: "),
        ("2026-11-01", "2026-02-30", "services.csv:2: checked_on: "),
        ("2027-05-01", "2026-05-01", "services.csv:2: review_by is before checked_on"),
        ("2027-05-01", "", "services.csv:2: review_by: this field is missing"),
        ("01632 960001", "call us", "services.csv:2: phone: "),
        ("01632 960001", "", "services.csv:2: a service needs a phone, a number to text"),
        ("zz1|ZZ2", "Leeds", "services.csv:2: districts.0: "),
        ("Sample Club", "", "services.csv:2: name: this field is missing"),
        ("Sample Club", "x" * 81, "services.csv:2: name: "),
        ("Sample Club", "x" * 2_001, "services.csv:2: name: more than 2000 characters"),
        (",2027-05-01", "", "services.csv:2: 7 cells, the first line has 8"),
        ("club,", "desk,", "services.csv:3: id: 'desk' stands twice"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_nothing_is_written(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    assert run(HEAD + GOOD.replace(old, new, 1) + OTHER) == 1
    out = capsys.readouterr().out
    assert said in out
    assert "1 faults: nothing was changed" in out
    assert not (tmp_path / "town.yaml").exists()
    assert run(HEAD + GOOD.replace(old, new, 1) + OTHER, is_partial=True) == 0
    assert len(services(tmp_path)) == 1


def test_lines_are_counted_through_cells_of_many_lines(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    many = GOOD.replace("Games, music", "Games,\nmusic,\nart")
    assert run(HEAD + many + OTHER.replace("debt-advice", "none")) == 1
    assert "services.csv:5: type: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "services.csv:1: the column is missing: id, name"),
        (HEAD, "no services in it"),
        (HEAD.replace("phone", "fone") + GOOD, "services.csv:1: no such column: fone"),
        (HEAD.replace("phone", "name") + GOOD, "services.csv:1: stands twice: name"),
        (HEAD.replace("type,", "") + GOOD, "services.csv:1: the column is missing: type"),
        (HEAD.encode() + "Ysgol Tŷ".encode("utf-16"), "services.csv:2: this is not UTF-8 text"),
        (HEAD + "a\0b", "services.csv:2: this is not text"),
        (HEAD + '"never closed', "services.csv:2: this is not CSV"),
        (HEAD + "x" * 200_000 + GOOD, "services.csv:2: this is not CSV: field larger"),
        (HEAD + "\n" * 5_001, "more than 5000 services"),
        (b" " * 10_000_001, "more than 10000000 bytes"),
    ],
)
def test_what_is_no_such_file(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], content: str | bytes, said: str
) -> None:
    assert run(content) == 1
    assert said in capsys.readouterr().out


def test_an_import_again_changes_marks_and_never_deletes(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(HEAD + GOOD + OTHER) == 0
    first = (tmp_path / "town.yaml").read_bytes()
    assert run(HEAD + GOOD + OTHER) == 0
    assert (tmp_path / "town.yaml").read_bytes() == first
    capsys.readouterr()
    assert run(HEAD + GOOD.replace("Sample Club", "Sample Youth Club")) == 0
    assert [(s.name, s.gone_on) for s in services(tmp_path)] == [("Sample Youth Club", None), ("Sample Desk", TODAY)]
    out = capsys.readouterr().out
    assert "changed: 1 (club)" in out
    assert "gone from the source, marked stale: 1 (desk)" in out


def test_what_is_kept_by_hand_stays(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(HEAD + GOOD) == 0
    path = tmp_path / "town.yaml"
    by_hand = path.read_text(encoding="utf-8").replace("  imported_from: csv\n", "")
    by_hand = by_hand.replace("    en: Games, music and food.\n", "    en: Games, music and food.\n    cy: Gemau.\n")
    path.write_text(by_hand, encoding="utf-8")
    assert run(HEAD + OTHER) == 0
    assert [(s.id, s.gone_on, s.about.get("cy")) for s in services(tmp_path)] == [
        ("club", None, "Gemau."), ("desk", None, None),
    ]  # fmt: skip
    capsys.readouterr()
    assert run(HEAD + GOOD) == 1
    assert "kept by hand or come from another source: club" in capsys.readouterr().out


def test_a_translation_by_hand_stays_while_its_english_does(run: Callable[..., int], tmp_path: Path) -> None:
    assert run(HEAD + GOOD) == 0
    path = tmp_path / "town.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("food.\n", "food.\n    cy: Gemau.\n"), encoding="utf-8")
    assert run(HEAD + GOOD) == 0
    assert services(tmp_path)[0].about["cy"] == "Gemau."
    assert run(HEAD + GOOD.replace("food.", "art.")) == 0
    assert "cy" not in services(tmp_path)[0].about


@pytest.mark.parametrize("area", ["../town", "Town", "", "a/b"])
def test_an_area_is_no_path(tmp_path: Path, capsys: pytest.CaptureFixture[str], area: str) -> None:
    assert bring_in("services.csv", tmp_path / "inner", area, today=TODAY) == 1
    assert "id: " in capsys.readouterr().out


def test_a_file_that_is_not_there_and_a_format_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bring_in(str(tmp_path / "none.csv"), tmp_path, "town", today=TODAY) == 1
    assert bring_in("x", tmp_path, "town", style="xlsx", today=TODAY) == 1
    out = capsys.readouterr().out
    assert "No such file" in out
    assert "there is no format 'xlsx'" in out


def test_a_spoilt_area_is_not_written_over(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "town.yaml"
    path.write_text("area: {id: town, nam: Town}\n", encoding="utf-8")
    assert run(HEAD + GOOD) == 1
    assert "town.yaml has faults of its own" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == "area: {id: town, nam: Town}\n"
