"""Booking in the chat: one question at a time, none that has one answer, none twice, and never a dead end."""

from datetime import timedelta

import pytest

from dialogs.effects import BookHeld, HoldTime, JoinWaiting, LetGo, OpenCase, PreferPart
from dialogs.meetings import Interpreter, Needs, PartOfDay
from dialogs.messages import ChannelName
from dialogs.state import Settings
from tests.support.fakes_diaries import CLUB, MINE, PHONE, WEEK, FakeDiaries, TownStory, at, slot


def town(**more) -> FakeDiaries:
    return FakeDiaries(slots=list(more.pop("slots", WEEK)), **more)


def story(channel: ChannelName = ChannelName.WEBCHAT, *, facts=None, **more) -> TownStory:
    return TownStory(town(**more), channel, **(facts or {}))


def at_the_days(**more) -> TownStory:
    begun = story(**more)
    begun.says("need cscs")
    begun.picks("book")
    return begun


def held(**more) -> TownStory:
    begun = at_the_days(**more)
    begun.says("thursday")
    begun.says("1:30pm")
    return begun


def test_from_an_answer_to_a_booked_meeting():
    begun = at_the_days()
    assert begun.heard == "Which day?"
    assert begun.labels() == [
        "Tuesday 8 December", "Thursday 10 December", "Friday 11 December", "Tuesday 15 December",
        "Wednesday 16 December", "Other days",
    ]  # fmt: skip
    begun.says("2")
    assert begun.heard == "Thursday 10 December. Which time?"
    assert begun.labels() == ["1:30pm", "2:30pm", "Other days"]
    begun.says("1")
    assert begun.heard == "I keep Thursday 10 December, 1:30pm for you until 10:10am. What would help you there?"
    begun.says("nothing")
    assert begun.heard == "Shall I book it? Thursday 10 December, 1:30pm with Jo. The Hub. 45 minutes."
    assert begun.labels() == ["Yes, book it", "Another time", "No, leave it"]
    begun.says("yes")
    assert begun.heard.startswith("It is booked. Thursday 10 December, 1:30pm with Jo. The Hub. 45 minutes.")
    assert "Where: 1 Sample Street. The blue door." in begun.heard
    assert begun.labels() == ["My meetings", "Put it in my calendar"]
    assert "booking" not in begun.state.notes


def test_menu_and_a_person_are_always_there():
    begun = held()
    for turn in begun.turns:
        for reply in turn.replies:
            assert {0, 9} <= {choice.number for choice in reply.choices}
            assert len(reply.choices) <= begun.facts.max_choices + 2


def test_what_was_asked_about_is_not_asked_again_and_otherwise_it_is():
    assert at_the_days().diaries.done[1].wish.reason == "careers"
    begun = story()
    begun.says("when is my appointment")
    begun.picks("book")
    assert begun.heard == "What is the meeting about?"
    assert begun.labels() == ["A first talk", "Work or learning", "Money and benefits"]
    begun.says("money and benefits")
    assert begun.heard == "Which day?"


def test_the_only_reason_day_and_time_are_not_asked():
    begun = story(slots=[slot(at(8, 14))], reasons=("first_talk",))
    begun.says("when is my appointment")
    begun.picks("book")
    assert begun.heard.startswith("I keep Tuesday 8 December, 2pm for you")


def test_their_own_adviser_by_name_or_anybody():
    begun = at_the_days(mine=MINE)
    assert begun.heard == "Who do you want to see?"
    assert begun.labels() == ["With Jo", "Anybody"]
    begun.says("anyone")
    assert begun.diaries.done[-1].wish.adviser_id == ""
    begun.says("back")
    begun.says("1")
    assert begun.diaries.done[-1].wish.adviser_id == MINE[0]


def test_where_is_asked_when_there_is_more_than_one_way():
    begun = at_the_days(slots=[*WEEK, slot(at(9, 10), CLUB), slot(at(9, 11), PHONE)])
    assert begun.heard == "How or where do you want to meet?"
    assert begun.labels() == ["The Hub", "The Club", "By phone"]
    begun.says("by phone pls")
    assert begun.heard.startswith("I keep Wednesday 9 December, 11am")
    assert begun.labels() == ["Somebody with me", "An interpreter", "Childcare", "Nothing"]


