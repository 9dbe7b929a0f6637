"""Requests to a person, at the terminal, until the console does it."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

from server.cli.processes import database, migrated, read_settings, run_async
from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.errors import ServiceError
from server.escalations import service as escalations
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


def reply_to_case(number: str, adviser: str, text: str) -> None:
    """Send the words to the person, on the channel they wrote from last, and keep them with the case."""

    async def use(service: Service) -> None:
        await write_as_adviser(service.conversations, uuid.UUID(number), adviser, text, utc_now())
        await service.sender.drain()

    _with_service(use)


def close(number: str, adviser: str) -> None:
    """Close a case."""

    async def use(service: Service) -> None:
        async with service.engine.begin() as db:
            await escalations.close_case(db, uuid.UUID(number), adviser, utc_now())
        print("Closed.")

    _with_service(use)
