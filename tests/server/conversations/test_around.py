"""What a turn asks and tells around a meeting, on a real database: whose it is, who is told, once, and what stays as it was."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.around import (
    AroundEffect,
    AskMyAdviser,
    AskTrusted,
    FindMeetingNow,
    ForgetTrusted,
    KeepAnswer,
    KeepQuestion,
    KeepTrusted,
    LateTold,
    MeetingNow,
    MyAdviser,
    QuestionKept,
    SayLate,
    SayWhere,
    TrustedListed,
)
from dialogs.meetings import Needs
from dialogs.state import ConversationState
from server.appointments import care
from server.appointments.kinds import Outcome, PersonsAnswer, Status
from server.appointments.models import Appointment
from server.conversations import around
from server.conversations.scene import Scene
from server.conversations.thread import Thread
from server.db.base import table_of
from server.db.engine import make_engine
from server.db.ids import new_id
from server.escalations.models import CaseTask
from server.hours import OpeningHours
from server.people.models import Area
from server.staff.models import Staff
from tests.server.appointments.care_house import NOW, a_meeting, an_adviser, young_person
from tests.support.diary import LONDON

appointments = table_of(Appointment)
case_tasks = table_of(CaseTask)
HOURS = OpeningHours(LONDON, {}, "england-and-wales")


@dataclass
class House:
    """Ryan, and Jo whom he meets. `ids` name everybody else."""

    db: AsyncConnection
    ryan: uuid.UUID
    jo: uuid.UUID
    now: datetime = NOW
    ids: dict[str, uuid.UUID] = field(default_factory=dict)

    async def does(self, effect: AroundEffect, who: uuid.UUID | None = None) -> Any:
        """What the server makes of an effect of somebody's turn."""
        thread = Thread(who or self.ryan, new_id(), new_id(), ConversationState(), "", None, self.now, 0)
        scene = Scene(thread, "", "home", LONDON, 90, self.now, HOURS)
        return await around.carry_out(self.db, effect, scene)

    async def meets(self, after: timedelta, **more: Any) -> str:
        """A meeting of Ryan and Jo so long after now; its id."""
        return str(await a_meeting(self.db, self.ryan, self.jo, self.now + after, reason=None, **more))

    async def row(self, meeting_id: str) -> Any:
        query = select(appointments).where(appointments.c.id == uuid.UUID(meeting_id))
        return (await self.db.execute(query)).one()

    async def tasks(self) -> list[tuple[uuid.UUID | None, str]]:
        query = select(case_tasks.c.staff_id, case_tasks.c.words).order_by(case_tasks.c.created_at, case_tasks.c.id)
        return [(row.staff_id, row.words) for row in await self.db.execute(query)]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    engine = make_engine(database_url)
    async with engine.begin() as db:
        await db.execute(insert(table_of(Area)).values(slug="home", created_at=NOW))
        yield House(db, await young_person(db), await an_adviser(db, "Jo"))
    await engine.dispose()


@pytest.mark.parametrize(
    ("purpose", "after", "is_found"),
    [
        ("late", timedelta(hours=3), True),
        ("late", timedelta(hours=3, minutes=1), False),
        ("late", timedelta(minutes=-60), True),
        ("late", timedelta(minutes=-61), False),
        ("here", timedelta(hours=5), False),
        ("lost", timedelta(hours=5), True),
        ("lost", timedelta(hours=13), False),
    ],
)
async def test_which_meeting_is_about_now(house: House, purpose: str, after: timedelta, *, is_found: bool) -> None:
    meeting_id = await house.meets(after)
    found = await house.does(FindMeetingNow(purpose, "the words", 10))
    assert isinstance(found, MeetingNow)
    assert (found.meeting.id if found.meeting else None) == (meeting_id if is_found else None)
    assert (found.text, found.minutes) == ("the words", 10)


