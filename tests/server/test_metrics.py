"""What is counted moves with what happens, and no label tells of a person; a key can be replaced under everything."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlalchemy import LargeBinary, select, type_coerce

from server.cli.rotate import seal_again
from server.clock import utc_now
from server.console.drafts import keep_draft
from server.db.base import table_of
from server.db.keyring import UnknownKey
from server.db.types import key_ring, personal_columns, use_key_ring
from server.escalations.models import Case, CaseDraft
from server.tables import metadata
from tests.server.wire import SMS, STATUS, Wire, wired
from tests.support.patience import PATIENCE
from tests.support.staff import make_member

NUMBER = "+447700900654"


async def test_a_conversation_moves_the_figures(wire: Wire) -> None:
    names = {
        "turn": ("connexions_inbound_total", {"channel": "telegram", "outcome": "turn"}),
        "duplicate": ("connexions_inbound_total", {"channel": "telegram", "outcome": "duplicate"}),
        "ignored": ("connexions_inbound_total", {"channel": "telegram", "outcome": "ignored"}),
        "sms": ("connexions_inbound_total", {"channel": "sms", "outcome": "turn"}),
        "sent": ("connexions_deliveries_total", {"lane": "telegram", "status": "sent"}),
        "receipts": ("connexions_receipts_total", {"lane": "sms", "status": "delivered"}),
        "seconds": ("connexions_turn_seconds_count", {}),
    }
    before = {key: await wire.counted(name, **labels) for key, (name, labels) in names.items()}
    update = wire.update(1, "hello")
    assert (await wire.telegram(update)).status_code == (await wire.telegram(update)).status_code == 200
    assert (await wire.telegram({"update_id": 77_000, "poll": {}})).status_code == 200
    assert (await wire.twilio(SMS, wire.form(NUMBER, "hello"))).status_code == 200
    await wire.program.service.sender.drain()
    form = {"MessageSid": "kept-1", "MessageStatus": "delivered", "From": "+447700900999", "To": NUMBER}
    assert (await wire.twilio(STATUS, form)).status_code == 204
    moved = {key: await wire.counted(name, **labels) - before[key] for key, (name, labels) in names.items()}
    replies = len(wire.double.person(1).texts)
    assert moved == {
        "turn": 1,
        "duplicate": 1,
        "ignored": 1,
        "sms": 1,
        "sent": replies,
        "receipts": 1,
        "seconds": 2,
    }


async def test_queues_and_jobs_have_an_age(wire: Wire) -> None:
    await wire.says(2, "i want to kill myself")
    async with asyncio.timeout(PATIENCE):
        while await wire.scalar("SELECT count(*) FROM heartbeats") < 3:
            await asyncio.sleep(0.1)
    shown = (await wire.client.get("/metrics")).text
    for line in (
        'queue="telegram"',
        'queue="sms"',
        'queue="case:crisis"',
        'job="retention"',
        'job="farewells"',
        'job="receipts"',
    ):
        assert line in shown


async def test_no_label_tells_of_a_person(wire: Wire) -> None:
    await wire.says(987_654_321, "zanzibar marmalade")
    await wire.twilio(SMS, wire.form(NUMBER, "zanzibar marmalade"))
    shown = (await wire.client.get("/metrics")).text.lower()
    for secret in ("987654321", "quillon", "zanzibar", "marmalade", NUMBER[1:], NUMBER[3:]):
        assert secret not in shown


@pytest.mark.parametrize(("sent", "status"), [(None, 404), ("Bearer wrong", 404), ("Bearer a-long-metrics-token", 200)])
async def test_with_a_token_nobody_else_sees_the_figures(database_url: str, sent: str | None, status: int) -> None:
    async with wired(database_url, metrics_token="a-long-metrics-token") as own:
        headers = {} if sent is None else {"authorization": sent}
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{own.program.url}/metrics", headers=headers)).status_code == status
            assert (await client.get(f"{own.program.url}/healthz")).status_code == 200
            assert (await client.get(f"{own.program.url}/readyz")).status_code == 200


async def two_drafts_of_one_case(wire: Wire) -> None:
    """Two advisers have typed in the same chat."""
    engine = wire.program.service.engine
    members = [await make_member(engine, name) for name in ("Ada", "Bo")]
    async with engine.begin() as db:
        case_id = (await db.execute(select(table_of(Case).c.id).limit(1))).scalar_one()
        for who in members:
            await keep_draft(db, case_id, who.id, who.name, utc_now())


async def test_everything_is_sealed_again_and_the_old_key_can_go(wire: Wire) -> None:
    for words in ("hello", "can i talk to a person", "flibbertigibbet", "i want to kill myself"):
        await wire.says(3, words)
    await wire.program.service.sender.drain()
    await two_drafts_of_one_case(wire)
    old = key_ring()
    both = old.with_new_primary()
    new = both.without(old.primary)
    engine = wire.program.service.engine
    try:
        use_key_ring(both)
        assert await seal_again(engine, both) > 0
        assert await seal_again(engine, both) == 0
        use_key_ring(new)
        sealed = set()
        for table, column in personal_columns(metadata):
            async with engine.connect() as db:
                held = select(type_coerce(column, LargeBinary), column).where(column.is_not(None))
                for raw, plain in (await db.execute(held)).all():
                    assert new.is_current(raw)
                    assert plain is not None
                    sealed.add(f"{table.name}.{column.name}")
                    with pytest.raises(UnknownKey):
                        old.decrypt(raw, "any")
        assert sealed >= {
            "addresses.address",
            "messages.body",
            "conversations.state",
            "deliveries.reply",
            "case_messages.body",
            "case_drafts.body",
        }
        async with engine.connect() as db:
            assert set((await db.execute(select(table_of(CaseDraft).c.body))).scalars()) == {"Ada", "Bo"}
        count = len(wire.double.person(3).texts)
        assert len(await wire.says(3, "menu")) > count
    finally:
        use_key_ring(old)
