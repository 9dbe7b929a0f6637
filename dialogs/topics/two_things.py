"""Two questions in one message: both are offered, so that none is lost."""

from __future__ import annotations

import re

from dialogs.menu import Entry
from dialogs.ports import Tier
from dialogs.talk import Next, Talk, respond
from dialogs.topics import crisis
from dialogs.turn import Turn
from dialogs.understand import understand

_JOINTS = re.compile(r"[?؟;،\n]+|\b(?:and|n|plus|ac|hefyd|also)\b|&|\bو(?=\w{2})", re.IGNORECASE)
SHORTEST_QUESTION = 2
"""Words: "my mum and dad" is one thing."""

SURE = 0.9
"""Confidence of each part: half a sentence often looks a little like something else."""

TWO = 2


def find(talk: Talk) -> Turn | None:
    """The question which first, when two parts of the text are sure of two different answers; None otherwise."""
    if crisis.is_present(talk):
        return None
    parts = [part for part in _JOINTS.split(talk.text) if len(part.split()) >= SHORTEST_QUESTION]
    if len(parts) != TWO:
        return None
    found = dict.fromkeys(topic for part in parts if (topic := _sure(talk, part)))
    answers = [talk.ports.book.answer(topic, talk.language, talk.state.settings.nation) for topic in found]
    known = [answer for answer in answers if answer and answer.tier is not Tier.CRISIS]
    if len(known) != TWO:
        return None
    entries = [Entry(f"topic:{answer.topic}", answer.title) for answer in known]
    return respond(
        talk,
        talk.reply(talk.voice.say("That is two things. Which one first?")),
        "two_things",
        entries,
        then=Next("which"),
    )


def _sure(talk: Talk, part: str) -> str | None:
    finding = understand(part, talk.language, talk.ports).finding
    return finding.topic if finding.confidence >= SURE and not (finding.is_close or finding.intent) else None
