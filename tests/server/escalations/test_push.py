"""Alarms in browsers: told with the other means, opened by the browser alone, dropped when it is gone, ended with its session."""

from __future__ import annotations

import socket
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp.abc import AbstractResolver
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import SendError
from bot.push.sender import NOT_PUBLIC, PushSender, make_key, public_key, read_browser
from server.clock import utc_now
from server.db.base import table_of
from server.escalations.alarm_words import AlarmWords
from server.escalations.clock import Means, Rung
from server.escalations.models import NoticeStatus, StepKind
from server.escalations.pushing import Pushed
from server.escalations.telling import Teller
from server.i18n import CatalogueWording
from server.staff import push, sessions
from server.staff.models import Staff, StaffBrowser, StaffSession
from tests.architecture.code import ROOT
from tests.server.escalations.night import HOURS, NIGHT, crisis, due_notices, log_of, look, notices, rota
from tests.support.push_double import PushDouble, SomeBrowser, b64, running_push

WORDS = AlarmWords(CatalogueWording(ROOT / "locales", "console"))
browsers = table_of(StaffBrowser)


@pytest.fixture
async def service() -> AsyncIterator[PushDouble]:
    async with running_push() as double:
        yield double


@pytest.fixture
async def sender(service: PushDouble) -> AsyncIterator[PushSender]:
    made = PushSender("https://chat.example", double=service.url)
    yield made
    await made.close()


async def signed_in(engine: AsyncEngine, staff_id: uuid.UUID) -> sessions.SignedIn:
    async with engine.begin() as db:
        token = await sessions.open_session(db, staff_id, "Firefox, Linux", utc_now(), has_code=True)
        who = await sessions.find(db, token, utc_now())
    assert who is not None
    return who


async def add(engine: AsyncEngine, staff_id: uuid.UUID, browser: SomeBrowser) -> sessions.SignedIn:
    who = await signed_in(engine, staff_id)
    async with engine.begin() as db:
        await push.add(db, who, browser.described, utc_now())
    return who


async def send(engine: AsyncEngine, sender: PushSender, seconds: int = 0) -> None:
    teller = Teller(engine, {Means.PUSH: Pushed(engine, sender, WORDS)}, HOURS)
    await teller.begin(utc_now() + timedelta(seconds=seconds))
    await teller.drain()


async def count(engine: AsyncEngine) -> int:
    async with engine.connect() as db:
        return (await db.execute(select(func.count()).select_from(browsers))).scalar_one()


async def of_push(engine: AsyncEngine) -> list[NoticeStatus]:
    async with engine.connect() as db:
        query = select(notices.c.status).where(notices.c.means == Means.PUSH)
        return list((await db.execute(query)).scalars())


async def test_every_browser_of_the_first_on_call_shows_that_an_alarm_waits_and_nothing_else(
    engine: AsyncEngine, service: PushDouble, sender: PushSender
) -> None:
    stands = await rota(engine)
    desk, phone, others = service.browser(), service.browser(), service.browser()
    for browser in (desk, phone):
        await add(engine, stands[Rung.FIRST], browser)
    await add(engine, stands[Rung.SECOND], others)
    await crisis(engine)
    await look(engine, NIGHT)
    await send(engine, sender)
    assert (desk.shown, phone.shown, others.shown) == (["An alarm waits"], ["An alarm waits"], [])
    assert ("told", "first", "push", "") in await log_of(engine, StepKind.TOLD)
    assert len(service.signed_by) == 1
    for headers, body in zip(service.headers, service.bodies, strict=True):
        assert (headers["Content-Encoding"], headers["Urgency"]) == ("aes128gcm", "high")
        assert 0 < int(headers["TTL"]) <= 300
        assert b"alarm" not in body
    async with engine.begin() as db:
        key = await push.signing_key(db, utc_now())
    assert service.signed_by == {public_key(key)}


async def test_in_the_language_of_their_console(engine: AsyncEngine) -> None:
    assert WORDS.pushed("en") == WORDS.pushed("xx") == "An alarm waits"


async def test_who_has_no_browser_gets_no_notice_that_could_only_fail(engine: AsyncEngine) -> None:
    await rota(engine)
    await crisis(engine)
    await look(engine, NIGHT)
    assert Means.PUSH not in {means for _, means in await due_notices(engine)}


async def test_one_that_is_gone_is_forgotten_and_the_other_one_tells(
    engine: AsyncEngine, service: PushDouble, sender: PushSender
) -> None:
    stands = await rota(engine)
    gone, here = service.browser(), service.browser()
    for browser in (gone, here):
        await add(engine, stands[Rung.FIRST], browser)
    gone.answers = [410]
    await crisis(engine)
    await look(engine, NIGHT)
    await send(engine, sender)
    assert here.shown == ["An alarm waits"]
    assert (await of_push(engine), await count(engine)) == ([NoticeStatus.TOLD], 1)


