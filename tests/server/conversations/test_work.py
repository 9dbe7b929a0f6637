"""Work that follows from a talk: made with the case, once, by a time; and what joining and deleting do to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.clock import utc_now
from server.escalations.climbing import climb
from server.wiring import PERSONAL_DATA
from tests.server.wire import SMS, Wire
from tests.support.adviser import Adviser, newest_case, rows
from tests.support.staff import make_member


async def tasks(wire: Wire, case: Any = None) -> list[tuple[str, str]]:
    found = case or (await newest_case(wire.program.service))["id"]
    query = f"SELECT kind, language FROM case_tasks WHERE case_id = '{found}' ORDER BY kind"
    return [(row["kind"], row["language"]) for row in await rows(wire.program.service, query)]


async def test_j19_a_language_nobody_has_is_work_for_an_interpreter(wire: Wire) -> None:
    await wire.says(7001, "ina bukatar taimako ina jin tsoro")
    await wire.says(7001, "don allah ku taimake ni")
    assert len(await tasks(wire)) == 1
    task = (await rows(wire.program.service, "SELECT * FROM case_tasks ORDER BY created_at DESC LIMIT 1"))[0]
    assert task["kind"] == "interpreter"
    assert utc_now() < task["due_at"] <= utc_now() + timedelta(days=5)
    assert wire.program.service.conversations.area.hours.working_day(task["created_at"], 1) == task["due_at"]


async def test_j18_hana_asks_for_tigrinya(wire: Wire) -> None:
    await wire.says(7002, "no english tigrinya")
    assert ("interpreter", "ti") in await tasks(wire)


async def test_j23_a_disclosure_in_urdu_is_to_be_translated_by_a_human(wire: Wire) -> None:
    await wire.says(7003, "ابو مجھے مارتے ہیں اور میں بہت ڈری ہوئی ہوں")
    case = await newest_case(wire.program.service)
    assert ("translate", "ur") in await tasks(wire)
    assert (case["urgency"], case["skill"]) == ("crisis", "safeguarding")


async def test_j32_bsl_is_work_too(wire: Wire) -> None:
    await wire.says(7004, "bsl")
    await wire.says(7004, "person")
    assert ("access", "bfi") in await tasks(wire)


async def test_a_language_that_somebody_of_ours_speaks_needs_no_interpreter(wire: Wire) -> None:
    await wire.says(7005, "polski")
    await wire.says(7005, "9")
    assert await tasks(wire) == [("interpreter", "pl")]
    service = wire.program.service
    await make_member(service.engine, "Ola", area=service.settings.area, languages=frozenset({"ro", "en"}))
    await wire.says(7006, "română")
    await wire.says(7006, "9")
    assert await tasks(wire) == []


async def test_j22_zed_goes_to_whoever_was_trained_for_it(wire: Wire) -> None:
    await wire.says(7007, "im running stuff for some1 owes him money")
    case = await newest_case(wire.program.service)
    assert (case["urgency"], case["skill"]) == ("crisis", "safeguarding")


async def test_two_cases_become_one_after_the_clock_has_taken_a_step(wire: Wire) -> None:
    """The steps of the one that ends are written for good, so that it is closed and not deleted."""
    service = wire.program.service
    await wire.says(7008, "9")
    code = next(x for x in (await wire.says(7008, "join"))[-1].split() if "-" in x)
    stays = await newest_case(service)
    number = "+447700900559"
    await wire.twilio(SMS, wire.form(number, "complain"))
    gone = await newest_case(service)
    async with service.engine.begin() as db:
        await climb(db, service.desk.hours, utc_now() + timedelta(hours=1))
    await wire.twilio(SMS, wire.form(number, f"join {code}"))

    async with service.engine.connect() as db:
        query = text("SELECT closed_at, person_id FROM cases WHERE id = :id")
        ended = (await db.execute(query, {"id": gone["id"]})).one()
        kept = (await db.execute(query, {"id": stays["id"]})).one()
    assert ended.closed_at is not None
    assert kept.closed_at is None
    assert ended.person_id == kept.person_id
    complaint = await rows(service, f"SELECT case_id FROM complaints WHERE number = {gone['number']}")
    assert complaint == [{"case_id": stays["id"]}]


@pytest.mark.parametrize("words", ["complain"])
async def test_a_deleted_person_leaves_the_complaint_without_them(wire: Wire, words: str) -> None:
    service = wire.program.service
    await wire.says(7009, words)
    number = (await newest_case(service))["number"]
    await wire.says(7009, "delete")
    press = wire.press(7009, next(d for x, d in wire.double.person(7009).buttons.items() if "Yes" in x))
    assert (await wire.telegram(press)).status_code == 200
    query = f"SELECT person_id, case_id, closed_at FROM complaints WHERE number = {number}"
    assert await rows(service, query) == [{"person_id": None, "case_id": None, "closed_at": None}]
    async with service.engine.begin() as db:
        change = text("UPDATE complaints SET closed_at = :at WHERE number = :n")
        await db.execute(change, {"at": utc_now() - timedelta(days=7 * 365), "n": number})
        for handler in PERSONAL_DATA:
            await handler.expire(db, utc_now(), timedelta(days=90))
    assert await rows(service, query) == []


async def test_an_old_case_goes_though_another_follows_it(wire: Wire) -> None:
    service = wire.program.service
    await wire.says(7010, "9")
    jo = await Adviser.at(service)
    case = await jo.takes()
    await jo.writes("Hi, I am Jo.")
    await jo.closes()
    await wire.says(7010, "jo what about tuesday")
    assert (await newest_case(service))["follows_id"] == case
    async with service.engine.begin() as db:
        change = text("UPDATE cases SET closed_at = :at WHERE id = :id")
        await db.execute(change, {"at": utc_now() - timedelta(days=400), "id": case})
        for handler in PERSONAL_DATA:
            await handler.expire(db, utc_now(), timedelta(days=90))
    assert (await newest_case(service))["follows_id"] is None
