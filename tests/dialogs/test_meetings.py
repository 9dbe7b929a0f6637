"""Their meetings: listed, opened, moved, called off; a person for what others made; offers from the waiting list."""

import pytest

from dialogs.effects import AddToCase, AnswerOffer, CancelMeeting, MoveMeeting, OpenCase
from dialogs.events import BookedForYou, CalledOffForYou, MeetingsListed, PlaceFree, TimeGone
from dialogs.facts import OpenCase as CaseOpen
from dialogs.meetings import Interpreter, Needs, Wish
from dialogs.messages import ChannelName
from tests.support.fakes_dialogs import NOW
from tests.support.fakes_diaries import PHONE, WEEK, FakeDiaries, TownStory, at, meeting, slot

COURT = meeting("court", at(9, 10), owner="court", adviser="", place=None, place_name="", may_change=False,
                bring="your letter", who_comes="Sam", meet_where="the main door")  # fmt: skip
CALENDAR = "Put it in my calendar"
SOON = meeting("m1", at(8, 14), needs=Needs(interpreter=Interpreter("ar", "", "woman"), fare=True))


def story(*meetings, channel: ChannelName = ChannelName.WEBCHAT, slots=WEEK, **facts) -> TownStory:
    return TownStory(FakeDiaries(slots=list(slots), meetings=list(meetings)), channel, **facts)


def test_the_only_one_is_shown_whole():
    begun = story(SOON)
    begun.says("when is my appointment")
    assert begun.heard.startswith("Tuesday 8 December, 2pm with Jo. The Hub. 45 minutes.")
    assert "You asked for: interpreter (العربية, woman), bus fare." in begun.heard
    assert begun.labels() == ["Move it", "Call it off", "I do not want to go", "What I want to ask there", CALENDAR]


def test_two_are_listed_and_those_of_others_are_among_them():
    begun = story(SOON, COURT)
    begun.says("when is my appointment")
    assert begun.labels() == ["Tuesday 8 December, 2pm", "Wednesday 9 December, 10am", "Book a new time"]
    begun.says("2")
    assert "Bring: your letter. Sam goes with you. You meet here: the main door." in begun.heard
    assert begun.labels() == ["It has to change", "I do not want to go", "What I want to ask there", CALENDAR]
    turn = begun.says("1")
    assert isinstance(turn.effects[0], OpenCase)
    assert "Until then it stands." in begun.heard


def test_many_are_paged():
    begun = story(*(meeting(f"m{n}", at(n, 14)) for n in range(1, 15)))
    begun.says("when is my appointment")
    assert begun.labels()[-1] == "More choices"
    begun.says("6")
    assert begun.labels()[0] == "Sunday 6 December, 2pm"


def test_none_can_be_booked_from_there():
    begun = story()
    begun.says("when is my appointment")
    assert begun.heard == "You have no meeting that I know of. You can book one here."
    assert begun.labels() == ["Book a time"]


def test_running_late_is_offered_on_the_day():
    begun = story(meeting("m1", NOW.replace(hour=14)))
    begun.says("when is my appointment")
    assert "I am running late" in begun.labels()
    begun.says("1")
    assert begun.heard == "Thank you for telling me. How late?"


def test_calling_off_is_asked_once():
    begun = story(SOON)
    begun.says("cancel my appointment")
    begun.says("the appointment")
    assert begun.heard.startswith("Call this meeting off? Tuesday 8 December, 2pm")
    begun.says("1")
    assert begun.diaries.done[-1] == CancelMeeting("m1")
    assert begun.heard == "Your meeting is called off: Tuesday 8 December, 2pm. That is fine."
    assert begun.labels() == ["Book a new time"]


def test_calling_off_one_of_several():
    begun = story(SOON, meeting("m2", at(10, 10)))
    begun.says("cancel my appointment")
    begun.says("the appointment")
    assert begun.heard == "Which meeting?"
    begun.says("2")
    begun.says("no")
    assert begun.heard == "OK. Your meeting stays as it is."
    assert len(begun.diaries.meetings) == 2


def test_nothing_to_call_off_goes_to_a_person():
    begun = story()
    begun.says("cancel")
    begun.says("1")
    assert isinstance(begun.diaries.done[-1], OpenCase)


