"""What the documents say is so: settings, commands, links, tests that hold a guard, figures' names."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from server import metrics
from server.cli.main import app
from server.settings import Settings
from tests.architecture.code import ROOT
from tools.settings_table import renewed, rows

README = ROOT / "README.md"
DOCS = [README, *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_readme_has_a_row_for_every_setting_and_no_other() -> None:
    text = read(README)
    assert renewed(text) == text, "make settings"
    in_table = re.findall(r"^\| `(CONNEXIONS_\w+)` \|", text, re.MULTILINE)
    assert in_table == [f"CONNEXIONS_{name.upper()}" for name in Settings.model_fields]
    assert len(rows()) == len(Settings.model_fields)


def test_every_setting_says_what_it_is() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]


@pytest.mark.parametrize("file", DOCS, ids=named)
def test_every_variable_is_a_setting(file: Path) -> None:
    known = {f"CONNEXIONS_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"CONNEXIONS_[A-Z_]+", read(file))) <= known


def targets() -> set[str]:
    """What `make` can be asked for."""
    return set(re.findall(r"^([a-z][a-z-]*):", read(ROOT / "Makefile"), re.MULTILINE))


@pytest.mark.parametrize("file", DOCS, ids=named)
def test_every_make_command_exists(file: Path) -> None:
    said = re.findall(r"(?:`|^ {4})make ([a-z-]+)", read(file), re.MULTILINE)
    assert set(said) <= targets()


def test_readme_says_the_two_commands_and_the_ci_runs_the_second() -> None:
    assert "\n    make run\n" in read(README)
    assert "\n    make test\n" in read(README)
    assert re.search(r"exec make test\b", read(ROOT / ".ci" / "run"))
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


@cache
def commands() -> set[str]:
    """Every command of the program, groups with theirs: "cases list"."""
    found = set()
    for name, command in getattr(get_command(app), "commands", {}).items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {below}" for below in inner} if inner else {name}
    return found


@pytest.mark.parametrize("file", DOCS, ids=named)
def test_every_command_exists(file: Path) -> None:
    said = re.findall(r"`connexions ([a-z]+)(?: ([a-z]+))?", read(file))
    groups = {name.split()[0] for name in commands() if " " in name}
    for first, second in said:
        assert first in groups or first in commands(), first
        if first in groups and second:
            assert f"{first} {second}" in commands(), second


def test_readme_tells_of_every_command() -> None:
    text = read(README)
    assert not [name for name in commands() if f"`connexions {name}" not in text]


@pytest.mark.parametrize("file", DOCS, ids=named)
def test_every_link_and_picture_leads_somewhere(file: Path) -> None:
    text = read(file)
    links = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    own = [link.split("#")[0] for link in links if not link.startswith("https://")]
    assert not [link for link in own if not (file.parent / link).exists()]


def test_pictures_are_told_in_words() -> None:
    pictures = re.findall(r"<img [^>]*>", read(README))
    assert len(pictures) > 1
    assert not [picture for picture in pictures if not re.search(r'alt="[^"]{20,}"', picture)]


def names_in(file: Path) -> set[str]:
    """Functions of a test file."""
    tree = ast.parse(read(file))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("file", DOCS, ids=named)
def test_every_test_that_holds_a_guard_exists(file: Path) -> None:
    for path, name in re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", read(file)):
        assert (ROOT / path).is_file(), path
        assert not name or name in names_in(ROOT / path), f"{path}::{name}"


def test_the_security_page_names_tests() -> None:
    assert len(re.findall(r"`tests/[\w/.]+\.py", read(ROOT / "docs" / "security.md"))) > 20


def test_figures_to_alarm_on_exist() -> None:
    said = set(re.findall(r"`(connexions_[a-z_]+)", read(ROOT / "docs" / "operate.md")))
    known = {f"{figure.name}{'_total' * (figure.type == 'counter')}" for figure in metrics.REGISTRY.collect()}
    assert said
    assert said <= known


def test_decisions_are_numbered_listed_and_whole() -> None:
    assert [int(file.name[:4]) for file in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = read(ROOT / "docs" / "decisions" / "README.md")
    for number, file in enumerate(DECISIONS, start=1):
        text = read(file)
        title = text.split("\n", 1)[0].removeprefix(f"# {number}. ")
        assert f"{number}. [{title}]({file.name})" in index
        for part in ("Context", "Decision", "Price", "Else"):
            assert f"**{part}.**" in text, f"{file.name}: {part}"


@pytest.mark.parametrize("file", DOCS, ids=named)
def test_lines_can_be_read_in_a_terminal(file: Path) -> None:
    text = [line for line in read(file).splitlines() if not line.startswith(("|", "   |", "<img", "http"))]
    assert not [line for line in text if len(line) > 120]
