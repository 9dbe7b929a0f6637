"""J30: "ur jo is racist i want complain" in the middle of the chat with Jo: a number, somebody else, and Jo sees nothing of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.clock import utc_now
from server.escalations import holding
from server.escalations.climbing import climb
from server.escalations.complaints import open_complaints
from server.escalations.errors import NoSuchCase
from server.staff.access import Fact, Role, may_read
from tests.journeys.test_telegram_ways import until
from tests.support.adviser import Adviser, newest_case, rows
from tests.support.program import Program
from tests.support.telegram_double import TelegramDouble
from tests.support.web_person import WebPerson

WORDS = "ur jo is racist i want complain"


@pytest.fixture
async def jo(tuesday_noon: None, program: Program, web: WebPerson) -> Adviser:
    """Jo, a lead, holds Ryan's case."""
    await web.opens()
    await web.says("person")
    await web.says("my benefits stopped")
    made = await Adviser.at(program.service, "Jo", Role.ADVISER, Role.LEAD)
    await made.takes()
    await made.writes("Hi, I am Jo, a person.")
    return made


async def test_he_gets_a_number_a_name_and_two_days(program: Program, web: WebPerson, jo: Adviser) -> None:
    maya = await Adviser.at(program.service, "Maya", Role.MANAGER)
    await web.says(WORDS)

    number = (await newest_case(program.service))["number"]
    assert f"Your complaint is C-{number}." in web.heard
    assert "Maya looks into it. Jo can not see it." in web.heard
    assert "First word by Thursday 10 December, the answer by Tuesday 22 December." in web.heard
    assert "Another person will go on with you here." in web.heard
    assert "shortly" not in web.heard
    complaint = (await rows(program.service, "SELECT * FROM complaints"))[0]
    assert (complaint["about_id"], complaint["handler_id"]) == (jo.who.id, maya.who.id)
    assert complaint["is_discrimination"]


async def test_it_never_goes_to_jo(program: Program, web: WebPerson, jo: Adviser) -> None:
    """Not to hold, not to read, not by the clock, not in the list of complaints; also when Jo is the only lead there is."""
    await web.says(WORDS)
    service, case = program.service, await newest_case(program.service)

    assert "A manager looks into it." in web.heard
    assert case["adviser_id"] is None
    assert await jo.takes_next() is None
    with pytest.raises(NoSuchCase):
        await jo.takes(case["id"])
    async with service.engine.begin() as db:
        with pytest.raises(NoSuchCase):
            await holding.assign(db, case["id"], jo.who, utc_now())
        assert await open_complaints(db, jo.who) == []
    assert not may_read(jo.who, Fact.CHAT, case["area"], case["barred"])
    for hours in (0, 3, 9, 30):
        async with service.engine.begin() as db:
            await climb(db, service.desk.hours, utc_now() + timedelta(hours=hours))
    told = await rows(service, "SELECT staff_id FROM staff_notices")
    assert jo.who.id not in {row["staff_id"] for row in told}


async def test_the_chat_goes_on_with_somebody_else_who_has_his_words(
    program: Program, web: WebPerson, jo: Adviser
) -> None:
    lee = await Adviser.at(program.service, "Lee", Role.LEAD)
    await web.says(WORDS)
    await web.says("she laughed at how i talk")
    assert "I have passed that on" in web.heard
    ali = await Adviser.at(program.service, "Ali")
    await ali.takes_next()
    await ali.writes("Hi, I am Ali. I have read it.")
    await web.opens()
    assert "Hi, I am Ali" in web.heard
    async with program.service.engine.connect() as db:
        assert [row.handler_id for row in await open_complaints(db, lee.who)] == [lee.who.id]
        assert await open_complaints(db, ali.who) == []


async def test_how_to_complain_about_a_landlord_is_asked_about_and_jo_stays(
    program: Program, web: WebPerson, jo: Adviser
) -> None:
    await web.says("how do i complain about my landlord")
    assert "Do you want to complain about Jo or about us?" in web.heard
    await web.presses("No, not that")
    assert (await newest_case(program.service))["adviser_id"] == jo.who.id
    assert await rows(program.service, "SELECT * FROM complaints") == []


async def test_twice_is_once_and_the_word_for_it_can_come_later(program: Program, web: WebPerson) -> None:
    await web.opens()
    await web.says("complain")
    assert "A manager looks into it." in web.heard
    assert "can not see it" not in web.heard
    await web.says("complain")
    await web.says("the man on the phone was racist")
    found = await rows(program.service, "SELECT * FROM complaints")
    assert [row["is_discrimination"] for row in found] == [True]
    case = await newest_case(program.service)
    assert (case["urgency"], case["barred"]) == ("complaint", [])


async def test_after_the_chat_jo_is_known_by_name_and_was_never_to_look_into_it(
    program: Program, web: WebPerson, jo: Adviser
) -> None:
    """Jo is the only lead; until Jo is named, it is about the service, and still Jo had a part in it."""
    await jo.closes()
    await web.says("complain")
    assert "A manager looks into it." in web.heard
    await web.says("it was jo")
    assert "Jo can not see it." in web.heard
    found = await rows(program.service, "SELECT about_id, handler_id FROM complaints")
    assert found == [{"about_id": jo.who.id, "handler_id": None}]
    assert (await newest_case(program.service))["barred"] == [jo.who.id]
    await web.says("she did it twice")


async def test_whom_somebody_else_met_is_known_to_nobody_else(program: Program, web: WebPerson, jo: Adviser) -> None:
    async with program.browser() as client:
        other = WebPerson(client)
        await other.opens()
        await other.says("complain jo")
    assert await rows(program.service, "SELECT id FROM complaints WHERE about_id IS NOT NULL") == []


@pytest.mark.node
async def test_in_another_language_on_telegram(
    tuesday_noon: None, telegram_program: Program, telegram: TelegramDouble
) -> None:
    ola = telegram.person(5550030)
    await ola.says("polski")
    await until(lambda: bool(ola.texts))
    await ola.says("skarga")
    await until(lambda: any("C-1" in said for said in ola.texts))
    assert "Twoja skarga ma numer" in ola.texts[-1]
