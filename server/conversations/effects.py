"""Carry out what a turn wishes: each effect is one call of a slice, in the turn's own transaction."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.around import AroundEffect
from dialogs.effects import (
    AddToCase,
    CaseUrgency,
    CompileMyData,
    Complain,
    Effect,
    ErasePerson,
    FileUnanswered,
    HeardOnHold,
    KeepFiles,
    KeepView,
    MakeJoinCode,
    MakeTask,
    MarkAddress,
    OpenCase,
    OtherAdviser,
    SpeakIn,
    Speaks,
    StartMessages,
    StopMessages,
    UseJoinCode,
    WaitForAdviser,
)
from dialogs.events import Event, JoinCodeMade, Joined, JoinRefused, PersonErased
from server.answers.unanswered import file_unanswered
from server.appointments import privacy as appointments
from server.conversations import around, booking, files, on_hold, talking
from server.conversations.models import Conversation, Message
from server.conversations.privacy import compile_my_data
from server.conversations.scene import Scene
from server.db.base import table_of
from server.escalations import service as escalations
from server.escalations.models import Case, CaseTask
from server.escalations.talk_models import Complaint, WorkerLink
from server.outbox.models import Delivery
from server.people import phones
from server.people import service as people
from server.people.models import Address, JoinCode, Person
from server.people.privacy import PersonalData, erase_person

messages = table_of(Message)
conversations = table_of(Conversation)
deliveries = table_of(Delivery)
addresses = table_of(Address)
cases = table_of(Case)
case_tasks = table_of(CaseTask)
complaints = table_of(Complaint)
worker_links = table_of(WorkerLink)
persons = table_of(Person)
join_codes = table_of(JoinCode)


async def carry_out(  # noqa: C901, PLR0912 - one arm an effect
    db: AsyncConnection, effect: Effect, scene: Scene, handlers: tuple[PersonalData, ...]
) -> Event | None:
    """Do it; the event that follows from it, if one does. After `PersonErased` or `Joined` the thread is another one."""
    thread, now = scene.thread, scene.now
    match effect:
        case OpenCase():
            await talking.open_case(db, effect, scene)
        case AddToCase():
            await _add_to_case(db, scene)
        case KeepFiles():
            if scene.message_id is not None:
                await files.keep(db, thread.person_id, scene.message_id, scene.lane, effect.files, now)
        case MakeTask() | SpeakIn() | WaitForAdviser() | OtherAdviser() | KeepView():
            await talking.carry_out(db, effect, scene)
        case Complain():
            return await talking.complain(db, effect, scene)
        case FileUnanswered():
            await file_unanswered(db, scene.area, effect, now)
        case StopMessages():
            await _set_stopped(db, scene, "all" if effect.is_all else "reminders")
        case StartMessages():
            await _set_stopped(db, scene, "")
        case MarkAddress():
            await people.set_reachable(db, thread.address_id, is_reachable=effect.is_reachable)
        case CompileMyData():
            return await compile_my_data(db, thread.person_id, scene.kept_days, scene.zone)
        case ErasePerson():
            has_record = await escalations.holds_record_of_danger(db, thread.person_id)
            await erase_person(db, handlers, thread.person_id)
            return PersonErased(has_record)
        case MakeJoinCode():
            if await escalations.has_danger_open(db, thread.person_id):
                return JoinRefused()
            code = await people.make_join_code(db, thread.person_id, scene.area, now)
            return JoinCodeMade(f"{code[:4]}-{code[4:]}", int(people.CODE_LIFE.total_seconds() // 60))
        case Speaks():
            pass  # whose turn comes next is the service's to say
        case HeardOnHold():
            return await on_hold.heard(db, effect, scene)
        case UseJoinCode():
            return await _join(db, scene, effect.code)
        case _ if isinstance(effect, AroundEffect):
            return await around.carry_out(db, effect, scene)
        case _:
            return await booking.carry_out(db, effect, scene)
    return None


async def _set_stopped(db: AsyncConnection, scene: Scene, stopped: str) -> None:
    """What an address must not get; all or nothing holds for a number, whoever of those who share it said so."""
    thread = scene.thread
    await people.set_stopped(db, thread.address_id, stopped)
    if thread.phone_hash is not None and stopped != "reminders":
        await phones.set_all_stopped(db, scene.lane, thread.phone_hash, stopped)


async def _add_to_case(db: AsyncConnection, scene: Scene) -> None:
    """Words for the open case. They were told that a person will read it: when it was closed meanwhile, a new one opens."""
    thread, state = scene.thread, scene.thread.state
    words = " ".join(filter(None, (scene.words, scene.picked and f"[{scene.picked}]")))
    to = db, thread.person_id, scene.area
    if not words or await escalations.add_to_open_case(*to, words, scene.now, thread.address_id):
        return
    urgency = CaseUrgency.CRISIS if state.crisis_since else CaseUrgency.ADVICE
    wish = OpenCase(state.crisis_kind or "asked", urgency, state.settings.language or scene.language)
    await talking.open_case(db, wish, replace(scene, words=words))


async def _join(db: AsyncConnection, scene: Scene, code: str) -> Event:
    """Move everything of the person who typed the code to the person who was shown it."""
    other = await people.use_join_code(db, scene.thread.address_id, code, scene.now)
    if other is None or other == scene.thread.person_id:
        return JoinRefused()
    await db.execute(conversations.select().where(conversations.c.person_id == other).with_for_update())
    # somebody who holds the phone for a moment must not carry a talk about danger away to their own
    for person_id in (other, scene.thread.person_id):
        if await escalations.has_danger_open(db, person_id) or await people.is_on_hold(db, person_id):
            return JoinRefused()
    await merge(db, scene.thread.person_id, other, scene.now)
    return Joined()


async def merge(db: AsyncConnection, gone: uuid.UUID, stays: uuid.UUID, now: datetime) -> None:
    """One person out of two: addresses, messages, deliveries and cases of `gone` belong to `stays`; its memory is dropped."""
    threads = conversations.c.person_id
    kept = (await db.execute(conversations.select().where(threads == stays).with_for_update())).one()
    lost = (await db.execute(conversations.select().where(threads == gone))).one()
    for table in (messages, deliveries):
        await db.execute(update(table).where(table.c.conversation_id == lost.id).values(conversation_id=kept.id))
    await _merge_cases(db, gone, stays, now)
    for table in (case_tasks, complaints, worker_links):
        await db.execute(update(table).where(table.c.person_id == gone).values(person_id=stays))
    await db.execute(update(addresses).where(addresses.c.person_id == gone).values(person_id=stays))
    await appointments.merge(db, gone, stays)
    await people.merge_contact_rules(db, gone, stays)
    await db.execute(delete(conversations).where(conversations.c.id == lost.id))
    await db.execute(delete(join_codes).where(join_codes.c.person_id == gone))
    await db.execute(delete(persons).where(persons.c.id == gone))


async def _merge_cases(db: AsyncConnection, gone: uuid.UUID, stays: uuid.UUID, now: datetime) -> None:
    """Cases move; when both have an open one, the words of one go into the other, at the higher urgency."""
    await db.execute(
        update(cases).where(cases.c.person_id == gone, cases.c.closed_at.is_not(None)).values(person_id=stays)
    )
    theirs = cases.c.person_id.in_((gone, stays)), cases.c.closed_at.is_(None)
    query = cases.select().where(*theirs).order_by(cases.c.id).with_for_update()
    found = {row.person_id: row for row in (await db.execute(query)).all()}
    if gone not in found:
        return
    if stays not in found:
        await db.execute(update(cases).where(cases.c.id == found[gone].id).values(person_id=stays))
        return
    of_gone = files.attachments.c.case_id == found[gone].id
    await db.execute(update(files.attachments).where(of_gone).values(case_id=found[stays].id))
    await escalations.absorb(db, gone=found[gone], stays=found[stays], now=now)
