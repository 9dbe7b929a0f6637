"""A release date moved 1,000 times at random while appointments are booked and called off: the times, and that all agrees each time.

Run it: python -m benchmarks.release_moves [count]
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import insert

from server.clock import utc_now
from server.db.base import table_of
from server.db.embedded import EmbeddedPostgres
from server.db.engine import make_engine
from server.db.ids import new_id
from server.db.keyring import KeyRing
from server.db.types import use_key_ring
from server.migrations.run import upgrade
from server.people.models import Area, Person
from tests.support.diary import a_town
from tests.support.release import Inside
from tests.support.release_moves import Moves
from tests.support.staff import make_member

COUNT = 1000


async def run(url: str, count: int) -> None:
    """Move so many times and print what it took."""
    use_key_ring(KeyRing.new())
    engine, now = make_engine(url, pool=12), utc_now()
    await upgrade(engine)
    people = [new_id() for _ in range(6)]
    async with engine.begin() as db:
        await db.execute(insert(table_of(Area)).values(slug="home", created_at=now))
        await db.execute(
            insert(table_of(Person)).values([{"id": one, "area": "home", "first_seen_at": now} for one in people])
        )
    jo = await make_member(engine, "Jo")
    async with engine.begin() as db:
        await a_town(db, "home", jo.id)
    on: date = now.date() + timedelta(days=20)
    sam = await Inside.with_plan(engine, people[0], jo.id, now, on)
    moves = Moves(sam, people[1:], random.Random(5))
    while len(moves.took) < count:
        await moves.round()
    p95 = quantiles(moves.took, n=20)[-1]
    print(
        f"{len(moves.took)} moves of 12 steps, {moves.bookings} bookings beside them, {moves.conflicts} named conflicts"
    )
    print(
        f"median {median(moves.took) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, longest {max(moves.took) * 1000:.1f} ms"
    )
    print("plan, appointments and history agreed each time")
    await engine.dispose()


async def main(count: int) -> None:
    """The same on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        await asyncio.to_thread(server.start)
        try:
            await asyncio.to_thread(server.create_database, "moves")
            await run(server.url("moves"), count)
        finally:
            await asyncio.to_thread(server.stop)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
