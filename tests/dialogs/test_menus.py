"""Menus, numbers, old buttons, late numbers, MORE, and too many messages."""

from dataclasses import replace

import pytest

from dialogs.messages import ButtonPress, ChannelName, MessageKind, Reply
from tests.support.fakes_dialogs import Story


@pytest.mark.parametrize(
    "said", ["3", "3.", "3)", "no 3", "٣", "۳", " 3 ", "3️⃣", "work and learning", "work", "wrok and learning"]
)
def test_ways_to_pick(said):
    story = Story()
    story.says("menu")
    assert story.says(said).outcome.name == "group"
    assert story.last.text.startswith("Work and learning.")


def test_long_menus_have_pages_and_back():
    story = Story()
    story.says("menu")
    story.says("3")
    assert [c.key for c in story.last.choices][-3:] == ["group:work:1", "menu", "person"]
    story.picks("group:work:1")
    assert [c.key for c in story.last.choices] == [
        "topic:about.parents-and-carers",
        "topic:health.emergency-contraception",
        "menu",
        "person",
    ]
    story.says("back")
    assert story.keys()[0] == "topic:work.cscs-card"
    story.says("back")
    assert story.keys()[0] == "group:home:0"
    story.says("back")
    assert story.keys()[0] == "group:home:0"


def test_by_text_four_at_a_time_and_short():
    story = Story(ChannelName.SMS)
    story.says("menu")
    assert [(c.number, c.short) for c in story.last.choices] == [
        (1, "home"), (2, "money"), (3, "work"), (4, "other"), (0, "menu"), (9, "person"),
    ]  # fmt: skip
    story.says("4")
    assert [c.short for c in story.last.choices] == ["health", "rights", "language", "menu", "person"]


def test_an_empty_group_leads_on():
    story = Story()
    story.says("menu")
    assert story.says("2").outcome.name == "menu"
    assert story.last.text.startswith("There is nothing here yet.")


def test_the_menu_number_rises_and_an_old_button_does_nothing():
    story = Story()
    story.says("menu")
    old = story.state.menu_id
    story.says("need cscs")
    assert story.state.menu_id > old
    turn = story.presses(3, old)
    assert (turn.outcome.name, turn.effects) == ("old_menu", ())
    assert story.keys()[:2] == ["more", "book"]
    assert story.presses(1).outcome.name == "more"


def test_menu_and_person_work_on_old_menus():
    story = Story()
    story.says("menu")
    old = story.state.menu_id
    story.says("need cscs")
    assert story.presses(9, old).outcome.name == "person"
    assert story.presses(0, old).outcome.name == "menu"


def test_a_button_that_is_none():
    story = Story()
    assert story.says("", MessageKind.CHOICE).outcome.name == "old_menu"
    assert story.says("", MessageKind.CHOICE, press=ButtonPress(0, 5)).outcome.name == "old_menu"


def test_a_late_number_does_nothing():
    story = Story()
    story.says("need cscs")
    story.meanwhile(is_late=True)
    turn = story.says("2")
    assert (turn.outcome.name, turn.effects) == ("late", ())
    assert story.keys()[:2] == ["more", "book"]
    assert story.says("need cv").outcome.name == "answer"


def test_a_number_that_is_not_there():
    story = Story()
    story.says("need cscs")
    assert story.says("7").outcome.name == "no_such_number"
    assert story.keys()[:2] == ["more", "book"]
    assert Story().says("4").replies[-1].choices


def test_more_reads_on_before_anything_else():
    story = Story()
    story.says("need cscs")
    rest = Reply("en", "and the rest", choices=story.last.choices)
    story.state = replace(story.state, unread=(rest, replace(rest, text="and the end")))
    story.says("more")
    assert story.last.text == "and the rest"
    assert story.last.menu_id == story.state.menu_id
    story.says("MORE")
    assert story.last.text == "and the end"
    assert story.says("more").outcome.name == "more"


def test_too_many_messages_are_told_once_then_silence_until_calm():
    story = Story(recent_messages=21)
    assert story.says("a").outcome.name == "slow_down"
    assert story.says("menu").replies == ()
    story.meanwhile(recent_messages=6)
    assert story.says("menu").replies == ()
    story.meanwhile(recent_messages=5)
    assert story.says("menu").outcome.name == "menu"
    story.meanwhile(recent_messages=21)
    assert story.says("a").outcome.name == "slow_down"


def test_twenty_are_not_too_many():
    assert Story(recent_messages=20).says("menu").outcome.name == "menu"


def test_every_reply_can_say_how_to_read_on():
    story = Story()
    story.says("need cscs")
    assert story.last.more_hint == "Reply MORE for the rest."


def test_a_week_later_the_menu_is_gone_and_settings_stay():
    from datetime import timedelta

    story = Story()
    story.says("easy")
    story.says("9")
    story.meanwhile(now=story.facts.now + timedelta(days=8))
    assert story.says("hello there").outcome.name == "refused"
    assert story.state.settings.easy_words
