"""Twilio's webhooks about a call: a key that was pressed, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from string import digits
from typing import Final

from bot.errors import Unreadable

REACHED_NOBODY: Final = frozenset({"busy", "no-answer", "failed", "canceled"})
_KEYS: Final = frozenset(f"{digits}*#")


def key(form: Mapping[str, str]) -> str:
    """The key that somebody pressed; empty for none, and for a machine that answered. Raises `Unreadable`."""
    if not form.get("CallSid"):
        raise Unreadable("no CallSid")
    pressed = form.get("Digits", "").strip()
    if form.get("AnsweredBy", "").startswith(("machine", "fax")) or len(pressed) != 1:
        return ""
    if pressed not in _KEYS:
        raise Unreadable("no key of a telephone")
    return pressed


def reached_nobody(form: Mapping[str, str]) -> str:
    """Why a call that is over reached nobody ("busy"); empty when it did, or is not over. Raises `Unreadable`."""
    status = form.get("CallStatus", "")
    if not form.get("CallSid") or not status:
        raise Unreadable("no call or no status")
    return status if status in REACHED_NOBODY else ""
