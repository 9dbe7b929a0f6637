"""Several real processes on one database: nothing is lost, nothing is doubled, whoever is killed."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.flows.fleet import Fleet, Running, until

pytestmark = pytest.mark.process

IN_DANGER = "i want to kill myself"


async def test_two_hundred_updates_of_one_person_over_two_processes(fleet: Fleet) -> None:
    """Danger is answered however fast it comes, so that every update has its reply; each reply has its own menu number."""
    webs = (await fleet.start("serve", "serve", "work"))[:2]
    updates = [fleet.update(7, f"{IN_DANGER} {n}") for n in range(200)]
    for start in range(0, 200, 10):
        batch = updates[start : start + 10]
        statuses = await asyncio.gather(*(fleet.post(webs[n % 2], update) for n, update in enumerate(batch)))
        assert set(statuses) == {200}
    await fleet.settled(40)

    assert await fleet.count("SELECT count(*) FROM messages") == 200
    assert await fleet.count("SELECT count(*) FROM people") == 1
    told = (await fleet.told())[7]
    assert fleet.received()[7] == told
    menus = [int(shown.rpartition("[m")[2].partition(".")[0]) for shown in told if "[m" in shown]
    assert menus == list(range(menus[0], menus[0] + len(menus)))
    assert len(menus) >= 200
    assert await fleet.count("SELECT count(*) FROM case_messages") == 200


async def test_the_same_update_ten_times_at_once_is_one_turn(fleet: Fleet) -> None:
    webs = (await fleet.start("serve", "serve", "work"))[:2]
    for words in ("hello", "what is a cscs card"):
        update = fleet.update(8, words)
        statuses = await asyncio.gather(*(fleet.post(webs[n % 2], update) for n in range(10)))
        assert set(statuses) == {200}
    await fleet.settled()
    assert await fleet.count("SELECT count(*) FROM messages") == 2
    assert fleet.received()[8] == (await fleet.told())[8]
    assert await fleet.count("SELECT count(DISTINCT id) FROM people") == 1

    crowd = [fleet.update(chat, "hello") for chat in range(100, 120)]
    await asyncio.gather(*(fleet.post(webs[n % 2], update) for n in range(4) for update in crowd))
    await fleet.settled()
    assert await fleet.count("SELECT count(*) FROM people") == 21
    assert await fleet.doubles() == 0


async def _posted_until_taken(fleet: Fleet, to: Running, other: Running, update: dict[str, object]) -> None:
    """As Telegram: what was not acknowledged comes again, to whoever answers."""
    for target in (to, other, other, other):
        if await fleet.post(target, update) == 200:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("never taken")


async def test_a_web_process_killed_in_a_burst_loses_nothing(fleet: Fleet) -> None:
    dying, living, _ = await fleet.start("serve", "serve", "work")
    fleet.double.delay_seconds = 0.3
    updates = [fleet.update(200 + n % 40, f"what is a cscs card {n}") for n in range(160)]

    async def post_all(first: int) -> None:
        for n in range(first, 160, 8):
            pair = (dying, living) if n % 2 == 0 else (living, dying)
            await _posted_until_taken(fleet, pair[0], living, updates[n])

    posting = [asyncio.create_task(post_all(first)) for first in range(8)]
    await until(lambda: _received(fleet, 15))
    dying.kill()
    await dying.process.wait()
    in_flight = await fleet.time_passes_for(dying)
    await asyncio.gather(*posting)
    await fleet.settled(40)

    assert in_flight > 0, "nobody was in a call at the kill: the test saw nothing"
    assert await fleet.count("SELECT count(*) FROM messages") == 160
    assert await fleet.count("SELECT count(DISTINCT external_id) FROM messages") == 160
    assert await fleet.doubles() <= in_flight


async def _received(fleet: Fleet, least: int) -> bool:
    return sum(map(len, fleet.received().values())) >= least


async def test_a_worker_killed_while_it_sends_is_replaced_by_another(fleet: Fleet) -> None:
    web, first = await fleet.start("serve", "work")
    await asyncio.gather(*(fleet.post(web, fleet.update(300 + n, "hello")) for n in range(40)))
    await fleet.settled()
    before = sum(map(len, fleet.received().values()))
    (second,) = await fleet.start("work")
    fleet.double.delay_seconds = 0.3
    waiting = await fleet.execute(
        "UPDATE deliveries SET status = 'due', provider_id = NULL, leased_by = NULL, lease_until = NULL, attempt = 0, "
        "not_before = now()"
    )
    await until(lambda: _received(fleet, before + 5))
    first.kill()
    await first.process.wait()
    in_flight = await fleet.time_passes_for(first)
    assert in_flight > 0
    await fleet.settled(25)

    arrived = sum(map(len, fleet.received().values())) - before
    assert waiting <= arrived <= waiting + in_flight
    assert second.process.returncode is None


@pytest.mark.parametrize("kind", ["serve", "work"])
async def test_a_stop_finishes_what_was_begun(fleet: Fleet, kind: str) -> None:
    (process,) = await fleet.start(kind)
    if kind == "serve":
        fleet.double.delay_seconds = 1.0
        statuses = await asyncio.gather(*(fleet.post(process, fleet.update(400 + n, "hello")) for n in range(10)))
        assert set(statuses) == {200}
        assert await fleet.count("SELECT count(*) FROM deliveries WHERE status = 'sending'") > 0
    code, seconds = await process.stop()
    assert (code, seconds < 10) == (0, True), process.log[-3000:]
    if kind == "serve":
        assert await fleet.count("SELECT count(*) FROM deliveries WHERE status <> 'sent'") == 0
        assert await fleet.doubles() == 0


async def test_a_stop_does_not_wait_for_an_open_page(fleet: Fleet) -> None:
    (web,) = await fleet.start("serve")
    async with httpx.AsyncClient(base_url=web.url, follow_redirects=True, timeout=30) as browser:
        assert (await browser.get("/")).status_code == 200
        async with browser.stream("GET", "/live") as events:
            assert events.status_code == 200
            lines = events.aiter_lines()
            assert (await anext(lines)).startswith("retry")
            code, seconds = await web.stop()
            assert [line async for line in lines] is not None
    assert code == 0, web.log[-3000:]
    assert seconds < 5
