"""Effects around a talk with a person: cases opened with the work they need, somebody else, complaints, views."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, assert_never

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import (
    CaseUrgency,
    Complain,
    KeepView,
    MakeTask,
    OpenCase,
    OtherAdviser,
    SpeakIn,
    WaitForAdviser,
    Work,
)
from dialogs.events import ComplaintMade
from server.conversations.scene import Scene
from server.db.base import table_of
from server.escalations import complaints, due_work, holding
from server.escalations import service as escalations
from server.escalations.models import Case, TaskKind

cases = table_of(Case)

VIEW_WITHIN: Final = timedelta(days=7)
"""So long after closing an answer to "did this help?" is one."""

TalkEffect = MakeTask | SpeakIn | WaitForAdviser | OtherAdviser | KeepView


async def open_case(db: AsyncConnection, wish: OpenCase, scene: Scene) -> None:
    """Open or raise their case; when nobody of ours speaks its language, an interpreter is asked for by a time."""
    case_id = await escalations.open_case(db, scene.asker, wish, scene.words, scene.now)
    if wish.language != scene.language and not await due_work.somebody_speaks(db, scene.area, wish.language):
        case = await holding.locked(db, case_id)
        await _due(db, case, MakeTask(Work.INTERPRETER, wish.language), scene)


async def complain(db: AsyncConnection, wish: Complain, scene: Scene) -> ComplaintMade:
    """The complaint, with their words in the case that goes on with somebody else; a case is opened where there is none."""
    reason = OpenCase("complaint", CaseUrgency.COMPLAINT, wish.language)
    case_id = await escalations.open_case(db, scene.asker, reason, scene.own_words, scene.now)
    made = await complaints.complain(db, case_id, wish, scene.own_words, scene.hours, scene.now)
    days = made.first_by, made.last_by
    return ComplaintMade(made.number, made.about, made.handler, *days, made.is_interrupted, made.is_known)


async def carry_out(db: AsyncConnection, effect: TalkEffect, scene: Scene) -> None:
    """Do one of them to the open case of the person, or the one closed last; nothing where there is none."""
    person_id, now = scene.thread.person_id, scene.now
    if isinstance(effect, KeepView):
        await _keep_view(db, effect.view, scene)
        return
    mine = cases.c.person_id == person_id, cases.c.closed_at.is_(None)
    case = (await db.execute(select(cases).where(*mine).with_for_update())).first()
    if case is None:
        return
    match effect:
        case MakeTask():
            await _due(db, case, effect, scene)
        case SpeakIn():
            await _speak_in(db, case, effect.language, scene)
        case WaitForAdviser():
            await db.execute(update(cases).where(cases.c.id == case.id).values(lost_told_at=now))
        case OtherAdviser():
            await escalations.add_words(db, case.id, case.area, scene.own_words, now)
            await holding.pass_over(db, case.id, now)
        case _:
            assert_never(effect)


async def _due(db: AsyncConnection, case: Any, wish: MakeTask, scene: Scene) -> None:
    """A task at the time they picked, or by the end of one working day."""
    due_at = wish.at or scene.hours.working_day(scene.now, 1)
    await due_work.make_task(db, case, TaskKind(wish.work.value), due_at, scene.now, language=wish.language)


async def _speak_in(db: AsyncConnection, case: Any, language: str, scene: Scene) -> None:
    await db.execute(update(cases).where(cases.c.id == case.id).values(language=language))
    if language != scene.language and not await due_work.somebody_speaks(db, scene.area, language):
        await _due(db, case, MakeTask(Work.INTERPRETER, language), scene)
    await escalations.tell(db, case.id, case.area)


async def _keep_view(db: AsyncConnection, view: str, scene: Scene) -> None:
    theirs = cases.c.person_id == scene.thread.person_id, cases.c.closed_at > scene.now - VIEW_WITHIN
    newest = select(cases.c.id).where(*theirs).order_by(cases.c.closed_at.desc()).limit(1).scalar_subquery()
    await db.execute(update(cases).where(cases.c.id == newest).values(persons_view=view))
