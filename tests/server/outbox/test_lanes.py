"""The worker's half: order in a lane, several lanes, one holder, takeover, sweep."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.errors import SendError
from dialogs.messages import Urgency
from server.clock import utc_now
from server.outbox.lanes import oldest_waiting_seconds
from server.outbox.rules import MAX_ATTEMPTS, DeliveryKind, Status
from tests.server.outbox.post import LANE, Post, locks_held, open_post
from tests.support.patience import PATIENCE

BUSY = SendError("busy", is_retryable=True, retry_after_seconds=0.3)


async def test_urgent_first_then_oldest(post: Post) -> None:
    for n, urgency in enumerate((Urgency.REMINDER, Urgency.ADVISER, Urgency.REPLY, Urgency.CRISIS, Urgency.REPLY)):
        await post.put(f"{urgency.name.lower()}{n}", to=str(n), urgency=urgency)
    async with post.working():
        await post.until_settled()
    assert post.channel.texts() == ["crisis3", "reply2", "reply4", "adviser1", "reminder0"]


async def test_one_persons_messages_keep_their_order_when_the_first_is_refused(post: Post) -> None:
    await post.put("a", "b", "c")
    await post.put("x", to="200")
    post.channel.fail_next = [BUSY, SendError("busy", is_retryable=True, retry_after_seconds=0.2)]
    async with post.working():
        await post.until_settled()
    assert post.channel.texts("100") == ["a", "b", "c"]
    assert post.channel.texts("200") == ["x"]


async def test_a_crisis_card_overtakes_what_is_queued_for_the_same_person_and_for_others(database_url: str) -> None:
    post = await open_post(database_url, per_second=2)
    for n in range(12):
        await post.put(f"r{n}", to=str(n % 3))
    async with post.working() as wake:
        await post.until(lambda: len(post.channel.sent) >= 2)
        began = asyncio.get_running_loop().time()
        await post.put("card", to="1", urgency=Urgency.CRISIS)
        wake.set()
        await post.until(lambda: "card" in post.channel.texts(), 2)
        assert asyncio.get_running_loop().time() - began < 1.5
        assert len(post.channel.sent) < 9
    await post.engine.dispose()


async def test_one_slow_chat_does_not_hold_up_the_lane(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    send = post.channel.send
    slow = asyncio.Event()

    async def sticky(to: str, reply: object) -> object:
        if to == "slow":
            await slow.wait()
        return await send(to, reply)  # type: ignore[arg-type]

    monkeypatch.setattr(post.channel, "send", sticky)
    await post.put("s", to="slow")
    for n in range(40):
        await post.put(f"r{n}", to=str(n))
    async with post.working():
        await post.until(lambda: len(post.channel.sent) == 40)
        slow.set()
        await post.until_settled()


async def test_lanes_do_not_hold_each_other_up(database_url: str) -> None:
    post = await open_post(database_url, "telegram", "sms", "telegram-2")
    post.channels["sms"].gate.clear()
    for lane in post.lanes:
        for n in range(5):
            await post.put(f"{lane}{n}", to=str(n), lane=lane)
    async with post.working():
        await post.until(lambda: len(post.channels["telegram"].sent) == len(post.channels["telegram-2"].sent) == 5)
        assert post.channels["sms"].sent == []
        post.channels["sms"].gate.set()
        await post.until_settled()
    assert len(post.channels["sms"].sent) == 5
    await post.engine.dispose()


async def test_not_before_means_not_before(post: Post) -> None:
    await post.put("a")
    await post.change("a", not_before=utc_now() + timedelta(seconds=1.2))
    async with post.working():
        await asyncio.sleep(0.7)
        assert post.channel.sent == []
        await post.until(lambda: post.channel.texts() == ["a"])


async def test_too_late_is_skipped_and_never_sent(post: Post) -> None:
    await post.put("old", now=utc_now() - timedelta(hours=7))
    await post.put("old crisis", urgency=Urgency.CRISIS, now=utc_now() - timedelta(hours=7))
    async with post.working():
        assert await post.until_settled() == {"old": ("skipped", "too-late"), "old crisis": ("sent", "")}


async def test_one_worker_holds_a_lane_and_the_other_takes_over_in_seconds(database_url: str) -> None:
    first = await open_post(database_url)
    second = await open_post(database_url, process="p2")
    async with first.working():
        await first.put("a")
        await first.until(lambda: first.channel.texts() == ["a"])
        async with second.working():
            for n in range(30):
                await first.put(f"b{n}", to=str(n))
            await first.until(lambda: len(first.channel.sent) == 31)
            assert second.channel.sent == []
            async with second.engine.connect() as db:
                # what PostgreSQL does when the holder's machine dies
                kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid <> 0 AND pid <> pg_backend_pid()"
                await db.execute(text(kill))
            await first.put("c")
            await first.until(lambda: "c" in first.channel.texts() + second.channel.texts())
    assert (first.channel.texts() + second.channel.texts()).count("c") == 1
    await first.engine.dispose()
    await second.engine.dispose()


async def test_a_stopped_worker_lets_go_of_the_lane(post: Post) -> None:
    async with post.working():
        async with asyncio.timeout(PATIENCE):
            while await locks_held(post.engine) != 1:
                await asyncio.sleep(0.02)
    async with asyncio.timeout(PATIENCE):
        while await locks_held(post.engine):
            await asyncio.sleep(0.02)


async def test_a_worker_that_lost_one_query_takes_its_own_lane_back(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock belongs to a connection: given back to the pool with it, the lane would belong to nobody who works."""
    from server.outbox import lanes

    calls = []
    sweep = lanes.sweep_lane

    async def once_away(*args: object) -> None:
        calls.append(args)
        if len(calls) == 1:
            raise TimeoutError
        await sweep(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(lanes, "sweep_lane", once_away)
    await post.put("a")
    async with post.working():
        await post.until(lambda: post.channel.texts() == ["a"])


@pytest.mark.parametrize(
    ("kind", "found", "attempt", "outcome", "sent"),
    [
        (DeliveryKind.REPLY, True, 1, ("sent", "found-at-provider"), []),
        (DeliveryKind.REPLY, False, 1, ("sent", ""), ["a"]),
        (DeliveryKind.REMINDER, False, 1, ("sent", ""), ["a"]),
        (DeliveryKind.NOTICE, False, 1, ("failed", "unknown-after-crash"), []),
        (DeliveryKind.REPLY, False, MAX_ATTEMPTS, ("failed", "unknown-after-crash"), []),
    ],
)
async def test_what_a_crash_left_in_a_call_is_settled(
    post: Post, kind: DeliveryKind, found: bool, attempt: int, outcome: tuple[str, str], sent: list[str]
) -> None:
    await post.put("a", kind=kind)
    await post.left_in_call("a")
    await post.change("a", attempt=attempt)
    post.channel.found = {"100": "there-1"} if found else {}
    async with post.working():
        assert await post.until_settled() == {"a": outcome}
    assert post.channel.texts() == sent
    assert (await post.rows())["a"].provider_id == ("there-1" if found else "kept-1" if sent else None)


async def test_a_lease_that_is_not_over_is_left_alone(post: Post) -> None:
    await post.put("a")
    soon = utc_now() + timedelta(seconds=20)
    await post.change("a", status=Status.SENDING, lease_until=soon, leased_by="somebody", attempt=1)
    await post.put("b")
    async with post.working():
        await asyncio.sleep(1.3)
    assert post.channel.sent == []


async def test_a_provider_that_is_away_at_the_sweep_is_asked_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def away(to: str, reply: object, since: object) -> str | None:
        asked.append(to)
        if len(asked) < 3:
            raise SendError("no_answer", is_retryable=True)
        return "there-7"

    monkeypatch.setattr(post.channel, "find_sent", away)
    await post.put("a")
    await post.left_in_call("a")
    async with post.working():
        assert await post.until_settled() == {"a": ("sent", "found-at-provider")}
    assert len(asked) == 3
    assert post.channel.sent == []


async def test_the_oldest_that_waits_is_measured_by_lane(post: Post) -> None:
    await post.put("a", now=utc_now() - timedelta(seconds=90))
    await post.put("b")
    async with post.engine.connect() as db:
        ages = await oldest_waiting_seconds(db, utc_now())
    assert ages.keys() == {LANE}
    assert 89 < ages[LANE] < 95
