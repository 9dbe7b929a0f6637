"""Places near somebody: asked once, at most three, nothing of where they are kept, and honest when there is none."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from dialogs.effects import OpenCase
from dialogs.facts import OpenCase as CaseOpen
from dialogs.messages import ChannelName
from dialogs.place import district
from dialogs.ports import LocalService, Opening
from tests.support.fakes_dialogs import NOW, FakeAnswerBook, FakeServices, Story, ports

CLUB = LocalService(
    "club", "Sample Job Club", "Help with your CV.", date(2026, 11, 2), "Sample Council",
    openings=(Opening(0, 4, time(9), time(17)), Opening(6, 6, time(9), time(12))), is_free=True, phone="01632 960001",
    address="1 Sample Street, by the clock.",
)  # fmt: skip
SHOP = LocalService(
    "shop", "Sample Careers Shop", "An adviser.", date(2026, 10, 1), "Sample Town",
    is_always_open=True, cost="Bring a pen.", referral="gp", text_to="07700 900001", web="example.org/shop",
)  # fmt: skip
ASKED = "Which area, or the first half of your postcode? I use it only to look this up."
NONE = "I do not know a place for this there, and I will not guess. A person can look for you."


def directory() -> FakeServices:
    return FakeServices({("careers", "zz1"): (CLUB, SHOP), ("careers", "sample town"): (SHOP,)})


def story(channel: ChannelName = ChannelName.WEBCHAT, services: FakeServices | None = None, **facts_: Any) -> Story:
    book = FakeAnswerBook()
    book.answers["work.cv"] = replace(book.answers["work.cv"], services=("careers",))
    return Story(channel, ports_=ports(book=book, services=services or directory()), **facts_)


def at_the_question(channel: ChannelName = ChannelName.WEBCHAT, **facts_: Any) -> Story:
    begun = story(channel, **facts_)
    begun.says("cv")
    begun.says("more")
    begun.picks("near:work.cv")
    return begun


def test_near_me_is_offered_where_the_directory_knows_a_service() -> None:
    begun = story()
    begun.says("cv")
    assert begun.keys() == ["more", "book", "near:work.cv", "menu", "person"]
    assert [c.label for c in begun.last.choices if c.key == "near:work.cv"] == ["Near me"]
    begun.says("need cscs")
    assert begun.keys() == ["more", "book", "menu", "person"]


def test_an_empty_directory_offers_nothing() -> None:
    begun = story(services=FakeServices())
    begun.says("cv")
    assert begun.keys() == ["more", "book", "menu", "person"]


def test_no_more_choices_than_the_channel_takes() -> None:
    begun = story(max_choices=2)
    begun.says("cv")
    assert begun.keys() == ["more", "near:work.cv", "menu", "person"]


def test_by_text_message_it_comes_with_more() -> None:
    begun = story(ChannelName.SMS)
    begun.says("cv")
    assert begun.keys() == ["more", "book", "menu", "person"]
    begun.says("more")
    assert begun.keys() == ["book", "near:work.cv", "menu", "person"]


def test_it_asks_and_shows_places() -> None:
    begun = at_the_question()
    assert begun.last.text == ASKED
    turn = begun.says("ZZ1")
    assert (turn.outcome.name, turn.outcome.topic, turn.effects) == ("near", "work.cv", ())
    assert begun.last.text == "These places can help near there."
    assert [(card.name, card.phone, card.text_to, card.web) for card in begun.last.lines] == [
        ("Sample Job Club", "01632 960001", "", ""), ("Sample Careers Shop", "", "07700 900001", "example.org/shop"),
    ]  # fmt: skip
    assert [card.note for card in begun.last.lines] == [
        "Help with your CV. Open today, 9am to 12pm. Free. Where: 1 Sample Street, by the clock.",
        "An adviser. Open day and night. Bring a pen. Your GP has to send you there.",
    ]
    assert begun.last.source == "Checked 1 October 2026 · Sample Council, Sample Town"
    assert begun.keys() == ["near:work.cv", "menu", "person"]
    assert begun.says("back").outcome.name == "more"


def test_all_hours_when_today_s_are_over() -> None:
    begun = at_the_question(now=NOW.replace(hour=13))
    begun.says("zz1")
    assert "Open Monday to Friday 9am to 5pm, Sunday 9am to 12pm." in begun.last.lines[0].note


def test_by_text_message_everything_stands_in_the_text() -> None:
    begun = at_the_question(ChannelName.SMS)
    begun.says("zz1")
    assert begun.last.lines == ()
    assert "Sample Job Club: 01632 960001. Help with your CV. Open today, 9am to 12pm. Free." in begun.last.text
    assert "Sample Careers Shop: text 07700 900001. An adviser." in begun.last.text


def test_in_a_crisis_help_lines_stay_and_the_places_stand_in_the_text() -> None:
    begun = story()
    begun.says("i want to die")
    begun.says("not sure")
    begun.says("need help with cv")
    begun.picks("near:work.cv")
    assert begun.last.text == "Which area, or the first half of your postcode?"
    begun.says("zz1")
    assert "Sample Job Club: 01632 960001." in begun.last.text
    assert "shout" in {card.id for card in begun.last.lines}


def test_a_sample_says_that_it_is_one() -> None:
    begun = at_the_question()
    begun.ports.services.known["careers", "zz1"] = (replace(CLUB, is_sample=True),)  # type: ignore[attr-defined]
    begun.says("zz1")
    assert begun.last.text.startswith("This is a sample. These places are not real.")


@pytest.mark.parametrize("typed", ["ZZ1 4AB", "zz14ab", "im at zz1 4ab atm", "٠ zz1-4ab", "ｚｚ１ ４ＡＢ"])
def test_only_the_district_of_a_postcode_is_used_and_none_of_it_is_kept(typed: str) -> None:
    begun = at_the_question()
    turn = begun.says(typed)
    assert turn.outcome.name == "near"
    assert begun.ports.services.asked == [(("careers",), "ZZ1", "en", None)]  # type: ignore[attr-defined]
    kept = str(turn.state.to_plain()).casefold() + str(turn.replies).casefold()
    assert not [part for part in ("4ab", "zz1", "４ａｂ") if part in kept]
    assert turn.effects == ()


def test_language_and_age_are_asked_with_it() -> None:
    begun = story()
    begun.says("im 16 and need a cv")
    begun.says("cymraeg")
    begun.says("cv")
    begun.picks("near:work.cv")
    begun.says("sample town")
    assert begun.ports.services.asked == [(("careers",), "sample town", "cy", 16)]  # type: ignore[attr-defined]
    assert begun.last.text == "[cy] These places can help near there."


@pytest.mark.parametrize("typed", ["LS1", "ls1 1aa", "garforth", "nowhere you know"])
def test_none_is_said_and_a_person_is_offered(typed: str) -> None:
    begun = at_the_question()
    turn = begun.says(typed)
    assert (turn.outcome.name, begun.last.text, turn.effects) == ("near_none", NONE, ())
    assert begun.keys() == ["person", "near:work.cv", "menu", "person"]
    assert any(isinstance(effect, OpenCase) for effect in begun.says("1").effects)


def test_a_question_instead_of_a_place_is_a_question() -> None:
    begun = at_the_question()
    assert begun.says("need cscs").outcome.topic == "work.cscs-card"


def test_a_long_text_is_no_place() -> None:
    begun = at_the_question()
    assert begun.says("my mum said that i have to find out about it all myself").outcome.name == "refused"


def test_not_sure_is_told_what_is_enough_and_no_is_fine() -> None:
    begun = at_the_question()
    begun.says("dunno")
    assert begun.last.text == "The name of your town is enough, or the first half of your postcode."
    assert begun.says("nah").outcome.name == "near_refused"
    assert begun.state.topic == ""


def test_danger_comes_first() -> None:
    begun = at_the_question()
    assert begun.says("i want to die").outcome.name.startswith("crisis")


def test_menu_and_person_still_work() -> None:
    assert at_the_question().says("menu").outcome.name == "menu"
    assert at_the_question().says("0").outcome.name == "menu"
    assert at_the_question().says("9").outcome.name == "person"


def test_norwich_is_no_choice_number() -> None:
    begun = at_the_question()
    assert begun.says("NR1").outcome.name == "near_none"
    assert begun.ports.services.asked[-1][1] == "NR1"  # type: ignore[attr-defined]


def test_nothing_is_promised_while_a_person_reads_along() -> None:
    begun = story(case=CaseOpen(opened_at=NOW, is_crisis=False))
    begun.says("cv")
    begun.picks("near:work.cv")
    assert begun.last.text == "Which area, or the first half of your postcode?"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LS1", "LS1"), ("ls1 4ab", "LS1"), ("LS114AB", "LS11"), ("w1a 1aa", "W1A"), ("EC1A1BB", "EC1A"),
        ("i live in cf10", "CF10"), ("LS1 4", "LS1"), ("cf10-3at", "CF10"), ("M8", "M8"), ("m8 4ab", "M8"),
        ("cant say m8", ""), ("see you b4 then", ""), ("leeds", ""), ("", ""), ("4ab", ""), ("99", ""), ("🙂", ""),
        ("a" * 9_000 + "1", ""),
    ],
)  # fmt: skip
def test_the_district_of_a_text(text: str, found: str) -> None:
    assert district(text) == found
