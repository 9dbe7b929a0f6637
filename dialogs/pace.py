"""Too many messages at once: said once, then silence until it is calm again. Danger is read all the same."""

from __future__ import annotations

from dialogs.effects import AddToCase
from dialogs.talk import Talk, repeat_menu, silent
from dialogs.turn import Turn

TOO_MANY = 20
CALM = 5
"""Messages in about ten seconds (`Facts.recent_messages`)."""


def slow_down(talk: Talk) -> tuple[Talk, Turn | None]:
    """The talk with its memory of the pace, and the turn when it is too fast to answer."""
    recent = talk.facts.recent_messages
    if talk.state.is_told_to_slow and recent > CALM:
        return talk, _unsaid(talk)
    calm = talk.with_state(is_told_to_slow=False) if talk.state.is_told_to_slow else talk
    if recent <= TOO_MANY:
        return calm, None
    told = calm.with_state(is_told_to_slow=True)
    if talk.has_adviser:
        return told, _unsaid(told)
    text = told.voice.say("That is a lot of messages at once. I will wait. Please write again in a minute.")
    return told, repeat_menu(told, text, "slow_down")


def _unsaid(talk: Talk) -> Turn:
    """Nothing is said; an open case still gets the words."""
    return silent(talk, "too_fast", *([AddToCase()] if talk.facts.case is not None else []))
