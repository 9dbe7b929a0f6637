"""Browsers that are told of alarms while no page is open: added by their owner, ended with the session they were added in."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.push.sender import Browser, make_key
from server.db.base import table_of
from server.db.ids import new_id
from server.db.types import blind_index
from server.staff.models import PushKey, Staff, StaffBrowser, StaffSession
from server.staff.sessions import SignedIn

browsers, sessions, staff, keys = map(table_of, (StaffBrowser, StaffSession, Staff, PushKey))

MOST: Final = 10
"""So many browsers of one member are told; the oldest makes room."""


async def signing_key(db: AsyncConnection, now: datetime) -> str:
    """The private key (PEM), made when nobody has made it yet; two who make it at once get the same."""
    query = select(keys.c.private).where(keys.c.number == 1)
    if (known := (await db.execute(query)).scalar()) is not None:
        return str(known)
    row = {"number": 1, "private": make_key(), "created_at": now}
    await db.execute(insert(keys).values(row).on_conflict_do_nothing())
    return str((await db.execute(query)).scalar_one())


async def add(db: AsyncConnection, who: SignedIn, browser: Browser, now: datetime) -> None:
    """This browser is told from now on; whoever added it before is told there no more. Repeating is harmless."""
    about = {"staff_id": who.member.id, "session_id": who.session_id, "key": browser.key, "secret": browser.secret}
    row = {"id": new_id(), "address": browser.address, "browser_hash": _hash(browser.address), "created_at": now}
    added = insert(browsers).values({**about, **row})
    again = {**about, "created_at": now}
    await db.execute(added.on_conflict_do_update(index_elements=["browser_hash"], set_=again))
    newest = select(browsers.c.id).where(browsers.c.staff_id == who.member.id).order_by(browsers.c.created_at.desc())
    too_many = browsers.c.id.not_in(newest.limit(MOST))
    await db.execute(delete(browsers).where(browsers.c.staff_id == who.member.id, too_many))


async def take_away(db: AsyncConnection, who: SignedIn) -> bool:
    """The browser of this session is told no more; false when it was not."""
    theirs = browsers.c.staff_id == who.member.id, browsers.c.session_id == who.session_id
    return bool((await db.execute(delete(browsers).where(*theirs))).rowcount)


async def is_added(db: AsyncConnection, who: SignedIn) -> bool:
    """True when the browser of this session is told."""
    theirs = browsers.c.staff_id == who.member.id, browsers.c.session_id == who.session_id
    return (await db.execute(select(browsers.c.id).where(*theirs).limit(1))).first() is not None


async def with_browser(db: AsyncConnection, whom: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of them who have a browser that is told."""
    query = _told(browsers.c.staff_id).where(browsers.c.staff_id.in_(whom))
    return frozenset((await db.execute(query)).scalars())


async def of_member(db: AsyncConnection, staff_id: uuid.UUID) -> dict[uuid.UUID, Browser]:
    """Somebody's browsers that are told, by id."""
    columns = browsers.c.id, browsers.c.address, browsers.c.key, browsers.c.secret
    rows = (await db.execute(_told(*columns).where(browsers.c.staff_id == staff_id))).all()
    return {row.id: Browser(row.address, row.key, row.secret) for row in rows}


async def drop(db: AsyncConnection, ids: Collection[uuid.UUID]) -> None:
    """Forget browsers that their push service does not know any more."""
    await db.execute(delete(browsers).where(browsers.c.id.in_(ids)))


async def expire(db: AsyncConnection, now: datetime) -> int:  # noqa: ARG001 - as every job
    """Forget the browsers of sessions that were ended and of members who were removed; how many. Repeating is harmless."""
    is_over = exists().where(sessions.c.id == browsers.c.session_id, sessions.c.ended_at.is_not(None))
    is_gone = exists().where(staff.c.id == browsers.c.staff_id, staff.c.removed_at.is_not(None))
    return (await db.execute(delete(browsers).where(is_over | is_gone))).rowcount


def _told(*columns: Any) -> Select[Any]:
    """A session that ran out counts: who is on call at night has been at no desk for hours. One that was ended does not."""
    return (
        select(*columns)
        .join(sessions, sessions.c.id == browsers.c.session_id)
        .join(staff, staff.c.id == browsers.c.staff_id)
        .where(sessions.c.ended_at.is_(None), staff.c.removed_at.is_(None))
    )


def _hash(address: str) -> bytes:
    return blind_index(address, "staff_browsers.address")
