"""Partner systems: their tokens, the people they know, and the pace at which they may call."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, case, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.kinds import Owner
from server.appointments.partner_models import Partner, PartnerPerson
from server.db.base import table_of
from server.db.ids import new_id
from server.db.types import blind_index
from server.people.models import Person

partners = table_of(Partner)
known = table_of(PartnerPerson)
people = table_of(Person)

MINUTE: Final = timedelta(minutes=1)
LONGEST_REFERENCE: Final = 64
Row = Mapping[str, Any]


class Scope(StrEnum):
    """What a token lets a partner do."""

    READ = "appointments:read"
    WRITE = "appointments:write"


@dataclass(frozen=True, slots=True)
class Caller:
    """A partner whose token is good. `wait_seconds` above 0: it called too often, and may again after so long."""

    id: uuid.UUID
    area: str
    owner: Owner
    scopes: frozenset[str]
    wait_seconds: int = 0


async def add(
    db: AsyncConnection, area: str, name: str, owner: Owner, scopes: Collection[Scope], a_minute: int, now: datetime
) -> str:
    """A new partner; its token, told this once. Raises ValueError for one that would book in our name."""
    if owner is Owner.OURS:
        raise ValueError("a partner books in its own name")
    token = secrets.token_urlsafe(32)
    row = {"id": new_id(), "area": area, "name": name, "owner": owner, "token_hash": _hash(token), "created_at": now}
    row |= {"scopes": [scope.value for scope in scopes], "a_minute": a_minute}
    await db.execute(insert(partners).values(row))
    return token


async def revoke(db: AsyncConnection, partner_id: uuid.UUID, now: datetime) -> bool:
    """End a partner's token; its appointments stay. False when there is no such partner, or it ended before."""
    is_on = partners.c.id == partner_id, partners.c.revoked_at.is_(None)
    return bool((await db.execute(update(partners).where(*is_on).values(revoked_at=now))).rowcount)


async def listed(db: AsyncConnection, area: str | None = None) -> list[Row]:
    """Every partner, of one area where it is named, those that ended too."""
    query = select(partners).order_by(partners.c.created_at)
    query = query.where(partners.c.area == area) if area else query
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def caller(db: AsyncConnection, token: str, now: datetime) -> Caller | None:
    """Whose token this is, with the call counted; None for one that is not or no longer good. One statement: it may run by itself."""
    is_new = (partners.c.minute_began_at.is_(None)) | (partners.c.minute_began_at <= now - MINUTE)
    row = {
        "minute_began_at": case((is_new, now), else_=partners.c.minute_began_at),
        "minute_calls": case((is_new, 1), else_=partners.c.minute_calls + 1),
    }
    mine = partners.c.token_hash == _hash(token), partners.c.revoked_at.is_(None)
    found = (await db.execute(update(partners).where(*mine).values(row).returning(partners))).mappings().first()
    if found is None:
        return None
    left = int((found["minute_began_at"] + MINUTE - now).total_seconds()) + 1
    wait = left if found["minute_calls"] > found["a_minute"] else 0
    return Caller(found["id"], found["area"], found["owner"], frozenset(found["scopes"]), wait)


async def link(
    db: AsyncConnection,
    partner_id: uuid.UUID,
    person_id: uuid.UUID,
    reference: str,
    basis: str,
    staff_id: uuid.UUID,
    now: datetime,
) -> bool:
    """From now on the partner knows this person by its reference. False when the reference is somebody's already, or the areas differ."""
    same = select(partners.c.id).join(people, and_(people.c.area == partners.c.area, people.c.id == person_id))
    if (await db.execute(same.where(partners.c.id == partner_id, partners.c.revoked_at.is_(None)))).first() is None:
        return False
    row = {"id": new_id(), "partner_id": partner_id, "person_id": person_id, "reference": reference, "basis": basis}
    row |= {"reference_hash": hash_of(partner_id, reference), "linked_by": staff_id, "created_at": now}
    return bool((await db.execute(upsert(known).values(row).on_conflict_do_nothing())).rowcount)


async def unlink(db: AsyncConnection, link_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """The partner knows the person no more, nor their appointments. False when there is no such link."""
    query = delete(known).where(known.c.id == link_id, known.c.person_id == person_id)
    return bool((await db.execute(query)).rowcount)


async def links_of(db: AsyncConnection, person_id: uuid.UUID) -> list[Row]:
    """Partners that know a person: reference, basis, who linked them and when, with `partner_name`."""
    query = select(known, partners.c.name.label("partner_name")).join(partners, partners.c.id == known.c.partner_id)
    rows = await db.execute(query.where(known.c.person_id == person_id).order_by(known.c.created_at))
    return [dict(row) for row in rows.mappings()]


async def person_of(db: AsyncConnection, who: Caller, reference: str) -> uuid.UUID | None:
    """The person that a partner calls so; None for nobody it knows."""
    query = select(known.c.person_id).where(known.c.partner_id == who.id)
    query = query.where(known.c.reference_hash == hash_of(who.id, reference))
    return (await db.execute(query)).scalar()


def hash_of(partner_id: uuid.UUID, text: str) -> bytes:
    """What a reference of a partner's is found by; keyed, since references are few enough to try them all."""
    return blind_index(f"{partner_id.hex}:{text}", "partners.reference")


def _hash(token: str) -> bytes:
    """Of 256 random bits: nothing slower is needed."""
    return hashlib.sha256(token.encode()).digest()
