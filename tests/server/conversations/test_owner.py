"""Who speaks is decided in the turn's own transaction: the bot never answers after a person took the case."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import text

from dialogs.messages import ChannelName, InboundMessage
from server.clock import utc_now
from server.escalations import holding
from server.escalations.errors import TakenAlready
from server.staff.access import Member
from tests.server.wire import Wire
from tests.support.staff import make_member

MESSAGES = 200

WATCH = """
    CREATE TABLE spoken (delivery uuid, held_by uuid, in_turn boolean);
    CREATE FUNCTION watch_spoken() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO spoken
        SELECT NEW.id, k.adviser_id, true FROM cases k JOIN conversations c ON c.person_id = k.person_id
        WHERE c.id = NEW.conversation_id AND k.closed_at IS NULL AND NEW.kind = 'reply';
        RETURN NEW;
    END $$;
    CREATE TRIGGER watch_spoken AFTER INSERT ON deliveries FOR EACH ROW EXECUTE FUNCTION watch_spoken();
"""
"""At the instant a reply is written, inside of its turn: who holds the case? The turn's own lock keeps that answer true."""


@pytest.fixture
async def watched(wire: Wire) -> Wire:
    async with wire.program.service.engine.begin() as db:
        for statement in ("DROP TABLE IF EXISTS spoken", "DROP TRIGGER IF EXISTS watch_spoken ON deliveries"):
            await db.execute(text(statement))
        await db.execute(text("DROP FUNCTION IF EXISTS watch_spoken"))
        for statement in WATCH.split(";\n    CREATE"):
            await db.execute(text(statement if statement.strip().startswith("CREATE") else f"CREATE{statement}"))
    return wire


def said(number: int, words: str) -> InboundMessage:
    return InboundMessage(ChannelName.TELEGRAM, "telegram", "9001", f"race-{number}", utc_now(), text=words)


async def takes_and_gives_back(wire: Wire, who: Member, case: object, stop: asyncio.Event) -> int:
    rounds = 0
    while not stop.is_set():
        async with wire.program.service.engine.begin() as db:
            try:
                await holding.take(db, who, case, utc_now())  # type: ignore[arg-type]
            except TakenAlready:
                continue
        await asyncio.sleep(random.random() / 50)
        async with wire.program.service.engine.begin() as db:
            await holding.give_back(db, case, utc_now())  # type: ignore[arg-type]
        await asyncio.sleep(random.random() / 50)
        rounds += 1
    return rounds


async def test_two_hundred_messages_while_the_case_is_taken_and_given_back(watched: Wire) -> None:
    service = watched.program.service
    watched.double.person(9001)
    await service.conversations.receive(said(0, "can i talk to a person"), utc_now())
    async with service.engine.connect() as db:
        query = "SELECT k.id FROM cases k JOIN addresses a USING (person_id) WHERE a.address_hash = :hashed"
        hashed = service.conversations.hash_of("telegram", "9001")
        case = (await db.execute(text(query), {"hashed": hashed})).scalar_one()
    jo, stop = await make_member(service.engine, "Jo"), asyncio.Event()
    taking = asyncio.create_task(takes_and_gives_back(watched, jo, case, stop))
    for number in range(1, MESSAGES + 1):
        # spaced as the pace sees it, all within the race as the database sees it
        await service.conversations.receive(said(number, "what is a cscs card"), utc_now())
        if number % 10 == 0:
            async with service.engine.begin() as db:
                await db.execute(text("UPDATE conversations SET pace_count = 0"))
    stop.set()
    rounds = await taking

    spoken = await watched.scalar("SELECT count(*) FROM spoken")
    talked_over = await watched.scalar("SELECT count(*) FROM spoken WHERE held_by IS NOT NULL")
    kept = await watched.scalar(f"SELECT count(*) FROM case_messages WHERE case_id = '{case}' AND author = 'person'")
    assert rounds > 5, "no race took place"
    assert spoken > 5, "the bot was never heard"
    assert kept > 5, "Jo was never there"
    assert talked_over == 0


async def test_a_take_that_waits_for_a_turn_is_seen_by_the_next_one(watched: Wire) -> None:
    """The turn waits for the taking's lock and must then see who took it: the row is read anew, its holder with it."""
    service = watched.program.service
    watched.double.person(9002)
    first = InboundMessage(ChannelName.TELEGRAM, "telegram", "9002", "a", utc_now(), text="can i talk to a person")
    await service.conversations.receive(first, utc_now())
    hashed = service.conversations.hash_of("telegram", "9002")
    async with service.engine.connect() as db:
        query = "SELECT k.id FROM cases k JOIN addresses a USING (person_id) WHERE a.address_hash = :hashed"
        case = (await db.execute(text(query), {"hashed": hashed})).scalar_one()
    jo = await make_member(service.engine, "Jo")
    before = await watched.scalar("SELECT count(*) FROM spoken")
    async with service.engine.begin() as db:
        await holding.take(db, jo, case, utc_now())
        second = InboundMessage(ChannelName.TELEGRAM, "telegram", "9002", "b", utc_now(), text="what is a cscs card")
        turn = asyncio.create_task(service.conversations.receive(second, utc_now()))
        await asyncio.sleep(0.3)
        assert not turn.done(), "the turn did not wait for the taking"
    await turn
    assert await watched.scalar("SELECT count(*) FROM spoken") == before
