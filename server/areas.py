"""An area as the program serves it: its profile out of the settings, and what it begins with."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import offered
from server.appointments.release_templates import ensure_templates
from server.appointments.timescales import ensure_rules
from server.clock import utc_now
from server.conversations.world import AreaProfile
from server.db.base import table_of
from server.hours import read_hours
from server.people.models import Area
from server.settings import Settings


async def keep_area(db: AsyncConnection, slug: str) -> None:
    """Make sure that the area has a row. Repeating is harmless."""
    await db.execute(insert(table_of(Area)).values(slug=slug, created_at=utc_now()).on_conflict_do_nothing())


async def begin_area(db: AsyncConnection, slug: str) -> None:
    """The area with its kinds of appointment, its plans and its timescales; what was changed stays. Repeating is harmless."""
    await keep_area(db, slug)
    await offered.ensure_kinds(db, slug)
    await ensure_templates(db, slug)
    await ensure_rules(db, slug)


def profile_of(settings: Settings, zone: ZoneInfo) -> AreaProfile:
    """What the conversation has to know about the area of the settings."""
    return AreaProfile(
        slug=settings.area,
        language=settings.area_language,
        languages=settings.languages,
        zone=zone,
        hours=read_hours(settings.area_hours, settings.area_time_zone, settings.area_nation),
        web_address=settings.own_url,
        sms_number=settings.sms_number,
        kept_days=settings.keep_messages_days,
        files_bytes=settings.files_area_mb * 1_000_000,
    )
