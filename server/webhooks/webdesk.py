"""The chat page's desk over the real service: its thread is read from what was stored, its news from the database."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.webchat.inbound import LANE, said, sent
from dialogs.events import Event, LanguagePicked, Opened
from dialogs.messages import ButtonPress, ChannelName, MessageKind, Reply, SentFile
from server.clock import utc_now
from server.conversations.files_kinds import FileKind, type_of
from server.conversations.models import Conversation, Message
from server.conversations.service import LIVE_TOPIC, Conversations, notify
from server.db.base import table_of
from server.db.signals import Signals
from server.escalations.models import Case
from server.escalations.service import CASES_TOPIC, they_type_key
from server.escalations.typing import writing_adviser
from server.outbox.models import Delivery
from server.outbox.rules import Status
from server.people.models import Address
from server.webhooks.chatdesk import Thread, ThreadItem

addresses = table_of(Address)
conversations = table_of(Conversation)
messages = table_of(Message)
deliveries = table_of(Delivery)
cases = table_of(Case)

KINDS = {FileKind.PICTURE: MessageKind.PHOTO, FileKind.SOUND: MessageKind.VOICE}
WITH_FILE = frozenset({MessageKind.PHOTO, MessageKind.VOICE, MessageKind.FILE})

MOST_ITEMS = 200
"""Newest items that a page shows; nobody scrolls further on a phone."""


class WebDesk:
    """`server.webhooks.chatdesk.ChatDesk`. A session is kept only as a hash, so that a copy of the database opens none."""

    def __init__(
        self,
        engine: AsyncEngine,
        service: Conversations,
        signals: Signals,
        stopping: asyncio.Event | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine, self._now = engine, now
        self._stopping = stopping or asyncio.Event()
        self._service = service
        self._signals = signals

    async def open(self, session: str, language: str | None, now: datetime) -> None:
        """Greet a new session; nothing for a known one."""
        await self._happened(session, Opened(language), now)

    async def say(self, session: str, text: str, press: ButtonPress | None, message_id: str, now: datetime) -> None:
        """Take one message or press of a button."""
        await self._service.receive(said(_sender(session), text, press, message_id, at=now), now)

    async def send_file(self, session: str, text: str, file: SentFile, message_id: str, now: datetime) -> None:
        """Take one file; its content says what it is."""
        kind = KINDS.get(type_of(file.content).kind, MessageKind.FILE)
        await self._service.receive(sent(_sender(session), text, file, kind, message_id, at=now), now)

    async def speak(self, session: str, language: str, now: datetime) -> None:
        """Go on in another language."""
        await self._happened(session, LanguagePicked(language), now)

    async def _happened(self, session: str, event: Event, now: datetime) -> None:
        await self._service.happened(ChannelName.WEBCHAT, LANE, _sender(session), event, now)

    async def types(self, session: str) -> None:
        """Tell the console of the adviser who holds their case; nothing without one."""
        hashed = self._service.hash_of(LANE, _sender(session))
        async with self._engine.begin() as db:
            case_id = (await db.execute(_held_case(hashed))).scalar()
            if case_id is not None:
                await notify(db, CASES_TOPIC, they_type_key(case_id))

    async def thread(self, session: str, after: int) -> Thread | None:
        """What this browser's session said and was told after a cursor; None once it was left."""
        hashed = self._service.hash_of(LANE, _sender(session))
        async with self._engine.connect() as db:
            known = (await db.execute(_known(hashed))).first()
            if known is None:
                return None
            theirs = (await db.execute(_theirs(known.id, after))).all()
            ours = (await db.execute(_ours(hashed, after))).all()
            typing = await writing_adviser(db, known.person_id, self._now())
        theirs = [
            row for row in theirs if row.body or row.kind in WITH_FILE
        ]  # a deletion keeps the bare id of the message that asked for it
        items = sorted((*map(self._said, theirs), *map(self._told, ours)), key=lambda item: item.cursor)[-MOST_ITEMS:]
        language = known.language or self._service.area.language
        return Thread(tuple(items), language, max((item.cursor for item in items), default=after), typing=typing)

    def _said(self, row: Any) -> ThreadItem:
        at, has_file = row.received_at.astimezone(self._service.area.zone), row.kind in WITH_FILE
        return ThreadItem(row.seq, at, is_theirs=True, text=row.body, has_file=has_file)

    def _told(self, row: Any) -> ThreadItem:
        at = row.created_at.astimezone(self._service.area.zone)
        return ThreadItem(row.seq, at, is_theirs=False, text="", reply=Reply.from_plain(row.reply))

    async def leave(self, session: str) -> None:
        """End the session: its thread is never shown again."""
        hashed = self._service.hash_of(LANE, _sender(session))
        async with self._engine.begin() as db:
            same = addresses.c.lane == LANE, addresses.c.address_hash == hashed
            await db.execute(update(addresses).where(*same).values(is_reachable=False))

    async def changes(self, session: str) -> AsyncIterator[None]:
        """Yield whenever something was stored for this session, in whatever process; ends when this process stops."""
        key = self._service.hash_of(LANE, _sender(session)).hex()
        async with self._signals.watch(LIVE_TOPIC, key) as event:
            while await _first(event, self._stopping):
                event.clear()
                yield


async def _first(wanted: asyncio.Event, other: asyncio.Event) -> bool:
    """Wait for either; true when it was the wanted one and not the other."""
    waiting = [asyncio.ensure_future(event.wait()) for event in (wanted, other)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return not other.is_set()


def _sender(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


def _known(hashed: bytes) -> Any:
    """The address of a session that was not left, with the language of its conversation."""
    return (
        select(addresses.c.id, addresses.c.person_id, conversations.c.language)
        .join(conversations, conversations.c.person_id == addresses.c.person_id)
        .where(addresses.c.lane == LANE, addresses.c.address_hash == hashed, addresses.c.is_reachable)
    )


def _theirs(address_id: Any, after: int) -> Any:
    """What came in from a session after a cursor, the newest `MOST_ITEMS`."""
    is_new = messages.c.address_id == address_id, messages.c.seq > after
    columns = (messages.c.seq, messages.c.received_at, messages.c.body, messages.c.kind)
    return select(*columns).where(*is_new).order_by(messages.c.seq.desc()).limit(MOST_ITEMS)


def _ours(hashed: bytes, after: int) -> Any:
    """What went out to a session after a cursor, the newest `MOST_ITEMS`."""
    not_for_eyes = (Status.SKIPPED, Status.SUPERSEDED, Status.PLANNED)
    is_new = (
        deliveries.c.address_hash == hashed,
        deliveries.c.lane == LANE,
        deliveries.c.seq > after,
        deliveries.c.status.not_in(not_for_eyes),
    )
    columns = (deliveries.c.seq, deliveries.c.created_at, deliveries.c.reply)
    return select(*columns).where(*is_new).order_by(deliveries.c.seq.desc()).limit(MOST_ITEMS)


def _held_case(hashed: bytes) -> Any:
    """The open case of a session's person that somebody of ours holds."""
    return (
        select(cases.c.id)
        .join(addresses, addresses.c.person_id == cases.c.person_id)
        .where(addresses.c.lane == LANE, addresses.c.address_hash == hashed, addresses.c.is_reachable)
        .where(cases.c.closed_at.is_(None), cases.c.adviser_id.is_not(None))
    )
