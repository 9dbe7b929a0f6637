"""The real library, read and learnt once; what an earlier run has learnt is read from the cache of the program."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dialogs.ports import Ports
from server.answers.content import Content
from server.answers.loader import load_content
from server.answers.wire import ports_of

ROOT = Path(__file__).parents[2]
CONTENT, LOCALES, CACHE = ROOT / "content", ROOT / "locales", ROOT / "var" / "cache"
CHECKED_ON = date(2026, 11, 22)
"""The day the content was checked: freshness is `connexions content check`'s business, not a test that breaks by itself."""


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(CONTENT)


@pytest.fixture(scope="session")
def ports(content: Content) -> Ports:
    return ports_of(content, LOCALES, lambda: CHECKED_ON, cache=CACHE)


@pytest.fixture(scope="session")
def plain_ports(content: Content) -> Ports:
    """As where the semantic extra is not installed."""
    return ports_of(content, LOCALES, lambda: CHECKED_ON, has_meaning=False, cache=CACHE)
