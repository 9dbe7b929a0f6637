"""Forms that never end, over real sockets: they hold up nobody else, and end by themselves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from server.web import bodies
from server.web.bodies import Patience
from server.webhooks.places import MOST_OF_NETWORK, Places
from tests.support.patience import PATIENCE
from tests.support.pictures import picture
from tests.support.postgres import Databases
from tests.support.program import Program, running
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database

FIELD = '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nlook at this\r\n'
FILE = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + "x" * 1000
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
AT_ONCE = 5.0
"""Seconds: far less than any of the waits here, on a slow machine too."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def program(databases: Databases) -> AsyncIterator[Program]:
    url = databases.make()
    async with running(url, has_worker=False) as made:
        yield made
    databases.drop(url)


class HalfSent:
    """One connection that sends the beginning of a form, and then nothing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def more(self, text: str) -> None:
        self.writer.write(text.encode())
        await self.writer.drain()

    async def answer(self) -> str:
        """All that comes back until the connection ends."""
        return (await asyncio.wait_for(self.reader.read(), PATIENCE)).decode()


@asynccontextmanager
async def half_sent(
    program: Program, begin: str, path: str = "/say", kind: str = MULTIPART, count: int = 1
) -> AsyncIterator[list[HalfSent]]:
    address = program.url.removeprefix("http://")
    host, _, port = address.partition(":")
    head = f"POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: {program.url}\r\nContent-Type: {kind}\r\n"
    made = [HalfSent(*await asyncio.open_connection(host, int(port))) for _ in range(count)]
    for one in made:
        await one.more(f"{head}Content-Length: 100000\r\n\r\n{begin}")
    await asyncio.sleep(0.3)
    for one in made:  # a second piece, so that a place for the file is wanted
        await one.more("x")
    await asyncio.sleep(0.3)
    yield made
    for one in made:
        one.writer.close()


@pytest.mark.parametrize("count", [8, 50])
@pytest.mark.parametrize("begin", ["", FIELD, FIELD + FILE], ids=["nothing", "words", "file"])
async def test_half_sent_forms_hold_up_no_plain_message(program: Program, count: int, begin: str) -> None:
    async with program.browser() as client, half_sent(program, begin, count=count):
        person = WebPerson(client)
        await person.opens()
        began = time.monotonic()
        answer = await client.post("/say", data={"text": "i want to die"}, files={"file": ("", b"")})
        assert answer.status_code == 200
        assert time.monotonic() - began < AT_ONCE
        assert "999" in answer.text


async def test_a_form_that_never_ends_is_ended(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies.Timed.__init__, "__defaults__", (Patience(whole=2.0, still=1.0),))
    async with half_sent(program, FIELD + FILE) as (one,):
        answer = await one.answer()
    assert answer.startswith("HTTP/1.1 408")
    assert "look at this</textarea>" in answer  # the words are still in the box


async def test_by_drops_it_ends_after_its_whole_time(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies.Timed.__init__, "__defaults__", (Patience(whole=2.0, still=1.0),))
    async with half_sent(program, FIELD + FILE) as (one,):
        began, dropping = time.monotonic(), asyncio.create_task(one.answer())
        while not dropping.done() and time.monotonic() - began < 10:
            await one.more("x")
            await asyncio.wait((dropping,), timeout=0.3)
        assert dropping.result().startswith("HTTP/1.1 408")
        assert time.monotonic() - began >= 1


@pytest.mark.parametrize("path", ["/view", "/console/sign-in", "/say"])
async def test_every_other_form_too(program: Program, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies.Timed.__init__, "__defaults__", (Patience(whole=2.0, still=1.0),))
    async with half_sent(program, "email=a", path=path, kind=FORM) as (one,):
        assert (await one.answer()).startswith("HTTP/1.1 408")


async def test_a_network_that_has_its_places_waits_and_keeps_its_words(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Places.__init__, "__defaults__", (8, 0.5))
    async with (
        running(str(program.service.engine.url.render_as_string(hide_password=False)), has_worker=False) as other,
        other.browser() as client,
        half_sent(other, FIELD + FILE, count=MOST_OF_NETWORK) as made,
    ):
        person = WebPerson(client)
        await person.opens()
        await person.says("9")
        large = picture() + bytes(2**20)
        answer = await client.post("/say", data={"text": "see here"}, files={"file": ("a.jpg", large)})
        assert answer.status_code == 503
        assert "see here</textarea>" in answer.text
        for one in made:
            one.writer.close()
        await asyncio.sleep(0.5)
        answer = await client.post("/say", data={"text": "see here"}, files={"file": ("a.jpg", picture())})
        assert answer.status_code == 200
        assert "see here</textarea>" not in answer.text


async def test_fields_without_end_are_too_large(program: Program) -> None:
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="f{i}"\r\n\r\n{"x" * 100_000}\r\n' for i in range(9))
    async with program.browser() as client:
        answer = await client.post("/say", content=parts + "--b--\r\n", headers={"content-type": MULTIPART})
        assert answer.status_code == 413
