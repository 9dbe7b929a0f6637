"""An age and nothing to look up ("im 15"): heard, and the answer on their screen shown for that age."""

from __future__ import annotations

from dialogs.age import says_only_age, stated_age
from dialogs.talk import Talk, preceded
from dialogs.topics import crisis, home, question
from dialogs.turn import Turn

LONGEST_AGE = 5
"""Words: "i am 15 yrs" or "im 15 from leeds" says an age and no question."""


def find(talk: Talk) -> Turn | None:
    """The turn for such a text, or None when it says no age or more than that. The engine has kept the age already."""
    age = stated_age(talk.text) if len(talk.text.split()) <= LONGEST_AGE else None
    finding = talk.reading.finding
    is_more = finding.topic or finding.is_close or finding.intent
    if age is None or (is_more and not says_only_age(talk.text)):
        return None
    if crisis.is_present(talk):
        return crisis.listening(talk)
    kind, topic = question.topic_on_screen(talk)
    if kind == "topic":
        return preceded(question.show(talk, topic), talk.reply(talk.voice.say("OK, you are {age}.", age=age)))
    return home.show(talk, text=talk.voice.say("OK, you are {age}. What do you want to know?", age=age), outcome="age")
