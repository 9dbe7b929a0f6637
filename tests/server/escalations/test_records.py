"""Safeguarding records on a real database: opened with the danger, holding until released, and changed by nobody."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency, OpenCase
from dialogs.messages import ChannelName
from server.cli.rotate import seal_again
from server.db.base import table_of
from server.db.engine import make_engine
from server.db.ids import new_id
from server.db.types import blind_index, key_ring, use_key_ring
from server.escalations import records, records_reading
from server.escalations.errors import NewWords
from server.escalations.models import Case
from server.escalations.privacy import EscalationsData
from server.escalations.records_models import EntryKind
from server.escalations.service import Asker, add_to_open_case, open_case
from server.people.models import Address, Area, Person
from server.people.privacy import Subject
from server.staff.access import Role
from tests.support.staff import close_open_case, make_member

NOW = datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
cases, entries = table_of(Case), records.entries


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = make_engine(database_url, pool=6)
    async with made.begin() as db:
        await db.execute(insert(table_of(Area)).values(slug="home", created_at=NOW))
    yield made
    await made.dispose()


async def somebody(engine: AsyncEngine, *channels: ChannelName) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A person with an address on each channel."""
    person, found = uuid.uuid4(), []
    async with engine.begin() as db:
        await db.execute(insert(table_of(Person)).values(id=person, area="home", first_seen_at=NOW))
        for channel in channels or (ChannelName.SMS,):
            row = {"id": new_id(), "person_id": person, "area": "home", "channel": channel, "lane": channel.value}
            row |= {"address": "+447700900123", "address_hash": blind_index(str(person), channel.value)}
            await db.execute(insert(table_of(Address)).values(row | {"created_at": NOW, "last_inbound_at": NOW}))
            found.append(row["id"])
    return person, found


async def says(
    engine: AsyncEngine,
    who: tuple[uuid.UUID, list[uuid.UUID]],
    words: str,
    urgency: CaseUrgency | None = None,
    *,
    at: datetime = NOW,
    by: int = 0,
    language: str = "en",
) -> None:
    """The person writes: a wish to open a case, or words for the one that is open."""
    person, addresses = who
    async with engine.begin() as db:
        if urgency is None:
            assert await add_to_open_case(db, person, "home", words, at, addresses[by])
        else:
            wish = OpenCase("asked", urgency, language)
            await open_case(db, Asker(person, addresses[by], "home"), wish, words, at)


async def entries_of(engine: AsyncEngine) -> list[tuple[int, EntryKind, str, ChannelName | None]]:
    columns = entries.c.place, entries.c.kind, entries.c.body, entries.c.channel
    async with engine.connect() as db:
        return [tuple(row) for row in (await db.execute(select(*columns).order_by(entries.c.place))).all()]  # type: ignore[misc]


async def is_held(engine: AsyncEngine, person: uuid.UUID) -> bool:
    async with engine.connect() as db:
        return await records.is_held(db, person)


async def record_id(engine: AsyncEngine) -> uuid.UUID:
    async with engine.connect() as db:
        return (await db.execute(select(records.records.c.id))).scalar_one()


async def releases(engine: AsyncEngine, seen: int, reason: str = "spoke to them") -> bool:
    lead = await make_member(engine, "Sal", Role.SAFEGUARDING_LEAD)
    which = await record_id(engine)
    async with engine.begin() as db:
        return await records.release(db, which, lead.id, reason, seen, NOW + 10 * MINUTE)


async def test_a_record_opens_by_itself_with_the_words_that_raised_it(engine: AsyncEngine) -> None:
    tom = await somebody(engine)
    await says(engine, tom, "whats the point im done", CaseUrgency.CRISIS)
    await says(engine, tom, "nobody would notice", at=NOW + MINUTE)
    assert await entries_of(engine) == [
        (1, EntryKind.HOLD, "", None),
        (2, EntryKind.WORDS, "whats the point im done", ChannelName.SMS),
        (3, EntryKind.WORDS, "nobody would notice", ChannelName.SMS),
    ]


