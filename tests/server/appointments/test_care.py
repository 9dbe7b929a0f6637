"""Who looks after a young person, and what is kept so that nobody asks twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import Interpreter, Needs, PartOfDay
from server.appointments import care
from server.appointments.care import Trusted, WhoCares, adviser_of
from server.db.ids import new_id
from tests.server.appointments.care_house import NOW, TODAY, an_adviser, works_on, young_person
from tests.server.console.house import FUZZ

pytestmark = pytest.mark.database


async def test_nobody_yet(db: AsyncConnection) -> None:
    assert await adviser_of(db, await young_person(db), TODAY) == WhoCares()
    assert await adviser_of(db, new_id(), TODAY) == WhoCares()


async def test_the_adviser_with_days_and_who_stands_in(db: AsyncConnection) -> None:
    sam, jo, ali = await young_person(db), await an_adviser(db, "Jo"), await an_adviser(db, "Ali")
    await works_on(db, jo, 4, 0, 1)
    await works_on(db, jo, 2, until_on=TODAY - timedelta(days=1))
    assert await care.set_adviser(db, sam, jo, NOW)
    await care.set_cover(db, sam, ali, NOW)
    found = await adviser_of(db, sam, TODAY)
    assert found.adviser is not None
    assert found.cover is not None
    assert (found.adviser.name, found.adviser.days) == ("Jo", (0, 1, 4))
    assert (found.cover.name, found.cover.days, found.previous) == ("Ali", (), None)


async def test_a_second_adviser_comes_by_a_handover_only_unless_the_first_left(db: AsyncConnection) -> None:
    sam, jo, ali = await young_person(db), await an_adviser(db, "Jo"), await an_adviser(db, "Ali")
    assert await care.set_adviser(db, sam, jo, NOW)
    assert await care.set_adviser(db, sam, jo, NOW)
    assert not await care.set_adviser(db, sam, ali, NOW)
    await db.execute(text("UPDATE staff SET removed_at = now() WHERE id = :id"), {"id": jo})
    assert (await adviser_of(db, sam, TODAY)).adviser is None
    assert await care.set_adviser(db, sam, ali, NOW)


async def test_the_one_before_is_around_until_a_day(db: AsyncConnection) -> None:
    sam, jo, ali = await young_person(db), await an_adviser(db, "Jo"), await an_adviser(db, "Ali")
    await care.set_adviser(db, sam, jo, NOW)
    await care.set_cover(db, sam, ali, NOW)
    await care.hand_to(db, sam, ali, jo, TODAY, NOW)
    found = await adviser_of(db, sam, TODAY)
    assert found.adviser is not None
    assert found.previous is not None
    assert (found.adviser.name, found.previous.name, found.previous_until) == ("Ali", "Jo", TODAY)
    assert found.cover is None, "nobody stands in for themselves"
    later = await adviser_of(db, sam, TODAY + timedelta(days=1))
    assert (later.previous, later.previous_until) == (None, None)


async def test_nothing_is_kept_of_somebody_who_is_gone(db: AsyncConnection) -> None:
    with pytest.raises(care.NoSuchPerson):
        await care.set_part(db, new_id(), PartOfDay.MORNING, NOW)


async def test_needs_are_asked_once(db: AsyncConnection) -> None:
    sam = await young_person(db)
    await care.keep_needs(
        db, sam, Needs(step_free=True, barriers=("travel",), comes_with="my nan", wake_at="07:30"), NOW
    )
    await care.keep_needs(db, sam, Needs(fare=True, barriers=("sleep", "travel")), NOW)
    assert await care.needs_of(db, sam) == Needs(step_free=True, fare=True, barriers=("travel", "sleep"))
    await care.set_needs(db, sam, Needs(), NOW)
    assert await care.needs_of(db, sam) == Needs()


needs = st.builds(
    Needs,
    step_free=st.booleans(),
    quiet=st.booleans(),
    childcare=st.booleans(),
    fare=st.booleans(),
    barriers=st.lists(st.sampled_from(["travel", "sleep", "money"]), unique=True).map(tuple),
    interpreter=st.none() | st.just(Interpreter("ti")),
    wake_at=st.sampled_from(["", "07:30"]),
)


@given(needs, needs)
def test_a_booking_takes_no_help_away(kept: Needs, told: Needs) -> None:
    found = care.merged(kept, told)
    for name in ("step_free", "quiet", "childcare", "fare"):
        assert getattr(found, name) == (getattr(kept, name) or getattr(told, name))
    assert set(found.barriers) == {*kept.barriers, *told.barriers}
    assert found.interpreter == (told.interpreter or kept.interpreter)
    assert found.wake_at == ""
    assert care.merged(found, told) == found


async def test_three_trusted_adults_and_no_more(db: AsyncConnection) -> None:
    sam = await young_person(db)
    four = [Trusted(f"Adult {n}", "aunt") for n in range(4)]
    with pytest.raises(care.TooManyTrusted):
        await care.set_trusted(db, sam, four, NOW)
    await care.set_trusted(db, sam, [*four[:3], Trusted("", "nobody")], NOW)
    assert await care.trusted_of(db, sam) == four[:3]
    await care.set_trusted(db, sam, [], NOW)
    assert await care.trusted_of(db, sam) == []


async def test_the_check_word_fits_however_it_is_typed_and_is_sealed(db: AsyncConnection) -> None:
    sam = await young_person(db)
    assert not await care.fits_check_word(db, sam, "", NOW)
    await care.set_check_word(db, sam, "  Blue Tiger! ", NOW)
    assert await care.has_check_word(db, sam)
    assert await care.fits_check_word(db, sam, "blue tiger", NOW)
    assert not await care.fits_check_word(db, sam, "tiger", NOW)
    sealed = (await db.execute(text("SELECT check_word FROM person_care"))).scalar_one()
    assert b"tiger" not in bytes(sealed)
    await care.drop_check_word(db, sam, NOW)
    assert not await care.has_check_word(db, sam)
    assert not await care.fits_check_word(db, sam, "", NOW)


async def test_a_check_word_cannot_be_guessed(db: AsyncConnection) -> None:
    sam = await young_person(db)
    await care.set_check_word(db, sam, "blue tiger", NOW)
    for guess in ("red", "blue", "tiger", "green", "lion"):
        assert not await care.fits_check_word(db, sam, guess, NOW)
    assert not await care.fits_check_word(db, sam, "blue tiger", NOW), "it was tried too often"
    assert await care.fits_check_word(db, sam, "blue tiger", NOW + 2 * care.CHECK_SPAN)


@pytest.mark.parametrize("word", ["", " ", "ab", "!!!!", "x1" * 50, "😭😭😭"])
async def test_what_is_no_check_word(db: AsyncConnection, word: str) -> None:
    sam = await young_person(db)
    with pytest.raises(care.BadCheckWord):
        await care.set_check_word(db, sam, word, NOW)


async def test_any_text_is_a_wrong_word_and_no_fault(db: AsyncConnection) -> None:
    sam = await young_person(db)
    await care.set_check_word(db, sam, "blue tiger", NOW)
    for n, guess in enumerate(FUZZ):
        assert not await care.fits_check_word(db, sam, guess, NOW + n * 2 * care.CHECK_SPAN)


async def test_dates_of_a_life_are_sealed_and_come_back(db: AsyncConnection) -> None:
    sam, ends, birthday = await young_person(db), date(2027, 3, 1), date(2027, 2, 28)
    assert care.dates_in(await care.care_of(db, sam)) == (None, None)
    await care.set_dates(db, sam, NOW, order_ends=ends, eighteenth=birthday)
    row: Any = await care.care_of(db, sam)
    assert care.dates_in(row) == (ends, birthday)
    await care.set_dates(db, sam, NOW, order_ends=None, eighteenth=birthday)
    assert care.dates_in(await care.care_of(db, sam)) == (None, birthday)
