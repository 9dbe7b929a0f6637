"""What a made-up story is: who it is about, on which channel, and what happened how long ago."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialogs.messages import ChannelName

TELEGRAM, SMS, WEB = ChannelName.TELEGRAM, ChannelName.SMS, ChannelName.WEBCHAT

LANES: Final = {TELEGRAM: "telegram", SMS: "sms", WEB: "web"}
"""The lanes as a program with all channels has them."""


class Does(StrEnum):
    """What happens in a step; all but the first three are done by a member of staff."""

    PICKS = "picks"
    SAYS = "says"
    BLOCKS = "blocks"
    TAKES = "takes"
    WRITES = "writes"
    TYPES = "types"
    NOTES = "notes"
    ASKS = "asks"
    WHISPERS = "whispers"
    HOLDS = "holds"
    PASSES = "passes"
    CLOSES = "closes"
    MUST_NOT = "must not"
    HAS_TO = "has to"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened so many minutes ago. `by` is a member of staff by name; `more` an outcome, skill or task."""

    minutes_ago: float
    does: Does
    text: str = ""
    by: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One made-up young person, by a nickname that no page shows, and what happened, oldest first."""

    nick: str
    channel: ChannelName
    language: str
    steps: tuple[Step, ...]


def waits(nick: str, channel: ChannelName, language: str, ago: float, asked: str, about: str, *after: Step) -> Story:
    """Somebody who asks the computer, then for a person, says what it is about, and has waited since."""
    steps = (
        Step(ago + 3, Does.PICKS),
        Step(ago + 2, Does.SAYS, asked),
        Step(ago, Does.SAYS, "9"),
        Step(ago * 0.97, Does.SAYS, about),
    )
    return Story(nick, channel, language, (*steps, *after))


def says(ago: float, text: str) -> Step:
    """The young person writes."""
    return Step(ago, Does.SAYS, text)


def takes(ago: float, by: str) -> Step:
    """A member of staff takes the case, and reads it."""
    return Step(ago, Does.TAKES, by=by)


def writes(ago: float, by: str, text: str) -> Step:
    """A member of staff writes to the young person."""
    return Step(ago, Does.WRITES, text, by)


def closes(ago: float, by: str, outcome: str, next_step: str) -> Step:
    """A member of staff ends the chat; `next_step` is what comes next or why nothing does."""
    return Step(ago, Does.CLOSES, next_step, by, outcome)


MANY_TELEGRAM: Final = 4_400_000_000_000_000
"""Telegram's accounts may be numbered up to 2**52; none is anywhere near this."""


def address_of(place: int, story: Story) -> str:
    """An address as the channel forms it, that nobody has: numbers from the range kept for drama (07700 900000 to 900999)."""
    if story.channel is SMS:
        return f"+447700900{place:03}"
    if story.channel is TELEGRAM:
        return str(MANY_TELEGRAM + place)
    return hashlib.sha256(f"made up: {story.nick}".encode()).hexdigest()
