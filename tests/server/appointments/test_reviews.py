"""A review closes with the date of the next one, or a reason (Q32)."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import care, reviews, timescales
from server.appointments.reviews import BadReview, Ending, ReviewKind
from server.appointments.timescale_rules import After
from server.db.ids import new_id
from tests.server.appointments.care_house import NOW, TODAY, a_meeting, an_adviser, young_person

pytestmark = pytest.mark.database
SOON = TODAY + timedelta(days=7)
LATER = TODAY + timedelta(days=90)


@pytest.fixture
async def sam(db: AsyncConnection) -> uuid.UUID:
    await timescales.ensure_rules(db, "home")
    return await young_person(db)


async def a_review(
    db: AsyncConnection, person: uuid.UUID, kind: ReviewKind = ReviewKind.PLAN, **more: Any
) -> uuid.UUID:
    made = await reviews.add(db, person, kind, more.pop("due_on", SOON), NOW, today=TODAY, **more)
    assert made is not None
    return made


@given(
    st.none() | st.dates(date(2026, 11, 1), date(2027, 1, 31)),
    st.none() | st.dates(date(2026, 1, 1), date(2032, 1, 1)),
    st.sampled_from(["", "they moved away"]),
)
def test_no_ending_without_a_next_date_or_a_reason(held: date | None, following: date | None, why: str) -> None:
    try:
        reviews.check(Ending(held, following, why), TODAY)
    except BadReview:
        return
    assert (following is None) != (why == "")
    assert following is None or TODAY < following < date(2029, 1, 1)
    assert held is None or held <= TODAY


@pytest.mark.parametrize(
    ("ending", "field", "why"),
    [
        (Ending(TODAY, None), "next_on", "missing"),
        (Ending(TODAY, LATER, "and a reason"), "no_next_why", "both"),
        (Ending(TODAY, TODAY), "next_on", "past"),
        (Ending(TODAY, date(2100, 1, 1)), "next_on", "far"),
        (Ending(SOON, LATER), "held_on", "future"),
    ],
)
async def test_what_cannot_be_changes_nothing(
    db: AsyncConnection, sam: uuid.UUID, ending: Ending, field: str, why: str
) -> None:
    jo, review = await an_adviser(db, "Jo"), await a_review(db, sam)
    with pytest.raises(BadReview) as found:
        await reviews.close(db, review, jo, ending, NOW, today=TODAY)
    assert (found.value.field, found.value.why) == (field, why)
    assert (await reviews.one(db, review)).closed_at is None


async def test_the_next_one_is_made(db: AsyncConnection, sam: uuid.UUID) -> None:
    jo, review = await an_adviser(db, "Jo"), await a_review(db, sam)
    made = await reviews.close(db, review, jo, Ending(TODAY, LATER), NOW, today=TODAY)
    assert made is not None
    still, over = await reviews.of_person(db, sam)
    assert (still.id, still.due_on, still.kind) == (made, LATER, "plan")
    assert (over.id, over.closed_by, over.next_on) == (review, jo, LATER)
    assert await reviews.close(db, review, jo, Ending(TODAY, SOON), NOW, today=TODAY) is None
    assert len(await reviews.of_person(db, sam)) == 2
    assert await reviews.close(db, made, jo, Ending(None, None, "they moved away"), NOW, today=TODAY) is None
    assert [row.closed_at is None for row in await reviews.of_person(db, sam)] == [False, False]


async def test_one_of_a_kind_is_open_at_a_time(db: AsyncConnection, sam: uuid.UUID) -> None:
    first = await a_review(db, sam)
    assert await a_review(db, sam, due_on=LATER) == first
    assert await a_review(db, sam, ReviewKind.SEN) != first
    assert [row.due_on for row in await reviews.of_person(db, sam)] == [SOON, LATER]
    assert await reviews.add(db, new_id(), ReviewKind.PLAN, SOON, NOW, today=TODAY) is None
    for bad in (TODAY - timedelta(days=1), date(2100, 1, 1)):
        with pytest.raises(BadReview):
            await a_review(db, sam, due_on=bad)


async def test_the_overdue_are_listed_with_their_adviser(db: AsyncConnection, sam: uuid.UUID) -> None:
    jo = await an_adviser(db, "Jo")
    await care.set_adviser(db, sam, jo, NOW)
    await a_review(db, sam, due_on=SOON)
    assert await reviews.open_in(db, ["home"], TODAY) == []
    late = SOON + timedelta(days=1)
    (row,) = await reviews.open_in(db, ["home"], late)
    assert (row.adviser_name, reviews.is_overdue(row, late), reviews.is_overdue(row, SOON)) == ("Jo", True, False)
    assert await reviews.open_in(db, ["elsewhere"], late) == []


async def test_their_own_questions_are_there(db: AsyncConnection, sam: uuid.UUID) -> None:
    row = await reviews.one(db, await a_review(db, sam))
    assert await reviews.questions_for(db, row, NOW) == ""
    words = "Can I do the bike course?"
    meeting = await a_meeting(db, sam, None, NOW + timedelta(days=3), questions=words)
    assert await reviews.questions_for(db, row, NOW) == words
    other = await a_meeting(db, sam, None, NOW + timedelta(days=5))
    assert await reviews.set_meeting(db, row.id, other)
    assert await reviews.questions_for(db, await reviews.one(db, row.id), NOW) == ""
    assert await reviews.set_meeting(db, row.id, meeting)
    stranger = await a_meeting(db, await young_person(db), None, NOW + timedelta(days=3))
    assert not await reviews.set_meeting(db, row.id, stranger)


async def test_a_review_in_custody_fulfils_its_date_and_the_next_is_the_day_agreed(
    db: AsyncConnection, sam: uuid.UUID
) -> None:
    jo = await an_adviser(db, "Jo")
    await timescales.make_dates(db, sam, After.CUSTODY, TODAY - timedelta(days=30), NOW)
    review = await a_review(db, sam, ReviewKind.CUSTODY, due_on=TODAY)
    await reviews.close(db, review, jo, Ending(TODAY, LATER), NOW, today=TODAY)
    found = [row.due_on for row in await timescales.of_person(db, sam) if row.code == "custody_review"]
    assert found == [LATER]


async def test_a_yearly_review_is_reminded_of_after_eleven_months(db: AsyncConnection, sam: uuid.UUID) -> None:
    jo, review = await an_adviser(db, "Jo"), await a_review(db, sam, ReviewKind.SEN)
    following = reviews.proposed(ReviewKind.SEN, TODAY)
    await reviews.close(db, review, jo, Ending(TODAY, following), NOW, today=TODAY)
    (row,) = await timescales.of_person(db, sam)
    assert (row.code, row.due_on) == ("sen_review", following)
