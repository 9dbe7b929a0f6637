"""How a member of staff is reached when somebody is in danger: whether they are at their desk, their telephone, their Telegram."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import phonenumbers
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.staff.models import Staff

staff = table_of(Staff)

HOME_REGION: Final = "GB"
NOT_FOR_ALARMS: Final = frozenset(
    {
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
        phonenumbers.PhoneNumberType.PAGER,
        phonenumbers.PhoneNumberType.UAN,
        phonenumbers.PhoneNumberType.VOICEMAIL,
    }
)
"""Lines that ring up a bill, or ring nobody. A kind that the library does not know may be a new range: it is taken."""

PRIVATE_CHAT: Final = re.compile(r"[1-9][0-9]{4,14}")
"""A Telegram chat with one person. Groups have negative numbers: an alarm does not belong there."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A telephone number in E.164, a Telegram chat; empty where there is none."""

    phone: str
    telegram: str


def read_phone(text: str) -> str | None:
    """The number in E.164 ("+447700900123"), read as a British one unless it says otherwise; None for what nobody can be rung on."""
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or phonenumbers.number_type(number) in NOT_FOR_ALARMS:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_telegram(text: str) -> str | None:
    """The number of a private chat; None for anything else."""
    return text if PRIVATE_CHAT.fullmatch(text) else None


async def reach_of(db: AsyncConnection, staff_id: uuid.UUID) -> Reach:
    """How somebody is reached."""
    row = (await db.execute(select(staff.c.phone, staff.c.telegram_chat).where(staff.c.id == staff_id))).one()
    return Reach(row.phone or "", row.telegram_chat or "")


async def set_phone(db: AsyncConnection, staff_id: uuid.UUID, phone: str) -> None:
    """Their number from now on; none when empty."""
    await _set(db, staff_id, phone=phone or None)


async def set_telegram(db: AsyncConnection, staff_id: uuid.UUID, chat: str) -> None:
    """Their Telegram chat from now on; none when empty."""
    await _set(db, staff_id, telegram_chat=chat or None)


async def set_duty(db: AsyncConnection, staff_id: uuid.UUID, now: datetime, *, is_on: bool) -> None:
    """They are at their desk, or went home. Repeating is harmless."""
    await _set(db, staff_id, is_on_duty=is_on, last_seen_at=now)


async def _set(db: AsyncConnection, staff_id: uuid.UUID, **values: object) -> None:
    await db.execute(update(staff).where(staff.c.id == staff_id, staff.c.removed_at.is_(None)).values(values))
