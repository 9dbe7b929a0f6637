"""Faults that nobody thought of: one file is lost, and whatever works beside it goes on, the clock first of all."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from server.conversations.files_fetching import FAULT, MOST_TRIES, fetch_next
from server.worker.clock import AWAY, watch_clock
from server.worker.files import fetch_files
from tests.server.files.test_files import SMS, WithMedia
from tests.server.wire import Wire
from tests.support.patience import PATIENCE
from tests.support.pictures import picture

NUMBER = "+447700900556"


class Falls(WithMedia):
    """Whose fetching of some files falls over in a way that nobody foresaw."""

    async def fetch_file(self, source: str, most_bytes: int) -> bytes:
        if source.endswith("bad"):
            raise RuntimeError("what is this")
        return await super().fetch_file(source, most_bytes)


async def change(wire: Wire, statement: str) -> None:
    async with wire.program.service.engine.begin() as db:
        await db.execute(text(statement))


async def sent(wire: Wire, *names: str) -> Falls:
    for words in ("hello", "9"):
        await wire.twilio(SMS, wire.form(NUMBER, words))
    for name in names:
        media = {"MediaUrl0": f"https://api.twilio.com/{name}", "MediaContentType0": "image/jpeg", "NumMedia": "1"}
        await wire.twilio(SMS, wire.form(NUMBER, "this is it", **media))
    channel = Falls()
    channel.media = {f"https://api.twilio.com/{name}": picture() for name in names}
    return channel


async def status(wire: Wire, name: str) -> str:
    return str(await wire.scalar(f"SELECT status FROM attachments WHERE reason = '{name}'"))


async def test_one_bad_file_fails_and_the_next_is_fetched(wire: Wire) -> None:
    engine, channel = wire.program.service.engine, await sent(wire, "1-bad", "1-good")
    stored = "SELECT count(*) FROM attachments WHERE status = 'stored' AND lane = 'sms'"
    for _ in range(2):
        assert await fetch_next(engine, {"sms": channel})
    assert await wire.scalar(stored) == 1
    for _ in range(MOST_TRIES - 1):
        await change(wire, "UPDATE attachments SET not_before = now() - interval '1 second'")
        assert await fetch_next(engine, {"sms": channel})
    assert await status(wire, FAULT) == "failed"
    assert not await fetch_next(engine, {"sms": channel})


async def test_a_fault_around_the_files_ends_no_task(wire: Wire) -> None:
    service, channel = wire.program.service, await sent(wire, "2-good")
    wake, stop = asyncio.Event(), asyncio.Event()
    await change(wire, "ALTER TABLE attachments RENAME TO hidden")
    fetching = asyncio.create_task(fetch_files(service.engine, {"sms": channel}, wake, stop))
    await asyncio.sleep(0.5)
    await change(wire, "ALTER TABLE hidden RENAME TO attachments")
    assert not fetching.done()
    stored = "SELECT count(*) FROM attachments WHERE status = 'stored' AND lane = 'sms'"
    before = await wire.scalar(stored)
    wake.set()
    async with asyncio.timeout(PATIENCE):
        while await wire.scalar(stored) == before:
            await asyncio.sleep(0.05)
    stop.set()
    await fetching


async def test_a_fault_does_not_end_the_stand_in_of_the_clock(wire: Wire) -> None:
    service = wire.program.service
    await change(wire, "ALTER TABLE heartbeats RENAME TO hidden")
    watching = asyncio.create_task(watch_clock(service))
    await asyncio.sleep(AWAY.total_seconds() * 1.5)
    await change(wire, "ALTER TABLE hidden RENAME TO heartbeats")
    try:
        assert not watching.done()
    finally:
        watching.cancel()
        await asyncio.wait((watching,))
