"""A worker is really killed between fetching a file and storing it: another fetches it, and it is there once."""

from __future__ import annotations

import pytest

from server.conversations import files
from tests.flows.fleet import Fleet, until
from tests.support.pictures import wav

pytestmark = pytest.mark.process


async def test_killed_between_fetch_and_store(fleet: Fleet) -> None:
    web, worker = await fleet.start("serve", "work")
    for words in ("hello", "9"):
        assert await fleet.post(web, fleet.update(7, words)) == 200
    fleet.double.files["voice1"] = recording = wav(20)
    fleet.double.may_download.clear()
    update = fleet.update(7, "")
    del update["message"]["text"]
    update["message"]["voice"] = {"file_id": "voice1", "file_unique_id": "u", "duration": 20, "mime_type": "audio/ogg"}
    assert await fleet.post(web, update) == 200

    async def is_being_fetched() -> bool:
        return fleet.double.downloads == ["voice1"]

    await until(is_being_fetched)
    worker.kill()
    await worker.process.wait()
    assert await fleet.count("SELECT count(*) FROM attachments WHERE status = 'waiting' AND lease_until > now()") == 1
    fleet.double.may_download.set()
    assert await fleet.post(web, update) == 200  # Telegram sends it once more
    (other,) = await fleet.start("work")
    assert await fleet.count("SELECT count(*) FROM attachments WHERE status = 'waiting'") == 1  # the lease still holds
    await fleet.execute("UPDATE attachments SET lease_until = now() - interval '1 second'")

    async def is_stored() -> bool:
        return bool(await fleet.count("SELECT count(*) FROM attachments WHERE status = 'stored'"))

    await until(is_stored)
    assert await fleet.count("SELECT count(*) FROM attachments") == 1
    assert fleet.double.downloads == ["voice1", "voice1"]
    async with fleet.engine.connect() as db:
        case_id = (await db.exec_driver_sql("SELECT id FROM cases")).scalar_one()
        (kept,) = await files.files_of_case(db, case_id)
        assert await files.content_of(db, kept) == recording
    await fleet.settled()
    assert (await other.stop())[0] == 0
    assert "voice1" not in worker.log + other.log + web.log