def test_the_part_of_the_day_is_asked_once_and_comes_first():
    begun = at_the_days(is_part_known=False)
    assert begun.labels() == ["Morning", "Afternoon", "Any time"]
    begun.says("afternoon")
    assert PreferPart(PartOfDay.AFTERNOON) in begun.diaries.done
    assert begun.labels()[:3] == ["Tuesday 8 December", "Thursday 10 December", "Friday 11 December"]
    begun.says("1")
    assert begun.labels() == ["2pm", "3pm", "9:30am", "Other days"]


def test_the_part_they_told_once_is_used():
    begun = at_the_days(part=PartOfDay.MORNING)
    assert begun.labels()[:2] == ["Tuesday 8 December", "Friday 11 December"]


def test_other_days_and_more_times():
    begun = at_the_days()
    begun.picks("booking:days:1")
    assert begun.labels() == ["Thursday 17 December", "Friday 18 December"]
    begun.says("back")
    many = [slot(at(8, 9, 0) + timedelta(minutes=30 * n)) for n in range(12)]
    begun = at_the_days(slots=[*many, slot(at(9, 10))])
    begun.says("1")
    assert begun.labels() == ["9am", "9:30am", "10am", "10:30am", "More times", "Other days"]
    begun.says("5")
    assert begun.labels() == ["11am", "11:30am", "12pm", "12:30pm", "More times", "Other days"]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("thursday", "Thursday 10 December. Which time?"),
        ("thurs pls", "Thursday 10 December. Which time?"),
        ("on the 10th", "Thursday 10 December. Which time?"),
        ("tuesday afternoon", "Tuesday 8 December. Which time?"),
        ("tomorrow", "Nothing is free then. Which day?"),
        ("sunday", "Nothing is free then. Which day?"),
    ],
)
def test_days_in_words(said, heard):
    begun = at_the_days()
    begun.says(said)
    assert begun.heard == heard


@pytest.mark.parametrize("said", ["1:30pm", "1.30", "13:30", "1:30 pm please"])
def test_times_in_words(said):
    begun = at_the_days()
    begun.says("thursday")
    begun.says(said)
    assert isinstance(begun.diaries.done[-1], HoldTime)


def test_a_time_that_is_not_on_offer_is_said_so():
    begun = at_the_days()
    begun.says("thursday")
    begun.says("9am")
    assert begun.heard == "That time is not free. Which time?"


def test_by_text_there_are_four_choices_at_most():
    begun = story(ChannelName.SMS)
    begun.says("need cscs")
    begun.picks("book")
    assert begun.labels() == ["Tuesday 8 December", "Thursday 10 December", "Friday 11 December", "Other days"]
    begun.says("1")
    assert begun.labels() == ["9:30am", "2pm", "3pm", "Other days"]
    begun.says("2pm")
    assert begun.labels() == ["Somebody with me", "An interpreter", "More choices", "Nothing"]
    begun.says("3")
    assert begun.labels() == ["No steps or stairs", "A quiet place", "More choices", "Nothing"]
    begun.says("3")
    assert begun.labels() == ["Childcare", "Bus fare", "Nothing"]


def test_a_time_that_has_gone_is_said_once_with_the_nearest():
    begun = at_the_days()
    begun.says("thursday")
    begun.diaries.taken.add(begun.diaries.slots[3].key)
    begun.says("1:30pm")
    assert begun.heard == "That time has just gone."
    assert begun.labels() == [
        "Tuesday 8 December, 9:30am", "Tuesday 8 December, 2pm", "Tuesday 8 December, 3pm", "Other days",
    ]  # fmt: skip
    begun.says("2")
    assert begun.heard.startswith("I keep Tuesday 8 December, 2pm")


def test_the_hold_is_over_and_the_time_is_tried_again():
    begun = held()
    begun.says("nothing")
    begun.diaries.held = None
    begun.says("yes")
    assert begun.heard.startswith("It is booked. Thursday 10 December, 1:30pm")


def test_the_hold_is_over_and_somebody_else_has_it():
    begun = held()
    begun.says("nothing")
    begun.diaries.held = None
    begun.diaries.taken.add(begun.diaries.slots[3].key)
    begun.says("yes")
    assert begun.heard == "That time has just gone."


def test_nothing_free_is_never_a_dead_end():
    begun = at_the_days(slots=[], mine=MINE)
    begun.says("1")
    assert begun.heard == "No time is free for that just now. A person can help too."
    assert begun.labels() == ["Somebody else", "Tell me when one is free"]
    begun.says("2")
    assert isinstance(begun.diaries.done[-1], JoinWaiting)
    assert begun.heard == "OK. I write to you here when such a time is free."


