"""Short words about what is on their screen: "how much", "and if im 17?", "what?"."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs.fold import western_digits
from dialogs.ports import Command
from dialogs.talk import Talk, preceded
from dialogs.topics import crisis, home, question
from dialogs.turn import Turn

TAUGHT_AGE = "17"
"""The age that the phrases are written with; any other reads the same."""

_AGE = re.compile(r"\b\d{1,2}\b")


def go_on(talk: Talk) -> Turn | None:
    """The turn for a short question without its subject, or for not having understood us; None for anything else."""
    command = talk.reading.command or talk.ports.phrases.command(_AGE.sub(TAUGHT_AGE, western_digits(talk.text)))
    if command is Command.CONFUSED:
        return confused(talk)
    return _asks_on(talk) if command is Command.FOLLOW_UP else None


def confused(talk: Talk) -> Turn:
    """Said again in easy words, once; the settings stay."""
    if crisis.is_present(talk):
        return crisis.card_again(talk)
    kind, topic = question.topic_on_screen(talk)
    if kind and not talk.state.settings.easy_words:
        said = talk.reply(talk.voice.say("Sorry, I will say it in other words."))
        turn = preceded(question.show(talk.with_settings(easy_words=True), topic), said)
        return _with_usual_words(turn)
    text = talk.voice.say("Sorry, I did not say that well. Pick one, or tell me in a few words what you need.")
    return home.show(talk, text=text, outcome="confused")


def _asks_on(talk: Talk) -> Turn:
    """All there is on that subject, and no claim that it answers them."""
    if crisis.is_present(talk):
        return crisis.listening(talk)
    kind, topic = question.topic_on_screen(talk)
    if kind == "topic":
        said = talk.voice.say("I am not sure I have that. This is all I have on it. A person may know more: reply 9.")
        return preceded(question.show_more(talk, topic), talk.reply(said))
    return question.refuse(talk, topic or None) if kind else home.show(talk)


def _with_usual_words(turn: Turn) -> Turn:
    settings = replace(turn.state.settings, easy_words=False)
    return replace(turn, state=replace(turn.state, settings=settings))
