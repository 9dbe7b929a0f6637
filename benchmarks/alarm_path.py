"""From a message in danger to the first on-call telephone: a web process, a worker, and a Twilio that answers at once.

Run as `python -m benchmarks.alarm_path [MESSAGES] [A_SECOND]`. Each message is from another person, so each opens a case and
begins a clock of its own, out of hours. A time runs from when the request was due to when the call's request came in.
Exits 1 when the 99th percentile is not under `BAR_SECONDS`, or when a case rang nobody.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import insert, text

from server.cli.processes import migrated
from server.clock import utc_now
from server.db.embedded import EmbeddedPostgres
from server.db.engine import make_engine
from server.db.keyring import KeyRing
from server.db.types import use_key_ring
from server.escalations.clock import Rung
from server.escalations.oncall import put_on_call
from server.people.models import Area

MESSAGES, A_SECOND, BAR_SECONDS = 200, 5.0, 5.0
SECRET = "benchmark-secret"
WORDS = ("i want to kill myself", "whats the point im done", "ive taken all my pills", "he is outside with a knife")
FIRST_PERSON = 50_000
ONLY_CALL = "+447700900321"
PORTS = {"serve": 8191, "work": 8192}


class Providers:
    """Telegram and Twilio in one: they take everything at once, and note when a case's first call came in."""

    def __init__(self) -> None:
        self.rang: dict[int, float] = {}
        self.url = ""

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", self._call)
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._message)
        app.router.add_route("*", "/bot{token}/{method}", self._bot)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = "http://127.0.0.1:{1}".format(*runner.addresses[0])
        return runner

    async def _call(self, request: web.Request) -> web.Response:
        at, form = time.perf_counter(), await request.post()
        spoken = re.search(r"Case C ([\d ]+)\.", str(form["Twiml"]))
        assert spoken, form["Twiml"]
        self.rang.setdefault(int(spoken[1].replace(" ", "")), at)
        return web.json_response({"sid": f"CA{len(self.rang):032x}"}, status=201)

    async def _message(self, request: web.Request) -> web.Response:
        return web.json_response({"sid": f"SM{time.perf_counter_ns():032x}"}, status=201)

    async def _bot(self, request: web.Request) -> web.Response:
        if request.match_info["method"] in {"sendMessage", "editMessageText"}:
            result: object = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}
        else:
            result = True if request.method == "POST" and "get" not in request.match_info["method"] else []
        return web.json_response({"ok": True, "result": result})


@asynccontextmanager
async def processes(url: str, ring: str, providers: Providers):
    """A web process and a worker of the program, ready."""
    own = {
        "database_url": url,
        "key_ring": ring,
        "public_url": "https://benchmark.example",
        "telegram_token": "42:benchmark",
        "telegram_api": providers.url,
        "telegram_mode": "webhook",
        "telegram_secret": SECRET,
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token": "benchmark-token",
        "twilio_from": "+447700900999",
        "twilio_api": providers.url,
        "voice_from": "+447700900999",
        "area_hours": "",
        "log_level": "ERROR",
    }
    started = []
    try:
        for kind, port in PORTS.items():
            env = os.environ | {f"CONNEXIONS_{name.upper()}": value for name, value in own.items()}
            env |= {"CONNEXIONS_PORT": str(port), "CONNEXIONS_WORKER_PORT": str(port)}
            program = Path(sys.executable).with_name("connexions")
            started.append(await asyncio.create_subprocess_exec(program, kind, env=env))
        await asyncio.gather(*(ready(port) for port in PORTS.values()))
        yield
    finally:
        for process in started:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in started))


async def ready(port: int) -> None:
    """Until the process can do its work."""
    async with aiohttp.ClientSession() as session:
        for _ in range(1800):
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("the program did not start")


