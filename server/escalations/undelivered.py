"""An adviser's answer that never arrived is no answer: their person waits on, the clock runs, and somebody finds another way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.escalations.due_work import make_task
from server.escalations.models import Case, TaskKind
from server.escalations.service import ABOUT_DANGER, anew, tell
from server.log import logger
from server.outbox.models import Delivery
from server.outbox.rules import NEVER_ARRIVED, DeliveryKind
from server.people.models import Address

log = logger(__name__)
addresses, cases, deliveries = table_of(Address), table_of(Case), table_of(Delivery)

BATCH: Final = 50
ANOTHER_WAY_WITHIN: Final = timedelta(hours=1)
"""So soon somebody has looked for another way to a person whom an answer did not reach."""


async def note_undelivered(db: AsyncConnection, now: datetime) -> int:
    """Take what advisers wrote and nobody got back out of their cases' answers; how many messages. Each is noted once."""
    lost = deliveries.c.kind == DeliveryKind.ADVISER, deliveries.c.status.in_(NEVER_ARRIVED)
    query = (
        select(deliveries.c.id, addresses.c.person_id, deliveries.c.created_at, _wrote_since().label("wrote_since"))
        .join(addresses, addresses.c.id == deliveries.c.address_id)
        .where(*lost, deliveries.c.failure_noted_at.is_(None))
        .order_by(deliveries.c.seq)
        .limit(BATCH)
    )
    rows = (await db.execute(query)).all()
    for row in rows:
        await _note(db, row, now)
        await db.execute(update(deliveries).where(deliveries.c.id == row.id).values(failure_noted_at=now))
    return len(rows)


def _wrote_since() -> ColumnElement[bool]:
    """True when newer words of an adviser are on their way there, or have arrived: of those we hear by themselves."""
    newer = deliveries.alias("newer")
    same = newer.c.address_id == deliveries.c.address_id, newer.c.kind == DeliveryKind.ADVISER
    return exists().where(*same, newer.c.seq > deliveries.c.seq, newer.c.status.not_in(NEVER_ARRIVED))


async def _note(db: AsyncConnection, row: Any, now: datetime) -> None:
    """The person's open case waits again, and danger rings; work for a colleague in any case."""
    theirs = select(cases).where(cases.c.person_id == row.person_id, cases.c.opened_at <= row.created_at)
    case = (await db.execute(theirs.order_by(cases.c.opened_at.desc()).limit(1).with_for_update())).first()
    if case is None:
        return
    log.warning("an adviser's words did not arrive", case=str(case.id), delivery=str(row.id))
    if case.closed_at is None and not row.wrote_since:
        values: dict[str, Any] = {"waiting_since": case.waiting_since or row.created_at}
        if case.urgency in ABOUT_DANGER and case.clock_next_at is None:
            values |= anew(now, is_open=case.clock_in_hours)
        await db.execute(update(cases).where(cases.c.id == case.id).values(values))
    await make_task(db, case, TaskKind.UNREACHABLE, now + ANOTHER_WAY_WITHIN, now)
    await tell(db, case.id, case.area)
