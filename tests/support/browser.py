"""Finds a Chromium for the browser tests. Without one the tests fail and say how to get it; they are never skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from playwright.async_api import Browser, Playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
HOW_TO_GET_ONE = (
    "No Chromium for the browser tests. Any one of these helps: `apt-get install chromium`; "
    "`npm install @sparticuz/chromium` in tests/support/node; `python -m playwright install chromium`; "
    "or set CONNEXIONS_TEST_CHROMIUM to a browser's path."
)
NODE_DIR = Path(__file__).parent / "node"
UNPACK = "import('@sparticuz/chromium').then(async c => console.log(await c.default.executablePath()))"


class NoBrowser(RuntimeError):
    """There is no Chromium, and none could be got."""


@cache
def chromium_path(own: str) -> str:
    """Where a Chromium is: named by a setting, the system's, Debian's package, npm's, or Playwright's `own`.

    Raises `NoBrowser` with what to do.
    """
    for find in (_named, _from_system, _from_debian, _from_npm):
        if path := find():
            return path
    if Path(own).exists() or _from_playwright(own):
        return own
    raise NoBrowser(HOW_TO_GET_ONE)


async def launch(playwright: Playwright) -> Browser:
    """A browser without a window."""
    path = chromium_path(playwright.chromium.executable_path)
    return await playwright.chromium.launch(executable_path=path, args=list(FLAGS))


def _named() -> str | None:
    return os.environ.get("CONNEXIONS_TEST_CHROMIUM")


def _from_system() -> str | None:
    return next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)


def _from_debian() -> str | None:
    """Installs Debian's package, when we may."""
    if not (os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get")):
        return None
    command = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-core"]
    return _from_system() if _runs(["apt-get", "update"]) and _runs(command) else None


def _from_npm() -> str | None:
    """Unpacks the browser of the npm package, which needs no root; installs the package when npm is there."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    folder = (
        NODE_DIR if (NODE_DIR / "node_modules/@sparticuz/chromium").exists() else Path.home() / ".cache/connexions-node"
    )
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules/@sparticuz/chromium").exists() and not _runs(
        [npm, "install", "--prefix", str(folder), "@sparticuz/chromium"]
    ):
        return None
    done = subprocess.run([node, "-e", UNPACK], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    path = done.stdout.strip()
    return path if path and Path(path).exists() else None


def _from_playwright(own: str) -> bool:
    """Playwright's own download."""
    return _runs(["python", "-m", "playwright", "install", "chromium"]) and Path(own).exists()


def _runs(command: list[str]) -> bool:
    """True when the command could be run and said that it worked."""
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
