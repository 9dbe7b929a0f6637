"""Run a worker: the clock, lanes, jobs and Telegram's polling, until told to stop; and what a process with pages does beside them."""

from __future__ import annotations

import asyncio
from functools import partial

from server.conversations.files import FILES_TOPIC
from server.conversations.leaving import tell_lost
from server.log import logger
from server.outbox.lanes import work_lane
from server.outbox.service import OUTBOX_TOPIC
from server.wiring import Service
from server.worker.clock import watch_clock, work_clock
from server.worker.files import fetch_files
from server.worker.jobs import schedule

log = logger(__name__)

FETCHERS = 3
"""Files that one worker fetches at once: a slow one holds up few."""


async def work(service: Service, *, has_polling: bool) -> None:
    """Work until `service.stopping` is set; what was begun is finished. Needs a started service."""
    scheduler = schedule(service)
    scheduler.start()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work_clock(service, tell_lost=partial(tell_lost, service.conversations)))
            for lane in service.lanes.values():
                group.create_task(_lane(service, lane.name))
            for _ in range(FETCHERS):
                group.create_task(_files(service))
            if has_polling and service.telegram is not None:
                group.create_task(_poll(service))
            await service.stopping.wait()
    finally:
        scheduler.shutdown(wait=False)


async def _lane(service: Service, name: str) -> None:
    async with service.signals.watch(OUTBOX_TOPIC) as wake:
        await work_lane(service.engine, service.sender, service.lanes[name], service.process, wake, service.stopping)


async def _files(service: Service) -> None:
    async with service.signals.watch(FILES_TOPIC) as wake:
        await fetch_files(service.engine, service.file_sources, wake, service.stopping)


async def _poll(service: Service) -> None:
    from server.webhooks.polling import poll  # noqa: PLC0415 - aiogram is heavy

    assert service.telegram is not None and service.telegram_channel is not None  # noqa: S101, PT018 - the caller looked
    await _set_up_bot(service)
    if not service.settings.is_telegram_webhook:
        await poll(service.engine, service.telegram_channel, service.telegram, service.stopping)


async def watch(service: Service) -> None:
    """What a web process does beside its pages, until it stops: it looks whether workers keep the clock."""
    async with asyncio.TaskGroup() as group:
        group.create_task(set_up_webhook(service))
        group.create_task(watch_clock(service))


async def set_up_webhook(service: Service) -> None:
    """Point Telegram's webhook at us, when that is how its updates come. Repeating is harmless."""
    if service.settings.is_telegram_webhook:
        await _set_up_bot(service)


async def _set_up_bot(service: Service) -> None:
    """Tell Telegram the bot's words and how its updates reach us; Telegram being away is no reason not to start."""
    from bot.errors import SendError  # noqa: PLC0415 - aiogram is heavy
    from server.senders import bot_profiles  # noqa: PLC0415 - aiogram is heavy

    channel, settings = service.telegram_channel, service.settings
    assert channel is not None  # noqa: S101 - the caller looked
    try:
        if settings.is_telegram_webhook and settings.telegram_secret:
            url = f"{settings.own_url}/webhooks/telegram"
            await channel.set_webhook(url, settings.telegram_secret.get_secret_value())
        else:
            await channel.delete_webhook()
        await channel.set_up(bot_profiles(service.ports.wording, settings.languages))
    except SendError as error:
        log.warning("bot not set up", code=error.code)