async def test_the_nearest_of_two_and_none_that_was_called_off(house: House) -> None:
    await house.meets(timedelta(minutes=10), status=Status.CANCELLED)
    near = await house.meets(timedelta(hours=1))
    await house.meets(timedelta(hours=2, minutes=30))
    found = await house.does(FindMeetingNow("late", "late"))
    assert found.meeting.id == near
    assert found.meeting.adviser == "Jo"


async def test_the_meetings_of_others_are_not_found(house: House) -> None:
    await house.meets(timedelta(hours=1))
    leah = await young_person(house.db)
    assert (await house.does(FindMeetingNow("late", "late"), leah)).meeting is None


async def test_lateness_is_counted_and_jo_is_told_once(house: House) -> None:
    meeting_id = await house.meets(timedelta(minutes=20))
    for _ in range(2):
        told = await house.does(SayLate(meeting_id, 15))
        assert isinstance(told, LateTold)
        assert told.meeting is not None
        assert (told.meeting.adviser, told.minutes) == ("Jo", 15)
    assert (await house.row(meeting_id)).person_late_minutes == 15
    assert await house.tasks() == [(house.jo, "They are 15 minutes late for their meeting at 12:20.")]


async def test_who_cannot_come_is_not_counted_as_late(house: House) -> None:
    meeting_id = await house.meets(timedelta(minutes=20))
    assert (await house.does(SayLate(meeting_id, 0))).meeting is not None
    assert (await house.row(meeting_id)).person_late_minutes is None
    assert await house.tasks() == [(house.jo, "They cannot come to their meeting at 12:20.")]


@pytest.mark.parametrize("meeting_id", ["", "not-an-id", "nobody's", "another's", "called off"])
async def test_what_is_not_theirs_is_told_to_nobody(house: House, meeting_id: str) -> None:
    who = house.ryan
    if meeting_id == "nobody's":
        meeting_id = str(new_id())
    elif meeting_id == "another's":
        meeting_id, who = await house.meets(timedelta(minutes=20)), await young_person(house.db)
    elif meeting_id == "called off":
        meeting_id = await house.meets(timedelta(minutes=20), status=Status.CANCELLED)
    assert await house.does(SayLate(meeting_id, 15), who) == LateTold(None, 15)
    assert await house.does(KeepQuestion(meeting_id, "can i bring my dog"), who) == QuestionKept(meeting_id, 0)
    await house.does(SayWhere(meeting_id, "lost"), who)
    await house.does(KeepAnswer(meeting_id, "no", "travel", "words"), who)
    assert await house.tasks() == []
    rows = (await house.db.execute(select(appointments))).all()
    assert not any(row.persons_answer or row.questions or row.person_late_minutes for row in rows)


async def test_whoever_waits_at_the_door_is_told(house: House) -> None:
    priya = await an_adviser(house.db, "Priya")
    meeting_id = await house.meets(timedelta(minutes=5), companion_id=priya)
    await house.does(SayWhere(meeting_id, "lost"))
    await house.does(SayWhere(meeting_id, "here"))
    said = [
        (priya, "They cannot find the place of their meeting at 12:05. Ring them."),
        (priya, "They are there for their meeting at 12:05."),
    ]
    assert sorted(await house.tasks(), key=str) == sorted(said, key=str)


async def test_who_left_is_told_nothing_and_the_area_is(house: House) -> None:
    meeting_id = await house.meets(timedelta(minutes=5))
    staff = table_of(Staff)
    await house.db.execute(update(staff).where(staff.c.id == house.jo).values(removed_at=NOW))
    await house.does(SayWhere(meeting_id, "here"))
    assert [whose for whose, _ in await house.tasks()] == [None]


async def test_their_own_answer_stands_beside_the_advisers(house: House) -> None:
    meeting_id = await house.meets(
        timedelta(hours=-2), status=Status.OVER, outcome=Outcome.ATTENDED, outcome_by=house.jo
    )
    await house.does(KeepAnswer(meeting_id, "no"))
    await house.does(KeepAnswer(meeting_id, "no", "travel"))
    await house.does(KeepAnswer(meeting_id, "no", words="the bus\ndid not come"))
    row = await house.row(meeting_id)
    assert (row.persons_answer, row.outcome, row.outcome_by) == (PersonsAnswer.NO, Outcome.ATTENDED, house.jo)
    assert Needs.from_plain(row.needs).barriers == ("travel",)
    assert {words for _, words in await house.tasks()} == {
        "They say that their meeting of 10:00 did not happen. Talk with them.",
        "What was in the way of their meeting of 10:00, in their words: the bus did not come",
    }
    assert (await house.db.execute(text("SELECT count(*) FROM appointment_changes"))).scalar() == 1


