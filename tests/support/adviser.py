"""A member of staff at work on cases, by the same services that the console's pages call."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.conversations.leaving import close_talk, tell_adviser_lost
from server.escalations import holding
from server.escalations.models import CaseOutcome
from server.staff.access import Member, Role
from server.wiring import Service
from tests.support.staff import make_member


@dataclass
class Adviser:
    """Somebody of ours. `case` is what they took last."""

    service: Service
    who: Member
    case: uuid.UUID | None = None

    @classmethod
    async def at(cls, service: Service, name: str = "Jo", *roles: Role) -> Adviser:
        """Somebody new of the program's area."""
        return cls(service, await make_member(service.engine, name, *roles, area=service.settings.area))

    async def takes(self, case: uuid.UUID | None = None, now: datetime | None = None) -> uuid.UUID:
        """Take a case, the newest open one when none is named."""
        self.case = case or (await newest_case(self.service))["id"]
        async with self.service.engine.begin() as db:
            await holding.take(db, self.who, self.case, now or utc_now())
        return self.case

    async def takes_next(self) -> uuid.UUID | None:
        """Press "take next"; None when nothing is given."""
        async with self.service.engine.begin() as db:
            found = await holding.take_the_next(db, self.who, utc_now())
        self.case = found.case.case_id if found else None
        return self.case

    async def writes(self, words: str, now: datetime | None = None) -> None:
        """Send words in the chat they hold."""
        assert self.case is not None
        await write_as_adviser(self.service.conversations, self.case, self.who, words, now or utc_now())
        await self.service.sender.drain()

    async def closes(self, outcome: CaseOutcome = CaseOutcome.ANSWERED, *, next_on: date | None = None) -> None:
        """Close the chat with its farewell."""
        assert self.case is not None
        async with self.service.engine.begin() as db:
            args = db, self.service.conversations, self.who, self.case, outcome, utc_now()
            await close_talk(*args, next_on=next_on)

    async def is_found_silent(self, now: datetime) -> bool:
        """What the worker does when nothing was heard of them."""
        assert self.case is not None
        return await tell_adviser_lost(self.service.conversations, self.case, now)


async def newest_case(service: Service) -> dict[str, Any]:
    """The case opened last, as a row."""
    return (await rows(service, "SELECT * FROM cases ORDER BY opened_at DESC, number DESC LIMIT 1"))[0]


async def rows(service: Service, query: str) -> list[dict[str, Any]]:
    """Rows of a query of a test."""
    async with service.engine.connect() as db:
        return [dict(row) for row in (await db.execute(text(query))).mappings()]
