"""The first message: a computer, what to ask, private with one limit, what it costs, a person."""

import pytest

from dialogs.effects import StartMessages, UseJoinCode
from dialogs.events import Opened
from dialogs.messages import ChannelName, MessageKind
from tests.support.fakes_dialogs import Story

GSM_EXTRA = set("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà \n")


@pytest.mark.parametrize("channel", list(ChannelName))
def test_the_intro_is_under_sixty_words_and_says_what_it_must(channel):
    story = Story(channel, is_greeted=False)
    story.says("hi")
    words = story.last.text
    assert len(words.split()) < 60
    for needed in ("I am a computer, not a person", "money", "private", "badly hurt", '"person"'):
        assert needed in words
    assert ("free" in words) != ("Texts to us cost your normal rate" in words)


def test_by_text_it_is_one_part_with_its_menu():
    story = Story(ChannelName.SMS, is_greeted=False)
    story.says("hi")
    choices = ", ".join(f"{c.number} {c.short}" for c in story.last.choices)
    whole = f"{story.last.sms_text}\n{choices}"
    assert len(whole) <= 160
    assert all((c.isascii() and c.isalpha()) or c in GSM_EXTRA for c in whole)


def test_telegram_says_its_age_and_the_other_ways():
    story = Story(ChannelName.TELEGRAM, is_greeted=False)
    story.says("hi")
    assert story.last.text.endswith(
        "Telegram is for 16 and over. Under 16? I still help here. Or use chat.example.org or text +447700900123."
    )
    bare = Story(ChannelName.TELEGRAM, is_greeted=False, web_address="", sms_number="")
    bare.says("hi")
    assert bare.last.text.endswith("I still help here.")


def test_a_question_first_gets_the_intro_and_then_the_answer_once():
    story = Story(is_greeted=False)
    turn = story.says("need cscs")
    assert [r.text[:6] for r in turn.replies] == ["Hi. I ", "Get a "]
    assert {c.number for c in turn.replies[0].choices} == {0, 9}
    assert len(story.says("need cscs").replies) == 1


@pytest.mark.parametrize("said", ["hi", "start"])
def test_a_bare_greeting_carries_the_menu(said):
    story = Story(is_greeted=False)
    assert len(story.says(said).replies) == 1
    assert story.keys()[:5] == ["group:home:0", "group:money:0", "group:work:0", "group:health:0", "group:rights:0"]


def test_start_always_greets_again():
    story = Story(ChannelName.TELEGRAM, is_stopped=True)
    turn = story.says("", MessageKind.START)
    assert (turn.outcome.name, turn.effects) == ("greeted", (StartMessages(),))


def test_a_link_to_a_topic_and_a_link_that_joins():
    story = Story(ChannelName.TELEGRAM, is_greeted=False)
    turn = story.says("", MessageKind.START, payload="t_work_cscs-card")
    assert (len(turn.replies), turn.outcome.topic) == (2, "work.cscs-card")
    assert story.says("", MessageKind.START, payload="t_work_gone").outcome.name == "greeted"
    assert story.says("", MessageKind.START, payload="j_abcd-2345").effects == (UseJoinCode("ABCD2345"),)
    assert story.says("", MessageKind.START, payload="j_nonsense!").outcome.name == "greeted"


def test_the_page_is_opened():
    story = Story(is_greeted=False)
    assert story.take(Opened()).outcome.name == "opened"
    assert len(story.says("need cscs").replies) == 1


def test_under_16_on_telegram_is_helped_and_told_the_other_ways_once():
    story = Story(ChannelName.TELEGRAM)
    turn = story.says("im 14 and need cscs")
    assert [r.text[:24] for r in turn.replies] == ["Telegram is for 16 and o", "Get a CSCS card in short"]
    assert "chat.example.org" in turn.replies[0].text
    assert len(story.says("need cv").replies) == 1
    first = Story(ChannelName.TELEGRAM, is_greeted=False)
    assert len(first.says("im 14 and need cscs").replies) == 2
    assert len(Story().says("im 14 and need cscs").replies) == 1


@pytest.mark.parametrize(
    ("said", "has"), [("thanks", "welcome"), ("bye", "Bye."), ("are you a robot", "I am a computer, not a person.")]
)
def test_small_talk(said, has):
    story = Story()
    story.says(said)
    assert has in story.last.text
