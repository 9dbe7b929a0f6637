"""Around a meeting: late both ways, the way there, whether it happened, who their adviser is, a new one, their questions."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from dialogs.around import (
    AdviserLate,
    AnswerComfort,
    AskMyAdviser,
    ComfortAsked,
    DidItHappen,
    FindMeetingNow,
    KeepAnswer,
    KeepQuestion,
    LateTold,
    MeetingNow,
    MyAdviser,
    QuestionKept,
    SayLate,
    SayWhere,
)
from dialogs.effects import AddToCase
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import ChannelName
from tests.support.fakes_dialogs import NOW
from tests.support.fakes_diaries import HUB, WEEK, FakeDiaries, TownStory, at, meeting

DOOR = replace(HUB, bus_stop="Market Square, bus 36", phone="01632 960101")
TODAY = meeting("m1", NOW + timedelta(hours=1), place=DOOR, who_comes="Priya", meet_where="the main door")


@dataclass
class Around(FakeDiaries):
    """The town, with a meeting that is about now and an adviser."""

    now: object = None
    adviser: MyAdviser = field(default_factory=MyAdviser)
    questions: int = 0

    def answer(self, effect, now):
        match effect:
            case FindMeetingNow():
                self.done.append(effect)
                return MeetingNow(effect.purpose, self.now, effect.text, effect.minutes)
            case SayLate():
                self.done.append(effect)
                return LateTold(self.now, effect.minutes)
            case AskMyAdviser():
                return self.adviser
            case KeepQuestion():
                self.done.append(effect)
                self.questions += 1
                return QuestionKept(effect.meeting_id, self.questions if self.questions <= 5 else 0)
        return super().answer(effect, now)


def story(now=TODAY, channel: ChannelName = ChannelName.WEBCHAT, **more) -> TownStory:
    world = {name: more.pop(name) for name in ("adviser", "questions") if name in more}
    return TownStory(Around(slots=list(WEEK), meetings=[TODAY], now=now, **world), channel, **more)


@pytest.mark.parametrize("said", ["late", "Running late!", "im running late", "I am late."])
def test_late_is_thanked_for_and_the_adviser_is_told(said):
    begun = story()
    begun.says(said)
    assert begun.heard == "Thank you for telling me. How late?"
    begun.says("2")
    assert begun.diaries.done[-1] == SayLate("m1", 15)
    assert begun.heard == "OK. I have told Priya. Go safe. You do not have to rush."


def test_who_cannot_come_gets_another_time_and_no_blame():
    begun = story()
    begun.says("late")
    begun.says("4")
    assert begun.diaries.done[-1] == SayLate("m1", 0)
    assert begun.heard == "That is OK. I have told Priya. Do you want another time?"
    assert begun.labels() == ["Another time", "Call it off"]
    begun.says("2")
    assert begun.heard.startswith("Call this meeting off?")


def test_lost_gets_the_way_the_door_and_a_number():
    begun = story()
    turn = begun.says("i cant find it")
    assert turn.effects == (SayWhere("m1", "lost"),)
    for part in (
        "1 Sample Street",
        "The blue door",
        "Market Square, bus 36",
        "Priya meets you here: the main door.",
        "01632 960101",
    ):
        assert part in begun.heard


def test_here_tells_whoever_waits():
    begun = story()
    assert begun.says("im here").effects == (SayWhere("m1", "here"),)
    assert begun.heard == "Good. I have told them that you are here. Priya meets you here: the main door."


def test_with_no_meeting_now_the_words_mean_what_they_always_meant():
    begun = story(now=None)
    turn = begun.says("lost")
    assert not turn.effects or not isinstance(turn.effects[0], SayWhere)
    assert turn.replies


def test_while_an_adviser_is_there_the_words_are_theirs():
    begun = story(case=CaseOpen(NOW, is_crisis=False, adviser="Jo"))
    begun.says("im lost")
    assert begun.diaries.done == [AddToCase()]


def test_danger_comes_before_the_way():
    assert story().says("i want to die").outcome.name == "crisis"


def test_the_adviser_is_late_and_they_may_take_another_time():
    begun = story()
    begun.take(AdviserLate("Jo", 15, TODAY))
    assert begun.heard == "Sorry, Jo is 15 minutes late. You meet at about 11:15am."
    assert begun.labels() == ["OK", "Another time"]
    begun.says("1")
    assert begun.heard == "Thank you. See you then."


def test_did_it_happen_a_no_is_an_answer_and_nobody_has_to_say_why():
    begun = story()
    begun.take(DidItHappen(TODAY))
    assert begun.labels() == ["Yes", "No", "It was moved"]
    assert begun.says("2").effects == (KeepAnswer("m1", "no"),)
    assert begun.heard == (
        "Thank you for telling me. That is OK. A person will see it. What was in the way? You do not have to say."
    )
    assert begun.labels()[-2:] == ["Book a new time", "Skip"]
    assert begun.says("1").effects == (KeepAnswer("m1", "no", "travel"),)


@pytest.mark.parametrize(("number", "answer"), [("1", "yes"), ("3", "moved")])
def test_did_it_happen_yes_and_moved(number, answer):
    begun = story()
    begun.take(DidItHappen(TODAY))
    assert begun.says(number).effects == (KeepAnswer("m1", answer),)


def test_who_is_my_adviser():
    begun = story(adviser=MyAdviser("Jo", (1, 3), "Ali"))
    begun.says("who is my adviser")
    assert begun.heard == "Your adviser is Jo. Days: Tuesday, Thursday. When Jo is away, ask for Ali."


def test_nobody_yet_says_who_to_ask():
    begun = story()
    begun.says("who is my adviser")
    assert begun.heard.startswith("You have no adviser yet. A person here can tell you more. Reply 9 to ask.")


def test_a_new_adviser_is_asked_about_and_no_is_fine():
    begun = story()
    begun.take(ComfortAsked("Beth", "Ali", at(10, 16)))
    assert begun.heard == (
        "Your new adviser is Ali. Beth, Ali and you meet: Thursday 10 December, 4pm. Are you OK with this? No answer is wrong."
    )
    assert begun.says("2").effects == (AnswerComfort("not_sure"),)
    assert begun.heard == "Thank you for telling me. Beth talks with you alone first. Nothing changes until then."


def test_questions_are_kept_one_by_one_until_all_are_asked():
    begun = story()
    begun.says("when is my appointment")
    begun.says(str(begun.labels().index("What I want to ask there") + 1))
    begun.says("can my brother come")
    assert begun.diaries.done[-1] == KeepQuestion("m1", "can my brother come")
    assert begun.heard == "I keep it for you. Another question?"
    begun.says("1")
    assert begun.heard == "Thank you. Your questions stand with your meeting."


def test_no_more_questions_than_fit():
    begun = story(questions=5)
    begun.says("when is my appointment")
    begun.says(str(begun.labels().index("What I want to ask there") + 1))
    begun.says("one more")
    assert begun.heard == "I cannot keep more questions. Your adviser has the others."
