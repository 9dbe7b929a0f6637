"""Writes the made-up stories into a database, through the services that real ones go through, at instants in the past."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.events import LanguagePicked
from dialogs.messages import InboundMessage, MessageKind
from server.areas import keep_area
from server.cli.demo.diaries import fill_diaries, make_diaries
from server.cli.demo.releases import make_releases
from server.cli.demo.script import LANES, Does, Step, Story, address_of
from server.cli.demo.staff import make_rota, make_team
from server.cli.demo.talking import CLOSED, HELD
from server.cli.demo.waiting import WAITING
from server.console.colleague_notes import add_note
from server.console.desk import note_read_once
from server.console.drafts import keep_draft
from server.conversations.advising import write_as_adviser
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import holding
from server.escalations.models import Case, CaseOutcome, CaseTask, NoteKind, TaskKind
from server.people.models import Address
from server.staff import audit
from server.staff.access import Act, Fact, Member, Skill
from server.wiring import Service

cases = table_of(Case)
tasks = table_of(CaseTask)
addresses = table_of(Address)

DEMO_MARK: Final = "made up by connexions demo"
"""The comment on a demo's database once it is whole. Sign-in links work on no other."""

HALF_MADE: Final = "being made up by connexions demo"
"""The comment while it is filled."""

TASK_HOURS: Final = {
    TaskKind.INTERPRETER: 3,
    TaskKind.ACCESS: 3,
    TaskKind.CALL_BACK: 18,
    TaskKind.FOLLOW_UP: 24,
    TaskKind.UNREACHABLE: 24,
}
"""How long after it arose a task is due."""

NOTED: Final = {Does.NOTES: NoteKind.NOTE, Does.ASKS: NoteKind.ASK, Does.WHISPERS: NoteKind.WHISPER}


class NotADemo(RuntimeError):
    """The database was not made by a demo, or holds something else."""


async def mark(db: AsyncConnection, words: str) -> None:
    """Put the comment on this database."""
    name = str((await db.execute(select(func.current_database()))).scalar_one()).replace('"', '""')
    await db.execute(text(f"COMMENT ON DATABASE \"{name}\" IS '{words}'"))


async def mark_of(db: AsyncConnection) -> str:
    """The comment on this database; empty for none."""
    query = text("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")
    return (await db.execute(query)).scalar() or ""


async def fill(service: Service, now: datetime) -> dict[str, Member]:
    """Everybody and everything that is made up, as it stands at `now`; the team by name. Raises NotADemo where people are."""
    area, diaries = service.settings.area, service.conversations.area.diaries
    async with service.desk.change() as db:
        if (await db.execute(select(func.count()).select_from(addresses))).scalar_one():
            raise NotADemo("this database holds people: a demo begins with an empty one")
        await mark(db, HALF_MADE)
        await keep_area(db, area)
        team = await make_team(db, area, now)
        await make_rota(db, area, team, now)
        await make_diaries(db, area, team, diaries, now)
    await Filling(service, team, now).play((*CLOSED, *HELD, *WAITING))
    async with service.desk.change() as db:
        await fill_diaries(db, area, team, diaries, now)
        await make_releases(db, area, team, diaries, now)
        await mark(db, DEMO_MARK)
    return team


def in_order(stories: Sequence[Story]) -> Iterator[tuple[Story, Step]]:
    """Every step of every story, the longest ago first."""
    steps = [(story, step) for story in stories for step in story.steps]
    return iter(sorted(steps, key=lambda pair: -pair[1].minutes_ago))


