"""Who takes a turn: danger, pace, words that always work, what is on their screen, a person, a topic, a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogs import actions, held
from dialogs.menu import choice_by_near_words, choice_by_number, choice_by_words, typed_number
from dialogs.messages import MENU_NUMBER, PERSON_NUMBER, MessageKind
from dialogs.pace import slow_down
from dialogs.ports import Command, Intent
from dialogs.talk import Talk, respond, silent
from dialogs.topics import (
    adviser,
    around,
    booking,
    booking_flow,
    complaint,
    crisis,
    feelings,
    follow_up,
    greeting,
    handover,
    home,
    joining,
    language,
    media,
    meetings,
    my_adviser,
    near,
    on_the_way,
    privacy,
    question,
    stopping,
    told_age,
    trusted,
    two_things,
)
from dialogs.turn import Turn
from dialogs.understand import COMMAND_OF, heard_language, understand

ASKING = frozenset("?؟")

ALWAYS = {MENU_NUMBER: "menu", PERSON_NUMBER: "person"}
"""These numbers mean the same on every menu, old or new."""


def route(talk: Talk) -> Turn:
    """The turn for a message. Danger comes first, whatever else is going on."""
    if talk.reading.alarm:
        return media.beside(talk, crisis.card(talk, talk.reading.alarm))
    talk, too_fast = slow_down(talk)
    if too_fast:
        return media.beside(replace(talk, text=""), too_fast)
    if talk.has_adviser:
        return media.beside(talk, held.route(talk))
    return media.beside(talk, next(turn for step in STEPS if (turn := step(talk)) is not None))


def again(talk: Talk, text: str) -> Turn:
    """The turn for an earlier text as if it came now, in what the talk has become."""
    reading = understand(text, talk.language, talk.ports)
    return next(turn for step in AGAIN if (turn := step(replace(talk, text=text, reading=reading))) is not None)


def _stop_words(talk: Talk) -> Turn | None:
    command = talk.reading.command
    if stopping.is_cancel(talk.text):
        return stopping.cancel(talk)
    if command is Command.STOP or (command is None and stopping.is_stop_sentence(talk)):
        return stopping.stop(talk)
    if command is Command.START:
        return _start_word(talk)
    if command is Command.HELP:
        return crisis.person(talk) if crisis.is_present(talk) else stopping.help_(talk)
    return None


def _start_word(talk: Talk) -> Turn:
    """Start from somebody who had stopped; from anybody else it is hello."""
    if talk.facts.is_stopped or talk.state.is_greeted:
        return stopping.start(talk)
    return greeting.greet(talk)


def _press(talk: Talk) -> Turn | None:
    message = talk.message
    if message is None or message.kind is not MessageKind.CHOICE:
        return None
    if message.press is None:
        return home.old_menu(talk)
    number = message.press.number
    if number in ALWAYS:
        return actions.act(talk, ALWAYS[number])
    if key := crisis.answer_on_a_card(talk, message.press.menu_id, number):
        return actions.act(talk, key)
    choice = choice_by_number(talk.state.offered, number)
    if message.press.menu_id != talk.state.menu_id or choice is None:
        return home.old_menu(talk)
    return actions.act(talk, choice.key)


def _number(talk: Talk) -> Turn | None:
    number = None if near.is_answered(talk) or on_the_way.is_minutes(talk) else typed_number(talk.text)
    if number is None or _is_edited(talk):
        return None if number is None else silent(talk, "edited_number")
    if number in ALWAYS:
        return actions.act(talk, ALWAYS[number])
    if talk.facts.is_late:
        return home.late_number(talk)
    choice = choice_by_number(talk.state.offered, number)
    return actions.act(talk, choice.key) if choice else home.no_such_number(talk, number)


def _join(talk: Talk) -> Turn | None:
    code = joining.code_after_join(talk.text, talk.ports.phrases)
    return joining.use(talk, code) if code else None


def _unread(talk: Talk) -> Turn | None:
    """MORE with a reply that did not fit."""
    if talk.reading.command is not Command.MORE or not talk.state.unread:
        return None
    waiting, *rest = talk.state.unread
    turn = respond(talk, waiting, "unread")
    offered = waiting.choices or turn.state.offered
    state = replace(
        turn.state,
        unread=tuple(rest),
        offered=offered,
        topic=talk.state.topic,
        step=talk.state.step,
        notes=talk.state.notes,
    )
    return replace(turn, state=state, replies=(replace(turn.replies[0], choices=offered),))


def _choice_words(talk: Talk) -> Turn | None:
    choice = choice_by_words(talk.state.offered, talk.text)
    return actions.act(talk, choice.key) if choice else None


def _near_choice_words(talk: Talk) -> Turn | None:
    choice = choice_by_near_words(talk.state.offered, talk.text)
    return actions.act(talk, choice.key) if choice else None


def _command(talk: Talk) -> Turn | None:
    doing = COMMANDS.get(talk.reading.command) if talk.reading.command else None
    return doing(talk) if doing else None


def _language_named(talk: Talk) -> Turn | None:
    named = language.named_alone(talk)
    return language.choose(talk, named) if named else None


def _topic(talk: Talk) -> Turn | None:
    """The topic in progress sees the text first."""
    goes_on = TOPICS.get(talk.state.topic)
    return goes_on(talk) if goes_on else None


def _meant_else(talk: Talk) -> Turn | None:
    is_said = talk.reading.command is Command.OK_MEANT_ELSE and talk.state.crisis_since is not None
    return crisis.meant_else(talk) if is_said else None


def _nothing_to_read(talk: Talk) -> Turn | None:
    if any(char.isalnum() for char in talk.text):
        return None
    if crisis.is_present(talk):
        return crisis.listening(talk)
    return follow_up.confused(talk) if ASKING & set(talk.text) else home.not_understood(talk)


def _other_language(talk: Talk) -> Turn | None:
    """In a crisis no new subject is opened: what is heard is spoken for now, and settings stay."""
    if not crisis.is_present(talk):
        return language.heard(talk)
    heard = heard_language(talk.text, talk.ports, talk.facts.languages)
    if heard == talk.language or heard not in talk.facts.languages:
        return None
    return again(talk.with_note("spoken", heard), talk.text)


def _abuse(talk: Talk) -> Turn | None:
    finding = talk.reading.finding
    is_question = finding.topic is not None and finding.confidence >= greeting.SURE_OF_QUESTION
    return greeting.abused(talk) if talk.ports.phrases.is_abuse(talk.text) and not is_question else None


def _intent(talk: Talk) -> Turn | None:
    intent = talk.reading.finding.intent
    if intent is None or talk.reading.finding.topic is not None:
        return None
    if intent is Intent.CANCEL_APPOINTMENT:
        return stopping.cancel(talk)
    if intent is Intent.APPOINTMENTS and not crisis.is_present(talk):
        return meetings.show(talk)
    if intent is Intent.WHO_IS_MY_ADVISER and not crisis.is_present(talk):
        return my_adviser.ask_who(talk)
    if intent is Intent.STOP:
        return stopping.stop(talk)
    if intent is Intent.GREETING and not talk.state.is_greeted and not crisis.is_present(talk):
        return greeting.greet(talk)
    command = COMMAND_OF.get(intent)
    return COMMANDS[command](talk) if command in COMMANDS else greeting.small_talk(talk, intent)


def _nation_named(talk: Talk) -> Turn | None:
    nation = question.nation_named(talk)
    return question.nation_chosen(talk, nation) if nation else None


def _left_over(talk: Talk) -> Turn | None:
    """Yes, no or skip when nothing was asked: no question to look up."""
    if talk.reading.command not in ANSWERS_ONLY:
        return None
    if crisis.is_present(talk):
        return crisis.left_over(talk)
    return home.show(talk, text=talk.voice.say("OK. What do you want to know? Pick one, or ask in your own words."))


def _is_edited(talk: Talk) -> bool:
    return talk.message is not None and talk.message.kind is MessageKind.EDITED


ANSWERS_ONLY = frozenset({Command.YES, Command.NO, Command.NOT_SURE, Command.SKIP, Command.OK_MEANT_ELSE})
"""Commands that mean something only after a question of ours."""

COMMANDS: dict[Command, Callable[[Talk], Turn]] = {
    Command.MENU: home.show,
    Command.BACK: actions.back,
    Command.PERSON: handover.person,
    Command.LANGUAGE: language.show_list,
    Command.EASY: actions.easy,
    Command.HELP: stopping.help_,
    Command.COMPLAIN: complaint.complain,
    Command.SOMEONE_ELSE: adviser.someone_else,
    Command.MY_DATA: privacy.my_data,
    Command.DELETE: privacy.ask_delete,
    Command.MORE: question.more_of_last,
    Command.PRIVATE: privacy.private,
    Command.JOIN: joining.make,
}

TOPICS: dict[str, Callable[[Talk], Turn | None]] = {
    crisis.TOPIC: crisis.go_on,
    handover.TOPIC: handover.go_on,
    complaint.TOPIC: complaint.go_on,
    adviser.VIEW: adviser.go_on,
    "nation": question.go_on,
    near.TOPIC: near.go_on,
    "delete": privacy.go_on,
    language.TOPIC: language.go_on,
    feelings.TOPIC: feelings.go_on,
    booking.TOPIC: booking_flow.go_on,
    my_adviser.ASKING: my_adviser.question,
    around.TOPIC: around.go_on,
    trusted.TOPIC: trusted.go_on,
}

Step = Callable[[Talk], Turn | None]

AGAIN: tuple[Step, ...] = (
    _nothing_to_read,
    adviser.late_answer,
    _abuse,
    follow_up.go_on,
    told_age.find,
    _intent,
    _nation_named,
    _left_over,
    two_things.find,
    question.find,
)
"""What is left for a text once it is clear that nothing on their screen was meant."""

STEPS: tuple[Step, ...] = (
    _stop_words,
    media.take,
    _press,
    _number,
    _join,
    _unread,
    _choice_words,
    _meant_else,
    booking_flow.words,
    _command,
    _language_named,
    _near_choice_words,
    _topic,
    on_the_way.find,
    _nothing_to_read,
    _other_language,
    *AGAIN,
)
