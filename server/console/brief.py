"""The brief: what an adviser has to know before they write, on one screen. Read from what was stored; nothing is generated."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import ChannelName, ReplyKind
from dialogs.state import ConversationState, Settings
from server.console.reading import Line, addresses, case_messages, cases, conversations, names_of, read_thread
from server.db.base import table_of
from server.escalations.models import CaseNote, CaseOutcome, CaseStep, CaseTask, NoteKind, StepKind, TaskKind
from server.escalations.service import ABOUT_DANGER
from server.escalations.tasks import FOR_LEADS
from server.people.phones import nicknames_of
from server.people.service import contact_rules
from server.staff.access import Fact, Member, may_read

notes = table_of(CaseNote)
steps = table_of(CaseStep)
tasks = table_of(CaseTask)

MOST_ASKED: Final = 5
MOST_BEFORE: Final = 10
MOST_WORDS: Final = 3
LONGEST_COMMAND: Final = 12
MOST_KEPT: Final = 30
MOST_LINES: Final = 300
"""So far back what was asked and answered is looked for, whatever piece of the thread is on the screen."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to reach the person. `is_asked_on`: the case came by it, and answers go there."""

    channel: ChannelName
    is_reachable: bool
    stopped: str
    is_asked_on: bool
    last_inbound_at: datetime


@dataclass(frozen=True, slots=True)
class CaseBefore:
    """One closed case of the same person."""

    id: uuid.UUID
    number: int
    reason: str
    opened_at: datetime
    outcome: CaseOutcome | None
    adviser: str
    next_on: date | None
    persons_view: str


@dataclass(frozen=True, slots=True)
class Task:
    """Work with a due time that follows from this case."""

    id: uuid.UUID
    kind: TaskKind
    due_at: datetime
    done_at: datetime | None
    language: str
    owner: str


