"""What becomes of words from a number on hold: the check word lifts it, anything else is kept for a person of ours."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import HeardOnHold
from dialogs.events import HoldLifted, StillOnHold
from server.appointments import custody
from server.appointments.check_word import lift_by_check_word
from server.conversations.scene import Scene
from server.db.base import table_of
from server.escalations import tasks
from server.escalations.models import CaseTask, TaskKind
from server.escalations.service import add_to_open_case

case_tasks = table_of(CaseTask)

LONGEST: Final = 4000
"""Letters of such words that are kept in one task, the newest ones."""


async def heard(db: AsyncConnection, effect: HeardOnHold, scene: Scene) -> HoldLifted | StillOnHold | None:
    """Lift the hold when it was the check word after a release; else a task for their worker, one for all that comes."""
    if effect.is_answered and await lift_by_check_word(db, scene.thread.person_id, scene.words, scene.now):
        return HoldLifted()
    await _keep(db, effect, scene)
    return StillOnHold() if effect.is_answered else None


async def _keep(db: AsyncConnection, effect: HeardOnHold, scene: Scene) -> None:
    person_id, words = scene.thread.person_id, scene.words.strip()
    if words and effect.is_answered:
        await add_to_open_case(db, person_id, scene.area, words, scene.now, scene.thread.address_id)
    task = await _open_task(db, person_id)
    if task is not None:
        kept = "\n".join(filter(None, (task.words, words)))[-LONGEST:]
        await db.execute(update(case_tasks).where(case_tasks.c.id == task.id).values(words=kept or None))
        return
    spell = await custody.open_of(db, person_id)
    due = scene.hours.working_day(scene.now, 1)
    owner = spell["home_owner_id"] if spell else None
    wish = tasks.Wish(TaskKind.NUMBER_ON_HOLD, scene.area, due, words[-LONGEST:], person_id=person_id, staff_id=owner)
    await tasks.add(db, wish, scene.now)


async def _open_task(db: AsyncConnection, person_id: Any) -> Any:
    """The task that is there already, locked."""
    mine = case_tasks.c.person_id == person_id, case_tasks.c.kind == TaskKind.NUMBER_ON_HOLD
    query = select(case_tasks.c.id, case_tasks.c.words).where(*mine, case_tasks.c.done_at.is_(None))
    return (await db.execute(query.order_by(case_tasks.c.created_at).limit(1).with_for_update())).first()
