"""The console under load: 20 advisers, 200 open chats, 10 messages a second; then the same over years of stored chats.

`python -m benchmarks.console` takes about a quarter of an hour, `--small` two minutes. One web process and one worker as real
processes; PostgreSQL, durable, and the crowd beside them on the same machine. Exits 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from sqlalchemy import text

from benchmarks.console_crowd import AdviserAtWork, Chat, Figures, YoungPeople
from benchmarks.console_fill import SMALL, WHOLE, Size, add_waiting, add_years
from benchmarks.console_floor import connect
from benchmarks.console_program import Program, free_port, wait_until_ready
from server.clock import utc_now
from server.db.embedded import EmbeddedPostgres
from server.db.engine import make_engine
from server.db.keyring import KeyRing
from server.db.types import use_key_ring

ADVISERS, CHATS, WAITING = 20, 200, 500
RATE = 10.0
WRITES_EVERY = 9.0
"""Seconds from one adviser's words to their next."""

WARM_SECONDS = 5.0
LOOKS = 60
BARS = {"screen": 500.0, "messages": 150.0, "queue": 150.0}


@dataclass(frozen=True)
class Plan:
    """How long each load takes, and how much is stored before the second."""

    seconds: float
    size: Size


def main() -> None:
    """Print the figures beside their bars; exit 1 when one is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--small", action="store_true", help="a quick look: less stored, shorter loads")
    plan = Plan(20.0, SMALL) if asked.parse_args().small else Plan(60.0, WHOLE)
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    with tempfile.TemporaryDirectory(prefix="connexions-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        postgres = EmbeddedPostgres(folder / "postgres")
        postgres.start()
        try:
            figures = asyncio.run(measure(postgres, folder, plan))
        finally:
            postgres.stop()
    raise SystemExit(report(figures))


async def measure(postgres: EmbeddedPostgres, folder: Path, plan: Plan) -> dict[str, float]:
    """Everything: the floor, the console nearly empty, the console over years."""
    ring, url = KeyRing.new(), postgres.url()
    use_key_ring(ring)
    figures = await measure_floor(postgres, plan)
    with Program(folder, url, ring) as program:
        young = YoungPeople(program.url, Figures())
        cookies = await make_advisers(url)
        await young.arrive(CHATS)
        await find_cases(url, young.chats)
        await add_waiting(url, WAITING)
        figures |= tagged("new", await one_stage(program, url, young, cookies, plan.seconds))
        print(f"filling in {plan.size.cases:,} closed cases, {plan.size.messages:,} messages ...", flush=True)
        figures["fill_seconds"] = await add_years(url, plan.size)
        figures |= tagged("old", await one_stage(program, url, young, cookies, plan.seconds))
        await young.close()
    return figures


def tagged(tag: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{tag}_{name}": value for name, value in figures.items()}


async def one_stage(
    program: Program, url: str, young: YoungPeople, cookies: list[str], seconds: float
) -> dict[str, float]:
    """The queue page by itself, then the load; a warm-up of each is not counted."""
    await share_out(url)
    queue = await queue_page(program, cookies[0])
    await crowd(program, young, cookies, WARM_SECONDS)
    before, began = program.cpu_seconds(), time.perf_counter()
    loaded = await crowd(program, young, cookies, seconds)
    took, after = time.perf_counter() - began, program.cpu_seconds()
    found = {
        "queue": queue.percentile("queue", 0.95),
        "queue_p50": queue.percentile("queue", 0.5),
    } | {f"cpu_{part}": (after[part] - before[part]) / took for part in after}
    for what in loaded.times:
        found |= {f"{what}": loaded.percentile(what, 0.95), f"{what}_p50": loaded.percentile(what, 0.5)}
        found[f"{what}_count"] = len(loaded.times[what])
    found |= {"lost": float(len(young.due)), "query": await bare_query(url)}
    young.due.clear()
    if wrong := Counter(loaded.wrong + queue.wrong):
        print(f"not answered well: {dict(wrong)}", flush=True)
    return found | {"wrong": float(wrong.total())}


async def crowd(program: Program, young: YoungPeople, cookies: list[str], seconds: float) -> Figures:
    """Everybody at work for so long; what was measured."""
    young.figures = figures = Figures()
    shown = young.chats[:: len(young.chats) // ADVISERS][:ADVISERS]
    others = [chat for chat in young.chats if chat not in shown]
    advisers = [
        AdviserAtWork(program.url, cookie, chat.case, young) for cookie, chat in zip(cookies, shown, strict=True)
    ]
    try:
        for adviser in advisers:
            await adviser.open()
        writing = [
            adviser.work(WRITES_EVERY, seconds, place * WRITES_EVERY / ADVISERS)
            for place, adviser in enumerate(advisers)
        ]
        await asyncio.gather(young.write(shown, others, RATE, seconds), *writing)
        await asyncio.sleep(2)  # what was written last is still on its way to a screen
    finally:
        for adviser in advisers:
            await adviser.close()
    return figures


async def queue_page(program: Program, cookie: str) -> Figures:
    """The queue page with everybody who waits, asked for again and again while nothing else happens."""
    figures = Figures()
    async with aiohttp.ClientSession(headers={"Cookie": f"staff={cookie}"}) as web:
        for place in range(LOOKS + 5):
            began = time.perf_counter()
            async with web.get(f"{program.url}/console/queue") as answer:
                page = await answer.text()
            if answer.status != 200 or page.count("data-row=") < WAITING // 2:
                figures.wrong.append(f"queue {answer.status}")
            if place >= 5:
                figures.times["queue"].append((time.perf_counter() - began) * 1000)
    return figures


async def measure_floor(postgres: EmbeddedPostgres, plan: Plan) -> dict[str, float]:
    """The barest way from one page to twenty others, at the same rate."""
    postgres.create_database("floor")
    url = postgres.url("floor")
    with floor_running(url) as address:
        return {"floor_screen": await floor_round_trip(address, plan.seconds / 2)}


async def floor_round_trip(address: str, seconds: float) -> float:
    figures, due, ready = Figures(), dict[str, float](), list[asyncio.Task]()
    unlimited = aiohttp.ClientTimeout(total=None)

    async def listen(web: aiohttp.ClientSession) -> None:
        async with web.get(f"{address}/events", timeout=unlimited) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    figures.times["screen"].append((time.perf_counter() - due[line[6:-1].decode()]) * 1000)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as web:
        ready += [asyncio.create_task(listen(web)) for _ in range(ADVISERS)]
        await asyncio.sleep(1)
        began = time.perf_counter()
        for place in range(int(RATE * seconds)):
            words = f"bench {place:06}"
            await asyncio.sleep(max(0.0, began + place / RATE - time.perf_counter()))
            due[words] = began + place / RATE
            async with web.post(f"{address}/say", data=words):
                pass
        await asyncio.sleep(0.5)
        for task in ready:
            task.cancel()
        await asyncio.gather(*ready, return_exceptions=True)
    return figures.percentile("screen", 0.95)


@contextmanager
def floor_running(url: str):
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.console_floor", str(port), url])
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/openapi.json", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


async def bare_query(url: str) -> float:
    """Everybody who waits, read by one bare statement: p95 of many."""
    db = await connect(url)
    figures = Figures()
    for _ in range(LOOKS):
        began = time.perf_counter()
        rows = await db.fetch(
            "SELECT c.*, a.channel FROM cases c LEFT JOIN addresses a ON a.id = c.address_id WHERE c.closed_at IS NULL"
        )
        figures.times["query"].append((time.perf_counter() - began) * 1000)
        if len(rows) < WAITING:
            raise SystemExit("they do not wait")
    await db.close()
    return figures.percentile("query", 0.95)


async def make_advisers(url: str) -> list[str]:
    """So many advisers who are signed in; their cookies."""
    from sqlalchemy import insert

    from server.db.base import table_of
    from server.db.ids import new_id
    from server.staff import sessions
    from server.staff.models import Staff
    from server.staff.signing_in import email_hash

    engine, now, cookies = make_engine(url, pool=1), utc_now(), []
    async with engine.begin() as db:
        for place in range(ADVISERS):
            row = {
                "id": new_id(),
                "name": f"Adviser {place}",
                "email": f"adviser-{place}@example.org",
                "email_hash": email_hash(f"adviser-{place}@example.org"),
                "roles": ["adviser"],
                "areas": ["home"],
                "languages": ["en"],
                "is_on_duty": True,
                "created_at": now,
            }
            await db.execute(insert(table_of(Staff)).values(row))
            cookies.append(await sessions.open_session(db, row["id"], "Bench", now, has_code=True))
    await engine.dispose()
    return cookies


async def find_cases(url: str, chats: list[Chat]) -> None:
    """Which case each browser opened."""
    db = await connect(url)
    from server.db.types import blind_index
    from server.webhooks.webdesk import _sender

    rows = await db.fetch(
        "SELECT c.id, a.address_hash FROM cases c JOIN addresses a ON a.id = c.address_id WHERE c.closed_at IS NULL"
    )
    found = {bytes(row["address_hash"]): str(row["id"]) for row in rows}
    for chat in chats:
        chat.case = found[blind_index(_sender(chat.cookie), "addresses.web")]
    # the order of arrival is the order of the cases' numbers, however the browsers came
    chats.sort(key=lambda chat: chat.case)
    await db.close()


async def share_out(url: str) -> None:
    """Ten chats for each adviser, all answered just now."""
    engine = make_engine(url, pool=1)
    async with engine.begin() as db:
        await db.execute(
            text("""
            WITH desks AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM staff),
                 chats AS (SELECT c.id, row_number() OVER (ORDER BY c.id) - 1 AS place
                           FROM cases c JOIN messages m ON m.address_id = c.address_id
                           WHERE c.closed_at IS NULL GROUP BY c.id)
            UPDATE cases c SET adviser_id = d.id, taken_at = now(), adviser_active_at = now(), waiting_since = NULL,
                acknowledged_at = now(), acknowledged_by = d.id, clock_next_at = NULL, held_until = NULL
            FROM chats h JOIN desks d ON d.place = h.place / :each WHERE c.id = h.id
            """),
            {"each": CHATS // ADVISERS},
        )
    await engine.dispose()


def report(figures: dict[str, float]) -> int:
    """The table, and the verdicts; 1 when a bar is missed."""
    print(f"{'p95 in ms':44}{'floor':>10}{'new':>10}{'years':>10}")
    for label, key, floor in (
        ("message to an adviser's screen", "screen", "floor_screen"),
        ("adviser's words to the outbox", "messages", ""),
        ("queue page, 500 waiting, nothing else", "queue", ""),
        ("  the bare query behind it", "query", ""),
        ("queue list, under load", "list", ""),
        ("news of an open chat", "news", ""),
        ("states", "states", ""),
        ("draft", "draft", ""),
        ("case page", "page", ""),
        ("a young person's message taken", "say", ""),
    ):
        shown = f"{figures[floor]:>10.1f}" if floor else " " * 10
        print(f"{label:44}{shown}{figures[f'new_{key}']:>10.1f}{figures[f'old_{key}']:>10.1f}")
    for part in ("web", "worker", "postgres", "crowd", "stolen", "starved"):
        shown = f"{figures[f'new_cpu_{part}']:>10.2f}{figures[f'old_cpu_{part}']:>10.2f}"
        print(f"{'  cores: ' + part:44}{'':10}{shown}")
    print(
        f"{'messages shown, of them never':44}{'':10}{figures['new_screen_count']:>10.0f}{figures['old_screen_count']:>10.0f}"
    )
    print(f"filled in {figures['fill_seconds']:.0f} s; load average {os.getloadavg()[0]:.1f}")
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))
    bars = {f"{name} under {bar:.0f} ms": figures[f"new_{name}"] < bar for name, bar in BARS.items()}
    bars |= {f"{name} under {bar:.0f} ms over years": figures[f"old_{name}"] < bar for name, bar in BARS.items()}
    bars |= {f"{name} has not doubled": figures[f"old_{name}"] < 2 * figures[f"new_{name}"] for name in BARS}
    bars |= {"no message is lost": figures["new_lost"] + figures["old_lost"] == 0}
    bars |= {"every request is answered": figures["new_wrong"] + figures["old_wrong"] == 0}
    for bar, holds in bars.items():
        print(f"{'holds ' if holds else 'MISSED'}  {bar}")
    return 0 if all(bars.values()) else 1


if __name__ == "__main__":
    main()
