"""Short words about what is on their screen, two questions at once, an age, a place: none is lost or answered wrongly."""

import pytest

from dialogs.age import says_only_age
from dialogs.effects import AddToCase, FileUnanswered
from dialogs.facts import Nation
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import ChannelName
from dialogs.ports import Finding
from tests.support.fakes_dialogs import NOW, FakeAnswerFinder, Story, ports


@pytest.mark.parametrize("asked", ["how much", "and if im 17?", "and if im 15"])
def test_a_question_without_its_subject_gets_all_there_is_on_it_and_no_claim(asked):
    story = Story()
    story.says("need cscs")
    turn = story.says(asked)
    assert (turn.outcome.name, turn.outcome.topic) == ("more", "work.cscs-card")
    assert turn.replies[0].text.startswith("I am not sure I have that.")
    assert story.state.settings.age is None
    assert story.says(asked).outcome.name == "refused"


def test_a_question_without_its_subject_and_nothing_on_the_screen_shows_the_menu():
    assert Story().says("how much").outcome.name == "menu"


@pytest.mark.parametrize("said", ["what", "?", "؟"])
def test_not_understood_is_said_again_in_easy_words_once(said):
    story = Story()
    story.says("need cscs")
    turn = story.says(said)
    assert [reply.text.partition("\n")[0] for reply in turn.replies] == [
        "Sorry, I will say it in other words.",
        "Get a CSCS card, easy.",
    ]
    assert not story.state.settings.easy_words


def test_easy_words_are_used_by_text_message_too():
    story = Story(ChannelName.SMS)
    story.says("need cscs")
    story.says("what")
    assert story.last.sms_text == "Get a CSCS card, easy."


def test_not_understood_with_nothing_on_the_screen_is_our_fault():
    story = Story()
    assert story.says("what").outcome.name == "confused"
    assert story.last.text.startswith("Sorry, I did not say that well.")


def test_ok_is_no_question_and_no_yes():
    story = Story()
    assert story.says("ok").outcome.name == "fine"
    story.says("delete")
    turn = story.says("ok")
    assert (turn.outcome.name, turn.effects) == ("delete_asked", ())
    story.says("9")
    assert story.says("lol").effects == ()


def test_when_people_are_here_and_who_waits_hears_so():
    story = Story()
    assert story.says("are you open").outcome.name == "opening"
    assert story.last.text == "9 gets a person. People are here again on Monday 23 November, 9am (tomorrow)."
    story.meanwhile(case=CaseOpen(NOW, is_crisis=False))
    assert story.says("are you open").outcome.name == "person_again"


def test_a_wrong_number_is_told_nothing():
    story = Story(ChannelName.SMS)
    story.says("wrong number")
    assert story.last.text == "Wrong number? Reply STOP."


def test_two_questions_are_both_offered():
    story = Story()
    turn = story.says("need cscs card and write my cv")
    assert turn.outcome.name == "two_things"
    assert story.keys()[:2] == ["topic:work.cscs-card", "topic:work.cv"]
    assert story.says("2").outcome.topic == "work.cv"


@pytest.mark.parametrize(
    "text", ["need cscs card and my mum said so", "need cscs card and a cscs test", "mum and cscs"]
)
def test_one_question_with_and_is_one_question(text):
    assert Story().says(text).outcome.name == "answer"


def test_an_age_is_an_age_even_when_it_looks_like_a_topic():
    class Sees16(FakeAnswerFinder):
        def find(self, text: str, language: str) -> Finding:
            looks = Finding("learning.leave-school", 0.6, ("learning.leave-school",))
            return looks if "16" in text else super().find(text, language)

    story = Story(ports_=ports(finder=Sees16()))
    assert story.says("no wait im 16").outcome.name == "age"
    assert story.says("im 16 what can i do after").outcome.name == "nation_asked"


def test_an_age_shows_the_answer_on_the_screen_again():
    story = Story()
    story.says("need cscs")
    turn = story.says("im 15")
    assert [reply.text for reply in turn.replies] == [
        "OK, you are 15.",
        "Get a CSCS card in short.\n\nYou can not work on a site yet.",
    ]
    story.says("im 17")
    assert story.last.text == "Get a CSCS card in short."


@pytest.mark.parametrize(
    ("text", "is_only"), [("im 15", True), ("عمري ١٥ سنة", True), ("im 15 and homeless", False), ("15", False)]
)
def test_only_an_age(text, is_only):
    assert says_only_age(text) is is_only


def test_the_other_nation_changes_the_answer_on_the_screen():
    story = Story()
    story.says("leave school")
    story.says("england")
    turn = story.says("what about wales")
    assert (turn.outcome.name, turn.outcome.topic, story.state.settings.nation) == (
        "answer",
        "learning.leave-school",
        Nation.WALES,
    )


@pytest.mark.parametrize("said", ["what", "how much", "dunno", "yes"])
def test_england_or_wales_is_asked_again_with_the_reason(said):
    story = Story()
    story.says("leave school")
    story.says(said)
    assert story.last.text == "The rules are not the same in both. Do you live in England or Wales?"
    assert story.says("1").outcome.name == "answer"


def test_what_no_answer_fits_goes_to_the_person_who_was_asked_for():
    story = Story(case=CaseOpen(NOW, is_crisis=False))
    turn = story.says("my landlord is odd")
    assert [type(effect) for effect in turn.effects] == [FileUnanswered, AddToCase]
    assert story.last.text.startswith("I do not have an answer to that. The person you asked for will see it.")


def test_an_adviser_who_is_there_gets_short_words():
    story = Story(case=CaseOpen(NOW, is_crisis=False, adviser="Jo"))
    for said in ("what", "how much", "ok", "im 15"):
        assert story.says(said).outcome.name == "relayed"


def test_a_refusal_has_the_menu_but_not_by_text_message():
    story = Story()
    story.says("where is the moon")
    assert story.keys()[-3] == "languages:0"
    text = Story(ChannelName.SMS)
    text.says("where is the moon")
    assert text.keys() == ["menu", "person"]


@pytest.mark.parametrize("second", ["be rwan te", "dw i angen cv"])
def test_going_on_in_the_language_asked_about_takes_it(second):
    story = Story()
    assert story.says("dw i angen cv").outcome.name == "language_asked"
    turn = story.says(second)
    assert (story.state.settings.language, turn.outcome.topic) == ("cy", "work.cv")


def test_a_short_word_does_not_choose_a_language():
    story = Story()
    story.says("dw i angen cv")
    assert story.says("beth").outcome.name == "language_asked"
    assert story.says("1").outcome.topic == "work.cv"
