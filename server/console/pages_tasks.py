"""Tasks: what has to be done by when, late ones first, for the whole area; each is done by a named member."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.console.acts import Did
from server.console.desk import Desk, note_read
from server.console.words import TASKS, URGENCIES
from server.escalations import tasks
from server.escalations.holding import name_of
from server.staff import audit, guard
from server.staff.access import Act, Fact
from server.staff.errors import MayNot
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Worker = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]
HOME: Final = f"{guard.ROOT}/tasks"
DONE: Final = {
    "done": N_("It is done."),
    "before": N_("Somebody had done it already."),
    "taken": N_("It is yours."),
    "theirs": N_("Somebody else has it."),
}


class TaskPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Below `/console/tasks`."""
        routes.get("/tasks")(self.page)
        routes.get("/tasks/{task_id}")(self.task)
        routes.post("/tasks/{task_id}/take")(self.take)
        routes.post("/tasks/{task_id}/done")(self.finish)

    async def page(self, request: Request, who: Worker, own: str = "", done: str = "") -> Response:
        """The open tasks of the areas, or one's own; what is asked stands on each task's own page."""
        now, is_own = self._desk.now(), bool(own)
        async with self._desk.console.engine.connect() as db:
            rows = await tasks.still_open(db, who.member, now, is_own=is_own)
        return self._desk.console.pages.draw(
            request,
            "console/tasks.html",
            who,
            rows=[{**row, "is_late": row["due_at"] <= now} for row in rows],
            is_own=is_own,
            is_cut=len(rows) == tasks.MOST,
            kinds=TASKS,
            urgencies=URGENCIES,
            done=DONE.get(done, ""),
        )

    async def task(self, request: Request, who: Worker, task_id: uuid.UUID, done: str = "") -> Response:
        """One task with what is asked, noted in the audit."""
        now = self._desk.now()
        async with self._desk.change() as db:
            row = await _opened(db, who, task_id, self._desk.now())
            words = await tasks.words_of(db, task_id)
            if words:
                about = {"area": row["area"], "person": row["person_id"], "case": row["case_id"]}
                await note_read(db, who.member, [Fact.CHAT], now, barred=row["barred"] or (), **about)
            done_by = await name_of(db, row["done_by"])
        return self._desk.console.pages.draw(
            request,
            "console/task.html",
            who,
            row=row,
            words=words,
            done_by=done_by,
            is_late=row["due_at"] <= now,
            kind=TASKS[row["kind"]],
            urgency=URGENCIES.get(row["urgency"], ""),
            done=DONE.get(done, ""),
        )

    async def take(self, who: Worker, task_id: uuid.UUID) -> Response:
        """Mine from now on."""
        async with self._desk.change() as db:
            row = await _opened(db, who, task_id, self._desk.now())
            if is_mine := await tasks.take(db, who.member, task_id):
                await self._note(db, who, Did.TASK_TAKEN, row)
        return guard.go(f"{HOME}/{task_id}", done="taken" if is_mine else "theirs")

    async def finish(self, who: Worker, task_id: uuid.UUID) -> Response:
        """Done, by name."""
        async with self._desk.change() as db:
            row = await _opened(db, who, task_id, self._desk.now())
            if is_first := await tasks.finish(db, who.member, task_id, self._desk.now()):
                await self._note(db, who, Did.TASK_DONE, row)
        return guard.go(HOME, done="done" if is_first else "before")

    async def _note(self, db: AsyncConnection, who: SignedIn, did: Did, row: Mapping[str, Any]) -> None:
        about = {"area": row["area"], "person": row["person_id"], "case": row["case_id"]}
        await audit.note(db, who.member.id, did, self._desk.now(), **about)


async def _opened(db: AsyncConnection, who: SignedIn, task_id: uuid.UUID, now: datetime) -> Mapping[str, Any]:
    """The task, for somebody whom it is for and who is not barred from its case. Raises MayNot, also for none."""
    row = await tasks.find(db, who.member, task_id, now)
    if row is None:
        raise MayNot
    return row
