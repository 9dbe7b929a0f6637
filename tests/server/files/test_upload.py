"""A file sent from the chat page, by the plain form and by whatever else posts to it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from dialogs.messages import MOST_FILE_BYTES
from server.conversations import files
from server.webhooks.websaid import MOST_UPLOAD_BYTES
from tests.support.pictures import HTML, picture, wav
from tests.support.postgres import Databases
from tests.support.program import Program, running
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database
TOO_BIG = "That is too big for us. Send less than 10 MB. We did not keep it."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def program(databases: Databases) -> AsyncIterator[Program]:
    url = databases.make()
    async with running(url, has_worker=False) as made:
        yield made
    databases.drop(url)


@pytest_asyncio.fixture(loop_scope="session")
async def sam(program: Program) -> AsyncIterator[WebPerson]:
    """Somebody who has asked for a person."""
    async with program.browser() as client:
        person = WebPerson(client)
        await person.opens()
        await person.says("9")
        yield person


async def sends(sam: WebPerson, content: bytes, name: str = "me.jpg", words: str = "", **more: Any) -> httpx.Response:
    fields = {"message_id": uuid.uuid4().hex, "text": words} | more
    answer = await sam.client.post("/say", data=fields, files={"file": (name, content, "image/jpeg")})
    sam.page = answer.text if answer.status_code == 200 else sam.page
    return answer


async def kept(program: Program) -> list[files.KeptFile]:
    """Files of the newest case, oldest first."""
    async with program.service.engine.connect() as db:
        case_id = (await db.execute(text("SELECT id FROM cases ORDER BY number DESC LIMIT 1"))).scalar_one()
        return await files.files_of_case(db, case_id)


async def count(program: Program) -> int:
    async with program.service.engine.connect() as db:
        return int((await db.execute(text("SELECT count(*) FROM attachments"))).scalar_one())


async def content(program: Program, file: files.KeptFile) -> bytes:
    async with program.service.engine.connect() as db:
        return await files.content_of(db, file)


async def test_a_picture_with_words(program: Program, sam: WebPerson) -> None:
    assert (await sends(sam, photo := picture(), "../my \u202eletter.jpg", "what is this letter")).status_code == 200
    file = (await kept(program))[0]
    assert (file.name, file.type.media_type) == ("my letter.jpg", "image/jpeg")
    assert await content(program, file) == photo
    assert "passed it on to a person" in sam.all_heard
    assert "what is this letter File" in sam.all_heard
    words = "SELECT count(*) FROM case_messages WHERE case_id = :id"
    async with program.service.engine.connect() as db:
        assert (await db.execute(text(words), {"id": file.case_id})).scalar_one() == 2  # "9" and these


async def test_without_words_it_stands_in_the_thread(program: Program, sam: WebPerson) -> None:
    await sends(sam, wav(), "note.wav")
    assert (await kept(program))[0].type.media_type == "audio/wav"
    assert "You: File" in sam.all_heard
    await sam.opens()
    assert "You: File" in sam.all_heard


async def test_before_anybody_is_asked_it_is_not_kept(program: Program) -> None:
    async with program.browser() as client:
        person = WebPerson(client)
        await person.opens()
        before = await count(program)
        await sends(person, picture())
        assert "Ask first, then send it again." in person.heard
        await person.says("9")
        assert await count(program) == before


async def test_the_same_form_twice_is_one_file(program: Program, sam: WebPerson) -> None:
    for _ in range(2):
        assert (await sends(sam, picture(), message_id="one-message-id")).status_code == 200
    assert len(await kept(program)) == 1


@pytest.mark.parametrize("size", [MOST_FILE_BYTES + 1, MOST_UPLOAD_BYTES + 2**20])
async def test_too_big_is_said_and_the_words_are_not_lost(program: Program, sam: WebPerson, size: int) -> None:
    assert (await sends(sam, b"\xff" * size, words="look at my letter please")).status_code == 200
    assert TOO_BIG in sam.all_heard
    assert "look at my letter please" in sam.all_heard
    assert await kept(program) == []


async def test_as_large_as_may_be(program: Program, sam: WebPerson) -> None:
    large = wav() + bytes(MOST_FILE_BYTES - len(wav()))
    assert (await sends(sam, large)).status_code == 200
    assert await content(program, (await kept(program))[0]) == large


async def test_an_empty_file_is_no_file_and_no_file_is_words(program: Program, sam: WebPerson) -> None:
    await sends(sam, b"", "empty.jpg")
    assert "We can not take that. We did not keep it. You can write it in words." in sam.all_heard
    await sends(sam, b"", "", "just words")
    assert "just words" in sam.all_heard
    assert "just words File" not in sam.all_heard
    assert await kept(program) == []


async def test_a_form_with_nothing_in_it_changes_nothing(program: Program, sam: WebPerson) -> None:
    before = sam.read().articles
    assert (await sends(sam, b"", "")).status_code == 200
    assert sam.read().articles == before


def body(*parts: str, end: str = "--b--\r\n") -> bytes:
    return ("".join(f"--b\r\n{part}\r\n" for part in parts) + end).encode()


FIELD = 'Content-Disposition: form-data; name="text"\r\n\r\nhello'
FILE = 'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nabc'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a form",
        body(FIELD, FILE, end=""),
        body(FILE)[:-12],
        body(FILE, FILE),
        body(*(FIELD for _ in range(30))),
        body("Content-Disposition: form-data\r\n\r\nx"),
        body('Content-Disposition: form-data; name="text"\r\n\r\n' + "x" * 300_000),
        body('Content-Disposition: form-data; name="after"\r\n\r\n-1', FIELD),
        body('Content-Disposition: form-data; name="after"\r\n\r\n99999999999999999999', FIELD),
    ],
    ids=range(10),
)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "multipart/form-data"])
async def test_what_is_no_form_is_a_bad_request_or_nothing(
    program: Program, sam: WebPerson, raw: bytes, kind: str
) -> None:
    answer = await sam.client.post("/say", content=raw, headers={"content-type": kind})
    assert answer.status_code in {200, 400}
    assert await kept(program) == []
    await sam.says("still there")
    assert "still there" in sam.all_heard


async def test_another_sites_form_is_refused(program: Program, sam: WebPerson) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    answer = await sam.client.post("/say", data={"text": "x"}, files={"file": ("a", HTML)}, headers=headers)
    assert answer.status_code == 403
    assert await kept(program) == []


async def test_only_this_form_may_be_large(program: Program, sam: WebPerson) -> None:
    large = {"file": ("a.jpg", bytes(300_000))}
    for path in ("/view", "/leave", "/console/sign-in"):
        assert (await sam.client.post(path, files=large)).status_code == 413


async def test_another_web_process_shows_it_too(databases: Databases) -> None:
    """The bytes are in the database: whoever is asked next has them."""
    url = databases.make()
    async with running(url, has_worker=False) as one, running(url, has_worker=False) as other, one.browser() as client:
        person = WebPerson(client)
        await person.opens()
        await person.says("9")
        await sends(person, photo := picture())
        assert await content(other, (await kept(other))[0]) == photo
    databases.drop(url)
