"""What everybody at a console must know at once, whatever page is open: an alarm that nobody answers, a clock that is silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialogs.wording import N_
from server.console.reading import cases
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


async def read_banners(db: AsyncConnection, who: Member, now: datetime) -> tuple[Banner, ...]:
    """What somebody who sees a queue must know now; nothing for anybody else."""
    if not may_do(who, Act.SEE_QUEUE):
        return ()
    rows = await called_everybody(db, who.areas)
    if rows:
        theirs = cases.c.id.in_([row.id for row in rows]), ~cases.c.barred.contains([who.id])
        seen = set((await db.execute(select(cases.c.id).where(*theirs))).scalars())
        rows = [row for row in rows if row.id in seen]
    alarms = (Banner(NOBODY_ANSWERED, href=f"/console/cases/{row.id}", name=f"C-{row.number}") for row in rows)
    is_silent = await clock_silence(db, now) is not None
    return (*alarms, *([Banner(SILENT, SILENT_MORE)] if is_silent else []))


class Banners:
    """Reads them for whoever opens a page; `server.app` hands it to the router of the console."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    async def __call__(self, who: Member) -> tuple[Banner, ...]:
        """What stands above their page now."""
        async with self._engine.connect() as db:
            return await read_banners(db, who, self._clock())
