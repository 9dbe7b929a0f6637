"""What reaches the log when something goes wrong: where, and of which kind, and nothing that somebody wrote."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from server.errors import NotReadable
from server.log import logger, set_up_logging

WORDS = "my name is Zebedee"


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What the program's own handler writes."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up_logging()
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def fail() -> None:
    try:
        int(WORDS)
    except ValueError as error:
        raise RuntimeError(f"cannot read {WORDS}") from error


@pytest.mark.parametrize("name", ["server.x", "uvicorn.error"])
def test_an_exceptions_text_stays_out_its_kind_and_place_do_not(told, name):
    try:
        fail()
    except RuntimeError as error:
        log = logger(name) if name.startswith("server") else logging.getLogger(name)
        log.error("request failed", exc_info=error)  # noqa: TRY400 - as the application does it
    line = told.getvalue()
    assert "Zebedee" not in line
    assert "builtins.ValueError" in line
    assert "builtins.RuntimeError" in line
    assert "in fail" in line


def test_our_own_errors_say_what_they_say(told):
    try:
        raise NotReadable("not JSON")  # noqa: TRY301
    except NotReadable:
        logger("server.x").exception("refused")
    assert "server.errors.NotReadable: not JSON" in told.getvalue()
