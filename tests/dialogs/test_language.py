"""Languages: offered in their own script, never switched in silence, remembered."""

from dataclasses import replace

import pytest

from dialogs.effects import CaseUrgency, FileUnanswered, MakeTask, OpenCase, Work
from dialogs.events import LanguagePicked, Opened
from dialogs.messages import ChannelName, MessageKind
from tests.support.fakes_dialogs import Story


def test_asked_in_both_languages_and_the_question_is_answered_after_the_pick():
    story = Story()
    assert story.says("dw i angen cscs").outcome.name == "language_asked"
    assert story.last.text == "[cy] Which language do you want?\n\nWhich language do you want?"
    assert [c.label for c in story.last.choices[:2]] == ["Cymraeg", "English"]
    assert story.state.settings.language is None
    turn = story.says("1")
    assert turn.outcome.topic == "work.cscs-card"
    assert story.state.settings.language == "cy"
    assert story.says("menu").replies[0].language == "cy"


def test_arabic_script_is_heard_without_a_guess():
    story = Story()
    assert story.says("كيف احصل على cscs").outcome.name == "language_asked"
    assert story.says("2").outcome.topic == "work.cscs-card"
    assert story.state.settings.language == "en"


def test_asked_once():
    story = Story()
    story.says("dw i angen cscs")
    assert story.says("need cv").outcome.name == "answer"
    assert story.says("dw i angen cscs").outcome.name == "answer"
    assert story.says("كيف حالك").outcome.name == "language_asked"


def test_going_on_in_it_is_an_answer_and_is_said():
    story = Story()
    story.says("dw i angen cscs")
    turn = story.says("dw i angen cv")
    assert turn.replies[0].text == "[cy] I write in Cymraeg now."
    assert (story.state.settings.language, turn.outcome.topic) == ("cy", "work.cv")


def test_the_first_message_in_another_language_is_introduced_in_the_language_picked():
    story = Story(is_greeted=False)
    assert len(story.says("dw i angen cscs").replies) == 1
    turn = story.says("1")
    assert turn.replies[0].text.startswith("[cy] Hi. I am a computer")


@pytest.mark.parametrize(
    ("said", "code"), [("cymraeg", "cy"), ("in welsh please", "cy"), ("العربية", "ar"), ("English", "en")]
)
def test_a_language_named_alone(said, code):
    story = Story()
    assert story.says(said).outcome.name == "language_set"
    assert story.state.settings.language == code


def test_a_question_that_names_a_language_is_a_question():
    assert Story().says("english cv").outcome.name == "answer"
    assert Story().says("where can i learn english near me").outcome.name == "refused"


def test_the_list_is_in_their_own_scripts():
    story = Story()
    story.says("iaith")
    assert [c.label for c in story.last.choices[:3]] == ["English", "Cymraeg", "العربية"]
    assert story.says("3").outcome.name == "language_set"
    assert story.last.language == "ar"


def test_one_that_we_do_not_have():
    story = Story()
    story.says("cymraeg")
    turn = story.says("potrzebuje pomocy")
    assert turn.outcome.name == "language_missing"
    wanted = OpenCase("language", CaseUrgency.ACCESS, "cy")
    assert turn.effects == (FileUnanswered("potrzebuje pomocy", "pl"), wanted, MakeTask(Work.INTERPRETER, "pl"))
    assert story.last.language == "en"
    assert story.last.text.startswith("I do not have this language yet. A person here will look for an interpreter.")
    assert story.says("9").effects == (wanted,)
    assert Story().says("polski").outcome.name == "language_missing"


def test_the_page_is_in_a_language_that_they_see():
    story = Story()
    story.says("need cscs", display_language="cy")
    assert story.state.settings.language == "cy"
    other = Story(ChannelName.TELEGRAM)
    other.says("need cscs", display_language="cy")
    assert other.state.settings.language is None


def test_picked_on_the_page():
    story = Story(is_greeted=False)
    story.take(Opened("ar"))
    assert story.last.language == "ar"
    story.take(LanguagePicked("cy"))
    assert (story.last.language, story.state.settings.language) == ("cy", "cy")


def test_a_link_with_a_language():
    story = Story(ChannelName.TELEGRAM, is_greeted=False)
    story.says("", MessageKind.START, payload="cy")
    assert story.last.text.startswith("[cy] Hi.")


def test_a_translation_with_a_wrong_field_is_said_in_english():
    from dialogs.wording import Voice
    from tests.support.fakes_dialogs import FakeWording

    class Broken(FakeWording):
        def say(self, language, english):
            return "Croeso {naem}"

    assert Voice(Broken(), "cy").say("Welcome {name}", name="x") == "Welcome x"


def test_sign_language_shows_lines_that_need_no_hearing():
    story = Story()
    turn = story.says("bsl")
    assert turn.outcome.name == "signing"
    assert story.state.settings.is_signing
    story.says("i want to die")
    assert [line.id for line in story.last.lines] == ["999-bsl", "childline-bsl", "shout"]


def test_a_language_of_which_only_the_most_important_texts_stand():
    story = Story()
    story.facts = replace(story.facts, languages=(*story.facts.languages, "ti"))
    turn = story.says("tigrinya")
    assert turn.outcome.name == "language_partly"
    assert "interpreter" in story.last.text
    assert OpenCase("language", CaseUrgency.ACCESS, "ti") in turn.effects
    assert OpenCase("language", CaseUrgency.ACCESS, "ti") in story.says("kem dei aleka").effects