async def test_what_they_asked_for_stays_beside_what_was_in_the_way(house: House) -> None:
    needs = Needs(quiet=True, barriers=("sleep",)).to_plain()
    meeting_id = await house.meets(timedelta(hours=-2), needs=needs)
    await house.does(KeepAnswer(meeting_id, "no", "travel"))
    assert Needs.from_plain((await house.row(meeting_id)).needs) == Needs(quiet=True, barriers=("sleep", "travel"))


@pytest.mark.parametrize("answer", ["", "maybe", "YES", "attended"])
async def test_an_answer_that_is_none_is_not_kept(house: House, answer: str) -> None:
    meeting_id = await house.meets(timedelta(hours=-2))
    await house.does(KeepAnswer(meeting_id, answer))
    assert (await house.row(meeting_id)).persons_answer is None


async def test_five_questions_are_kept_sealed(house: House) -> None:
    meeting_id = await house.meets(timedelta(days=1))
    asked = [f"question\n{n} " + "x" * 600 for n in range(5)]
    assert [(await house.does(KeepQuestion(meeting_id, one))).count for one in asked] == [1, 2, 3, 4, 5]
    assert (await house.does(KeepQuestion(meeting_id, "one more"))).count == 0
    kept = (await house.row(meeting_id)).questions.splitlines()
    assert [line[:10] for line in kept] == [f"question {n}" for n in range(5)]
    assert max(map(len, kept)) == around.LONGEST_QUESTION
    raw = (await house.db.execute(text("SELECT questions::text FROM appointments"))).scalar_one()
    assert "question" not in raw


async def test_who_their_adviser_is_and_when_they_meet(house: House) -> None:
    ali = await an_adviser(house.db, "Ali")
    await care.set_adviser(house.db, house.ryan, house.jo, NOW)
    await a_meeting(house.db, house.ryan, ali, NOW + timedelta(hours=2))
    await house.meets(timedelta(days=2))
    found = await house.does(AskMyAdviser())
    assert isinstance(found, MyAdviser)
    assert found.next_meeting is not None
    assert (found.name, found.next_meeting.starts_at) == ("Jo", NOW + timedelta(days=2))


async def test_nobody_yet_is_one_task_beside_any_other(house: House) -> None:
    await house.does(SayWhere(await house.meets(timedelta(minutes=5)), "here"))
    for _ in range(2):
        assert await house.does(AskMyAdviser()) == MyAdviser()
    assert [words for _, words in await house.tasks()].count("They asked who their adviser is, and have none.") == 1
    assert len(await house.tasks()) == 2


async def test_three_adults_whom_they_trust_are_kept_sealed(house: House) -> None:
    assert await house.does(AskTrusted()) == TrustedListed()
    for name, names in (("Ann", ("Ann",)), ("ANN", ("Ann",)), ("Sam B", ("Ann", "Sam B"))):
        assert await house.does(KeepTrusted(name)) == TrustedListed(names)
    assert await house.does(KeepTrusted("Cy")) == TrustedListed(("Ann", "Sam B", "Cy"), is_full=True)
    assert await house.does(KeepTrusted("Dee")) == TrustedListed(("Ann", "Sam B", "Cy"), is_full=True)
    assert await house.does(AskTrusted(), await young_person(house.db)) == TrustedListed()
    raw = (await house.db.execute(text("SELECT trusted::text FROM person_care"))).scalar_one()
    assert "Ann" not in raw
    assert await house.does(ForgetTrusted()) == TrustedListed()
    assert await care.trusted_of(house.db, house.ryan) == []
