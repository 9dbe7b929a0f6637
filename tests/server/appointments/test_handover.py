"""The supported handover: five ticks or a reason, and the young person is asked (D17, J27)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import care, handover
from server.appointments.handover import Asked, CannotHandOver, Tick
from server.appointments.kinds import Reason
from server.db.ids import new_id
from tests.server.appointments.care_house import NOW, TODAY, a_meeting, an_adviser, young_person

pytestmark = pytest.mark.database
LATER = NOW + timedelta(days=2)
MONTH = TODAY + timedelta(days=28)


@dataclass
class Move:
    """Marcus moves from Beth to Ali."""

    db: AsyncConnection
    marcus: uuid.UUID
    beth: uuid.UUID
    ali: uuid.UUID
    id: uuid.UUID

    async def row(self) -> Any:
        return await handover.one(self.db, self.id)

    async def closes(self, why: str = "", **more: Any) -> bool:
        return await handover.close(self.db, self.id, self.beth, NOW, today=TODAY, why=why, **more)


@pytest.fixture
async def move(db: AsyncConnection) -> Move:
    marcus, beth, ali = await young_person(db), await an_adviser(db, "Beth"), await an_adviser(db, "Ali")
    await care.set_adviser(db, marcus, beth, NOW)
    return Move(db, marcus, beth, ali, await handover.start(db, marcus, None, NOW))


async def ticked(move: Move) -> set[Tick]:
    return {tick for tick, is_done in handover.ticks(await move.row()).items() if is_done}


async def test_all_five_ticks_and_then_the_new_adviser_is_theirs(move: Move) -> None:
    db = move.db
    assert await ticked(move) == set()
    assert await handover.name_new(db, move.id, move.ali)
    assert await handover.brief(db, move.id, NOW)
    meeting = await a_meeting(db, move.marcus, move.ali, LATER, reason=Reason.THREE_WAY)
    assert await handover.set_meeting(db, move.id, meeting)
    assert await handover.ask_comfort(db, move.id, NOW) == Asked("Beth", "Ali", LATER)
    assert await handover.met(db, move.id, LATER + timedelta(hours=1))
    await handover.answer_comfort(db, move.marcus, "yes", LATER)
    with pytest.raises(CannotHandOver, match="missing"):
        await move.closes()
    assert handover.missing(await move.row()) == [Tick.FIRST_DATE]
    first = await a_meeting(db, move.marcus, move.ali, LATER + timedelta(days=7))
    assert await handover.set_first(db, move.id, first)
    assert await ticked(move) == set(Tick)
    assert await move.closes(until=MONTH)
    found = await care.adviser_of(db, move.marcus, TODAY)
    assert found.adviser is not None
    assert found.previous is not None
    assert (found.adviser.name, found.previous.name, found.previous_until) == ("Ali", "Beth", MONTH)
    assert not await move.closes(), "it is closed once"
    assert [row.id for row in await handover.closed_of(db, move.marcus)] == [move.id]
    again = await handover.start(db, move.marcus, move.beth, NOW)
    assert (await handover.one(db, again)).from_name == "Ali"


async def test_a_reason_stands_for_what_is_missing_but_not_for_a_name(move: Move) -> None:
    with pytest.raises(CannotHandOver, match="not_named"):
        await move.closes("Beth is ill")
    await handover.name_new(move.db, move.id, move.ali)
    with pytest.raises(CannotHandOver, match="until"):
        await move.closes("Beth is ill", until=TODAY - timedelta(days=1))
    assert (await care.adviser_of(move.db, move.marcus, TODAY)).adviser.name == "Beth"  # type: ignore[union-attr]
    assert await move.closes("Beth is ill")
    assert (await move.row()).closed_why == "Beth is ill"
    found = await care.adviser_of(move.db, move.marcus, TODAY)
    assert (found.adviser.name, found.previous) == ("Ali", None)  # type: ignore[union-attr]


async def test_somebody_else_is_named_and_all_begins_anew(move: Move) -> None:
    db, sam = move.db, await an_adviser(move.db, "Sam")
    await handover.name_new(db, move.id, move.ali)
    await handover.brief(db, move.id, NOW)
    await handover.met(db, move.id, NOW)
    await handover.ask_comfort(db, move.id, NOW)
    await handover.answer_comfort(db, move.marcus, "yes", NOW)
    await handover.name_new(db, move.id, move.ali)
    assert await ticked(move) == {Tick.NAMED, Tick.BRIEFED, Tick.MET, Tick.COMFORT}
    await handover.name_new(db, move.id, sam)
    assert await ticked(move) == {Tick.NAMED}
    assert await handover.answer_comfort(db, move.marcus, "yes", NOW) is None, "they said yes to Ali, not to Sam"


@pytest.mark.parametrize("answer", ["not_sure", "no"])
async def test_only_a_yes_ticks_and_a_new_answer_counts(move: Move, answer: str) -> None:
    await handover.name_new(move.db, move.id, move.ali)
    assert await handover.answer_comfort(move.db, move.marcus, answer, NOW) is None, "nobody asked"
    await handover.ask_comfort(move.db, move.id, NOW)
    row = await handover.answer_comfort(move.db, move.marcus, answer, NOW)
    assert (row.comfort, row.from_id) == (answer, move.beth)
    assert Tick.COMFORT not in await ticked(move)
    await handover.ask_comfort(move.db, move.id, NOW)
    assert (await move.row()).comfort == answer, "asked again, the answer stands until there is another"
    await handover.answer_comfort(move.db, move.marcus, "yes", NOW)
    assert Tick.COMFORT in await ticked(move)
    with pytest.raises(ValueError, match="maybe"):
        await handover.answer_comfort(move.db, move.marcus, "maybe", NOW)


async def test_a_no_that_comes_late_is_not_lost(move: Move) -> None:
    await handover.name_new(move.db, move.id, move.ali)
    await handover.ask_comfort(move.db, move.id, NOW)
    await move.closes("Beth leaves")
    row = await handover.answer_comfort(move.db, move.marcus, "no", NOW + timedelta(days=3))
    assert (row.comfort, row.from_id) == ("no", move.beth)
    assert await handover.answer_comfort(move.db, move.marcus, "no", NOW + timedelta(days=30)) is None


async def test_what_cannot_be(move: Move) -> None:
    db = move.db
    other = await young_person(db)
    theirs = await a_meeting(db, other, move.ali, LATER)
    for cannot in (
        handover.start(db, other, move.ali, NOW),
        handover.start(db, move.marcus, move.ali, NOW),
        handover.start(db, new_id(), move.ali, NOW),
        handover.name_new(db, move.id, move.beth),
        handover.brief(db, move.id, NOW),
        handover.met(db, move.id, NOW),
        handover.ask_comfort(db, move.id, NOW),
        handover.set_meeting(db, move.id, theirs),
        handover.set_first(db, move.id, new_id()),
        handover.call_off(db, move.id, move.beth, "", NOW),
    ):
        with pytest.raises(CannotHandOver):
            await cannot
    assert await ticked(move) == set()


async def test_the_three_have_not_met_before_they_meet(move: Move) -> None:
    await handover.name_new(move.db, move.id, move.ali)
    await handover.set_meeting(move.db, move.id, await a_meeting(move.db, move.marcus, move.ali, LATER))
    with pytest.raises(CannotHandOver, match="no_meeting"):
        await handover.met(move.db, move.id, NOW)


async def test_called_off_everything_stays(move: Move) -> None:
    assert await handover.call_off(move.db, move.id, move.beth, "Beth stays", NOW)
    assert (await care.adviser_of(move.db, move.marcus, TODAY)).adviser.name == "Beth"  # type: ignore[union-attr]
    assert await handover.open_of(move.db, move.marcus) is None
    for late in (
        handover.brief(move.db, move.id, NOW),
        handover.met(move.db, move.id, NOW),
        handover.name_new(move.db, move.id, move.ali),
        handover.set_first(move.db, move.id, None),
        handover.call_off(move.db, move.id, move.beth, "x", NOW),
        handover.close(move.db, move.id, move.beth, NOW, today=TODAY, why="x"),
    ):
        assert not await late
    assert await handover.ask_comfort(move.db, move.id, NOW) is None
    sealed = (await move.db.execute(text("SELECT closed_why FROM handovers"))).scalar_one()
    assert b"Beth" not in bytes(sealed)
