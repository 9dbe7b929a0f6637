"""The sender: order, retries, dead addresses, pace, stopping; what it holds the lease of is sent or handed on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.channel import SendResult
from bot.errors import SendError
from dialogs.messages import Reply, Urgency
from server.clock import utc_now
from server.outbox.delivery import Went
from server.outbox.rules import LEASE, MAX_ATTEMPTS, Status
from tests.server.outbox.post import Post, open_post
from tests.support.patience import PATIENCE

BUSY = SendError("busy", is_retryable=True)


async def test_one_turns_replies_go_in_order_and_say_so(post: Post) -> None:
    post.sender.send_soon(await post.put("a", "b", "c", is_for_worker=False))
    await post.sender.drain()

    assert post.channel.texts() == ["a", "b", "c"]
    rows = await post.rows()
    assert [row.status for row in rows.values()] == [Status.SENT] * 3
    assert [row.provider_id for row in rows.values()] == ["kept-1", "kept-2", "kept-3"]
    assert all(row.sent_at and row.attempt == 1 for row in rows.values())


async def test_a_later_turn_waits_for_the_earlier_one_of_its_address_only(post: Post) -> None:
    post.channel.gate.clear()
    for to, words in (("100", "a"), ("100", "b"), ("200", "x")):
        post.sender.send_soon(await post.put(words, to=to, is_for_worker=False))
    await asyncio.sleep(0.05)
    post.channel.gate.set()
    await post.sender.drain()
    assert post.channel.texts("100") == ["a", "b"]
    assert post.channel.texts("200") == ["x"]


async def test_a_refused_one_is_tried_later_and_holds_the_next_ones_back(post: Post) -> None:
    post.channel.fail_next = [BUSY]
    first, second = await post.put("a", "b", is_for_worker=False), await post.put("c", is_for_worker=False)
    before = utc_now()
    post.sender.send_soon(first)
    post.sender.send_soon(second)
    await post.sender.drain()

    assert post.channel.texts() == []
    rows = await post.rows()
    assert await post.statuses() == {
        "a": ("due", "retry:busy"),
        "b": ("due", "after-earlier"),
        "c": ("due", "after-earlier"),
    }
    assert timedelta(seconds=1) <= rows["a"].not_before - before <= timedelta(seconds=3)
    assert [row.attempt for row in rows.values()] == [1, 0, 0]
    assert all(row.leased_by is None and row.lease_until is None for row in rows.values())


async def test_a_turn_that_began_before_the_failure_does_not_overtake_it(post: Post) -> None:
    post.channel.fail_next = [BUSY]
    first, second = await post.put("a", is_for_worker=False), await post.put("b", is_for_worker=False)
    post.sender.send_soon(first)
    await post.sender.drain()
    post.sender.send_soon(second)
    await post.sender.drain()
    assert post.channel.texts() == []
    assert (await post.statuses())["b"] == ("due", "after-earlier")


async def test_the_providers_own_wait_is_obeyed(post: Post) -> None:
    post.channel.fail_next = [SendError("429", is_retryable=True, retry_after_seconds=40)]
    before = utc_now()
    post.sender.send_soon(await post.put("a", is_for_worker=False))
    await post.sender.drain()
    wait = (await post.rows())["a"].not_before - before
    assert timedelta(seconds=40) <= wait <= timedelta(seconds=42)


async def test_what_can_never_work_fails_with_its_reason_and_stops_nobody(post: Post) -> None:
    post.channel.fail_next = [SendError("bad-request", is_retryable=False)]
    post.sender.send_soon(await post.put("a", "b", is_for_worker=False))
    await post.sender.drain()
    assert await post.statuses() == {"a": ("failed", "bad-request"), "b": ("sent", "")}


async def test_the_last_try_is_the_last(post: Post) -> None:
    await post.put("a")
    await post.change("a", attempt=MAX_ATTEMPTS - 1)
    post.channel.fail_next = [BUSY]
    async with post.working():
        assert await post.until_settled() == {"a": ("failed", "busy")}


async def test_a_retry_that_would_come_too_late_is_not_planned(post: Post) -> None:
    post.channel.fail_next = [SendError("429", is_retryable=True, retry_after_seconds=7 * 3600)]
    post.sender.send_soon(await post.put("a", is_for_worker=False))
    await post.sender.drain()
    assert await post.statuses() == {"a": ("failed", "429")}


async def test_behind_a_dead_address_nothing_more_is_tried(post: Post) -> None:
    post.channel.fail_next = [SendError("blocked", is_retryable=False, is_address_dead=True)]
    first, second = await post.put("a", "b", is_for_worker=False), await post.put("c", is_for_worker=False)
    post.sender.send_soon(first)
    post.sender.send_soon(second)
    await post.sender.drain()
    assert post.channel.texts() == []
    assert await post.statuses() == {
        "a": ("failed", "address-dead"),
        "b": ("skipped", "address-dead"),
        "c": ("skipped", "address-dead"),
    }


async def test_a_crisis_card_waits_for_no_reply_to_the_same_person(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    send, slow = post.channel.send, asyncio.Event()

    async def sticky(to: str, reply: Reply) -> SendResult:
        if reply.text == "a":
            await slow.wait()
        return await send(to, reply)

    monkeypatch.setattr(post.channel, "send", sticky)
    for words in ("a", "b"):
        post.sender.send_soon(await post.put(words, is_for_worker=False))
    post.sender.send_soon(await post.put("card", urgency=Urgency.CRISIS, is_for_worker=False))
    await post.until(lambda: post.channel.texts() == ["card"])
    slow.set()
    await post.sender.drain()
    assert post.channel.texts() == ["card", "a", "b"]


async def test_a_crisis_card_does_not_wait_for_the_pace(database_url: str) -> None:
    slow = await open_post(database_url, per_second=0.25)
    for n in range(4):
        slow.sender.send_soon(await slow.put(f"r{n}", to=str(n), is_for_worker=False))
    slow.sender.send_soon(await slow.put("card", to="9", urgency=Urgency.CRISIS, is_for_worker=False))
    await slow.until(lambda: "card" in slow.channel.texts(), 1.5)
    assert slow.channel.texts() == ["r0", "card"]
    await slow.sender.stop()
    await slow.engine.dispose()


async def test_more_than_the_pace_allows_goes_to_the_worker_and_is_sent_in_the_end(database_url: str) -> None:
    paced = await open_post(database_url, per_second=20)
    began = asyncio.get_running_loop().time()
    for n in range(60):
        await paced.put(f"{n:02}", to=str(n))
    async with paced.working():
        await paced.until(lambda: len(paced.channel.sent) == 60)
    took = asyncio.get_running_loop().time() - began
    assert took >= 1.9
    assert set((await paced.statuses()).values()) == {("sent", "")}
    await paced.engine.dispose()


async def test_what_does_not_fit_the_pace_takes_no_moment_from_others(database_url: str) -> None:
    slow = await open_post(database_url, per_second=0.2)
    for n in range(30):
        slow.sender.send_soon(await slow.put(f"r{n}", to=str(n), is_for_worker=False))
    async with asyncio.timeout(PATIENCE):
        while sum(reason == "pace" for _, reason in (await slow.statuses()).values()) < 28:
            await asyncio.sleep(0.05)
    assert slow.lanes["telegram"].pace.wait(asyncio.get_running_loop().time()) < 12
    await slow.sender.stop()
    await slow.engine.dispose()


async def test_a_stop_lets_calls_end_and_hands_on_the_rest(post: Post) -> None:
    post.channel.gate.clear()
    post.sender.send_soon(await post.put("a", is_for_worker=False))
    post.sender.send_soon(await post.put("b", is_for_worker=False))
    await asyncio.sleep(0.05)
    stopping = asyncio.create_task(post.sender.stop())
    await asyncio.sleep(0.05)
    post.channel.gate.set()
    await stopping
    assert await post.statuses() == {"a": ("sent", ""), "b": ("due", "after-earlier")}


async def test_a_stop_does_not_wait_for_ever_and_leaves_the_unknown_to_the_sweep(post: Post) -> None:
    post.channel.gate.clear()
    post.sender.send_soon(await post.put("a", is_for_worker=False))
    await asyncio.sleep(0.05)
    await post.sender.stop(seconds=0.1)
    row = (await post.rows())["a"]
    assert (row.status, row.leased_by) == (Status.SENDING, "p1")


async def test_a_lease_that_is_not_fresh_is_renewed_before_the_call(post: Post) -> None:
    (item,) = await post.put("a", is_for_worker=False, now=utc_now() - timedelta(seconds=20))
    post.channel.gate.clear()
    post.sender.send_soon([item])
    await asyncio.sleep(0.2)
    lease = (await post.rows())["a"].lease_until
    post.channel.gate.set()
    await post.sender.drain()
    assert lease - utc_now() > LEASE - timedelta(seconds=3)


async def test_a_row_that_the_sweep_took_over_meanwhile_is_not_sent_by_the_slow_one(post: Post) -> None:
    (item,) = await post.put("a", is_for_worker=False, now=utc_now() - timedelta(seconds=50))
    await post.change("a", status=Status.DUE, lease_until=None, leased_by=None)
    assert await post.sender.send_in_order([item]) is Went.LATER
    assert post.channel.texts() == []


async def test_a_fault_of_ours_in_a_channel_stops_nobody_and_is_swept_up(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(to: str, reply: object) -> None:
        raise KeyError(to)

    with monkeypatch.context() as patch:
        patch.setattr(post.channel, "send", broken)
        post.sender.send_soon(await post.put("a", is_for_worker=False))
        await post.sender.drain()
    await post.left_in_call("a")
    async with post.working():
        assert await post.until_settled() == {"a": ("sent", "")}


async def test_asking_twice_under_one_key_is_one_delivery(post: Post) -> None:
    first = await post.put("a", "b", is_for_worker=False, key="plan:1")
    second = await post.put("a", "b", is_for_worker=False, key="plan:1")
    other = await post.put("c", is_for_worker=False, key="plan:2")
    assert (len(first), len(second), len(other)) == (2, 0, 1)
    assert list(await post.rows()) == ["a", "b", "c"]


async def test_no_lane_is_a_reason_too(post: Post) -> None:
    post.sender.send_soon(await post.put("a", lane="nowhere", is_for_worker=False))
    await post.sender.drain()
    assert await post.statuses() == {"a": ("failed", "no-such-lane")}
