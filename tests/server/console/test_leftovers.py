"""Passwords are hashed a few at a time, and what is kept of staff goes when its time is over."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from server.clock import utc_now
from server.errors import TryAgain
from server.staff import pages_draw, passwords
from server.staff.access import Role
from server.worker.jobs import expire_accounts, schedule
from tests.server.console.house import House
from tests.server.staff.core import QUICK
from tests.support.staff_person import StaffPerson

pytestmark = pytest.mark.database


class Slow(PasswordHasher):
    """Argon2 that takes a while and knows how many hash at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.lock, self.now, self.most = threading.Lock(), 0, 0

    def hash(self, password: Any, *, salt: Any = None) -> str:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)
        with self.lock:
            self.now -= 1
        return QUICK.hash(password)


async def test_a_flood_of_sign_ins_hashes_a_few_at_a_time(house: House) -> None:
    async def tries(number: int) -> int:
        person = StaffPerson(house.program, house.program.browser(), f"stranger{number}@example.org")
        return (await person.gives_password()).status_code

    slow = Slow()
    with passwords.hashed_by(slow):
        answers = await asyncio.gather(*map(tries, range(3 * pages_draw.HASHINGS_AT_ONCE)))
    assert set(answers) <= {403, 429}
    assert 1 < slow.most <= pages_draw.HASHINGS_AT_ONCE


async def test_who_waits_too_long_for_room_is_told_to_try_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    console = house.program.service.console
    monkeypatch.setattr(pages_draw, "LONGEST_WAIT_SECONDS", 0.01)
    for _ in range(pages_draw.HASHINGS_AT_ONCE):
        await console.room.acquire()
    try:
        with pytest.raises(TryAgain):
            async with console.hashing():
                pytest.fail("no room")
    finally:
        for _ in range(pages_draw.HASHINGS_AT_ONCE):
            console.room.release()
    async with console.hashing():
        pass


async def test_the_worker_deletes_what_is_over(house: House) -> None:
    assert "accounts" in {job.id for job in schedule(house.program.service).get_jobs()}
    ada, now = await house.has(Role.LEAD), utc_now()
    long_ago = now - timedelta(days=3000)
    await house.changes("INSERT INTO audit (at, what, area) VALUES (:at, 'chat', 'home')", at=long_ago)
    await house.changes(
        "UPDATE staff_sessions SET expires_at = :at WHERE staff_id = :id", at=long_ago, id=ada.member.id
    )
    await house.changes(
        "INSERT INTO staff_sign_in_tries (lock_hash, tries, last_try_at) VALUES ('\\x01', 3, :at)", at=long_ago
    )
    await house.changes(
        "INSERT INTO on_call (id, area, rung, staff_id, starts_at, ends_at)"
        " SELECT gen_random_uuid(), 'home', 'first', :id, d, d + interval '1 hour' FROM unnest(ARRAY[CAST(:old AS timestamptz), CAST(:new AS timestamptz)]) d",
        id=ada.member.id,
        old=long_ago,
        new=now - timedelta(days=300),
    )
    for _ in range(2):
        async with house.engine.begin() as db:
            await expire_accounts(db, now)
    old = "SELECT (SELECT count(*) FROM audit WHERE at < now() - interval '7 years')"
    assert await house.scalar(old) == 0
    assert await house.scalar("SELECT count(*) FROM staff_sessions WHERE staff_id = :id", id=ada.member.id) == 0
    assert (
        await house.scalar("SELECT count(*) FROM staff_sign_in_tries WHERE last_try_at < now() - interval '1 year'")
        == 0
    )
    assert await house.scalar("SELECT count(*) FROM on_call") == 1
