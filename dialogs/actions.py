"""What each choice does. A key is a name, or a name and what it is about after a colon; places for "back" are keys too."""

from __future__ import annotations

from collections.abc import Callable

from dialogs.facts import Nation
from dialogs.talk import Talk, preceded
from dialogs.topics import (
    adviser,
    around,
    booking,
    booking_flow,
    complaint,
    crisis,
    feelings,
    greeting,
    handover,
    home,
    joining,
    language,
    meetings,
    my_adviser,
    near,
    on_the_way,
    privacy,
    question,
    stopping,
    trusted,
)
from dialogs.turn import Turn


def act(talk: Talk, key: str) -> Turn:
    """The turn of a choice; a key that this version does not know shows the main menu."""
    name, _, rest = key.partition(":")
    simple = SIMPLE.get(name)
    if simple:
        return simple(talk)
    about = ABOUT.get(name)
    return about(talk, rest) if about else home.show(talk)


def back(talk: Talk) -> Turn:
    """The place before the present one; the main menu when there is none."""
    before = talk.state.trail[:-1]
    if not before:
        return home.show(talk.with_state(trail=()))
    return act(talk.with_state(trail=before[:-1]), before[-1])


def easy(talk: Talk) -> Turn:
    """Easy words on or off, and the answer on their screen again in that form."""
    is_on = not talk.state.settings.easy_words
    changed = talk.with_settings(easy_words=is_on)
    said = (
        changed.voice.say("I use easy words now. Say easy to stop.")
        if is_on
        else changed.voice.say("I use the usual words now.")
    )
    place = talk.state.trail[-1] if talk.state.trail else ""
    if place.startswith("topic:"):
        return preceded(act(changed, place), changed.reply(said))
    return home.show(changed, text=said, outcome="easy")


def _page(rest: str) -> int:
    return int(rest) if rest.isascii() and rest.isdigit() else 0


def _group(talk: Talk, rest: str) -> Turn:
    group, _, page = rest.partition(":")
    return home.show_group(talk, group, _page(page))


def _nation(talk: Talk, rest: str) -> Turn:
    return question.nation_chosen(talk, Nation.WALES if rest == "W" else Nation.ENGLAND)


def _cancel(talk: Talk, rest: str) -> Turn:
    kinds = {"appointment": meetings.show_to_cancel, "reminders": stopping.stop_reminders}
    return kinds.get(rest, stopping.stop)(talk)


def _lost(talk: Talk, rest: str) -> Turn:
    """Wait, or another person, for as long as somebody holds the talk."""
    if rest == "wait" and talk.has_adviser:
        return adviser.keep_waiting(talk)
    return adviser.someone_else(talk)


def _delete(talk: Talk, rest: str) -> Turn:
    return {"yes": privacy.delete, "no": privacy.keep}.get(rest, privacy.ask_delete)(talk)


SIMPLE: dict[str, Callable[[Talk], Turn]] = {
    "menu": home.show,
    "person": handover.person,
    "book": booking.start,
    "meant_else": crisis.meant_else,
    "start": stopping.start,
    "private": privacy.private,
    "my_data": privacy.my_data,
    "join": joining.make,
    "intro": greeting.greet,
    "complain": complaint.complain,
    "not_that": adviser.not_that,
}
ABOUT: dict[str, Callable[[Talk, str], Turn]] = {
    "home": lambda talk, rest: home.show(talk, _page(rest)),
    "group": _group,
    "topic": question.show,
    "here": lambda talk, rest: question.show(talk, rest, is_here=True),
    "more": lambda talk, rest: question.show_more(talk, rest) if rest else question.more_of_last(talk),
    "alarm": crisis.card_for_choice,
    "safe": crisis.answered,
    "feel": feelings.answered,
    "languages": lambda talk, rest: language.show_list(talk, _page(rest)),
    "lang": language.choose,
    "nation": _nation,
    "near": near.ask,
    "cancel": _cancel,
    "delete": _delete,
    "call": handover.call_back,
    "lost": _lost,
    "view": adviser.viewed,
    "booking": booking_flow.act,
    "meetings": meetings.page,
    "meeting": meetings.act,
    "late": on_the_way.act,
    "trusted": trusted.act,
    "happened": around.happened,
    "comfort": my_adviser.comfort,
    "around": around.done,
}
