"""J2, the booking: Amina chats in Somali, picks Thursday 1:30pm, and the interpreter is part of the booking, not a note."""

from __future__ import annotations

from datetime import UTC, datetime

from dialogs.meetings import Interpreter, Needs
from tests.support.booked import meetings, open_diary
from tests.support.program import Program
from tests.support.web_person import WebPerson


async def test_thursday_at_half_past_one_with_a_woman_who_speaks_maay(
    tuesday_noon: None, program: Program, web: WebPerson
) -> None:
    await open_diary(program)
    await web.opens()
    await web.says("soomaali")
    await web.says("ballantaydu waa goorma")
    await web.says("1")  # book a time
    await web.says("3")  # benefits
    await web.says("2")  # in the afternoon
    await web.says("3")  # Thursday
    await web.says("2")  # half past one
    await web.says("2")  # an interpreter
    await web.says("Maay Maay")
    await web.says("1")  # a woman
    await web.says("6")  # that is all
    assert await meetings(program) == []
    await web.says("1")  # yes
    (booked,) = await meetings(program)
    assert booked["starts_at"] == datetime(2026, 12, 10, 13, 30, tzinfo=UTC)
    assert booked["reason"].value == "benefits"
    assert booked["adviser_name"] == "Jo"
    assert Needs.from_plain(booked["needs"]).interpreter == Interpreter("so", "Maay Maay", "woman")
    assert (booked["agreed"].value, booked["booked_by"]) == ("chat", None)


async def test_the_next_time_she_is_not_asked_again(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await open_diary(program)
    await web.opens()
    await web.says("when is my appointment")
    await web.presses("Book a time")
    await web.presses("Money and benefits")
    await web.presses("Afternoon")
    await web.presses("Thursday 10 December")
    await web.presses("1:30pm")
    await web.presses("More choices")
    await web.presses("Childcare")
    await web.presses("That is all")
    await web.presses("Yes, book it")
    assert "It is booked. Thursday 10 December, 1:30pm with Jo. The Hub. 45 minutes." in web.heard

    await web.presses("My meetings")
    assert "You asked for: childcare." in web.heard
    await web.presses("Call it off")
    await web.presses("Yes, call it off")
    await web.presses("Book a new time")
    await web.presses("A first talk")
    await web.presses("Friday 11 December")
    assert "Friday 11 December. Which time?" in web.heard, "the time of day was asked once"
    await web.presses("1pm")
    assert "Last time you asked for: childcare." in web.heard
    await web.presses("The same again")
    await web.presses("Yes, book it")
    (booked,) = await meetings(program)
    assert booked["needs"] == {"childcare": True}


async def test_moved_in_the_chat(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await open_diary(program)
    await web.opens()
    await web.says("when is my appointment")
    for label in ("Book a time", "A first talk", "Afternoon", "Thursday 10 December", "1:30pm", "Nothing", "Yes"):
        await web.presses(label)
    await web.presses("My meetings")
    await web.presses("Move it")
    await web.says("friday")
    await web.says("2pm")
    assert "Move your meeting to this time? Friday 11 December, 2pm with Jo. The Hub. 30 minutes." in web.heard
    (before,) = await meetings(program)
    await web.says("yes")
    assert "It is moved. Friday 11 December, 2pm with Jo." in web.heard
    (moved,) = await meetings(program)
    assert moved["id"] == before["id"]
    assert moved["starts_at"] == datetime(2026, 12, 11, 14, 0, tzinfo=UTC)


async def test_without_any_diary_a_person_agrees_a_time(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("when is my appointment")
    await web.presses("Book a time")
    assert "A person will write to you here to agree a time." in web.heard
