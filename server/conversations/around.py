"""What a turn asks and tells around a meeting, answered from the diaries; staff are told by tasks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.around import (
    AnswerComfort,
    AroundEffect,
    AskMyAdviser,
    AskTrusted,
    CalendarMade,
    FindMeetingNow,
    ForgetTrusted,
    KeepAnswer,
    KeepQuestion,
    KeepTrusted,
    LateTold,
    MeetingNow,
    MyAdviser,
    PutInCalendar,
    QuestionKept,
    SayLate,
    SayWhere,
    TrustedListed,
    TrustEffect,
)
from dialogs.events import Event
from dialogs.fold import fold
from dialogs.meetings import Needs
from dialogs.topics.my_adviser import MOST_QUESTIONS
from dialogs.topics.on_the_way import LOST
from dialogs.wording import N_
from server.appointments import care, feeds, history, reading
from server.appointments.history import Doer
from server.appointments.kinds import By, Change, PersonsAnswer, Status
from server.appointments.models import Appointment
from server.conversations import booking, times
from server.conversations.handing_over import answer_comfort
from server.conversations.scene import Scene
from server.db.base import table_of
from server.escalations import tasks
from server.escalations.models import TaskKind

appointments = table_of(Appointment)

BEFORE: Final = timedelta(hours=3)
AFTER: Final = timedelta(hours=1)
DOER: Final = Doer(By.PERSON)
LONGEST_LATE: Final = 240
LONGEST_QUESTION: Final = 500
LONGEST_WORDS: Final = 1_000

TOO_LATE: Final = N_("They are {minutes} minutes late for their meeting at {clock}.")
THERE: Final = N_("They are there for their meeting at {clock}.")
LOOKING: Final = N_("They cannot find the place of their meeting at {clock}. Ring them.")
NOT_COMING: Final = N_("They cannot come to their meeting at {clock}.")
NOT_HAPPENED: Final = N_("They say that their meeting of {clock} did not happen. Talk with them.")
IN_THE_WAY: Final = N_("What was in the way of their meeting of {clock}, in their words: {said}")
NO_ADVISER: Final = N_("They asked who their adviser is, and have none.")


async def carry_out(db: AsyncConnection, effect: AroundEffect, scene: Scene) -> Event | None:
    """Do it; the event that answers it, if one does."""
    match effect:
        case FindMeetingNow():
            return await _meeting_now(db, effect, scene)
        case SayLate():
            return await _say_late(db, effect, scene)
        case SayWhere():
            words = LOOKING if effect.purpose == LOST else THERE
            await _tell_adviser(db, await _theirs(db, effect.meeting_id, scene), words, scene)
        case KeepAnswer():
            await _keep_answer(db, effect, scene)
        case AskMyAdviser():
            return await _my_adviser(db, scene)
        case AnswerComfort():
            await answer_comfort(db, scene.hours, scene.thread.person_id, effect.answer, scene.now)
        case KeepQuestion():
            return await _keep_question(db, effect, scene)
        case PutInCalendar():
            row = await _theirs(db, effect.meeting_id, scene)
            return CalendarMade(await feeds.make_for_appointment(db, row["id"], scene.now) if row else "")
        case AskTrusted() | KeepTrusted() | ForgetTrusted():
            return await _trusted(db, effect, scene)
        case _:
            assert_never(effect)
    return None


async def _meeting_now(db: AsyncConnection, effect: FindMeetingNow, scene: Scene) -> MeetingNow:
    """The meeting whose time is about now; the one that begins nearest to it where there are two."""
    rows = await reading.of_person(db, scene.thread.person_id, scene.now - AFTER)
    near = [row for row in rows if _is_about_now(row["starts_at"], effect.purpose, scene)]
    if not near:
        return MeetingNow(effect.purpose, None, effect.text, effect.minutes)
    row = min(near, key=lambda one: abs(one["starts_at"] - scene.now))
    meeting = reading.meeting_of(row, scene.zone, times.language(scene))
    return MeetingNow(effect.purpose, meeting, effect.text, effect.minutes)


def _is_about_now(starts_at: datetime, purpose: str, scene: Scene) -> bool:
    """True from 3 hours before its start to an hour after it; who looks for the place may do so all day. Pure."""
    local, now = starts_at.astimezone(scene.zone), scene.now.astimezone(scene.zone)
    if purpose == LOST and local.date() == now.date():
        return True
    return starts_at - BEFORE <= scene.now <= starts_at + AFTER


async def _theirs(db: AsyncConnection, meeting_id: str, scene: Scene) -> Mapping[str, Any] | None:
    """A meeting of this person by the id that a choice carried; None for any other."""
    try:
        row = await reading.one(db, uuid.UUID(meeting_id))
    except ValueError:
        return None
    is_theirs = row is not None and row["person_id"] == scene.thread.person_id
    return row if is_theirs and row and row["status"] in {Status.BOOKED, Status.OVER} else None


async def _say_late(db: AsyncConnection, effect: SayLate, scene: Scene) -> LateTold:
    row = await _theirs(db, effect.meeting_id, scene)
    if row is None or row["status"] is not Status.BOOKED:
        return LateTold(None, effect.minutes)
    minutes = min(effect.minutes, LONGEST_LATE)
    if minutes:
        await _change(db, row, scene, person_late_minutes=minutes)
        await history.note(db, row["id"], Change.LATE, DOER, scene.now, detail=str(minutes))
    await _tell_adviser(db, row, TOO_LATE if minutes else NOT_COMING, scene, minutes=minutes)
    return LateTold(await booking.meeting_of(db, row["id"], scene), minutes)


async def _tell_adviser(
    db: AsyncConnection, row: Mapping[str, Any] | None, words: str, scene: Scene, **values: object
) -> None:
    """A task that is due now, for whoever meets them: the companion, else the adviser, else everybody. Said twice it is one."""
    if row is None:
        return
    clock = row["starts_at"].astimezone(scene.zone).strftime("%H:%M")
    whose = [row["companion_id"], row["adviser_id"]]
    here = await care.still_here(db, set(whose))
    wish = tasks.Wish(
        TaskKind.APPOINTMENT,
        row["area"],
        scene.now,
        words=words.format(clock=clock, **values),
        person_id=scene.thread.person_id,
        staff_id=next((one for one in whose if one in here), None),
    )
    await tasks.add_unsaid(db, wish, scene.now)


async def _keep_answer(db: AsyncConnection, effect: KeepAnswer, scene: Scene) -> None:
    """Their own answer stands beside the adviser's outcome and is never overwritten by it."""
    row = await _theirs(db, effect.meeting_id, scene)
    if row is None or effect.answer not in set(PersonsAnswer):
        return
    needs = Needs.from_plain(row["needs"])
    if effect.barrier:
        needs = replace(needs, barriers=tuple(dict.fromkeys((*needs.barriers, effect.barrier))))
    if effect.words:
        said = " ".join(effect.words.split())[:LONGEST_WORDS]
        await _tell_adviser(db, row, IN_THE_WAY, scene, said=said)
    is_new = row["persons_answer"] != effect.answer
    await _change(db, row, scene, persons_answer=PersonsAnswer(effect.answer), needs=needs.to_plain())
    if is_new:
        await history.note(db, row["id"], Change.ANSWERED, DOER, scene.now, detail=effect.answer)
    if is_new and effect.answer == PersonsAnswer.NO:
        await _tell_adviser(db, row, NOT_HAPPENED, scene)


