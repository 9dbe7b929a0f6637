"""While a person holds the talk: the words are theirs, and the computer only answers what is asked of it alone.

That is danger (before this), stopping, their data, their other phone, their language, somebody else, a complaint, and what we
asked ourselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogs import actions
from dialogs.effects import AddToCase
from dialogs.menu import choice_by_number, choice_by_words, typed_number
from dialogs.messages import MENU_NUMBER, PERSON_NUMBER, Choice, MessageKind
from dialogs.ports import Command
from dialogs.talk import Talk, put_away, silent
from dialogs.topics import adviser, around, complaint, crisis, joining, language, media, meetings, privacy, stopping
from dialogs.turn import Turn

OUR_QUESTIONS = frozenset(
    {"delete", language.TOPIC, crisis.TOPIC, adviser.LOST, adviser.CHANGE, meetings.TOPIC, around.TOPIC}
)
"""Subjects in which we asked something ourselves: a number or a choice's own words answer us."""

OUR_KEYS = frozenset(
    {
        "languages",
        "lang",
        "delete",
        "my_data",
        "safe",
        "meant_else",
        "lost",
        "complain",
        "not_that",
        "view",
        "start",
        "meeting",
        "meetings",
        "late",
        "happened",
        "comfort",
        "around",
    }
)
"""Choices that still do something while a person is there."""

COMMANDS: dict[Command, Callable[[Talk], Turn]] = {
    Command.STOP: stopping.stop,
    Command.START: stopping.start,
    Command.LANGUAGE: language.show_list,
    Command.MY_DATA: privacy.my_data,
    Command.DELETE: privacy.ask_delete,
    Command.JOIN: joining.make,
    Command.COMPLAIN: complaint.complain,
    Command.SOMEONE_ELSE: adviser.someone_else,
}
OURS = frozenset(COMMANDS)
"""Words that are meant for the computer whoever is there."""


def route(talk: Talk) -> Turn:
    """The turn for a message that is no danger."""
    return next((turn for step in STEPS if (turn := step(talk)) is not None), None) or relay(talk)


def relay(talk: Talk) -> Turn:
    """The words go to the person, and what the computer had begun is put away."""
    return silent(replace(talk, state=put_away(talk.state)), "relayed", AddToCase())


def _press(talk: Talk) -> Turn | None:
    """A button: one of our questions is answered, any other says who is talking."""
    message = talk.message
    if message is None or message.kind is not MessageKind.CHOICE:
        return None
    press = message.press
    key = crisis.answer_on_a_card(talk, press.menu_id, press.number) if press else None
    choice = choice_by_number(talk.state.offered, press.number) if press else None
    if key is None and press and press.menu_id == talk.state.menu_id and choice:
        key = choice.key
    return actions.act(talk, key) if key and _is_ours(key) else adviser.is_here(talk)


def _number(talk: Talk) -> Turn | None:
    number = typed_number(talk.text)
    if number is None:
        return None
    if talk.message is not None and talk.message.kind is MessageKind.EDITED:
        return silent(talk, "edited_number")
    choice = choice_by_number(talk.state.offered, number)
    if choice is None or number in {MENU_NUMBER, PERSON_NUMBER} or talk.facts.is_late:
        return None
    return _answer(talk, choice)


def _choice_words(talk: Talk) -> Turn | None:
    choice = choice_by_words(talk.state.offered, talk.text)
    return _answer(talk, choice) if choice else None


def _answer(talk: Talk, choice: Choice) -> Turn | None:
    """What a typed choice does; once the adviser is back "2" may answer a question of theirs, which a button cannot."""
    is_over = talk.state.topic == adviser.LOST and not (talk.facts.case and talk.facts.case.is_lost)
    is_asked = talk.state.topic in OUR_QUESTIONS and not is_over and _is_ours(choice.key)
    return actions.act(talk, choice.key) if is_asked else None


def _is_ours(key: str) -> bool:
    return key.partition(":")[0] in OUR_KEYS


def _join(talk: Talk) -> Turn | None:
    code = joining.code_after_join(talk.text, talk.ports.phrases)
    return joining.use(talk, code) if code else None


def _command(talk: Talk) -> Turn | None:
    command = talk.reading.command
    if command is None or (command is Command.START and not talk.facts.is_stopped):
        return None
    doing = COMMANDS.get(command)
    return doing(talk) if doing else None


def _language(talk: Talk) -> Turn | None:
    """The name of a language answers our own question which one."""
    named = language.named_alone(talk) if talk.state.topic == language.TOPIC else None
    return language.choose(talk, named) if named else None


STEPS: tuple[Callable[[Talk], Turn | None], ...] = (
    media.take,
    _press,
    _number,
    _choice_words,
    _join,
    _command,
    _language,
    complaint.in_a_sentence,
    adviser.in_a_sentence,
)
