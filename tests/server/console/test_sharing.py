"""One read for many who ask at once, and nobody is given a read that began before they asked."""

from __future__ import annotations

import asyncio

import pytest

from server.console.sharing import Shared


class Slow:
    """Something to read that takes as long as the test wants. `value` is what stands in it."""

    def __init__(self) -> None:
        self.value, self.reads, self.is_open = 1, 0, asyncio.Event()
        self.began: list[float] = []
        self.is_open.set()

    async def read(self, key: str) -> tuple[str, int]:
        self.reads += 1
        self.began.append(asyncio.get_running_loop().time())
        found = self.value
        await self.is_open.wait()
        if found < 0:
            raise OSError
        return key, found


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_all_who_ask_at_once_share_a_read() -> None:
    slow = Slow()
    shared = Shared(slow.read)
    assert await asyncio.gather(*(shared.get("home") for _ in range(20))) == [("home", 1)] * 20
    assert slow.reads == 1
    assert await asyncio.gather(shared.get("home"), shared.get("away")) == [("home", 1), ("away", 1)]
    assert slow.reads == 3


async def test_who_asks_during_a_read_gets_the_next_one() -> None:
    slow = Slow()
    slow.is_open.clear()
    shared = Shared(slow.read)
    first = asyncio.create_task(shared.get("home"))
    await settle()
    slow.value = 2
    later = [asyncio.create_task(shared.get("home")) for _ in range(3)]
    await settle()
    assert slow.reads == 1
    slow.is_open.set()
    assert await first == ("home", 1)
    assert await asyncio.gather(*later) == [("home", 2)] * 3
    assert slow.reads == 2


async def test_reads_rest_between_each_other_but_the_first_does_not_wait() -> None:
    slow = Slow()
    shared = Shared(slow.read, every=0.1)
    for _ in range(3):
        await asyncio.gather(shared.get("home"), shared.get("home"))
    assert slow.reads == 3
    assert all(later - before >= 0.099 for before, later in zip(slow.began, slow.began[1:], strict=False))


async def test_one_who_goes_away_does_not_end_the_read_of_the_others() -> None:
    slow = Slow()
    slow.is_open.clear()
    shared = Shared(slow.read)
    gone, stays = (asyncio.create_task(shared.get("home")) for _ in range(2))
    await settle()
    gone.cancel()
    await settle()
    slow.is_open.set()
    assert await stays == ("home", 1)


async def test_a_read_that_fails_fails_for_those_who_waited_and_for_nobody_else() -> None:
    slow = Slow()
    slow.value = -1
    shared = Shared(slow.read)
    for one in await asyncio.gather(shared.get("home"), shared.get("home"), return_exceptions=True):
        assert isinstance(one, OSError)
    slow.value = 3
    assert await shared.get("home") == ("home", 3)


@pytest.mark.parametrize("every", [0.0, 0.05])
async def test_a_busy_hour_never_shows_anybody_something_old(every: float) -> None:
    slow = Slow()
    shared = Shared(slow.read, every)

    async def look() -> None:
        asked = slow.value
        assert (await shared.get("home"))[1] >= asked

    async def change() -> None:
        for _ in range(50):
            slow.value += 1
            await asyncio.sleep(0.002)

    await asyncio.gather(change(), *(asyncio.create_task(_after(n * 0.003, look)) for n in range(40)))
    assert slow.reads < 45


async def _after(seconds: float, act) -> None:  # type: ignore[no-untyped-def]
    await asyncio.sleep(seconds)
    await act()