def test_no_gives_the_time_back():
    begun = held()
    begun.says("nothing")
    begun.says("no")
    assert begun.diaries.done[-1] == LetGo()
    assert begun.heard == "OK. Nothing is booked. You can ask again any time."


def test_another_time_and_back():
    begun = held()
    begun.says("nothing")
    begun.says("another time")
    assert begun.heard == "Which day?"
    begun.says("back")
    assert begun.heard.startswith("Shall I book it?")


def test_what_would_help_one_by_one():
    begun = held()
    begun.says("quiet")
    # The Hub has no quiet room: no other place has one either
    assert begun.heard.startswith("No time is free for that just now. The time that I keep for you stays.")
    begun.says("1")
    assert begun.heard == "I wrote down: quiet. Does anything else help?"
    begun.says("bus fare")
    begun.says("done")
    assert "You asked for: quiet, bus fare." in begun.heard
    begun.says("yes")
    assert begun.diaries.done[-1].needs == Needs(quiet=True, fare=True)


def test_no_steps_looks_for_another_place():
    begun = at_the_days(slots=[slot(at(10, 13, 30)), slot(at(14, 10), CLUB)])
    begun.picks("booking:place:hub")
    assert begun.heard.startswith("I keep Thursday 10 December, 1:30pm for you")
    begun.says("no steps")
    assert begun.heard.startswith("I keep Monday 14 December, 10am for you")
    assert "I wrote down: no steps." in begun.heard


def amina(**more) -> TownStory:
    begun = story(facts={"languages": ("en", "so")}, **more)
    begun.state = begun.state.__class__(is_greeted=True, settings=Settings(language="so"))
    begun.says("need cscs")
    begun.picks("book")
    begun.picks("booking:day:2026-12-10")
    begun.says("1")
    return begun


def test_an_interpreter_with_dialect_and_a_woman():
    begun = amina()
    begun.picks("booking:need:interpreter")
    assert begun.heard == "[so] Which dialect? A few words, or reply skip."
    begun.says("Maay Maay")
    assert [choice.key for choice in begun.state.offered][:3] == [
        "booking:gender:woman", "booking:gender:man", "booking:gender:any",
    ]  # fmt: skip
    begun.says("1")
    begun.picks("booking:needs:done")
    begun.picks("booking:yes")
    booked = next(one for one in begun.diaries.done if isinstance(one, BookHeld))
    assert booked.needs.interpreter == Interpreter("so", "Maay Maay", "woman")


def test_the_language_of_an_interpreter_is_asked_where_it_is_not_known():
    begun = held()
    begun.says("interpreter")
    assert begun.heard == "Which language should the interpreter speak?"
    begun.says("Urdu")
    assert begun.state.settings.language is None, "it is no wish to chat in it"
    begun.says("skip")
    begun.says("no matter")
    begun.says("done")
    assert "interpreter (ur)" in begun.heard


def test_same_as_last_time():
    begun = held(known=Needs(childcare=True))
    assert begun.heard.endswith("Last time you asked for: childcare.")
    assert begun.labels() == ["The same again", "Something else", "Nothing"]
    begun.says("1")
    begun.says("yes")
    assert begun.diaries.done[-1].needs == Needs(childcare=True)


def test_a_question_is_answered_and_the_booking_taken_up_again():
    begun = held()
    begun.says("cv")
    assert begun.turns[-1].outcome.name == "answer"
    assert begun.labels()[-1] == "Go on with the booking"
    begun.picks("booking:on")
    assert begun.heard.endswith("What would help you there?")


def test_danger_comes_first_and_the_booking_is_not_pressed():
    begun = held()
    assert begun.says("i want to die").outcome.name.startswith("crisis")
    assert begun.says("cv").outcome.name == "answer"
    assert all(choice.key != "booking:on" for choice in begun.state.offered)


def test_in_a_crisis_a_person_agrees_a_time():
    begun = story()
    begun.says("i want to die")
    begun.says("need cscs")
    begun.picks("book")
    assert isinstance(begun.diaries.done[-1], OpenCase)
    assert begun.diaries.done[-1].reason == "booking"


def test_a_person_in_the_middle():
    begun = held()
    assert begun.says("9").outcome.name == "person"


def test_a_note_that_cannot_be_read_begins_anew():
    begun = held()
    begun.state = begun.state.__class__(
        is_greeted=True, topic="booking", step="needs", notes={"booking": '{"wish": 3}'}, offered=begun.state.offered
    )
    begun.says("1")
    assert begun.heard == "What is the meeting about?"