def test_moving_keeps_the_old_time_until_yes():
    begun = story(SOON)
    begun.says("when is my appointment")
    begun.says("move")
    begun.says("thursday")
    begun.says("1:30pm")
    assert begun.heard == "Move your meeting to this time? Thursday 10 December, 1:30pm with Jo. The Hub. 45 minutes."
    assert begun.diaries.meetings == [SOON]
    begun.says("yes")
    assert isinstance(begun.diaries.done[-1], MoveMeeting)
    assert begun.heard.startswith("It is moved. Thursday 10 December, 1:30pm with Jo.")


def test_not_moving_after_all():
    begun = story(SOON)
    begun.says("when is my appointment")
    begun.says("move")
    begun.says("thursday")
    begun.says("1:30pm")
    begun.says("no")
    assert begun.heard == "OK. Your meeting stays as it was."


def test_a_time_that_goes_during_a_move():
    begun = story(SOON)
    begun.says("when is my appointment")
    begun.says("move")
    begun.says("thursday")
    begun.says("1:30pm")
    begun.diaries.taken.add(begun.diaries.slots[3].key)
    begun.says("yes")
    assert begun.heard == "That time has just gone."
    begun.says("1")
    assert begun.heard.startswith("Move your meeting to this time? Tuesday 8 December, 9:30am")


def test_not_wanting_to_go_gets_ways_that_help_and_never_a_warning():
    begun = story(SOON, slots=[*WEEK, slot(at(9, 11), PHONE)])
    begun.says("when is my appointment")
    begun.says("i do not want to go")
    assert begun.heard == "That is OK. Thank you for telling me. What would help?"
    assert begun.labels() == ["Another time", "By phone", "Somebody with me", "Call it off"]
    assert begun.keys()[-1] == "person"
    begun.says("somebody with me")
    assert begun.heard.startswith("You asked for: interpreter (العربية, woman), somebody with me, bus fare.")
    begun.picks("meeting:m1:unwilling")
    begun.says("phone")
    assert begun.heard.startswith("Move your meeting to this time? Wednesday 9 December, 11am with Jo. By phone.")


def test_a_place_from_the_waiting_list():
    begun = story()
    held = meeting("m-held", at(8, 14), is_held=True, held_until=NOW.replace(hour=10, minute=30))
    begun.diaries.held = held
    begun.take(PlaceFree(held))
    assert begun.heard == (
        "A time is free now. Tuesday 8 December, 2pm with Jo. The Hub. 45 minutes. I keep it for you until 10:30am."
    )
    begun.says("yes")
    assert AnswerOffer("m-held", is_wanted=True) in begun.diaries.done
    assert begun.heard.endswith("What would help you there?")
    begun.says("nothing")
    begun.says("yes")
    assert begun.heard.startswith("It is booked.")


def test_a_place_that_is_not_wanted():
    begun = story()
    begun.take(PlaceFree(meeting("m-held", at(8, 14))))
    begun.says("no")
    assert begun.diaries.done[-1] == AnswerOffer("m-held", is_wanted=False)
    assert begun.heard == "OK. I leave it. You can book another time here."


def test_an_offer_that_is_over_leads_to_a_new_booking():
    begun = story()
    begun.take(TimeGone(Wish(""), ()))
    assert begun.last.lead == "That time has just gone."
    assert begun.labels() == ["Book a new time"]


def test_booked_by_an_adviser_also_while_they_talk():
    begun = story(SOON, case=CaseOpen(NOW, is_crisis=False, adviser="Jo"))
    begun.take(BookedForYou(SOON))
    assert begun.heard == "A meeting is booked for you. Tuesday 8 December, 2pm with Jo. The Hub. 45 minutes."
    begun.says("move")
    assert begun.heard == "Which day?"
    assert begun.says("how do i get there").effects == (AddToCase(),)


def test_called_off_by_an_adviser():
    begun = story()
    begun.take(CalledOffForYou(SOON))
    assert begun.heard == "Your meeting on Tuesday 8 December, 2pm will not be. Do not go there."


@pytest.mark.parametrize("event", [BookedForYou(SOON), PlaceFree(SOON), CalledOffForYou(SOON)])
def test_what_we_say_first_names_no_reason(event):
    begun = story()
    begun.take(event)
    for word in ("work", "benefit", "career", "Connexions", "young"):
        assert word not in begun.heard


def test_one_that_has_gone_meanwhile_shows_the_rest():
    begun = story(SOON)
    begun.take(MeetingsListed((SOON,), "move:gone"))
    assert begun.heard.startswith("Tuesday 8 December, 2pm")
