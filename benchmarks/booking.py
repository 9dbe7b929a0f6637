"""Ten thousand who want five hundred times: 50 clients in 4 processes book at random, against bare inserts in the same run.

Run as `python -m benchmarks.booking [ATTEMPTS]`. Prints how many were booked, refused and left without an answer, how many overlap,
and how long an attempt took; then how long it takes to find the free times of 30 advisers over six weeks, diaries half full.
Exits 1 when two overlap, a time stays free, an attempt has no answer, or the free times take longer than `BAR_MS`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialogs.meetings import Needs
from server.appointments import booking, diaries, offered, places
from server.appointments.booking import Booking, Doer, Gone
from server.appointments.diaries import Pattern
from server.appointments.finding import Diaries, Query, free_slots
from server.appointments.kinds import Agreed, By, Owner, PlaceKind, Reason, Status
from server.appointments.models import Appointment
from server.appointments.places import NewPlace
from server.cli.processes import migrated
from server.db.base import table_of
from server.db.embedded import EmbeddedPostgres
from server.db.engine import make_engine
from server.db.ids import new_id
from server.db.keyring import KeyRing
from server.db.types import use_key_ring
from server.people.models import Area, Person
from server.staff.models import Staff

ATTEMPTS, CLIENTS, PROCESSES, BAR_MS = 10_000, 50, 4, 50
ADVISERS, HOURS_A_DAY = 25, 10
AREA = "home"
LONDON = ZoneInfo("Europe/London")
SETTINGS = Diaries(LONDON, "england-and-wales")
NOW = datetime(2026, 12, 7, 12, tzinfo=LONDON)
DAY = datetime(2026, 12, 8, tzinfo=LONDON)
SIX_WEEKS = timedelta(days=42)

appointments = table_of(Appointment)


async def fill(db: AsyncConnection, advisers: int, weekdays: range, hours: int = HOURS_A_DAY) -> list[uuid.UUID]:
    """An area with advisers who are somewhere from 8 o'clock on; their ids."""
    await db.execute(insert(table_of(Area)).values(slug=AREA, created_at=NOW))
    await offered.ensure_kinds(db, AREA)
    await offered.change_kind(db, AREA, Reason.FIRST_TALK, {"ahead_days": 60})
    spots = [
        await places.add_place(db, AREA, NewPlace(PlaceKind.ONE_STOP_SHOP, f"Place {n}", rooms=0), NOW)
        for n in range(5)
    ]
    made = []
    for n in range(advisers):
        row = {"id": new_id(), "name": f"A{n}", "email": f"a{n}@example.org", "email_hash": n.to_bytes(4, "big")}
        await db.execute(insert(table_of(Staff)).values(**row, areas=[AREA], roles=["adviser"], created_at=NOW))
        for day in weekdays:
            wish = Pattern(day, 480, 480 + hours * 60, date(2026, 1, 1), place_id=spots[n % len(spots)])
            await diaries.add_pattern(db, row["id"], AREA, wish)
        made.append(row["id"])
    return made


async def people(db: AsyncConnection, count: int) -> list[uuid.UUID]:
    """Young people; their ids."""
    ids = [new_id() for _ in range(count)]
    rows = [{"id": one, "area": AREA, "first_seen_at": NOW} for one in ids]
    await db.execute(insert(table_of(Person)), rows)
    return ids


async def client(engine: AsyncEngine, keys: list[str], who: list[uuid.UUID], seed: int) -> list[tuple[str, float]]:
    """One client's attempts, one after the other: what came of each, and how many milliseconds it took."""
    chance, told = random.Random(seed), []
    for person_id in who:
        key, began = chance.choice(keys), time.perf_counter()
        try:
            async with engine.begin() as db:
                wish = Booking(person_id, None, AREA)
                row = await booking.book(db, key, wish, Needs(), Doer(By.PERSON), Agreed.CHAT, NOW, SETTINGS)
            word = "gone" if isinstance(row, Gone) else "booked"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            word = type(error).__name__
        told.append((word, (time.perf_counter() - began) * 1000))
    return told


async def bare(engine: AsyncEngine, times: list[datetime], adviser: uuid.UUID, count: int, seed: int) -> list[float]:
    """The floor: the constraint alone, one insert an attempt, no rules and no locks."""
    chance, took = random.Random(seed), []
    for _ in range(count):
        at, began = chance.choice(times), time.perf_counter()
        row = {"id": new_id(), "area": AREA, "owner": Owner.OURS, "adviser_id": adviser, "status": Status.BOOKED}
        until = at + timedelta(minutes=30)
        row |= {"starts_at": at, "ends_at": until, "busy_from": at, "busy_until": until, "agreed": Agreed.CHAT}
        try:
            async with engine.begin() as db:
                await db.execute(
                    insert(appointments).values(**row, session_id=row["id"], created_at=NOW, changed_at=NOW)
                )
        except (
            DBAPIError
        ):  # refused, or a deadlock of two inserts: without our locks the constraint alone answers either
            pass
        took.append((time.perf_counter() - began) * 1000)
    return took


async def one_process(task: str) -> None:
    """The clients of one process; their answers as JSON on the last line."""
    given = json.loads(task)
    use_key_ring(KeyRing.from_text(os.environ["BENCHMARK_RING"]))
    engine = make_engine(given["url"], pool=len(given["clients"]))
    began = [client(engine, given["keys"], [uuid.UUID(one) for one in who], seed) for seed, who in given["clients"]]
    told = [one for each in await asyncio.gather(*began) for one in each]
    await engine.dispose()
    print(json.dumps(told))


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


