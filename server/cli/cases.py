"""Requests to a person, at the terminal, until the console does it."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

from server.cli.processes import database, migrated, read_settings, run_async
from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.conversations.leaving import close_talk, lock_talk
from server.errors import ServiceError
from server.escalations import holding
from server.escalations import service as escalations
from server.escalations.models import CaseOutcome
from server.staff.accounts import member_by_email
from server.wiring import Service, build


def _with_service(use: Callable[[Service], Awaitable[None]]) -> None:
    settings = read_settings()

    async def main(url: str) -> None:
        await migrated(url)
        service = build(settings, url)
        await service.start()
        try:
            await use(service)
        except ServiceError as error:
            print(error.public)
            raise SystemExit(1) from None
        finally:
            await service.stop()

    with database(settings) as url:
        run_async(lambda: main(url))


def list_cases() -> None:
    """Print the open cases: number, urgency, reason, language, waiting."""

    async def use(service: Service) -> None:
        now = utc_now()
        async with service.engine.connect() as db:
            waiting = await escalations.waiting_cases(db, service.settings.area)
        for case in waiting:
            minutes = int((now - case["opened_at"]).total_seconds() // 60)
            print(
                f"{case['id']}  {case['urgency'].value:<12} {case['reason']:<24} {case['language']:<4} waiting {minutes} min"
            )
        if not waiting:
            print("Nobody is waiting.")

    _with_service(use)


def show_case(number: str) -> None:
    """Print what was said in a case, oldest first."""

    async def use(service: Service) -> None:
        async with service.engine.connect() as db:
            words = await escalations.words_of(db, uuid.UUID(number))
        for said in words:
            print(f"{said['written_at']:%Y-%m-%d %H:%M} {said['author']}: {said['body']}")

    _with_service(use)


def reply_to_case(number: str, email: str, text: str) -> None:
    """Send the words to the person in the name of a member of staff, where they asked, and keep them with the case."""

    async def use(service: Service) -> None:
        now, case_id = utc_now(), uuid.UUID(number)
        async with service.engine.begin() as db:
            who = await member_by_email(db, email)
            await holding.take(db, who, case_id, now)
        await write_as_adviser(service.conversations, case_id, who, text, now)
        await service.sender.drain()

    _with_service(use)


def close(number: str, email: str) -> None:
    """Close a case in the name of a member of staff."""

    async def use(service: Service) -> None:
        now, case_id = utc_now(), uuid.UUID(number)
        async with service.engine.begin() as db:
            who = await member_by_email(db, email)
            await lock_talk(db, case_id)
            await holding.take(db, who, case_id, now)
            await close_talk(db, service.conversations, who, case_id, CaseOutcome.ANSWERED, now)
        print("Closed.")

    _with_service(use)
