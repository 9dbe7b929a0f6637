"""The one composition root: settings to a service that is ready to start. Nothing is built at import."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channel import Channel, FileSource
from bot.webchat.channel import WebChatChannel
from bot.webchat.inbound import LANE as WEB_LANE
from dialogs.ports import Ports
from server import metrics
from server.answers.live import LiveLibrary
from server.appointments.privacy import AppointmentsData
from server.areas import begin_area, profile_of
from server.clock import utc_now
from server.console.board import Board
from server.console.desk import DESK_TEMPLATES, Desk
from server.console.words import ERRORS
from server.conversations.files import FILES_TOPIC
from server.conversations.files_privacy import FilesData
from server.conversations.left_diaries import tasks_for_bookings
from server.conversations.privacy import ConversationsData
from server.conversations.service import LIVE_TOPIC, Conversations
from server.couriers import Couriers, couriers
from server.db.engine import make_engine
from server.db.heartbeats import job_ages
from server.db.keyring import KeyRing
from server.db.signals import Signals
from server.db.types import use_key_ring
from server.escalations import service as escalations
from server.escalations.alarm_words import AlarmWords
from server.escalations.holding import give_back_outside
from server.escalations.privacy import EscalationsData
from server.escalations.silence import silence
from server.escalations.telling import Teller
from server.i18n import CatalogueWording
from server.outbox import lanes
from server.outbox.delivery import Lane, Sender
from server.outbox.pace import Pace
from server.outbox.privacy import OutboxData
from server.outbox.service import OUTBOX_TOPIC, Outbox
from server.outbox.unreachable import on_dead_address
from server.people.privacy import PeopleData, PersonalData
from server.settings import Settings
from server.staff.pages_draw import TEMPLATES_DIR, Console, ConsolePages
from server.web.assets import Assets
from server.web.pages import Pages
from server.webhooks.webdesk import WebDesk

if TYPE_CHECKING:
    from bot.telegram.channel import TelegramChannel
    from server.webhooks.telegram import TelegramIntake

UNPACED = 10_000.0
LEAST_FREE_CONNECTIONS = 3

PERSONAL_DATA: tuple[PersonalData, ...] = (
    OutboxData(),
    FilesData(),
    AppointmentsData(),
    EscalationsData(),
    ConversationsData(),
    PeopleData(),
)
"""Every slice that points at a person, in the order in which to delete: what points, before what is pointed at."""


@dataclass
class Service:
    """Everything that one process needs, joined. `start` and `stop` bracket its life."""

    settings: Settings
    engine: AsyncEngine
    library: LiveLibrary
    conversations: Conversations
    outbox: Outbox
    sender: Sender
    lanes: dict[str, Lane]
    signals: Signals
    web_desk: WebDesk
    pages: Pages
    assets: Assets
    console: Console
    desk: Desk
    teller: Teller
    couriers: Couriers
    process: str
    telegram: TelegramIntake | None = None
    telegram_channel: TelegramChannel | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    learning: asyncio.Task[None] | None = None

    @property
    def file_sources(self) -> dict[str, FileSource]:
        """Lanes whose provider keeps files until they are fetched."""
        return {name: lane.channel for name, lane in self.lanes.items() if isinstance(lane.channel, FileSource)}

    @property
    def ports(self) -> Ports:
        """What a turn may ask; what answers behind it changes with the content."""
        return self.library.ports

    async def start(self) -> None:
        """Make the area known and begin to listen. Needs a migrated database."""
        async with self.engine.begin() as db:
            await begin_area(db, self.settings.area)
        await self.signals.start()
        # what an earlier start kept is in use already; the rest is learnt beside the first messages
        self.learning = asyncio.create_task(asyncio.to_thread(self.library.learn), name="learning")

    async def stop(self) -> None:
        """Finish what was begun, then let go of everything. Repeating is harmless."""
        self.stopping.set()
        if self.learning:
            await asyncio.wait((self.learning,))
        await self.sender.stop()
        await self.teller.stop()
        await self.signals.stop()
        for lane in self.lanes.values():
            await lane.channel.close()
        await self.couriers.close()
        await self.engine.dispose()

    def routers(self) -> list[APIRouter]:
        """The webhooks of the channels that are set up."""
        made = []
        if self.settings.is_telegram_webhook and self.telegram is not None and self.settings.telegram_secret:
            from server.webhooks import telegram  # noqa: PLC0415 - aiogram is heavy

            made.append(telegram.router(self.telegram, self.settings.telegram_secret.get_secret_value()))
        if self.settings.has_sms and self.settings.twilio_auth_token:
            from server.webhooks import twilio  # noqa: PLC0415 - the SDK is heavy

            token = self.settings.twilio_auth_token.get_secret_value()
            made.append(twilio.router(self.conversations, self.engine, self.settings.own_url, token))
            if self.settings.has_voice:
                from server.webhooks import voice  # noqa: PLC0415 - the SDK is heavy

                words = AlarmWords(self.console.pages.wording)
                made.append(voice.router(self.engine, self.desk.hours, words, self.settings.own_url, token))
        return made

    async def refresh_gauges(self) -> None:
        """Measure the ages of what waits; the figures stay until the next time."""
        now = utc_now()
        async with self.engine.connect() as db:
            ages = dict.fromkeys(self.lanes, 0.0) | await lanes.oldest_waiting_seconds(db, now)
            ages |= {f"case:{name}": age for name, age in (await escalations.oldest_waiting_seconds(db, now)).items()}
            jobs = await job_ages(db, now)
            metrics.clock_silent_seconds.set((await silence(db, now)).total_seconds())
        metrics.oldest_waiting_seconds.clear()
        for name, age in ages.items():
            metrics.oldest_waiting_seconds.labels(name).set(age)
        for name, age in jobs.items():
            metrics.job_age_seconds.labels(name).set(age)


def key_ring_of(settings: Settings) -> KeyRing:
    """The key ring from the settings, or the development one in `var/`, made when missing."""
    if settings.key_ring is not None:
        return KeyRing.from_text(settings.key_ring.get_secret_value())
    return KeyRing.load_or_create(settings.var_dir / "keys")


def build(
    settings: Settings,
    database_url: str,
    *,
    more_channels: dict[str, Channel] | None = None,
    library: LiveLibrary | None = None,
) -> Service:
    """A service for this process. `more_channels` (by lane) and an open `library` are for the terminal, benchmarks and tests."""
    use_key_ring(key_ring_of(settings))
    zone = ZoneInfo(settings.area_time_zone)
    library = library or open_library(settings)
    ports = library.ports
    made_lanes = _lanes(settings) | {
        name: Lane(name, channel, Pace(UNPACED)) for name, channel in (more_channels or {}).items()
    }
    # every lane and the polling keep a connection for their lock, and work needs others beside them
    engine = make_engine(database_url, pool=max(settings.database_pool, len(made_lanes) + LEAST_FREE_CONNECTIONS))
    sender = Sender(engine, made_lanes, on_dead_address)
    process = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    outbox = Outbox(process, frozenset({WEB_LANE}))
    channels = {WEB_LANE: WebChatChannel()} | {name: lane.channel for name, lane in made_lanes.items()}
    conversations = Conversations(engine, ports, outbox, sender, channels, profile_of(settings, zone), PERSONAL_DATA)
    signals = Signals(
        database_url, (LIVE_TOPIC, OUTBOX_TOPIC, escalations.CASES_TOPIC, escalations.CLOCK_TOPIC, FILES_TOPIC)
    )
    assets = Assets()
    stopping = asyncio.Event()
    console = _console(settings, zone, engine, assets)
    hours = {settings.area: conversations.area.hours}
    reach = couriers(settings, engine, made_lanes, AlarmWords(console.pages.wording))
    board = Board(engine, console.clock)
    service = Service(
        settings=settings,
        engine=engine,
        library=library,
        conversations=conversations,
        outbox=outbox,
        sender=sender,
        lanes=made_lanes,
        signals=signals,
        web_desk=WebDesk(engine, conversations, signals, stopping),
        pages=Pages(ports.wording, assets),
        assets=assets,
        console=console,
        desk=Desk(console, conversations, library, signals, hours, stopping, board, *settings.of_desk),
        teller=Teller(engine, reach.by_means, hours),
        couriers=reach,
        process=process,
        stopping=stopping,
    )
    if settings.has_telegram:
        _add_telegram(service)
    return service


def open_library(settings: Settings) -> LiveLibrary:
    """The library of the settings. Raises FaultyContent, with every fault, for content that cannot be read."""
    return LiveLibrary(
        settings.content_dir,
        settings.locales_dir,
        lambda: utc_now().astimezone(ZoneInfo(settings.area_time_zone)).date(),
        settings.cache_dir,
        has_drafts=settings.has_drafts,
    )


def _console(settings: Settings, zone: ZoneInfo, engine: AsyncEngine, assets: Assets) -> Console:
    wording = CatalogueWording(settings.locales_dir, "console")
    pages = ConsolePages(wording, assets, zone, settings.languages, (TEMPLATES_DIR, DESK_TEMPLATES), ERRORS)
    name = settings.oidc_name if settings.has_oidc else ""
    leaving: dict[str, Any] = {"give_back": give_back_outside, "leave_diary": tasks_for_bookings}
    return Console(engine, pages, settings.own_url, settings.languages, single_sign_on=name, **leaving)


def _lanes(settings: Settings) -> dict[str, Lane]:
    """A lane for each sender that is set up; their SDKs are imported only then."""
    made: dict[str, Lane] = {}
    if settings.telegram_token and settings.has_telegram:
        from bot.telegram.channel import MESSAGES_A_SECOND, TelegramChannel  # noqa: PLC0415 - aiogram is heavy

        channel = TelegramChannel(settings.telegram_token.get_secret_value(), base_url=settings.telegram_api or None)
        made["telegram"] = Lane("telegram", channel, Pace(MESSAGES_A_SECOND))
    if settings.has_sms:
        from server.senders import twilio_lanes  # noqa: PLC0415 - the SDK is heavy

        made |= twilio_lanes(settings)
    return made


def _add_telegram(service: Service) -> None:
    from bot.telegram.channel import TelegramChannel  # noqa: PLC0415 - aiogram is heavy
    from server.senders import polite_word  # noqa: PLC0415 - aiogram is heavy
    from server.webhooks.telegram import TelegramIntake  # noqa: PLC0415 - aiogram is heavy

    channel = service.lanes["telegram"].channel
    assert isinstance(channel, TelegramChannel)  # noqa: S101 - made a few lines above
    wording, language = service.ports.wording, service.settings.area_language
    service.telegram_channel = channel
    service.telegram = TelegramIntake(service.conversations, channel, lambda: polite_word(wording, language))