async def _change(db: AsyncConnection, row: Mapping[str, Any], scene: Scene, **values: Any) -> None:
    query = update(appointments).where(appointments.c.id == row["id"]).values(**values, changed_at=scene.now)
    await db.execute(query)


async def _my_adviser(db: AsyncConnection, scene: Scene) -> MyAdviser:
    """Who it is and when they meet next; with nobody a person has to see to it."""
    person_id = scene.thread.person_id
    found = await care.adviser_of(db, person_id, scene.now.astimezone(scene.zone).date())
    if found.adviser is None:
        due_at = scene.hours.working_day(scene.now, 1)
        wish = tasks.Wish(TaskKind.APPOINTMENT, scene.area, due_at, words=NO_ADVISER, person_id=person_id)
        await tasks.add_unsaid(db, wish, scene.now)
        return MyAdviser()
    rows = await reading.of_person(db, person_id, scene.now)
    both = next((row for row in rows if row["adviser_id"] == found.adviser.id), None)
    meeting = reading.meeting_of(both, scene.zone, times.language(scene)) if both else None
    return MyAdviser(found.adviser.name, found.adviser.days, found.cover.name if found.cover else "", meeting)


async def _keep_question(db: AsyncConnection, effect: KeepQuestion, scene: Scene) -> QuestionKept:
    row = await _theirs(db, effect.meeting_id, scene)
    kept = (row["questions"] or "").splitlines() if row else []
    if row is None or len(kept) >= MOST_QUESTIONS:
        return QuestionKept(effect.meeting_id, 0)
    asked = " ".join(effect.text.split())[:LONGEST_QUESTION]
    await _change(db, row, scene, questions="\n".join((*kept, asked)))
    return QuestionKept(effect.meeting_id, len(kept) + 1)


async def _trusted(db: AsyncConnection, effect: TrustEffect, scene: Scene) -> TrustedListed:
    """The adults they named, after what was asked; a name twice is one, and one too many is left out."""
    person_id = scene.thread.person_id
    kept = await care.trusted_of(db, person_id)
    wished = [] if isinstance(effect, ForgetTrusted) else kept
    if isinstance(effect, KeepTrusted) and fold(effect.name) not in {fold(one.name) for one in kept}:
        wished = [*kept, care.Trusted(effect.name)][: care.MOST_TRUSTED]
    if wished != kept:
        await care.set_trusted(db, person_id, wished, scene.now)
    names = tuple(one.name for one in wished)
    return TrustedListed(names, is_full=len(names) >= care.MOST_TRUSTED)
