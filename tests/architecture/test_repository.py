"""What must not stand in any file of ours: addresses of package registries, this or that machine's paths, people's addresses and numbers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.code import ROOT
from tools.environment import LOCKS

BINARY = {".npz", ".png", ".ico", ".woff2", ".ttf", ".mo", ".gz"}
FOREIGN = ("server/web/static/vendor/", "server/console/export/fonts/", "tests/support/node/package-lock.json")
"""Other people's texts, as they wrote them."""

# in two halves, so that this file does not name them either
REGISTRIES = tuple(
    f"{name}.{end}"
    for name, end in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("debian", "org"),
        ("crates", "io"),
        ("golang", "org"),
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
MADE_UP_MAIL = re.compile(r"@(?:[\w-]+\.)*(?:example(?:\.(?:org|com|net))?|test|invalid|localhost)$", re.IGNORECASE)
NUMBER = re.compile(r"(?<![\w.,:/#-])(?:\+\d{2}|00\d{2}|0)[ ]?(?:\(0\)[ ]?)?[1-9](?:[ -]?\d){8,9}(?![ \w.-]?\d)(?!\w)")
DRAMA = re.compile(
    r"07700900\d{3}|01632960\d{3}|02079460\d{3}|0(113|114|115|116|117|118|121|131|141|151|161)4960\d{3}|01914980\d{3}"
    r"|02896496\d{3}|02920180\d{3}|08081570\d{3}|09098790\d{3}|03069990\d{3}|1\d{3}55501\d{2}"
)
"""Ofcom's numbers for drama, and North America's 555 01xx: they belong to nobody."""


@cache
def texts() -> dict[str, str]:
    """Every text file that is or would be committed, by its path; other people's left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in names
        if name and Path(name).suffix not in BINARY and not name.startswith(FOREIGN) and (ROOT / name).is_file()
    }


def lines() -> Iterator[tuple[str, str]]:
    """(place, line) of every line."""
    for name, text in texts().items():
        for number, line in enumerate(text.splitlines(), start=1):
            yield f"{name}:{number}", line


def test_no_address_of_a_package_registry() -> None:
    assert len(texts()) > 200, "these are not the project's files"
    assert not [place for place, line in lines() if any(host in line for host in REGISTRIES)]


def test_no_path_of_one_machine() -> None:
    assert not [place for place, line in lines() if MACHINE_PATHS.search(line)]


def test_no_mail_address_of_anybody() -> None:
    found = [(place, mail) for place, line in lines() if "@" in line for mail in MAIL.findall(line)]
    assert not [(place, mail) for place, mail in found if not MADE_UP_MAIL.search(mail)]


def plain(number: str) -> str:
    """The national form in digits only."""
    digits = re.sub(r"\(0\)|\D", "", number)
    return re.sub(r"^(?:00)?44", "0", digits)


def published() -> set[str]:
    """Numbers of help lines, from the one file that holds them."""
    return {plain(number) for number in NUMBER.findall(texts().get("content/lines.yaml", ""))}


def test_no_number_of_anybody() -> None:
    found = [(place, plain(number)) for place, line in lines() for number in NUMBER.findall(line)]
    allowed = published()
    strange = [(place, number) for place, number in found if number not in allowed and not DRAMA.fullmatch(number)]
    assert not strange


def test_the_patterns_see_what_they_look_for() -> None:
    # made up from a drama number and a changed digit
    assert NUMBER.findall("call +44 7700 900 123 or 07700900123.") == ["+44 7700 900 123", "07700900123"]
    assert plain("+44 (0)7700 900123") == "07700900123"
    assert DRAMA.fullmatch("07700900123")
    assert not DRAMA.fullmatch("07700" + "800123")
    assert MAIL.findall("write to sam@example.org now") == ["sam@example.org"]
    assert MADE_UP_MAIL.search("sam@example.org")
    assert not MADE_UP_MAIL.search("sam@" + "mail.net")


def pins(name: str) -> dict[str, str]:
    """Versions by package of a lock file."""
    return dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", LOCKS[name].read_text(encoding="utf-8"), re.MULTILINE))


def test_the_tests_lock_holds_the_programs_versions() -> None:
    assert len(pins("run")) > 50
    assert pins("run").items() <= pins("test").items()


def test_the_lock_holds_what_builds_the_program() -> None:
    # `make setup` installs the program without build isolation, with what the environment has
    assert int(pins("run")["setuptools"].split(".")[0]) >= 80


def test_every_locked_package_has_hashes() -> None:
    for lock in LOCKS.values():
        blocks = re.split(r"^(?=[\w.-]+==)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        assert not [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]