async def test_a_talk_that_turns_into_danger_brings_its_earlier_words_once(engine: AsyncEngine) -> None:
    fatima = await somebody(engine, ChannelName.TELEGRAM, ChannelName.SMS)
    await says(engine, fatima, "مجھے بات کرنی ہے", CaseUrgency.ADVICE, language="ur")
    assert await entries_of(engine) == []
    await says(engine, fatima, "وہ مجھے مارتا ہے", CaseUrgency.SAFEGUARDING, at=NOW + MINUTE, by=1, language="ur")
    found = await entries_of(engine)
    assert [(kind, words) for _, kind, words, _ in found] == [
        (EntryKind.HOLD, ""),
        (EntryKind.WORDS, "مجھے بات کرنی ہے"),
        (EntryKind.WORDS, "وہ مجھے مارتا ہے"),
    ]
    assert [channel for *_, channel in found] == [None, None, ChannelName.SMS], "no channel is guessed"


@pytest.mark.parametrize("urgency", [CaseUrgency.ADVICE, CaseUrgency.COMPLAINT, CaseUrgency.ACCESS])
async def test_other_cases_have_no_record_and_hold_nothing(engine: AsyncEngine, urgency: CaseUrgency) -> None:
    kai = await somebody(engine)
    await says(engine, kai, "can i leave school", urgency)
    await says(engine, kai, "at 16")
    assert await entries_of(engine) == []
    assert not await is_held(engine, kai[0])


async def test_it_holds_from_the_first_sign_until_released_also_when_closed(engine: AsyncEngine) -> None:
    tom = await somebody(engine)
    assert not await is_held(engine, tom[0])
    await says(engine, tom, "im done", CaseUrgency.CRISIS)
    assert await is_held(engine, tom[0])
    await close_open_case(engine, tom[0])
    assert await is_held(engine, tom[0])
    assert await releases(engine, 2)
    assert not await is_held(engine, tom[0])
    assert not await releases(engine, 2), "twice is once"
    assert [kind for _, kind, *_ in await entries_of(engine)].count(EntryKind.RELEASE) == 1


async def test_new_danger_after_a_release_holds_again_and_later_words_alone_do_not(engine: AsyncEngine) -> None:
    tom = await somebody(engine)
    await says(engine, tom, "im done", CaseUrgency.CRISIS)
    await releases(engine, 2)
    await says(engine, tom, "thanks")
    assert not await is_held(engine, tom[0])
    await says(engine, tom, "i have the pills", CaseUrgency.CRISIS)
    assert await is_held(engine, tom[0])
    await says(engine, tom, "really", CaseUrgency.CRISIS)
    assert [kind for _, kind, *_ in await entries_of(engine)].count(EntryKind.HOLD) == 2


async def test_whoever_releases_has_read_the_newest_words(engine: AsyncEngine) -> None:
    tom = await somebody(engine)
    await says(engine, tom, "im done", CaseUrgency.CRISIS)
    await says(engine, tom, "please dont tell")
    with pytest.raises(NewWords):
        await releases(engine, 2)
    assert await is_held(engine, tom[0])
    assert await releases(engine, 3)


async def test_a_second_case_about_danger_has_its_own_record_and_one_held_is_enough(engine: AsyncEngine) -> None:
    tom = await somebody(engine)
    await says(engine, tom, "im done", CaseUrgency.CRISIS)
    await releases(engine, 2)
    await close_open_case(engine, tom[0])
    await says(engine, tom, "again", CaseUrgency.CRISIS)
    assert await is_held(engine, tom[0])
    assert not await is_held(engine, (await somebody(engine))[0])


async def test_a_case_of_an_earlier_release_is_held_and_gets_its_record_with_the_next_words(
    engine: AsyncEngine,
) -> None:
    tom = await somebody(engine)
    await says(engine, tom, "hello", CaseUrgency.ADVICE)
    async with engine.begin() as db:
        await db.execute(cases.update().values(urgency=CaseUrgency.CRISIS))
    assert await is_held(engine, tom[0])
    await says(engine, tom, "are you there")
    assert [words for *_, words, _ in await entries_of(engine)] == ["", "hello", "are you there"]


