"""Receive: a message comes in, exactly one turn is taken, and its state, effects and replies are stored in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channel import Channel
from dialogs.effects import Speaks
from dialogs.engine import take_turn
from dialogs.events import Event, Joined, Opened, PersonErased, SeatTaken
from dialogs.messages import ChannelName, InboundMessage, Reply
from dialogs.ports import Ports
from dialogs.state import ConversationState, Settings
from dialogs.topics import crisis
from dialogs.turn import Outcome, Turn
from server import metrics
from server.conversations import files, sharing, statements, words
from server.conversations import thread as threads
from server.conversations.effects import carry_out
from server.conversations.locks import KeyedLocks
from server.conversations.scene import Scene
from server.conversations.thread import Claim, Thread
from server.conversations.world import AreaProfile, Place, facts_of
from server.db.types import blind_index
from server.escalations.waits import Waits
from server.outbox.delivery import Sender
from server.outbox.service import Destination, Enqueued, Outbox
from server.people.privacy import PersonalData
from server.people.service import Contact

MOST_TURNS_IN_ONE = 4
LIVE_TOPIC = "connexions_thread"


class Received(StrEnum):
    """What became of a message."""

    TURN = "turn"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class _Stored:
    """The end of a turn: the thread it belongs to now, the last state, everything said, and who they said they are on a shared phone."""

    thread: Thread
    state: ConversationState
    replies: tuple[Reply, ...]
    outcome: Outcome
    speaks: str | None = None


class Conversations:
    """The one way in. Safe to use from many tasks and many processes at once."""

    def __init__(
        self,
        engine: AsyncEngine,
        ports: Ports,
        outbox: Outbox,
        sender: Sender,
        channels: Mapping[str, Channel],
        area: AreaProfile,
        handlers: tuple[PersonalData, ...],
    ) -> None:
        self.engine = engine
        self.ports = ports
        self.outbox = outbox
        self.sender = sender
        self.channels = channels
        self.area = area
        self.handlers = handlers
        self._locks = KeyedLocks()
        self._waits = Waits(area.slug)

    async def receive(self, message: InboundMessage, now: datetime) -> Received:
        """Take the message's turn; a message that was received before changes nothing. Raises only when nothing was stored."""
        started = time.perf_counter()
        taken = await self._turn_of(self._contact(message.channel, message.lane, message.sender), message, now)
        outcome = Received.TURN if taken else Received.DUPLICATE
        metrics.inbound.labels(message.channel.value, outcome.value).inc()
        if taken:
            metrics.turn_seconds.observe(time.perf_counter() - started)
        for enqueued in taken:
            self.sender.send_soon(enqueued.to_send)
        return outcome

    async def happened(self, channel: ChannelName, lane: str, sender: str, event: Event, now: datetime) -> None:
        """Something happened on a page of ours that the conversation answers to. A second `Opened` changes nothing, nor one on hold."""
        contact = self._contact(channel, lane, sender)
        async with self._locks.hold(contact.address_hash), self.engine.begin() as db:
            thread = await threads.enter(db, contact, self.area.slug, now)
            if isinstance(event, Opened) and thread.state.is_greeted:
                return
            claim = replace(await threads.present(db, thread.person_id, now), has_earlier=False)
            if claim.is_on_hold:
                return
            _, enqueued = await self._finish(db, contact, thread, event, claim, now)
        self.sender.send_soon(enqueued.to_send)

    async def tell(self, db: AsyncConnection, contact: Contact, event: Event, now: datetime) -> None:
        """An event's turn inside a transaction that has begun; a worker sends what is said, after whatever still waits."""
        thread = await threads.enter(db, contact, self.area.slug, now)
        await self._finish(db, contact, thread, event, await threads.present(db, thread.person_id, now), now)

    async def _turn_of(self, contact: Contact, message: InboundMessage, now: datetime) -> list[Enqueued]:
        """The stored turn, or nothing for a repeat. One person's burst waits here and not in the connection pool."""
        async with self._locks.hold(contact.address_hash):
            if message.text:
                # 20 ms of arithmetic, remembered for the turn: meanwhile others are served, and no connection is held
                await asyncio.to_thread(self.ports.alarm.read, message.text)
            return await self._stored_turn(contact, message, now)

    async def _stored_turn(self, contact: Contact, message: InboundMessage, now: datetime) -> list[Enqueued]:
        async with self.engine.begin() as db:
            phone = thread = await threads.enter(db, contact, self.area.slug, now)
            speaker = (await sharing.sharing_of(db, contact, phone, now)).speaker
            if speaker not in {None, contact.address_hash}:
                contact = replace(contact, address_hash=speaker)
                thread = await threads.enter(db, contact, self.area.slug, now)
            body = words.body(message, thread.state)
            claim = await threads.claim(db, thread, message, body, contact, self.area.slug, self.outbox.process, now)
            if claim is None:
                return []
            stored, enqueued = await self._finish(db, contact, thread, message, claim, now)
            if stored.speaks is None:
                return [enqueued]
            return [enqueued, *await self._speaker_known(db, contact, thread, stored.speaks, message, now)]

    async def _speaker_known(
        self,
        db: AsyncConnection,
        contact: Contact,
        asked: Thread,
        nickname: str,
        message: InboundMessage,
        now: datetime,
    ) -> list[Enqueued]:
        """On a shared phone somebody has said who they are: what waits for them, then what they wrote before they were asked."""
        to = sharing.contact_of(contact, asked, nickname)
        theirs = await threads.enter(db, to, self.area.slug, now)
        await sharing.goes_on(db, to, theirs, theirs.state, now)
        kept = await sharing.take_kept(db, asked, theirs, message, now)
        taken = []
        if theirs.state.unread or not kept:
            claim = await threads.present(db, theirs.person_id, now)
            taken.append((await self._finish(db, to, theirs, SeatTaken(), claim, now))[1])
        for message_id, words_ in kept:
            theirs = await threads.enter(db, to, self.area.slug, now)
            claim = replace(await threads.present(db, theirs.person_id, now), message_id=message_id)
            taken.append((await self._finish(db, to, theirs, words_, claim, now))[1])
        return taken

    async def _finish(
        self,
        db: AsyncConnection,
        contact: Contact,
        thread: Thread,
        incoming: InboundMessage | Event,
        claim: Claim,
        now: datetime,
    ) -> tuple[_Stored, Enqueued]:
        stored = await self._take_turns(db, contact, thread, incoming, claim, now)
        metrics.turns.labels(stored.outcome.topic or "", stored.outcome.name).inc()
        sent_at = incoming.sent_at if isinstance(incoming, InboundMessage) else None
        state, fitting = self._fit(contact.lane, stored.state, stored.replies)
        # of our own accord nothing goes to a number on hold, and nobody answers a menu that they never saw
        is_held_back = claim.is_on_hold and not isinstance(incoming, InboundMessage)
        state = thread.state if is_held_back else state
        same_pace = replace(stored.thread, pace_since=thread.pace_since, pace_count=thread.pace_count)
        remembered = threads.state_row(same_pace, state, sent_at, now)
        address = contact.channel, contact.lane, contact.address, contact.address_hash
        to = Destination(self.area.slug, *address, stored.thread.address_id, stored.thread.conversation_id)
        enqueued = self.outbox.prepare(to, fitting, now, has_earlier=claim.has_earlier, is_on_hold=is_held_back)
        if enqueued.rows:
            await self.outbox.store(db, enqueued, first=(statements.STORE_STATE_AND_REPLY, remembered))
        else:
            await statements.STORE_STATE.first(db, remembered)
        if contact.lane in self.outbox.shown_lanes:
            await notify(db, LIVE_TOPIC, contact.address_hash.hex())
        if isinstance(incoming, InboundMessage):
            await sharing.after(db, contact, thread, claim.message_id, state, stored.outcome.name, now)
        return stored, enqueued

    async def _take_turns(
        self,
        db: AsyncConnection,
        contact: Contact,
        thread: Thread,
        incoming: InboundMessage | Event,
        claim: Claim,
        now: datetime,
    ) -> _Stored:
        """The message's turn, and one more for each effect that has an outcome to tell."""
        shared = await sharing.sharing_of(db, contact, thread, now)
        place = Place(contact, self.channels[contact.lane].limits.max_choices, await self._waits.now(db, now), shared)
        facts = facts_of(self.area, place, thread, claim, incoming, now)
        if isinstance(incoming, InboundMessage) and incoming.files:
            most = self.area.files_bytes
            left = await files.room(db, thread.conversation_id, self.area.slug, most, now)
            facts = replace(facts, files_left=left)
        said = incoming.text if isinstance(incoming, InboundMessage) else ""
        picked = words.picked(incoming, thread.state) if isinstance(incoming, InboundMessage) else ""
        is_closed = isinstance(incoming, InboundMessage) and claim.case is None
        thread = replace(thread, state=crisis.released(thread.state)) if is_closed else thread
        state = thread.state
        replies: list[Reply] = []
        waiting: list[InboundMessage | Event] = [incoming]
        outcome: Outcome | None = None
        speaks: str | None = None
        while waiting and (turn := take_turn(waiting.pop(0), state, facts, self.ports)):
            state = turn.state
            replies.extend(turn.replies)
            outcome = outcome or turn.outcome
            speaks = next((effect.seat for effect in turn.effects if isinstance(effect, Speaks)), speaks)
            area = self.area
            scene = Scene(thread, said, area.slug, area.zone, area.kept_days, now, area.hours, area.language, picked)
            scene = replace(scene, message_id=claim.message_id, lane=contact.lane, channel=contact.channel)
            thread, state, events = await self._effects(db, contact, scene, state, turn)
            if isinstance(incoming, InboundMessage) and any(isinstance(x, PersonErased) for x in events):
                await threads.remember_id(db, thread, incoming, self.area.slug, now)
            waiting.extend(events[:MOST_TURNS_IN_ONE])
        assert outcome is not None  # noqa: S101 - the loop runs at least once
        return _Stored(thread, state, tuple(replies), outcome, speaks)

    async def _effects(
        self, db: AsyncConnection, contact: Contact, scene: Scene, state: ConversationState, turn: Turn
    ) -> tuple[Thread, ConversationState, list[Event]]:
        """Carry out a turn's effects; the thread and state to go on with, which a deletion or a joining changes."""
        events = []
        for effect in turn.effects:
            event = await carry_out(db, effect, scene, self.handlers)
            if event is None:
                continue
            events.append(event)
            if isinstance(event, PersonErased | Joined):
                scene = replace(scene, thread=await self._again(db, contact, scene.thread, event, scene.now))
                state = replace(scene.thread.state, is_greeted=True)
        return scene.thread, state, events

    async def _again(self, db: AsyncConnection, contact: Contact, old: Thread, event: Event, now: datetime) -> Thread:
        """The thread of the same address after a deletion (an empty one, to say goodbye with) or a joining (the other's)."""
        thread = await threads.enter_again(db, contact, self.area.slug, now)
        if isinstance(event, PersonErased):
            return replace(thread, state=_kept_after_deletion(old.state, event))
        return thread

    def _fit(
        self, lane: str, state: ConversationState, replies: tuple[Reply, ...]
    ) -> tuple[ConversationState, list[Reply]]:
        """What goes now by the channel's limits; what does not is remembered for MORE."""
        channel = self.channels.get(lane)
        if channel is None:
            return state, list(replies)
        fitting, unread = [], list(state.unread)
        for reply in replies:
            now, later = channel.fit(reply)
            fitting.append(now)
            if later is not None:
                unread = [later]
        return replace(state, unread=tuple(unread)), fitting

    def hash_of(self, lane: str, sender: str) -> bytes:
        """What an address is found by."""
        return blind_index(sender, f"addresses.{lane}")

    def _contact(self, channel: ChannelName, lane: str, sender: str) -> Contact:
        return Contact(channel, lane, sender, self.hash_of(lane, sender))


def _kept_after_deletion(old: ConversationState, event: PersonErased) -> ConversationState:
    """The language to say goodbye in; while a record about danger stays, the help lines stay with it."""
    fresh = ConversationState(settings=Settings(language=old.settings.language))
    if not event.is_record_kept:
        return fresh
    return replace(fresh, crisis_since=old.crisis_since, crisis_kind=old.crisis_kind)


async def notify(db: AsyncConnection, topic: str, key: str) -> None:
    """Tell every process, once this transaction is committed."""
    await db.execute(select(func.pg_notify(topic, key)))