@dataclass
class Filling:
    """Plays stories against a service. `now` is where "minutes ago" counts from."""

    service: Service
    team: dict[str, Member]
    now: datetime
    _addresses: dict[str, str] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def play(self, stories: Sequence[Story]) -> None:
        """Every step at its instant, in the order of time."""
        for story, step in in_order(stories):
            await self.do(story, step)

    async def do(self, story: Story, step: Step) -> None:
        """One step."""
        at = self.now - timedelta(minutes=step.minutes_ago)
        if step.does in {Does.PICKS, Does.SAYS, Does.BLOCKS}:
            await self.hear(story, step, at)
            await self.service.sender.drain()
            return
        case_id = await self._case_of(story)
        if step.does is Does.WRITES:
            await write_as_adviser(self.service.conversations, case_id, self.team[step.by], step.text, at)
            await self.service.sender.drain()
            return
        async with self.service.desk.change() as db:
            case = (await db.execute(select(cases).where(cases.c.id == case_id))).one()
            await self._work(db, case, step, at)

    async def hear(self, story: Story, step: Step, at: datetime) -> None:
        """The young person does something, as their channel would tell it."""
        conversations, lane, sender = self.service.conversations, LANES[story.channel], self.address(story)
        if step.does is Does.PICKS:
            if story.language != "en":
                await conversations.happened(story.channel, lane, sender, LanguagePicked(story.language), at)
            return
        kind = MessageKind.BLOCKED if step.does is Does.BLOCKS else MessageKind.TEXT
        key = f"made-up-{story.nick}-{at.timestamp():.0f}-{next(self._ids)}"
        message = InboundMessage(story.channel, lane, sender, key, at, kind, step.text)
        await conversations.receive(message, at)

    def address(self, story: Story) -> str:
        """The same made-up address for the same young person; nobody else has it."""
        return self._addresses.setdefault(story.nick, address_of(len(self._addresses) + 1, story))

    async def _case_of(self, story: Story) -> uuid.UUID:
        """Their newest case."""
        hashed = self.service.conversations.hash_of(LANES[story.channel], self.address(story))
        query = (
            select(cases.c.id)
            .join(addresses, addresses.c.person_id == cases.c.person_id)
            .where(addresses.c.address_hash == hashed)
            .order_by(cases.c.opened_at.desc())
            .limit(1)
        )
        async with self.service.engine.connect() as db:
            found: uuid.UUID = (await db.execute(query)).scalar_one()
        return found

    async def _work(self, db: AsyncConnection, case: Any, step: Step, at: datetime) -> None:
        """What a member of staff does in a case beside writing."""
        who = self.team.get(step.by)
        if step.does is Does.HAS_TO:
            await self._add_task(db, case, step, who, at)
            return
        assert who is not None, step  # noqa: S101 - the stories say who
        match step.does:
            case Does.TAKES:
                await holding.take(db, who, case.id, at)
                await audit.note(db, who.id, Act.TAKE, at, case=case.id)
                await note_read_once(db, who, (Fact.CHAT,), at, case=case)
            case Does.TYPES:
                await keep_draft(db, case.id, who.id, step.text, at)
            case Does.HOLDS:
                until = at + timedelta(minutes=int(step.text))
                await db.execute(update(cases).where(cases.c.id == case.id).values(held_until=until))
                await add_note(db, case, NoteKind.HOLD, f"{step.text} min", at, staff_id=who.id)
            case Does.PASSES:
                to = self.team[step.more]
                await holding.assign(db, case.id, to, at)
                await add_note(db, case, NoteKind.TRANSFER, step.text, at, staff_id=who.id, to_staff_id=to.id)
            case Does.CLOSES:
                await holding.close(db, who, case.id, CaseOutcome(step.more), at, next_step=step.text)
            case Does.MUST_NOT:
                await holding.bar(db, case.id, who.id, at)
            case _:
                skill = Skill(step.more).value if step.more else ""
                await add_note(db, case, NOTED[step.does], step.text, at, staff_id=who.id, to_skill=skill)

    async def _add_task(self, db: AsyncConnection, case: Any, step: Step, who: Member | None, at: datetime) -> None:
        kind = TaskKind(step.more)
        row = {
            "id": new_id(),
            "area": case.area,
            "case_id": case.id,
            "person_id": case.person_id,
            "kind": kind,
            "language": case.language if kind is TaskKind.INTERPRETER else "",
            "words": step.text or None,
            "staff_id": who.id if who else None,
            "due_at": at + timedelta(hours=TASK_HOURS[kind]),
            "created_at": at,
        }
        await db.execute(insert(tasks).values(row))