async def test_places_count_without_a_gap_also_when_many_write_at_once(engine: AsyncEngine) -> None:
    tom = await somebody(engine)
    await says(engine, tom, "im done", CaseUrgency.CRISIS)
    lead, which = await make_member(engine, "Sal", Role.SAFEGUARDING_LEAD), await record_id(engine)

    async def writes(number: int) -> None:
        async with engine.begin() as db:
            row = await records.locked(db, which)
            await records.append(db, row, records.Entry(EntryKind.ACTION, f"{number}", NOW, lead.id), NOW)

    await asyncio.gather(*map(writes, range(8)), *(says(engine, tom, f"{n}") for n in range(8)))
    assert [place for place, *_ in await entries_of(engine)] == list(range(1, 19))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE safeguarding_entries SET place = place + 1",
        "UPDATE safeguarding_entries SET kind = 'release'",
        "DELETE FROM safeguarding_entries",
        "TRUNCATE safeguarding_entries",
        "UPDATE safeguarding_records SET opened_at = now()",
        "DELETE FROM safeguarding_records",
        "SELECT set_config('connexions.reseal', 'safeguarding_entries', true); UPDATE safeguarding_entries SET staff_id = NULL, place = 9",
        "SELECT set_config('connexions.expire', 'audit', true); DELETE FROM safeguarding_entries",
    ],
)
async def test_nobody_changes_or_deletes_an_entry(engine: AsyncEngine, statement: str) -> None:
    await says(engine, await somebody(engine), "im done", CaseUrgency.CRISIS)

    async def tries() -> None:
        async with engine.begin() as db:
            for part in statement.split("; "):
                await db.execute(text(part))

    with pytest.raises(DBAPIError, match=r"append-only|foreign key"):
        await tries()
    assert len(await entries_of(engine)) == 2


async def test_keys_are_changed_and_the_words_stay(engine: AsyncEngine) -> None:
    await says(engine, await somebody(engine), "im done", CaseUrgency.CRISIS)
    old = key_ring()
    both = old.with_new_primary()
    try:
        use_key_ring(both)
        assert await seal_again(engine, both) > 1
        use_key_ring(both.without(old.primary))
        assert (await entries_of(engine))[1][2] == "im done"
    finally:
        use_key_ring(old)


async def test_a_deleted_person_leaves_the_record_and_a_year_after_closing_it_goes(engine: AsyncEngine) -> None:
    tom = await somebody(engine)
    await says(engine, tom, "im done", CaseUrgency.CRISIS)
    await close_open_case(engine, tom[0])
    async with engine.begin() as db:
        await EscalationsData().erase(db, Subject(tom[0], keeps_record=False))
    assert len(await entries_of(engine)) == 2
    async with engine.begin() as db:
        found = await records_reading.find(db, await record_id(engine))
        assert found is not None
        assert found["person_id"] is None
        closed = (await db.execute(select(cases.c.closed_at))).scalar_one()
        assert await EscalationsData().expire(db, closed + timedelta(days=364), timedelta(days=90)) == 0
        assert await EscalationsData().expire(db, closed + timedelta(days=366), timedelta(days=90)) == 1
    assert await entries_of(engine) == []


async def test_nothing_of_the_words_can_be_read_in_the_tables(engine: AsyncEngine) -> None:
    await says(engine, await somebody(engine), "whats the point im done", CaseUrgency.CRISIS)
    async with engine.connect() as db:
        rows = (
            await db.execute(text("SELECT e::text || r::text FROM safeguarding_entries e, safeguarding_records r"))
        ).scalars()
        assert not [row for row in rows if "point" in row or b"point".hex() in row]


async def test_the_list_is_newest_first_and_without_those_one_is_barred_from(engine: AsyncEngine) -> None:
    lead = await make_member(engine, "Sal", Role.SAFEGUARDING_LEAD)
    for words in ("one", "two", "three"):
        await says(engine, await somebody(engine), words, CaseUrgency.SAFEGUARDING)
    async with engine.begin() as db:
        await db.execute(cases.update().where(cases.c.number == 102).values(barred=[lead.id]))
        shown = await records_reading.newest(db, frozenset({"home"}), but_of=lead.id)
        assert [row["case_number"] for row in shown] == [103, 101]
        assert all(row["is_held"] for row in shown)
        older = await records_reading.newest(db, frozenset({"home"}), but_of=lead.id, before=shown[0]["number"])
        assert [row["case_number"] for row in older] == [101]
        assert await records_reading.newest(db, frozenset({"elsewhere"}), but_of=lead.id) == []