async def crowd(url: str, engine: AsyncEngine, attempts: int) -> bool:
    async with engine.begin() as db:
        await fill(db, ADVISERS, range(1, 2))
        found = await free_slots(db, Query(AREA, Reason.FIRST_TALK, DAY, DAY + timedelta(days=1)), SETTINGS, NOW)
        who = await people(db, attempts)
    keys = [slot.key for slot in found]
    shares = [who[n::CLIENTS] for n in range(CLIENTS)]
    began = time.perf_counter()
    running = []
    for place in range(PROCESSES):
        clients = [(n, [str(one) for one in shares[n]]) for n in range(CLIENTS) if n % PROCESSES == place]
        task = json.dumps({"url": url, "keys": keys, "clients": clients})
        command = [sys.executable, "-m", "benchmarks.booking", "--process"]
        running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        running[-1].stdin.write(task)  # type: ignore[union-attr]
        running[-1].stdin.close()  # type: ignore[union-attr]
    outputs = await asyncio.gather(*(asyncio.to_thread(one.stdout.read) for one in running))  # type: ignore[union-attr]
    told = [tuple(one) for output in outputs for one in json.loads(output.strip().splitlines()[-1])]
    seconds = time.perf_counter() - began
    counts = {word: sum(one[0] == word for one in told) for word in sorted({one[0] for one in told})}
    async with engine.connect() as db:
        booked = (await db.execute(text("SELECT count(*) FROM appointments WHERE status = 'booked'"))).scalar_one()
        overlaps = (await db.execute(text(OVERLAPS))).scalar_one()
    times = [one[1] for one in told]
    print(f"{len(keys)} times, {attempts} attempts, {CLIENTS} clients in {PROCESSES} processes: {seconds:.0f} s")
    print(f"answers {counts}; booked in the database {booked}; overlaps {overlaps}; no answer {attempts - len(told)}")
    print(
        f"an attempt: p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms, p99 {percentile(times, 0.99):.0f} ms"
    )
    return (
        overlaps == 0
        and booked == len(keys) == counts.get("booked")
        and len(told) == attempts
        and set(counts) <= {"booked", "gone"}
    )


OVERLAPS = """
    SELECT count(*) FROM appointments a JOIN appointments b
    ON a.id < b.id AND a.adviser_id = b.adviser_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    WHERE a.status = 'booked' AND b.status = 'booked'
"""


async def floor(engine: AsyncEngine, attempts: int) -> None:
    async with engine.begin() as db:
        advisers = await fill(db, 1, range(1))
    times = [DAY + timedelta(minutes=30 * n) for n in range(500)]
    began = time.perf_counter()
    each = await asyncio.gather(*(bare(engine, times, advisers[0], attempts // CLIENTS, n) for n in range(CLIENTS)))
    took = [one for some in each for one in some]
    seconds = time.perf_counter() - began
    print(
        f"floor, {len(took)} bare inserts in one process: {seconds:.0f} s; p50 {percentile(took, 0.5):.0f} ms, p95 {percentile(took, 0.95):.0f} ms"
    )


async def six_weeks(engine: AsyncEngine) -> bool:
    """How long it takes to find the free times of 30 advisers over six weeks, half of them taken."""
    query = Query(AREA, Reason.FIRST_TALK, NOW, NOW + SIX_WEEKS)
    async with engine.begin() as db:
        await fill(db, 30, range(5), hours=8)
        slots = await free_slots(db, query, SETTINGS, NOW)
        who = await people(db, len(slots) // 2)
        rows = []
        for person_id, slot in zip(who, slots[::2], strict=False):
            row = {
                "id": new_id(),
                "area": AREA,
                "owner": Owner.OURS,
                "adviser_id": slot.adviser_id,
                "person_id": person_id,
            }
            row |= {
                "place_id": slot.place_id,
                "starts_at": slot.starts_at,
                "ends_at": slot.ends_at,
                "status": Status.BOOKED,
            }
            row |= {
                "busy_from": slot.starts_at,
                "busy_until": slot.ends_at,
                "agreed": Agreed.CHAT,
                "session_id": row["id"],
            }
            rows.append({**row, "created_at": NOW, "changed_at": NOW})
        await db.execute(insert(appointments), rows)
        await db.execute(text("ANALYZE"))
    took = []
    # as the program sets its collector (server/app.py)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    async with engine.connect() as db:
        for _ in range(30):
            began = time.perf_counter()
            left = await free_slots(db, query, SETTINGS, NOW)
            took.append((time.perf_counter() - began) * 1000)
    middle, worst = percentile(took, 0.5), percentile(took, 0.95)
    print(
        f"free times of 30 advisers over 6 weeks: {len(left)} of {len(slots)} left; p50 {middle:.0f} ms, p95 {worst:.0f} ms (bar {BAR_MS})"
    )
    return middle < BAR_MS


async def main(attempts: int) -> int:
    os.environ["BENCHMARK_RING"] = (ring := KeyRing.new()).to_text()
    use_key_ring(ring)
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        await asyncio.to_thread(server.start)
        try:
            for name, part in {"crowd": None, "floor": floor, "weeks": six_weeks}.items():
                await asyncio.to_thread(server.create_database, name)
                url = server.url(name)
                await migrated(url)
                engine = make_engine(url, pool=CLIENTS)
                if part is None:
                    verdicts.append(await crowd(url, engine, attempts))
                elif part is floor:
                    await floor(engine, attempts)
                else:
                    verdicts.append(await six_weeks(engine))
                await engine.dispose()
        finally:
            await asyncio.to_thread(server.stop)
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    if "--process" in sys.argv:
        asyncio.run(one_process(sys.stdin.read()))
    else:
        sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ATTEMPTS)))
