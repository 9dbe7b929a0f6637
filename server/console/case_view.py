"""What a case's page and the news for an open one both show: read for a reader, each look a row of the audit."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import direction
from server.console.brief import Note, read_brief
from server.console.desk import Desk, note_read_once
from server.console.head import head_of, version
from server.console.looking import require_reason
from server.console.reading import Thread, cases
from server.console.words import (
    BAD_STATES,
    CHANNELS,
    MEANS,
    NOTES,
    OUTCOMES,
    RUNGS,
    STATES,
    STEP_KINDS,
    TASKS,
    VIEWS,
    alarm_kinds,
)
from server.conversations.files import KeptFile, files_of, files_of_case
from server.escalations.service import ABOUT_DANGER
from server.outbox.rules import FINAL
from server.staff.access import Fact, may_read
from server.staff.pages_words import SKILLS
from server.staff.sessions import SignedIn


async def note_look(desk: Desk, db: AsyncConnection, who: SignedIn, case: Any) -> None:
    """Write into the audit that somebody looks at a chat. Raises ReasonNeeded before it for one that is not their work."""
    await require_reason(db, who.member, case, desk.now())
    await note_read_once(db, who.member, (Fact.CHAT,), desk.now(), case=case)


async def read_shown(desk: Desk, db: AsyncConnection, who: SignedIn, case: Any) -> dict[str, Any]:
    """What head and brief draw."""
    brief = await read_brief(db, case, who.member)
    return {
        "brief": brief,
        "follows": await _followed(db, who, case),
        "head": head_of(case, desk.now()),
        "version": version(case, brief.routes, brief.tasks),
        "alarms": alarm_kinds(case.alarms),
        "is_mine": case.adviser_id == who.member.id and case.closed_at is None,
        "is_danger": case.urgency in ABOUT_DANGER,
    }


def notes_mark(case: Any, notes: Sequence[Note]) -> str:
    """A text that is another one whenever the notes have to be drawn anew: none is ever changed, only added."""
    return f"{len(notes)}{'-closed' if case.closed_at else ''}"


async def _followed(db: AsyncConnection, who: SignedIn, case: Any) -> Any:
    """The closed case that late words came to, for whoever may open it."""
    if case.follows_id is None:
        return None
    query = select(cases.c.id, cases.c.number, cases.c.area, cases.c.barred).where(cases.c.id == case.follows_id)
    row = (await db.execute(query)).first()
    return row if row is not None and may_read(who.member, Fact.CHAT, row.area, row.barred) else None


async def read_files(db: AsyncConnection, case: Any, thread: Thread) -> dict[uuid.UUID | None, list[KeptFile]]:
    """The files of the lines that are shown, by message; of a closed case all of them, under None."""
    if case.closed_at is not None:
        return {None: await files_of_case(db, case.id)}
    found = await files_of(db, [line.id for line in thread.lines if line.author == "person"])
    return {message_id: [file for file in files if file.case_id == case.id] for message_id, files in found.items()}


WORDS: Final[dict[str, Any]] = {
    "channels": CHANNELS,
    "states": STATES,
    "bad_states": BAD_STATES,
    "final_states": FINAL,
    "outcomes": OUTCOMES,
    "note_kinds": NOTES,
    "task_kinds": TASKS,
    "views": VIEWS,
    "rungs": RUNGS,
    "step_kinds": STEP_KINDS,
    "means": MEANS,
    "skills": SKILLS,
    "direction": direction,
}
"""Words and helpers that the templates of a case look up."""