@pytest.mark.parametrize(("answer", "ends"), [(404, NoticeStatus.FAILED), (400, NoticeStatus.FAILED)])
async def test_what_is_refused_for_good_is_a_step(
    engine: AsyncEngine, service: PushDouble, sender: PushSender, answer: int, ends: NoticeStatus
) -> None:
    stands = await rota(engine)
    browser = service.browser()
    await add(engine, stands[Rung.FIRST], browser)
    browser.answers = [answer]
    await crisis(engine)
    await look(engine, NIGHT)
    await send(engine, sender)
    assert await of_push(engine) == [ends]
    assert await count(engine) == (0 if answer == 404 else 1)


async def test_a_service_that_is_down_is_asked_again(
    engine: AsyncEngine, service: PushDouble, sender: PushSender
) -> None:
    stands = await rota(engine)
    browser = service.browser()
    await add(engine, stands[Rung.FIRST], browser)
    browser.answers = [503, 429]
    await crisis(engine)
    await look(engine, NIGHT)
    for seconds in (0, 40, 80):
        await send(engine, sender, seconds)
    assert browser.shown == ["An alarm waits"]
    assert await of_push(engine) == [NoticeStatus.TOLD]


async def test_a_browser_ends_with_a_sign_out_and_not_with_the_day(engine: AsyncEngine, service: PushDouble) -> None:
    stands = await rota(engine)
    jo = stands[Rung.FIRST]
    who = await add(engine, jo, service.browser())
    table = table_of(StaffSession)
    async with engine.begin() as db:
        await db.execute(update(table).values(expires_at=utc_now() - timedelta(hours=3)))
        assert await push.with_browser(db, [jo]) == {jo}
        await sessions.end(db, who.session_id, jo, utc_now())
        assert await push.with_browser(db, [jo]) == frozenset()
        assert await push.of_member(db, jo) == {}
        assert await push.expire(db, utc_now()) == 1
    assert await count(engine) == 0


async def test_removed_means_told_no_more(engine: AsyncEngine, service: PushDouble) -> None:
    stands = await rota(engine)
    jo = stands[Rung.FIRST]
    await add(engine, jo, service.browser())
    async with engine.begin() as db:
        await db.execute(update(table_of(Staff)).where(table_of(Staff).c.id == jo).values(removed_at=utc_now()))
        assert await push.of_member(db, jo) == {}


async def test_adding_twice_is_once_and_eleven_are_ten_and_another_member_takes_it_over(
    engine: AsyncEngine, service: PushDouble
) -> None:
    stands = await rota(engine)
    jo, kim = stands[Rung.FIRST], stands[Rung.SECOND]
    first = service.browser()
    who = await add(engine, jo, first)
    async with engine.begin() as db:
        await push.add(db, who, first.described, utc_now())
        assert await push.is_added(db, who)
    await add(engine, kim, first)
    async with engine.begin() as db:
        assert not await push.is_added(db, who)
    for _ in range(push.MOST + 1):
        await add(engine, jo, service.browser())
    async with engine.connect() as db:
        assert len(await push.of_member(db, jo)) == push.MOST


async def test_it_is_sealed(engine: AsyncEngine, service: PushDouble) -> None:
    stands = await rota(engine)
    await add(engine, stands[Rung.FIRST], service.browser())
    async with engine.begin() as db:
        await push.signing_key(db, utc_now())
        rows = (await db.execute(text("SELECT address, key, secret FROM staff_browsers"))).one()
        private = (await db.execute(text("SELECT private FROM push_keys"))).scalar_one()
    assert all(b"127.0.0.1" not in bytes(value) for value in rows)
    assert b"PRIVATE KEY" not in bytes(private)


GOOD = SomeBrowser("").described


@pytest.mark.parametrize(
    "address",
    [
        "http://push.example.org/a", "https://127.0.0.1/a", "https://10.0.0.1/", "https://[::1]/a", "https://localhost/a",
        "https://169.254.169.254/latest", "https://user@push.example.org/", "https://push.example.org:8443/a",
        "https://2130706433/", "https://db.internal/", "ftp://push.example.org", "", "https://", "https://[", "x" * 3000,
        "https://push.example.org/" + "a" * 3000,
    ],
)  # fmt: skip
def test_an_address_that_may_be_inside_is_not_taken(address: str) -> None:
    assert read_browser(address, GOOD.key, GOOD.secret) is None


@pytest.mark.parametrize(
    ("key", "secret"),
    [("", ""), ("?", "?"), (b64(b"\4" * 65), GOOD.secret), (GOOD.key, "AAAA"), ("é", "é")],
    ids=["none", "no letters", "no point", "short secret", "no ascii"],
)
def test_keys_that_are_none_are_not_taken(key: str, secret: str) -> None:
    assert read_browser("https://push.example.org/a", key, secret) is None


class Inside(AbstractResolver):
    """A name that anybody may register, for an address of ours."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None: ...


async def test_a_name_for_an_address_of_ours_is_not_asked() -> None:
    browser = read_browser("https://push.example.org/a", GOOD.key, GOOD.secret)
    assert browser is not None
    sender = PushSender("https://chat.example", resolver=Inside())
    with pytest.raises(SendError) as error:
        await sender.send(browser, "An alarm waits", make_key())
    await sender.close()
    assert (error.value.code, error.value.is_retryable) == (NOT_PUBLIC, False)
