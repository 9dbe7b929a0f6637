"""What everybody at a console must know at once, whatever page is open: an alarm that nobody answers, a clock that is silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.escalations.silence import called_everybody, clock_silence
from server.staff.access import Act, Member, may_do

NOBODY_ANSWERED: Final = N_("Nobody has answered an alarm.")
SILENT: Final = N_("The clock that rings people is silent.")
SILENT_MORE: Final = N_("Nobody is being rung. Look at the queue yourselves, and tell whoever runs the program.")


@dataclass(frozen=True, slots=True)
class Banner:
    """One banner: marked texts, and where it leads (empty: nowhere)."""

    text: str
    more: str = ""
    href: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some areas: alarms (id, number, area, barred) that called everybody, and whether the clock is silent."""

    alarms: tuple[Any, ...]
    is_silent: bool


async def read_known(db: AsyncConnection, areas: Iterable[str], now: datetime) -> Known:
    """What banners are made of, whoever looks."""
    return Known(tuple(await called_everybody(db, areas)), await clock_silence(db, now) is not None)


def banners_for(known: Known, who: Member) -> tuple[Banner, ...]:
    """What somebody who sees a queue must know now; nothing for anybody else, and nothing of a case about themselves. Pure."""
    if not may_do(who, Act.SEE_QUEUE):
        return ()
    theirs = (row for row in known.alarms if row.area in who.areas and who.id not in row.barred)
    alarms = (Banner(NOBODY_ANSWERED, href=f"/console/cases/{row.id}", name=f"C-{row.number}") for row in theirs)
    return (*alarms, *([Banner(SILENT, SILENT_MORE)] if known.is_silent else []))
