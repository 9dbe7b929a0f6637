"""Fills `.venv` from a lock file, once: `environment.py run` for the program, `environment.py test` for the tests too.

Needs nothing but Python. What was done stands in stamps inside `.venv`, keyed on the content of the lock file, so a second
call does nothing and needs no network.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ROOT / "requirements.lock", "test": ROOT / "requirements-test.lock"}
INCLUDED = {"run": ("run",), "test": ("test", "run")}
"""The tests' lock holds everything that the program's does, in the same versions (tests/architecture holds that)."""

OLDEST = (3, 11)


def main(kind: str) -> None:
    """Make what is missing. Ends the program with a sentence when it cannot be made."""
    if sys.version_info < OLDEST:
        sys.exit(f"Python 3.11 or newer is needed; {sys.executable} is older. Try: make PYTHON=python3.12 ...")
    wanted = {_stamp(name): _digest(LOCKS[name]) for name in INCLUDED[kind]}
    project = {_stamp("project"): _digest(ROOT / "pyproject.toml")}
    if _is_ours() and _are_done(wanted | project):
        return
    _make_venv()
    if not _are_done(wanted):
        _say(f"Installing what {LOCKS[kind].name} names. This happens once.")
        _pip("install", "--require-hashes", "--requirement", str(LOCKS[kind]))
        _note(wanted)
    _pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _note(project)


def _make_venv() -> None:
    """A `.venv` that works: one that was moved or half made is made again."""
    if _is_ours() and _runs(str(PYTHON), "-m", "pip", "--version"):
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    if not _runs(sys.executable, "-m", "venv", str(VENV)):
        sys.exit(f"{sys.executable} cannot make a virtual environment. On Debian: apt-get install python3-venv")


def _is_ours() -> bool:
    """False for one that is not there, or was copied from elsewhere: its programs would start the other one's Python."""
    pip = VENV / "bin" / "pip"
    return PYTHON.exists() and pip.exists() and bytes(VENV) in pip.read_bytes()


def _runs(*command: str) -> bool:
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0  # noqa: S603 - our own


def _pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments, "--quiet"]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own
        sys.exit(f"pip failed: {' '.join(arguments)}")


def _stamp(name: str) -> Path:
    return VENV / f".done-{name}"


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _are_done(wanted: dict[Path, str]) -> bool:
    return all(stamp.exists() and stamp.read_text(encoding="ascii") == digest for stamp, digest in wanted.items())


def _note(done: dict[Path, str]) -> None:
    for stamp, digest in done.items():
        stamp.write_text(digest, encoding="ascii")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
