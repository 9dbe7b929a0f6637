"""Telling staff: every means once, a lease each, tried again, given up with a step of its own, and never in silence."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import SendError
from dialogs.effects import CaseUrgency
from dialogs.messages import ChannelName
from server.clock import utc_now
from server.db.base import table_of
from server.escalations import notices as notices_of
from server.escalations.alarm_words import LANGUAGES, NEEDED, AlarmWords
from server.escalations.climbing import acknowledge
from server.escalations.clock import Means, Rung
from server.escalations.models import NoticeStatus, StepKind
from server.escalations.notices import LEASE, MOST_TRIES, claim, next_notice, note_told, wait_before
from server.escalations.telling import Teller, Written
from server.i18n import CatalogueWording
from server.outbox.pace import Pace
from server.staff.models import Staff
from tests.architecture.code import ROOT
from tests.server.escalations.night import (
    HOURS,
    NIGHT,
    case_row,
    crisis,
    log_of,
    look,
    notices,
    rota,
    told,
)
from tests.support.oncall import reachable
from tests.support.program import KeepingChannel

PHONE, CHAT = "+447700900321", "4711"
WORDS = AlarmWords(CatalogueWording(ROOT / "locales", "console"))
CONSOLE = "https://chat.example/console"


class House:
    """A teller with a channel for each means, keeping what it got."""

    def __init__(self, engine: AsyncEngine, *without: Means) -> None:
        self.engine = engine
        self.channels = {means: KeepingChannel(ChannelName.SMS) for means in Means if means not in without}
        pace = Pace(1000)
        couriers = {means: Written(channel, pace, WORDS, CONSOLE) for means, channel in self.channels.items()}
        self.teller = Teller(engine, couriers, HOURS)

    async def send(self, at: datetime) -> None:
        await self.teller.begin(at)
        await self.teller.drain()

    def got(self) -> dict[Means, list[str]]:
        return {means: [to for to, _ in channel.sent] for means, channel in self.channels.items() if channel.sent}


async def statuses(engine: AsyncEngine) -> dict[NoticeStatus, int]:
    async with engine.connect() as db:
        rows = (await db.execute(select(notices.c.status, func.count()).group_by(notices.c.status))).all()
    return {row[0]: row[1] for row in rows}


async def everybody_reachable(engine: AsyncEngine) -> dict[Rung, object]:
    stands = await rota(engine)
    for place, who in enumerate(stands.values()):
        await reachable(engine, who, f"{PHONE[:-1]}{place}", f"471{place}")
    return stands


async def test_every_means_tells_the_first_on_call_at_once_and_says_so(engine: AsyncEngine) -> None:
    await everybody_reachable(engine)
    case, house = await crisis(engine), House(engine)
    await look(engine, NIGHT)
    await house.send(utc_now())
    phone, chat = f"{PHONE[:-1]}0", "4710"
    assert house.got() == {Means.TELEGRAM: [chat], Means.SMS: [phone], Means.CALL: [phone]}
    (text,) = house.channels[Means.SMS].texts()
    number = (await case_row(engine, case)).number
    assert text == f"Somebody needs you now. Case C-{number}. {CONSOLE}/cases/{case}"
    assert sorted(await log_of(engine, StepKind.TOLD)) == [
        ("told", "first", means, "") for means in ("call", "sms", "telegram")
    ]
    await house.send(utc_now())
    assert [len(x) for x in house.got().values()] == [1, 1, 1]


async def test_what_is_no_danger_says_another_word(engine: AsyncEngine) -> None:
    noon = datetime(2026, 6, 9, 9, 0, tzinfo=UTC)
    stands = await everybody_reachable(engine)
    async with engine.begin() as db:
        staff = table_of(Staff)
        await db.execute(update(staff).where(staff.c.id == stands[Rung.MANAGER]).values(roles=["lead"]))
    house = House(engine)
    await crisis(engine, noon, CaseUrgency.ADVICE)
    await look(engine, noon + timedelta(hours=2))
    await house.send(utc_now())
    assert house.channels[Means.SMS].sent
    assert all("Somebody has waited too long" in text for text in house.channels[Means.SMS].texts())
    assert house.channels[Means.CALL].sent == []


async def test_somebody_without_a_number_is_a_step_and_the_next_means_goes_on(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    await reachable(engine, stands[Rung.FIRST], chat=CHAT)
    await crisis(engine)
    house = House(engine)
    await look(engine, NIGHT)
    await house.send(utc_now())
    assert house.got() == {Means.TELEGRAM: [CHAT]}
    assert sorted(await log_of(engine, StepKind.FAILED)) == [
        ("failed", "first", "call", "no_number"),
        ("failed", "first", "sms", "no_number"),
    ]
    assert await told(engine) == [Rung.FIRST]


async def test_what_is_not_set_up_is_a_step(engine: AsyncEngine) -> None:
    await everybody_reachable(engine)
    await crisis(engine)
    house = House(engine, Means.CALL)
    await look(engine, NIGHT)
    await house.send(utc_now())
    assert await log_of(engine, StepKind.FAILED) == [("failed", "first", "call", "not_set_up")]


async def test_when_nobody_of_a_rung_can_be_told_the_next_one_rings_at_once(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    await reachable(engine, stands[Rung.MANAGER], PHONE, CHAT)
    await crisis(engine)
    house = House(engine)
    await look(engine, NIGHT)
    for _ in range(4):
        await house.send(utc_now() + timedelta(seconds=1))
    assert await told(engine) == [Rung.FIRST, Rung.SECOND, Rung.MANAGER]
    assert house.got() == {Means.TELEGRAM: [CHAT], Means.SMS: [PHONE], Means.CALL: [PHONE]}


async def test_somebody_who_was_removed_meanwhile_is_not_told(engine: AsyncEngine) -> None:
    stands = await everybody_reachable(engine)
    await crisis(engine)
    await look(engine, NIGHT)
    async with engine.begin() as db:
        staff = table_of(Staff)
        await db.execute(update(staff).where(staff.c.id == stands[Rung.FIRST]).values(removed_at=NIGHT))
    house = House(engine)
    await house.send(utc_now())
    await house.send(utc_now() + timedelta(seconds=1))
    assert {code for *_, code in await log_of(engine, StepKind.FAILED)} == {"removed"}
    assert house.got()[Means.CALL] == [f"{PHONE[:-1]}1"]


async def test_once_a_named_person_has_it_nothing_more_goes_out(engine: AsyncEngine) -> None:
    stands = await everybody_reachable(engine)
    case = await crisis(engine)
    await look(engine, NIGHT)
    async with engine.begin() as db:
        taken = await claim(db, utc_now(), 1)
        await acknowledge(db, case, stands[Rung.FIRST], NIGHT)  # type: ignore[arg-type]
    assert len(taken) == 1
    house = House(engine)
    await house.send(utc_now() + LEASE)
    assert house.got() == {}
    assert await statuses(engine) == {NoticeStatus.NOT_NEEDED: 3}


async def test_a_provider_that_is_busy_is_asked_again_and_given_up_in_the_end(engine: AsyncEngine) -> None:
    await everybody_reachable(engine)
    await crisis(engine)
    house, at = House(engine), utc_now()
    house.channels[Means.CALL].fail_next = [SendError("503", is_retryable=True) for _ in range(MOST_TRIES)]
    await look(engine, NIGHT)
    for _ in range(MOST_TRIES):
        await house.send(at)
        at += timedelta(seconds=40)
    assert house.got().get(Means.CALL) is None
    assert await log_of(engine, StepKind.FAILED) == [("failed", "first", "call", "503")]
    assert await statuses(engine) == {NoticeStatus.TOLD: 2, NoticeStatus.FAILED: 1}


async def test_a_provider_that_comes_back_is_enough(engine: AsyncEngine) -> None:
    await everybody_reachable(engine)
    await crisis(engine)
    house = House(engine)
    house.channels[Means.CALL].fail_next = [SendError("503", is_retryable=True)]
    await look(engine, NIGHT)
    await house.send(utc_now())
    async with engine.connect() as db:
        comes = await next_notice(db)
    assert comes is not None
    assert timedelta(0) < comes - utc_now() <= timedelta(seconds=2)
    await house.send(comes)
    assert await statuses(engine) == {NoticeStatus.TOLD: 3}
    assert await log_of(engine, StepKind.FAILED) == []


async def test_what_can_never_work_is_given_up_at_once(engine: AsyncEngine) -> None:
    await everybody_reachable(engine)
    await crisis(engine)
    house = House(engine)
    house.channels[Means.SMS].fail_next = [SendError("21614", is_retryable=False, is_address_dead=True)]
    await look(engine, NIGHT)
    await house.send(utc_now())
    assert await log_of(engine, StepKind.FAILED) == [("failed", "first", "sms", "21614")]


async def test_a_process_that_died_in_a_call_leaves_it_to_the_next_one(engine: AsyncEngine) -> None:
    await everybody_reachable(engine)
    await crisis(engine)
    await look(engine, NIGHT)
    died_at = utc_now()
    async with engine.begin() as db:
        lost = await claim(db, died_at, 10)
    house = House(engine)
    await house.send(died_at + LEASE - timedelta(seconds=1))
    assert house.got() == {}
    await house.send(died_at + LEASE)
    assert [len(x) for x in house.got().values()] == [1, 1, 1]
    async with engine.begin() as db:
        assert not await note_told(db, lost[0], "late", utc_now())
    assert len(await log_of(engine, StepKind.TOLD)) == 3


async def test_ten_processes_at_once_tell_everybody_once(engine: AsyncEngine) -> None:
    await everybody_reachable(engine)
    for _ in range(8):
        await crisis(engine)
    houses = [House(engine) for _ in range(10)]
    late = NIGHT + timedelta(minutes=15)

    async def work(house: House) -> None:
        for _ in range(6):
            await look(engine, late)
            await house.send(utc_now())

    await asyncio.gather(*(work(house) for house in houses))
    sent = sum(len(to) for house in houses for to in house.got().values())
    assert sent == 8 * 4 * 3
    assert await statuses(engine) == {NoticeStatus.TOLD: sent}
    assert len(await told(engine)) == 8 * 5


async def test_a_provider_that_never_answers_is_cut_off(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.escalations.telling.CALL_SECONDS", 0.2)
    await everybody_reachable(engine)
    await crisis(engine)
    house = House(engine)
    house.channels[Means.CALL].gate.clear()
    await look(engine, NIGHT)
    await house.send(utc_now())
    assert await statuses(engine) == {NoticeStatus.TOLD: 2, NoticeStatus.DUE: 1}


def test_waits_double_and_have_an_end() -> None:
    waits = [wait_before(attempt, None).total_seconds() for attempt in range(1, MOST_TRIES + 1)]
    assert waits == [2, 4, 8, 16, 30, 30]
    assert wait_before(1, 7.0) == timedelta(seconds=7)
    assert wait_before(1, 3600.0) == timedelta(seconds=30)
    assert timedelta(seconds=sum(waits)) + MOST_TRIES * notices_of.LEASE < timedelta(minutes=5)


def test_a_text_that_nobody_translated_is_spoken_in_english(tmp_path: Path) -> None:
    words = AlarmWords(CatalogueWording(tmp_path, "console"))
    assert words.spoken("cy", NEEDED, 104) == ("en", "Somebody needs you now. Case C 1 0 4.")
    assert words.written("xx", 104, "https://x.example", is_danger=True).startswith("Somebody needs you now.")
    folder = tmp_path / "cy" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "console.po").write_text(
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "{NEEDED}"\nmsgstr "Mae ar rywun eich angen nawr. Achos {{case}}."\n'
    )
    words = AlarmWords(CatalogueWording(tmp_path, "console"))
    assert words.spoken("cy", NEEDED, 7) == ("cy", "Mae ar rywun eich angen nawr. Achos C 7.")
    assert words.spoken("en", NEEDED, 7)[0] == "en"
    assert "cy" in LANGUAGES
