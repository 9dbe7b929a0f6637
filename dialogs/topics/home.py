"""The menus: five groups of topics, the topics of a group, and what to show when a menu is old or a number is wrong."""

from __future__ import annotations

from dialogs.menu import Entry, paged
from dialogs.talk import Talk, repeat_menu, respond
from dialogs.turn import Turn
from dialogs.wording import N_

GROUPS = {
    "home": (N_("Home and family"), N_("home")),
    "money": (N_("Money"), N_("money")),
    "work": (N_("Work and learning"), N_("work")),
    "health": (N_("Health and feelings"), N_("health")),
    "rights": (N_("Rights, police, record"), N_("rights")),
}
LANGUAGES_LABEL = "Language / Iaith / لغة"
"""Never translated: whoever cannot read the page must find it."""

FIRST_PAGE = 0


def entries(talk: Talk, page: int = FIRST_PAGE) -> list[Entry]:
    """The main menu's entries: the groups, then the languages."""
    voice = talk.voice
    groups = [Entry(f"group:{name}:0", voice.say(label), voice.say(short)) for name, (label, short) in GROUPS.items()]
    every = [*groups, Entry("languages:0", LANGUAGES_LABEL, voice.say("language"))]
    return paged(every, page, talk.facts.max_choices, "home", voice)


def show(talk: Talk, page: int = FIRST_PAGE, text: str = "", outcome: str = "menu") -> Turn:
    """The main menu, with a word before it or the usual one."""
    words = text or talk.voice.say("What is it about? Pick one, or ask in your own words.")
    return respond(talk, talk.reply(words), outcome, entries(talk, page), place=f"home:{page}")


def show_group(talk: Talk, group: str, page: int) -> Turn:
    """One page of a group's topics; an unknown group shows the main menu."""
    if group not in GROUPS:
        return show(talk)
    topics = [Entry(f"topic:{topic}", title) for topic, title in talk.ports.book.titles(group, talk.language)]
    if not topics:
        return show(talk, text=talk.voice.say("There is nothing here yet. Pick another, or ask in your own words."))
    choices = paged(topics, page, talk.facts.max_choices, f"group:{group}", talk.voice)
    text = talk.voice.say("{group}. Pick one, or ask in your own words.", group=talk.voice.say(GROUPS[group][0]))
    return respond(talk, talk.reply(text), "group", choices or entries(talk), place=f"group:{group}:{page}")


def old_menu(talk: Talk) -> Turn:
    """A button of a menu that has gone: nothing is done, the present one is shown."""
    return _once_more(talk, talk.voice.say("That menu is old. Here is the one for now."), "old_menu")


def late_number(talk: Talk) -> Turn:
    """A number that was meant for an earlier menu: nothing is done."""
    return _once_more(talk, talk.voice.say("Your message came late. Please pick again."), "late")


def no_such_number(talk: Talk, number: int) -> Turn:
    """A number that is not on the menu."""
    return _once_more(
        talk, talk.voice.say("There is no {number} here. Please pick one of these.", number=number), "no_such_number"
    )


def not_understood(talk: Talk) -> Turn:
    """Nothing in it to read: no words at all."""
    return show(
        talk,
        text=talk.voice.say("I did not understand that. Pick one, or ask in your own words."),
        outcome="not_understood",
    )


def _once_more(talk: Talk, text: str, outcome: str) -> Turn:
    if talk.state.offered:
        return repeat_menu(talk, text, outcome)
    return show(talk, text=text, outcome=outcome)