@dataclass(frozen=True, slots=True)
class Note:
    """What one member of staff said to others inside the case."""

    id: uuid.UUID
    kind: NoteKind
    name: str
    to_name: str
    to_skill: str
    body: str
    written_at: datetime
    answers_id: uuid.UUID | None
    to_staff_id: uuid.UUID | None
    staff_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything beside the thread. `settings` are the person's own choices; `asked` are (their words, what was answered).

    `words` are the first things they wrote for a person to read: what they want known.
    """

    settings: Settings
    routes: tuple[Route, ...]
    before: tuple[CaseBefore, ...]
    tasks: tuple[Task, ...]
    asked: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    contact_rules: str = ""
    sharing: tuple[str, ...] = ()

    @property
    def reachable(self) -> bool:
        """True while the way they asked on takes our words."""
        return any(route.is_reachable and route.stopped != "all" for route in self.routes if route.is_asked_on)


async def read_brief(db: AsyncConnection, case: Any, who: Member) -> Brief:
    """The brief of a case; of cases before, those that the reader may open."""
    state = ConversationState()
    if case.person_id is not None:
        query = select(conversations.c.state).where(conversations.c.person_id == case.person_id)
        if plain := (await db.execute(query)).scalar():
            state = ConversationState.from_plain(plain)
    return Brief(
        settings=state.settings,
        routes=await read_routes(db, case),
        before=await _before(db, case, who),
        tasks=await read_tasks(db, case),
        asked=asked_and_answered((await read_thread(db, case, limit=MOST_LINES)).lines),
        words=await _words(db, case),
        contact_rules=await contact_rules(db, case.person_id),
        sharing=(await nicknames_of(db, case.person_id))[1] if case.person_id else (),
    )


def asked_and_answered(lines: Sequence[Line]) -> tuple[tuple[str, str], ...]:
    """What they asked and which curated answer they got, oldest first, at most the last five. Pure."""
    found = []
    question = ""
    for line in lines:
        if line.author == "person":
            question = line.text
        elif line.reply is not None and line.reply.kind is ReplyKind.ANSWER and question:
            found.append((question, line.reply.lead or line.reply.text))
            question = ""
    return tuple(found[-MOST_ASKED:])


def telling(bodies: Sequence[str], *, is_opened_by_asking: bool) -> tuple[str, ...]:
    """What they want known, of the words kept with a case: no menu numbers, no single command, at most `MOST_WORDS`. Pure.

    Of a case that was opened by asking for a person the asking itself says nothing, unless nothing else was said.
    """
    told = [body for body in bodies if len(body.split()) > 1 or len(body.strip()) > LONGEST_COMMAND]
    if is_opened_by_asking and len(told) > 1 and told[0] == bodies[0]:
        told = told[1:]
    return tuple(told[:MOST_WORDS])


async def _words(db: AsyncConnection, case: Any) -> tuple[str, ...]:
    query = (
        select(case_messages.c.body)
        .where(case_messages.c.case_id == case.id, case_messages.c.author == "person")
        .order_by(case_messages.c.written_at, case_messages.c.id)
        .limit(MOST_KEPT)
    )
    bodies = list((await db.execute(query)).scalars())
    return telling(bodies, is_opened_by_asking=case.urgency not in ABOUT_DANGER)


async def read_routes(db: AsyncConnection, case: Any) -> tuple[Route, ...]:
    """Every way to the person, the one that they asked on first."""
    if case.person_id is None:
        return ()
    query = (
        select(
            addresses.c.id,
            addresses.c.channel,
            addresses.c.is_reachable,
            addresses.c.stopped,
            addresses.c.last_inbound_at,
        )
        .where(addresses.c.person_id == case.person_id)
        .order_by(addresses.c.id != case.address_id, addresses.c.last_inbound_at.desc())
    )
    return tuple(
        Route(row.channel, row.is_reachable, row.stopped, row.id == case.address_id, row.last_inbound_at)
        for row in (await db.execute(query)).all()
    )


async def _before(db: AsyncConnection, case: Any, who: Member) -> tuple[CaseBefore, ...]:
    if case.person_id is None:
        return ()
    areas = [area for area in who.areas if may_read(who, Fact.CHAT, area)]
    theirs = cases.c.area.in_(areas), ~cases.c.barred.contains([who.id])
    query = (
        select(cases)
        .where(cases.c.person_id == case.person_id, cases.c.closed_at.is_not(None), cases.c.id != case.id, *theirs)
        .order_by(cases.c.opened_at.desc())
        .limit(MOST_BEFORE)
    )
    rows = (await db.execute(query)).all()
    names = await names_of(db, {row.closed_by_id for row in rows})
    return tuple(
        CaseBefore(
            row.id,
            row.number,
            row.reason,
            row.opened_at,
            row.outcome,
            names.get(row.closed_by_id, ""),
            row.next_on,
            row.persons_view,
        )
        for row in rows
    )


async def read_tasks(db: AsyncConnection, case: Any) -> tuple[Task, ...]:
    """The work that follows from a case, what is due first on top; not what leads alone see."""
    query = (
        select(tasks)
        .where(tasks.c.case_id == case.id, tasks.c.kind.not_in(FOR_LEADS | {TaskKind.TAKEN_OVER}))
        .order_by(tasks.c.due_at)
    )
    rows = (await db.execute(query)).all()
    names = await names_of(db, {row.staff_id for row in rows})
    return tuple(
        Task(row.id, row.kind, row.due_at, row.done_at, row.language, names.get(row.staff_id, "")) for row in rows
    )


async def read_notes(db: AsyncConnection, case: Any) -> tuple[Note, ...]:
    """What staff said to each other in this case, oldest first."""
    query = select(notes).where(notes.c.case_id == case.id).order_by(notes.c.written_at, notes.c.id)
    rows = (await db.execute(query)).all()
    names = await names_of(db, {x for row in rows for x in (row.staff_id, row.to_staff_id)})
    return tuple(
        Note(
            row.id,
            row.kind,
            names.get(row.staff_id, ""),
            names.get(row.to_staff_id, ""),
            row.to_skill,
            row.body,
            row.written_at,
            row.answers_id,
            row.to_staff_id,
            row.staff_id,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class ClockStep:
    """One row of what the clock did: when, which rung, what became of it, who."""

    at: datetime
    rung: str
    kind: StepKind
    means: str
    name: str


async def read_steps(db: AsyncConnection, case: Any) -> tuple[ClockStep, ...]:
    """Everything the case's clock did, oldest first."""
    query = select(steps).where(steps.c.case_id == case.id).order_by(steps.c.at, steps.c.id)
    rows = (await db.execute(query)).all()
    names = await names_of(db, {row.staff_id for row in rows})
    return tuple(
        ClockStep(row.at, row.rung.value, row.kind, row.means.value if row.means else "", names.get(row.staff_id, ""))
        for row in rows
    )
