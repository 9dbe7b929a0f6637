"""JSON logs with ids only: never a name, an address or a word that somebody wrote."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog

FORBIDDEN_KEYS = frozenset(
    {"text", "body", "name", "address", "sender", "to", "phone", "number", "token", "update", "form"}
)
"""Keys that could carry a person's words or addresses; logging one is a bug, so its value is dropped."""


def set_up_logging(level: str = "INFO", *, as_json: bool = True) -> None:
    """Send our own and the libraries' log lines to standard error. Repeating replaces the set-up."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_personal,
        structlog.processors.StackInfoRenderer(),
        tell_where,
    ]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer() if as_json else plain
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    logging.raiseExceptions = False  # a handler that fails would print what was to be logged, with the texts of errors
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("aiogram", "aiohttp", "httpx", "twilio", "apscheduler", "uvicorn.access", "sqlalchemy"):
        # their lines can hold addresses and tokens
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for own in ("uvicorn", "uvicorn.error"):
        logging.getLogger(own).handlers[:] = []
        logging.getLogger(own).propagate = True


def drop_personal(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that removes values under keys that could hold personal data."""
    for key in FORBIDDEN_KEYS & event.keys():
        event[key] = "dropped"
    return event


OURS = ("server.", "bot.", "dialogs.")


def tell_where(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that writes an exception as its kinds and places. What others put into its text is left out.

    A library's error can quote what somebody wrote; our own say ids and codes only, and a database's keeps its code.
    """
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_told(error))
    return event


def _told(error: BaseException, depth: int = 5) -> Iterator[str]:
    """Causes first, as Python does; groups with what they hold."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for other in (before, *getattr(error, "exceptions", ())):
        if other is not None and depth:
            yield from _told(other, depth - 1)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    told = str(error) if kind.startswith(OURS) else getattr(error, "sqlstate", None)
    yield f"{kind}: {told}" if told else kind


def logger(name: str) -> Any:
    """The logger of a module."""
    return structlog.stdlib.get_logger(name)
