"""The hold of domain.md 4.6: nothing that waited leaves, nothing is saved up, danger is heard, and who lifts it."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from dialogs.effects import CaseUrgency
from dialogs.events import LongWait
from dialogs.messages import ChannelName, Reply
from server.appointments import custody
from server.appointments.release_errors import NoSuchSpell, NotReleased, SpellOpen
from server.appointments.release_models import ReleaseStatus
from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.conversations.appointing import lock_person
from server.escalations.errors import OnHold
from server.escalations.tasks import words_of
from server.outbox.lanes import sweep_lane, work_once
from server.outbox.rules import LEASE, DeliveryKind
from server.outbox.service import Destination, Outgoing
from server.staff.access import Member
from server.wiring import Service
from tests.support.adviser import Adviser
from tests.support.custody import YoungPerson, rows
from tests.support.postgres import Databases
from tests.support.program import KeepingChannel, running
from tests.support.staff import make_member

pytestmark = pytest.mark.database
LINE = "We can not answer on this number just now."


@dataclass
class Phones:
    """A program without a worker: what it queues waits until a test says "work"."""

    service: Service
    sms: KeepingChannel
    priya: Member
    made: int = 0

    async def young(self, *words: str) -> YoungPerson:
        """Somebody who has written."""
        self.made += 1
        sam = YoungPerson(self.service, f"+4477009{self.made:05}")
        for said in words or ("hello",):
            await sam.says(said)
        return sam

    async def queue(self, sam: YoungPerson, words: str = "see you at 2") -> None:
        """A message of our own accord that waits to go."""
        (found,) = await rows(
            self.service,
            "SELECT a.id, c.id AS conversation FROM addresses a JOIN conversations c ON c.person_id = a.person_id "
            "WHERE a.address_hash = :hash",
            hash=sam.contact.address_hash,
        )
        to = Destination(
            "home", ChannelName.SMS, "sms", sam.number, sam.contact.address_hash, found.id, found.conversation
        )
        reply, now = Reply("en", words), utc_now()
        made = self.service.outbox.prepare(to, [reply], now, kind=DeliveryKind.REMINDER, has_earlier=True)
        async with self.service.engine.begin() as db:
            await self.service.outbox.store(db, made)

    async def work(self) -> None:
        """What a worker does in one round."""
        lane = self.service.lanes["sms"]
        tasks = await work_once(self.service.engine, self.service.sender, lane, "worker")
        await asyncio.gather(*tasks)

    async def states(self, sam: YoungPerson, kind: str = "reminder") -> list[tuple[str, str]]:
        """Status and reason of what was to go to somebody."""
        query = "SELECT status, reason FROM deliveries WHERE address_hash = :hash AND kind = :kind ORDER BY seq"
        return [tuple(row) for row in await rows(self.service, query, hash=sam.contact.address_hash, kind=kind)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def phones(databases: Databases) -> AsyncIterator[Phones]:
    url, sms = databases.make(), KeepingChannel(ChannelName.SMS)
    async with running(url, has_worker=False, more_channels={"sms": sms}) as program:
        yield Phones(program.service, sms, await make_member(program.service.engine, "Priya"))
    databases.drop(url)


async def test_what_waits_never_leaves_also_not_when_the_hold_is_lifted(phones: Phones) -> None:
    sam, other = await phones.young(), await phones.young()
    for one in (sam, other):
        await phones.queue(one)
    spell = await sam.enters(phones.priya.id)
    await phones.queue(other, "mine")
    assert await phones.states(sam) == [("skipped", "on_hold")]
    await phones.work()
    await sam.phone_is_back(spell, phones.priya.id)
    for _ in range(2):
        await phones.work()
    assert "see you at 2" not in phones.sms.texts(sam.number)
    assert phones.sms.texts(other.number)[-2:] == ["see you at 2", "mine"]
    await phones.queue(sam, "hi again")
    await phones.work()
    assert phones.sms.texts(sam.number)[-1] == "hi again"


async def test_nothing_of_our_own_accord_goes_or_is_saved_up(phones: Phones) -> None:
    sam = await phones.young("can i talk to a person")
    jo = await Adviser.at(phones.service)
    case = await jo.takes()
    spell = await sam.enters(phones.priya.id)
    sent = len(phones.sms.texts(sam.number))
    async with phones.service.engine.begin() as db:
        await phones.service.conversations.tell(db, sam.contact, LongWait(), utc_now())
    with pytest.raises(OnHold):
        await write_as_adviser(phones.service.conversations, case, jo.who, "Are you there?", utc_now())
    await phones.work()
    await jo.closes()
    await sam.phone_is_back(spell, phones.priya.id)
    await phones.work()
    assert len(phones.sms.texts(sam.number)) == sent
    held = [state for state in await phones.states(sam, "reply") if state[1] == "on_hold"]
    assert len(held) == 2, "the word about the wait and the farewell are kept, and never go"


async def test_a_freeze_during_enqueueing_leaves_nothing_that_could_go(phones: Phones) -> None:
    """Whatever the order in which they come: all that waits afterwards is skipped."""
    for round_ in range(8):
        sam = await phones.young("can i talk to a person")
        jo = await Adviser.at(phones.service)
        case = await jo.takes()

        async def tells(who: YoungPerson = sam) -> None:
            async with phones.service.engine.begin() as db:
                await phones.service.conversations.tell(db, who.contact, LongWait(), utc_now())

        async def writes(adviser: Adviser = jo, about: uuid.UUID = case) -> None:
            with contextlib.suppress(OnHold):
                await write_as_adviser(phones.service.conversations, about, adviser.who, "hi", utc_now())

        doing = [tells(), tells(), writes(), tells(), writes(), tells()]
        doing.insert(round_ % len(doing), sam.enters(phones.priya.id))
        await asyncio.gather(*doing)
        await phones.service.sender.drain()
        sent = len(phones.sms.texts(sam.number))
        states = {state for kind in ("reply", "adviser") for state, _ in await phones.states(sam, kind)}
        assert not states & {"due", "planned", "sending"}
        await phones.work()
        assert len(phones.sms.texts(sam.number)) == sent


async def test_one_that_waits_for_its_call_is_not_called_and_not_tried_again(phones: Phones) -> None:
    sam = await phones.young()
    await phones.queue(sam)
    query = "UPDATE deliveries SET status = 'sending', attempt = 1, leased_by = 'x', lease_until = :until WHERE kind = 'reminder' AND address_hash = :hash RETURNING id"
    (row,) = await rows(phones.service, query, until=utc_now() + LEASE, hash=sam.contact.address_hash)
    (address,) = await rows(
        phones.service, "SELECT id FROM addresses WHERE address_hash = :h", h=sam.contact.address_hash
    )
    to = Destination("home", ChannelName.SMS, "sms", sam.number, sam.contact.address_hash, address.id)
    long_ago = utc_now() - timedelta(seconds=5)
    item = Outgoing(row.id, to, DeliveryKind.REMINDER, Reply("en", "x"), 1, utc_now() + timedelta(hours=1), long_ago)
    await sam.enters(phones.priya.id)
    sent = len(phones.sms.texts(sam.number))
    await phones.service.sender.send_in_order([item])
    assert len(phones.sms.texts(sam.number)) == sent
    later = utc_now() + LEASE + timedelta(seconds=5)
    await sweep_lane(phones.service.engine, phones.service.lanes["sms"], later)
    assert (await phones.states(sam))[0][0] == "failed"
    await phones.work()
    assert len(phones.sms.texts(sam.number)) == sent


async def test_whoever_writes_gets_one_line_and_a_worker_sees_it(phones: Phones) -> None:
    sam = await phones.young()
    await sam.enters(phones.priya.id)
    for words in ("where is sam", "tell him to ring me", "1"):
        await sam.says(words)
        assert phones.sms.texts(sam.number)[-1].startswith(LINE)
    person = await sam.person_id()
    query = "SELECT kind, staff_id FROM case_tasks WHERE person_id = :id"
    assert [tuple(row) for row in await rows(phones.service, query, id=person)] == [("number_on_hold", phones.priya.id)]
    (task,) = await rows(phones.service, "SELECT id FROM case_tasks WHERE person_id = :id", id=person)
    async with phones.service.engine.connect() as db:
        assert await words_of(db, task.id) == "where is sam\ntell him to ring me\n1"


async def test_danger_is_heard_from_a_number_on_hold(phones: Phones) -> None:
    sam = await phones.young()
    await sam.enters(phones.priya.id)
    await sam.says("i want to kill myself")
    assert "999" in str(phones.sms.sent[-1][1].lines)
    query = "SELECT urgency FROM cases WHERE person_id = :id"
    assert [row.urgency for row in await rows(phones.service, query, id=await sam.person_id())] == [CaseUrgency.CRISIS]
    await sam.says("no")
    assert phones.sms.texts(sam.number)[-1].startswith(LINE)


async def test_the_check_word_lifts_it_after_the_release_only(phones: Phones) -> None:
    sam = await phones.young()
    await sam.has_word("Blue Tortoise")
    spell = await sam.enters(phones.priya.id)
    await sam.says("blue tortoise")
    assert phones.sms.texts(sam.number)[-1].startswith(LINE)
    await sam.is_released(spell, phones.priya.id)
    await sam.says("is sam there, the blue tortoise one")
    assert phones.sms.texts(sam.number)[-1].startswith(LINE)
    await sam.says("BLUE tórtoise!")
    assert phones.sms.texts(sam.number)[-1].startswith("Thank you. You can write to us here again.")
    await sam.says("menu")
    assert not phones.sms.texts(sam.number)[-1].startswith(LINE)
    (row,) = await rows(
        phones.service, "SELECT phone_back_at, phone_back_by FROM custody_spells WHERE id = :id", id=spell
    )
    assert (row.phone_back_at is not None, row.phone_back_by) == (True, None)


async def test_five_tries_an_hour(phones: Phones) -> None:
    sam = await phones.young()
    await sam.has_word("tortoise")
    await sam.is_released(await sam.enters(phones.priya.id), phones.priya.id)
    for guess in ("cat", "dog", "bird", "fish", "cow"):
        await sam.says(guess)
    await sam.says("tortoise")
    assert phones.sms.texts(sam.number)[-1].startswith(LINE), "the sixth is not even looked at"
    hour_ago = "UPDATE person_care SET check_tried_at = check_tried_at - interval '61 minutes' WHERE person_id = :id"
    await rows(phones.service, hour_ago, id=await sam.person_id())
    await sam.says("tortoise")
    assert phones.sms.texts(sam.number)[-1].startswith("Thank you.")


async def test_without_a_word_no_word_lifts_it(phones: Phones) -> None:
    sam = await phones.young()
    await sam.is_released(await sam.enters(phones.priya.id), phones.priya.id)
    for guess in ("", " ", "none", "null"):
        await sam.says(guess)
        assert phones.sms.texts(sam.number)[-1].startswith(LINE)


async def test_a_recall_freezes_again_and_stores_no_cause(phones: Phones) -> None:
    sam = await phones.young()
    spell = await sam.enters(phones.priya.id, release_on=utc_now().date())
    await sam.phone_is_back(spell, phones.priya.id)
    await phones.queue(sam)
    async with phones.service.engine.begin() as db:
        await lock_person(db, await sam.person_id())
        await custody.recall(db, spell, phones.priya.id, utc_now())
        now_is = await custody.one(db, spell)
        lines = await custody.history_of(db, spell)
    assert await phones.states(sam) == [("skipped", "on_hold")]
    assert (now_is["status"], now_is["release_on"], now_is["version"]) == (ReleaseStatus.RECALLED, None, 2)
    assert [line["new_status"] for line in lines] == ["planned", "released", "recalled"]
    await sam.says("hi")
    assert phones.sms.texts(sam.number)[-1].startswith(LINE)


async def test_what_cannot_be_is_a_named_error_and_changes_nothing(phones: Phones) -> None:
    sam = await phones.young()
    spell = await sam.enters(phones.priya.id)
    with pytest.raises(SpellOpen):
        await sam.enters(phones.priya.id)
    now = utc_now()
    async with phones.service.engine.begin() as db:
        with pytest.raises(NotReleased):
            await custody.recall(db, spell, phones.priya.id, now)
        with pytest.raises(NotReleased):
            await custody.end(db, spell, now)
        with pytest.raises(NoSuchSpell):
            await custody.locked(db, uuid.uuid4())
    for _ in range(2):
        await sam.phone_is_back(spell, phones.priya.id)
    async with phones.service.engine.begin() as db:
        await custody.end(db, spell, now)
        with pytest.raises(NoSuchSpell):
            await custody.phone_back(db, spell, phones.priya.id, now)
    assert len(await rows(phones.service, "SELECT 1 FROM release_changes WHERE spell_id = :id", id=spell)) == 2


async def test_two_who_enter_the_same_person_at_once(phones: Phones) -> None:
    sam = await phones.young()
    found = await asyncio.gather(*(sam.enters(phones.priya.id) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, SpellOpen) for one in found) == 3
