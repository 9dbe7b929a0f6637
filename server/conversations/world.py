"""The world at the start of a turn, as facts: the area, the hour, the cases, the waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.effects import CaseUrgency
from dialogs.events import Event
from dialogs.facts import Facts
from dialogs.messages import InboundMessage
from server.appointments.finding import Diaries
from server.conversations import thread as threads
from server.conversations.sharing import NOT_SHARED, Sharing
from server.conversations.thread import Claim, Thread
from server.hours import OpeningHours
from server.people.service import Contact

DEFAULT_FILES_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class AreaProfile:
    """What the conversation has to know about the area it serves."""

    slug: str
    language: str
    languages: tuple[str, ...]
    zone: ZoneInfo
    hours: OpeningHours
    web_address: str
    sms_number: str
    kept_days: int
    files_bytes: int = DEFAULT_FILES_BYTES

    @property
    def diaries(self) -> Diaries:
        """What holds for all diaries of the area."""
        return Diaries(self.zone, self.hours.nation)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody writes, how many choices go there, the measured waits, who shares the phone."""

    contact: Contact
    max_choices: int
    waits: Mapping[CaseUrgency, timedelta]
    sharing: Sharing = NOT_SHARED


def facts_of(
    area: AreaProfile, place: Place, thread: Thread, claim: Claim, incoming: InboundMessage | Event, now: datetime
) -> Facts:
    """What the turn is decided on; every instant in the area's zone."""
    is_late = (
        isinstance(incoming, InboundMessage)
        and thread.last_sent_at is not None
        and incoming.sent_at < thread.last_sent_at
    )
    desk = area.hours.desk(now)
    return Facts(
        now=now.astimezone(area.zone),
        channel=place.contact.channel,
        max_choices=place.max_choices,
        languages=area.languages,
        area_language=area.language,
        desk=desk,
        case=claim.case and replace(claim.case, opened_at=claim.case.opened_at.astimezone(area.zone)),
        closed=claim.closed and replace(claim.closed, closed_at=claim.closed.closed_at.astimezone(area.zone)),
        waits=place.waits,
        call_times=() if desk.is_open else area.hours.call_times(now),
        is_stopped=thread.stopped == "all",
        recent_messages=threads.pace(thread, now)[1],
        is_late=is_late,
        is_on_hold=claim.is_on_hold,
        web_address=area.web_address,
        sms_number=area.sms_number,
        seats=place.sharing.nicknames,
        seat=thread.seat,
        is_whose_asked=place.sharing.is_unknown,
    )
