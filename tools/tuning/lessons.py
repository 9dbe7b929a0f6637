"""What the encoder is trained on: each text of the library with the topic and the danger it teaches.

Texts that are held out elsewhere, to see how sure to be and where to draw the alarm's line, are held out here too: a
line drawn on what the encoder has been trained on would be drawn too high. Must-find lines are in none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from server.answers.content import Content
from server.answers.danger.learn import every_fifth, examples
from server.answers.finding.taught import taught
from server.answers.finding.trained import held_out


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text; the labels it teaches and how much each counts, 0 where it teaches nothing."""

    text: str
    topic: str = ""
    topic_weight: float = 0.0
    danger: str = ""
    danger_weight: float = 0.0


def lessons(content: Content) -> list[Lesson]:
    """One lesson a text, in a settled order."""
    found: dict[str, Lesson] = {}
    for item in held_out(tuple(taught(content)))[0]:
        found[item.text] = Lesson(item.text, item.label, item.weight)
    for item in every_fifth(tuple(examples(content)))[0]:
        known = found.get(item.text, Lesson(item.text))
        found[item.text] = replace(known, danger=item.label, danger_weight=item.weight)
    return list(found.values())
