"""Receipts: in any order, doubled, too early, unknown; a final word stays final."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import text

from bot.channel import DeliveryReceipt, ReceiptStatus
from server.clock import utc_now
from server.outbox.receipts import apply_all_waiting, take_receipt
from server.outbox.rules import Status
from tests.server.outbox.post import Post, open_post

SENT, DELIVERED, UNDELIVERED = ReceiptStatus.SENT, ReceiptStatus.DELIVERED, ReceiptStatus.UNDELIVERED


@pytest.fixture
async def sms(database_url: str) -> Post:  # type: ignore[misc]
    made = await open_post(database_url, "sms")
    yield made  # type: ignore[misc]
    await made.engine.dispose()


async def receive(post: Post, *statuses: ReceiptStatus, provider_id: str = "kept-1", code: str = "") -> None:
    for status in statuses:
        async with post.engine.begin() as db:
            await take_receipt(db, DeliveryReceipt("sms", provider_id, status, code), utc_now())


async def sent(post: Post) -> None:
    post.sender.send_soon(await post.put("a", lane="sms", is_for_worker=False))
    await post.sender.drain()


@pytest.mark.parametrize("order", sorted(set(itertools.permutations([SENT, SENT, DELIVERED, DELIVERED]))))
async def test_any_order_and_doubles_end_delivered(sms: Post, order: tuple[ReceiptStatus, ...]) -> None:
    await sent(sms)
    await receive(sms, *order)
    assert (await sms.statuses())["a"] == ("delivered", "")


async def test_the_first_final_word_stands(sms: Post) -> None:
    await sent(sms)
    await receive(sms, UNDELIVERED, code="30005")
    await receive(sms, DELIVERED, SENT)
    assert (await sms.statuses())["a"] == ("undelivered", "30005")


@pytest.mark.parametrize("final", [Status.FAILED, Status.SKIPPED, Status.SUPERSEDED])
async def test_no_receipt_wakes_what_is_over(sms: Post, final: Status) -> None:
    await sent(sms)
    await sms.change("a", status=final, reason="over")
    await receive(sms, DELIVERED)
    assert (await sms.statuses())["a"] == (final.value, "over")


async def test_a_receipt_before_our_own_note_waits_for_it(sms: Post) -> None:
    await receive(sms, DELIVERED)
    await sent(sms)
    assert (await sms.statuses())["a"] == ("delivered", "")


async def test_a_receipt_that_crossed_with_our_note_is_applied_by_the_job(sms: Post) -> None:
    await sms.put("a", lane="sms")
    await receive(sms, DELIVERED)
    await sms.change("a", status=Status.SENT, provider_id="kept-1")
    async with sms.engine.begin() as db:
        assert await apply_all_waiting(db) == 1
    async with sms.engine.begin() as db:
        assert await apply_all_waiting(db) == 0
    assert (await sms.statuses())["a"] == ("delivered", "")


async def test_a_message_found_after_a_crash_takes_what_was_said_about_it(sms: Post) -> None:
    await sms.put("a", lane="sms")
    await receive(sms, UNDELIVERED, code="30003")
    await sms.left_in_call("a")
    sms.channels["sms"].found = {"100": "kept-1"}
    async with sms.working("sms"):
        assert await sms.until_settled() == {"a": ("undelivered", "30003")}


async def test_an_unknown_one_is_kept_once_and_changes_nothing(sms: Post) -> None:
    await sent(sms)
    await receive(sms, DELIVERED, DELIVERED, provider_id="nobody's")
    assert (await sms.statuses())["a"] == ("sent", "")
    async with sms.engine.connect() as db:
        rows = (await db.execute(text("SELECT provider_id, is_applied FROM receipts"))).all()
    assert [tuple(row) for row in rows] == [("nobody's", False)]