async def on_call(url: str) -> None:
    """Somebody with a telephone, on call all night."""
    from tests.support.oncall import reachable
    from tests.support.staff import make_member

    engine, now = make_engine(url, pool=1), utc_now()
    async with engine.begin() as db:
        await db.execute(insert(Area.__table__).values(slug="home", created_at=now))
    jo = await make_member(engine, "Jo")
    await reachable(engine, jo, ONLY_CALL, "4711")
    async with engine.begin() as db:
        await put_on_call(db, "home", Rung.FIRST, jo.id, now - timedelta(days=1), now + timedelta(days=1))
    await engine.dispose()


async def write_all(messages: int, a_second: float) -> list[float]:
    """Post the messages at a steady rate; when each was due."""
    due_at, began = [], time.perf_counter() + 0.5
    async with aiohttp.ClientSession() as session:

        async def post(number: int) -> None:
            await asyncio.sleep(began + number / a_second - time.perf_counter())
            person = {"id": FIRST_PERSON + number, "is_bot": False, "first_name": "Sam", "language_code": "en"}
            chat = {"id": FIRST_PERSON + number, "type": "private", "first_name": "Sam"}
            message = {"message_id": number + 1, "date": int(time.time()), "chat": chat, "from": person}
            update = {"update_id": number + 1, "message": message | {"text": WORDS[number % len(WORDS)]}}
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            url = f"http://127.0.0.1:{PORTS['serve']}/webhooks/telegram"
            async with session.post(url, json=update, headers=headers) as answer:
                assert answer.status == 200, answer.status

        tasks = [asyncio.create_task(post(number)) for number in range(messages)]
        due_at = [began + number / a_second for number in range(messages)]
        await asyncio.gather(*tasks)
    return due_at


async def numbers(url: str) -> dict[int, int]:
    """The number of each person's case, by their place in the load."""
    from server.db.base import table_of
    from server.escalations.models import Case
    from server.people.models import Address

    cases, addresses = table_of(Case), table_of(Address)
    engine = make_engine(url, pool=1)
    query = cases.join(addresses, addresses.c.id == cases.c.address_id).select()
    async with engine.connect() as db:
        rows = (await db.execute(query.with_only_columns(cases.c.number, addresses.c.address))).all()
        failed = (
            await db.execute(text("SELECT count(*) FROM staff_notices WHERE means = 'call' AND status = 'failed'"))
        ).scalar()
    await engine.dispose()
    assert not failed
    return {int(row.address) - FIRST_PERSON: row.number for row in rows}


async def measure(url: str, messages: int, a_second: float) -> list[float]:
    """Seconds from message to ring, sorted."""
    ring = KeyRing.new()
    use_key_ring(ring)
    await migrated(url)
    await on_call(url)
    providers = Providers()
    runner = await providers.start()
    try:
        async with processes(url, ring.to_text(), providers):
            due_at = await write_all(messages, a_second)
            for _ in range(200):
                if len(providers.rang) == messages:
                    break
                await asyncio.sleep(0.1)
            case_of = await numbers(url)
    finally:
        await runner.cleanup()
    return sorted(providers.rang[case_of[place]] - at for place, at in enumerate(due_at))


def main() -> None:
    """Print the figures beside the bar; exit 1 when it is missed."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    a_second = float(sys.argv[2]) if len(sys.argv) > 2 else A_SECOND
    with tempfile.TemporaryDirectory(prefix="connexions-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        postgres.start()
        try:
            postgres.create_database("alarm")
            times = asyncio.run(measure(postgres.url("alarm"), messages, a_second))
        finally:
            postgres.stop()
    at = {part: times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.95, 0.99)}
    print(
        json.dumps(
            {"messages": messages, "a_second": a_second} | {f"p{int(k * 100)}_s": round(v, 3) for k, v in at.items()}
        )
    )
    holds = at[0.99] < BAR_SECONDS
    print(
        f"{'holds ' if holds else 'MISSED'}  message to the first on-call call, p99 under {BAR_SECONDS:g} s; slowest {times[-1]:.3f} s"
    )
    raise SystemExit(0 if holds else 1)


if __name__ == "__main__":
    main()
