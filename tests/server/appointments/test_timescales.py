"""Dates that an area's rules make for a person: made once, moved, done by name, and again."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import care, timescales
from server.appointments.timescale_rules import DEFAULTS, After
from server.db.ids import new_id
from tests.server.appointments.care_house import NOW, TODAY, an_adviser, young_person

pytestmark = pytest.mark.database
ENTERED = date(2026, 12, 1)


async def codes(db: AsyncConnection, person: uuid.UUID) -> dict[str, date]:
    return {row.code: row.due_on for row in await timescales.of_person(db, person)}


async def of_code(db: AsyncConnection, person: uuid.UUID, code: str) -> Any:
    return next(row for row in await timescales.of_person(db, person) if row.code == code)


@pytest.fixture
async def sam(db: AsyncConnection) -> uuid.UUID:
    await timescales.ensure_rules(db, "home")
    return await young_person(db)


async def test_rules_are_written_once_and_what_leads_changed_stays(db: AsyncConnection, sam: uuid.UUID) -> None:
    first = await timescales.rules_of(db, "home")
    assert [timescales.rule_in(row) for row in first] == list(DEFAULTS)
    await timescales.change_rule(db, first[0].id, amount=2, red_amount=3)
    await timescales.ensure_rules(db, "home")
    again = await timescales.rules_of(db, "home")
    assert len(again) == len(first)
    assert again[0].amount == 2


async def test_a_rule_that_cannot_be_changes_nothing(db: AsyncConnection, sam: uuid.UUID) -> None:
    row = (await timescales.rules_of(db, "home"))[0]
    with pytest.raises(timescales.BadRule) as found:
        await timescales.change_rule(db, row.id, amount=9, red_amount=3)
    assert found.value.field == "red_amount"
    with pytest.raises(LookupError):
        await timescales.change_rule(db, new_id(), amount=1)
    assert (await timescales.rules_of(db, "home"))[0] == row


async def test_custody_makes_its_dates_once(db: AsyncConnection, sam: uuid.UUID) -> None:
    for _ in range(2):
        assert await timescales.make_dates(db, sam, After.CUSTODY, ENTERED, NOW) == 7
    assert await codes(db, sam) == {
        "resettlement_checklist": ENTERED,
        "custody_information": date(2026, 12, 2),
        "planning_meeting": date(2026, 12, 6),
        "vacancies": date(2026, 12, 8),
        "planning_meeting.again": date(2026, 12, 9),
        "custody_review": date(2027, 1, 1),
        "custody_visit": date(2027, 1, 1),
    }


async def test_dates_move_with_the_day_and_go_when_it_is_not_any_more(db: AsyncConnection, sam: uuid.UUID) -> None:
    await timescales.make_dates(db, sam, After.ORDER_END, date(2027, 6, 1), NOW)
    first = await of_code(db, sam, "meet_and_greet")
    await timescales.note_task(db, first.id, new_id())
    await timescales.make_dates(db, sam, After.ORDER_END, date(2027, 6, 8), NOW)
    moved = await of_code(db, sam, "meet_and_greet")
    assert (moved.id, moved.due_on, moved.task_id) == (first.id, first.due_on + timedelta(days=7), None)
    await timescales.make_dates(db, sam, After.ORDER_END, None, NOW)
    assert await codes(db, sam) == {}


async def test_done_by_name_makes_the_next_and_closes_what_reminds(db: AsyncConnection, sam: uuid.UUID) -> None:
    jo = await an_adviser(db, "Jo")
    await timescales.make_dates(db, sam, After.CUSTODY, ENTERED, NOW)
    rows = await timescales.done(db, (await of_code(db, sam, "planning_meeting.again")).id, jo, NOW)
    assert {row.code for row in rows or ()} == {"planning_meeting", "planning_meeting.again"}
    assert not {"planning_meeting", "planning_meeting.again"} & set(await codes(db, sam))
    review = await of_code(db, sam, "custody_review")
    assert await timescales.done(db, review.id, jo, NOW, done_on=date(2026, 12, 30)) is not None
    assert (await codes(db, sam))["custody_review"] == date(2027, 4, 1)
    assert await timescales.done(db, review.id, jo, NOW) is None, "a second press changes nothing"
    assert await timescales.done(db, new_id(), jo, NOW) is None
    await timescales.make_dates(db, sam, After.CUSTODY, ENTERED + timedelta(days=1), NOW)
    assert (await codes(db, sam))["custody_review"] == date(2027, 4, 1), "the first review was held"
    assert "planning_meeting" not in await codes(db, sam)


async def test_a_rule_that_is_off_makes_nothing(db: AsyncConnection, sam: uuid.UUID) -> None:
    row = next(row for row in await timescales.rules_of(db, "home") if row.code == "custody_visit")
    await timescales.change_rule(db, row.id, is_active=False)
    assert await timescales.make_dates(db, sam, After.CUSTODY, ENTERED, NOW) == 6
    assert "custody_visit" not in await codes(db, sam)


async def test_what_is_due_comes_red_first_and_is_its_owners_or_their_advisers(
    db: AsyncConnection, sam: uuid.UUID
) -> None:
    jo, ali = await an_adviser(db, "Jo"), await an_adviser(db, "Ali")
    await timescales.make_dates(db, sam, After.CUSTODY, ENTERED, NOW)
    found = await timescales.due(db, ["home"], TODAY)
    assert [row.code for row in found] == [
        "resettlement_checklist",
        "custody_information",
        "vacancies",
        "planning_meeting",
    ]
    assert [timescales.is_red(row, TODAY) for row in found] == [True, True, False, False]
    assert timescales.days_late(found[0], TODAY) == 6
    assert timescales.owner_of(found[0]) is None
    await care.set_adviser(db, sam, jo, NOW)
    await timescales.set_owner(db, found[1].id, ali)
    again = await timescales.due(db, ["home"], TODAY)
    assert [timescales.owner_of(row) for row in again] == [jo, ali, jo, jo]
    assert await timescales.due(db, ["elsewhere"], TODAY) == []


async def test_somebody_who_is_gone_gets_no_dates(db: AsyncConnection, sam: uuid.UUID) -> None:
    assert await timescales.make_dates(db, new_id(), After.CUSTODY, ENTERED, NOW) == 0
    assert (await db.execute(text("SELECT count(*) FROM timescale_dates"))).scalar_one() == 0
