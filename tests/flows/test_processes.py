"""Several real processes on one database: nothing is lost, nothing is doubled, whoever is killed.

One story in stages, because a process takes seconds to start: two web processes and two workers live through a burst, a
storm of repeats, a database that goes away, the death of one of each, and a stop.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import httpx
import pytest

from server.db.embedded import EmbeddedPostgres
from tests.flows.fleet import Fleet, Running, until
from tests.support.postgres import in_thread
from tests.support.telegram_double import SECRET_HEADER

pytestmark = pytest.mark.process

IN_DANGER = "i want to kill myself"
SECRET_WORDS = "zanzibar marmalade"
NAME = "Quillon"


async def test_nothing_is_lost_and_nothing_is_doubled(fleet: Fleet, own_postgres: EmbeddedPostgres) -> None:
    web, other_web, worker, other_worker = await fleet.start("serve", "serve", "work", "work")
    for stage in (
        lambda: two_hundred_updates_of_one_person(fleet, web, other_web),
        lambda: the_same_update_ten_times_at_once(fleet, web, other_web),
        lambda: the_database_goes_away_and_comes_back(fleet, web, own_postgres),
        lambda: a_web_process_is_killed_in_a_burst(fleet, web, other_web),
        lambda: a_worker_is_killed_while_it_sends(fleet, other_web, worker, other_worker),
        lambda: the_rest_is_stopped(fleet, other_web, [worker, other_worker]),
        lambda: nobody_wrote_a_word_into_a_log(fleet),
    ):
        await stage()
        with suppress(OSError):
            await fleet.forget()


async def two_hundred_updates_of_one_person(fleet: Fleet, *webs: Running) -> None:
    """Danger is answered however fast it comes, so that every update has its reply; each reply has its own menu number."""
    updates = [fleet.update(7, f"{IN_DANGER} {SECRET_WORDS} {n}", name=NAME) for n in range(200)]
    for start in range(0, 200, 10):
        batch = updates[start : start + 10]
        statuses = await asyncio.gather(*(fleet.post(webs[n % 2], update) for n, update in enumerate(batch)))
        assert set(statuses) == {200}
    await fleet.settled()

    assert await fleet.count("SELECT count(*) FROM messages") == 200
    assert await fleet.count("SELECT count(*) FROM people") == 1
    assert await fleet.count("SELECT count(*) FROM case_messages") == 200
    told = (await fleet.told())[7]
    assert fleet.received()[7] == told
    menus = [int(shown.rpartition("[m")[2].partition(".")[0]) for shown in told if "[m" in shown]
    assert len(menus) >= 200
    assert menus == list(range(menus[0], menus[0] + len(menus)))


async def the_same_update_ten_times_at_once(fleet: Fleet, *webs: Running) -> None:
    for words in ("hello", "what is a cscs card"):
        update = fleet.update(8, words)
        statuses = await asyncio.gather(*(fleet.post(webs[n % 2], update) for n in range(10)))
        assert set(statuses) == {200}
    crowd = [fleet.update(chat, "hello") for chat in range(100, 120)]
    await asyncio.gather(*(fleet.post(webs[n % 2], update) for n in range(4) for update in crowd))
    await fleet.settled()

    assert await fleet.count("SELECT count(*) FROM people") == 21
    assert await fleet.count("SELECT count(*) FROM messages") == 22
    assert fleet.received() == await fleet.told()


async def the_database_goes_away_and_comes_back(fleet: Fleet, web: Running, postgres: EmbeddedPostgres) -> None:
    await fleet.post(web, fleet.update(50, "hello"))
    await fleet.settled()
    lost = fleet.update(50, "what is a cscs card")
    in_thread(postgres.stop)
    try:
        for _ in range(3):
            answer = await fleet.client.post(
                f"{web.url}/webhooks/telegram", json=lost, headers={SECRET_HEADER: "a-secret-of-the-webhook"}
            )
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            await asyncio.sleep(0.5)
        assert (await fleet.client.get(f"{web.url}/readyz")).status_code == 503
        assert (await fleet.client.get(f"{web.url}/healthz")).status_code == 200
    finally:
        in_thread(postgres.start)

    async def is_taken() -> bool:
        return await fleet.post(web, lost) == 200

    await until(is_taken)
    with suppress(Exception):
        await fleet.count("SELECT 1")  # our own pool forgets its dead connections
    await fleet.settled()
    assert await fleet.count("SELECT count(*) FROM messages") == 2
    assert fleet.received() == await fleet.told()
    await _due_again(fleet)
    await fleet.settled()  # the workers have their lanes again


async def a_web_process_is_killed_in_a_burst(fleet: Fleet, dying: Running, living: Running) -> None:
    fleet.double.delay_seconds = 0.3
    updates = [fleet.update(200 + n % 40, f"what is a cscs card {n}") for n in range(160)]

    async def post_some(first: int) -> None:
        for n in range(first, 160, 8):
            await _posted_until_taken(fleet, dying if n % 2 == 0 else living, living, updates[n])

    posting = [asyncio.create_task(post_some(first)) for first in range(8)]
    await until(lambda: _received(fleet, 15))
    dying.kill()
    await dying.process.wait()
    in_flight = await fleet.time_passes_for(dying)
    await asyncio.gather(*posting)
    await fleet.settled()

    assert in_flight > 0, "nobody was in a call at the kill: the test saw nothing"
    assert await fleet.count("SELECT count(*) FROM messages") == 160
    assert await fleet.count("SELECT count(*) FROM conversations") == 40
    assert await fleet.doubles() <= in_flight


async def a_worker_is_killed_while_it_sends(fleet: Fleet, web: Running, *workers: Running) -> None:
    await asyncio.gather(*(fleet.post(web, fleet.update(300 + n, "hello")) for n in range(40)))
    await fleet.settled()
    before = sum(map(len, fleet.received().values()))
    fleet.double.delay_seconds = 0.3
    waiting = await _due_again(fleet)
    await until(lambda: _received(fleet, before + 5))
    holder, heir = workers if await _works(fleet, workers[0]) else workers[::-1]
    holder.kill()
    await holder.process.wait()
    in_flight = await fleet.time_passes_for(holder)
    await fleet.settled()

    arrived = sum(map(len, fleet.received().values())) - before
    assert in_flight > 0
    assert waiting <= arrived <= waiting + in_flight
    assert heir.process.returncode is None


async def the_rest_is_stopped(fleet: Fleet, web: Running, workers: list[Running]) -> None:
    """A stop finishes what was begun, and waits for no open page."""
    fleet.double.delay_seconds = 1.0
    async with httpx.AsyncClient(base_url=web.url, follow_redirects=True, timeout=30) as browser:
        assert (await browser.get("/")).status_code == 200
        async with browser.stream("GET", "/live") as events:
            assert (await anext(events.aiter_lines())).startswith("retry")
            statuses = await asyncio.gather(*(fleet.post(web, fleet.update(400 + n, "hello")) for n in range(10)))
            assert set(statuses) == {200}
            assert await fleet.count("SELECT count(*) FROM deliveries WHERE status = 'sending'") > 0
            code, seconds = await web.stop()
    assert code == 0, web.log[-3000:]
    assert seconds < 30
    assert await fleet.count("SELECT count(*) FROM deliveries WHERE status <> 'sent'") == 0
    assert await fleet.doubles() == 0
    (worker,) = (running for running in workers if running.process.returncode is None)
    code, seconds = await worker.stop()
    assert (code, seconds < 30) == (0, True), worker.log[-3000:]


async def nobody_wrote_a_word_into_a_log(fleet: Fleet) -> None:
    logs = "\n".join(running.log for running in fleet.started)
    assert '"event"' in logs, "no JSON lines at all"
    for secret in (*SECRET_WORDS.split(), NAME, "kill myself", "cscs", '"chat"', "bot4200"):
        assert secret.lower() not in logs.lower()


async def _posted_until_taken(fleet: Fleet, to: Running, other: Running, update: dict[str, Any]) -> None:
    """As Telegram: what was not acknowledged comes again, to whoever answers."""
    for target in (to, other, other, other):
        if await fleet.post(target, update) == 200:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("never taken")


async def _received(fleet: Fleet, least: int) -> bool:
    return sum(map(len, fleet.received().values())) >= least


async def _works(fleet: Fleet, worker: Running) -> bool:
    query = f"SELECT count(*) FROM deliveries WHERE status = 'sending' AND leased_by LIKE '%:{worker.pid}:%'"
    return await fleet.count(query) > 0


async def _due_again(fleet: Fleet) -> int:
    """Everything is to be sent once more, by a worker; how many."""
    return await fleet.execute(
        "UPDATE deliveries SET status = 'due', provider_id = NULL, leased_by = NULL, lease_until = NULL, attempt = 0, "
        "not_before = now()"
    )
