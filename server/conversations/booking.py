"""What a turn asks of the diaries, answered with events in the turn's own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, assert_never

from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import (
    AddNeed,
    AnswerOffer,
    BeginBooking,
    BookHeld,
    BookingEffect,
    CancelMeeting,
    HoldTime,
    JoinWaiting,
    LetGo,
    ListMeetings,
    LookForTimes,
    MoveMeeting,
    PreferPart,
)
from dialogs.events import (
    Booked,
    BookingBegins,
    Event,
    MeetingCancelled,
    MeetingsListed,
    TimeGone,
    TimeHeld,
    WaitingJoined,
)
from dialogs.meetings import Meeting, Needs, PartOfDay, Wish
from dialogs.messages import ChannelName
from server.appointments import booking, reading, theirs, waiting
from server.appointments.booking import Booking, Doer, Gone
from server.appointments.free import FreeSlot, key_of
from server.appointments.kinds import Agreed, By, Reason, Status
from server.conversations.scene import Scene
from server.conversations.times import OUR_REASONS, diaries, language, look_for_times, uuid_of
from server.people import service as people

DOER: Final = Doer(By.PERSON)


async def carry_out(  # noqa: C901, PLR0912 - one arm an effect
    db: AsyncConnection, effect: BookingEffect, scene: Scene
) -> Event | None:
    """Do it; the event that answers it, if one does."""
    match effect:
        case BeginBooking():
            return await _begin(db, scene)
        case LookForTimes():
            return await look_for_times(db, effect.wish, scene)
        case PreferPart():
            values = {"prefers_part": effect.part.value if effect.part else "any"}
            await theirs.remember(db, scene.thread.person_id, scene.area, scene.now, **values)
        case HoldTime():
            return await _hold(db, effect, scene)
        case BookHeld():
            return await _book(db, effect, scene)
        case LetGo():
            await booking.let_go(db, scene.thread.person_id)
        case ListMeetings():
            return await _list(db, effect.purpose, scene)
        case MoveMeeting():
            return await _move(db, effect, scene)
        case CancelMeeting():
            return await _cancel(db, effect.meeting_id, scene)
        case AddNeed():
            return await _add_need(db, effect, scene)
        case JoinWaiting():
            return await _join_waiting(db, effect.wish, scene)
        case AnswerOffer():
            return await _answer_offer(db, effect, scene)
        case _:
            assert_never(effect)
    return None


async def meeting_of(db: AsyncConnection, appointment_id: uuid.UUID, scene: Scene) -> Meeting:
    """An appointment as the conversation sees it. The caller knows that it is there."""
    row = await reading.one(db, appointment_id)
    assert row is not None  # noqa: S101  (read in the transaction that wrote it)
    return await _seen(db, row, scene)


async def _seen(db: AsyncConnection, row: Any, scene: Scene) -> Meeting:
    own = await theirs.own_kinds(db, scene.area)
    meeting = reading.meeting_of(row, scene.zone, language(scene))
    return replace(meeting, may_change=theirs.may_change(row, own, scene.now))


async def _begin(db: AsyncConnection, scene: Scene) -> BookingBegins:
    """Nobody books from a phone that is on hold: what they are told then is what was said before there were diaries."""
    person_id = scene.thread.person_id
    if await people.is_on_hold(db, person_id):
        return BookingBegins(())
    reasons = await theirs.reasons(db, scene.area, scene.now)
    care = await theirs.care_of(db, person_id, scene.area)
    if care is None:
        return BookingBegins(reasons)
    name = care["adviser_name"]
    prefers = care["prefers_part"]
    return BookingBegins(
        reasons,
        adviser=(str(care["adviser_id"]), name) if name else None,
        part=PartOfDay(prefers) if prefers in set(PartOfDay) else None,
        is_part_known=bool(prefers),
        needs=None if care["needs"] is None else Needs.from_plain(care["needs"]),
    )


async def _hold(db: AsyncConnection, wish: HoldTime, scene: Scene) -> Event:
    settings = diaries(scene)
    kept_for = settings.hold_by_text if scene.channel is ChannelName.SMS else settings.hold
    held = await booking.hold(db, wish.key, _who(scene), scene.now, scene.now + kept_for, settings)
    if isinstance(held, Gone):
        return await _gone(db, wish.wish, held.nearest, scene)
    return TimeHeld(await meeting_of(db, held["id"], scene), wish.key)


async def _book(db: AsyncConnection, wish: BookHeld, scene: Scene) -> Event:
    """What is kept for them; else the same time, if nobody else has it."""
    person_id = scene.thread.person_id
    held_id = uuid_of(wish.meeting_id)
    is_theirs = held_id is not None and await theirs.one(db, person_id, held_id) is not None
    row = await booking.book_held(db, held_id, wish.needs, scene.now) if held_id and is_theirs else None
    if row is None:
        agreed = wish.needs, DOER, Agreed.CHAT
        made = await booking.book(db, wish.key, _who(scene), *agreed, scene.now, diaries(scene))
        if isinstance(made, Gone):
            return await _gone(db, wish.wish, made.nearest, scene)
        row = made
    await theirs.remember(db, person_id, scene.area, scene.now, needs=wish.needs.to_plain())
    await waiting.settled(db, person_id, row["reason"])
    return Booked(await meeting_of(db, row["id"], scene))


async def _gone(db: AsyncConnection, wish: Wish, nearest: Sequence[FreeSlot], scene: Scene) -> TimeGone:
    return TimeGone(wish, tuple(await reading.slots_of(db, nearest, scene.zone, language(scene))))


async def _list(db: AsyncConnection, purpose: str, scene: Scene) -> MeetingsListed:
    rows = await reading.of_person(db, scene.thread.person_id, scene.now)
    own = await theirs.own_kinds(db, scene.area)
    seen = ((row, reading.meeting_of(row, scene.zone, language(scene))) for row in rows)
    return MeetingsListed(
        tuple(replace(meeting, may_change=theirs.may_change(row, own, scene.now)) for row, meeting in seen), purpose
    )


async def _changeable(db: AsyncConnection, meeting_id: str, scene: Scene) -> Any:
    """The row of a meeting that they may move and call off by themselves; None for any other."""
    appointment_id = uuid_of(meeting_id)
    row = await theirs.one(db, scene.thread.person_id, appointment_id) if appointment_id else None
    if row is None or row["status"] is not Status.BOOKED:
        return None
    return row if theirs.may_change(row, await theirs.own_kinds(db, scene.area), scene.now) else None


async def _move(db: AsyncConnection, wish: MoveMeeting, scene: Scene) -> Event:
    old = await _changeable(db, wish.meeting_id, scene)
    if old is None:
        return TimeGone(wish.wish, ())
    moved = await booking.move(db, old["id"], wish.key, DOER, scene.now, diaries(scene))
    if moved is None or isinstance(moved, Gone):
        return await _gone(db, wish.wish, moved.nearest if moved else (), scene)
    return Booked(await meeting_of(db, old["id"], scene), moved_from=old["starts_at"].astimezone(scene.zone))


async def _cancel(db: AsyncConnection, meeting_id: str, scene: Scene) -> MeetingCancelled:
    row = await _changeable(db, meeting_id, scene)
    if row is None or await booking.cancel(db, row["id"], DOER, scene.now) is None:
        return MeetingCancelled(None)
    return MeetingCancelled(await _seen(db, row, scene))


async def _add_need(db: AsyncConnection, wish: AddNeed, scene: Scene) -> MeetingsListed:
    appointment_id = uuid_of(wish.meeting_id)
    row = await theirs.one(db, scene.thread.person_id, appointment_id) if appointment_id else None
    if row is not None:
        await theirs.add_need(db, row, wish.need, scene.now)
    return await _list(db, f"needed:{wish.meeting_id}", scene)


async def _join_waiting(db: AsyncConnection, wish: Wish, scene: Scene) -> Event:
    if wish.reason not in OUR_REASONS:
        return await _begin(db, scene)
    thread = scene.thread
    ids = {"adviser_id": uuid_of(wish.adviser_id), "place_id": uuid_of(wish.place_id)}
    reason = Reason(wish.reason)
    is_new = await waiting.join(db, thread.person_id, thread.address_id, scene.area, reason, scene.now, **ids)
    return WaitingJoined(wish, is_known=not is_new)


async def _answer_offer(db: AsyncConnection, answer: AnswerOffer, scene: Scene) -> Event | None:
    """Yes keeps it while they say what would help; no gives it back at once."""
    appointment_id = uuid_of(answer.meeting_id)
    person_id = scene.thread.person_id
    offer = await waiting.offer_of(db, person_id, appointment_id) if appointment_id else None
    row = await theirs.one(db, person_id, appointment_id) if offer and appointment_id else None
    if offer is None or row is None or row["status"] is not Status.HELD or row["hold_until"] <= scene.now:
        return TimeGone(Wish(offer["reason"].value if offer else ""), ()) if answer.is_wanted else None
    if not answer.is_wanted:
        await booking.let_go(db, person_id)
        await waiting.refuse(db, offer["id"])
        return None
    await waiting.extend(db, row["id"], scene.now + diaries(scene).hold_by_text)
    care = await theirs.care_of(db, person_id, scene.area)
    known = Needs.from_plain(care["needs"]) if care and care["needs"] is not None else None
    key = key_of(row["adviser_id"], row["place_id"], row["reason"], int(row["starts_at"].timestamp()))
    return TimeHeld(await meeting_of(db, row["id"], scene), key, known)


def _who(scene: Scene) -> Booking:
    return Booking(scene.thread.person_id, scene.thread.address_id, scene.area)
