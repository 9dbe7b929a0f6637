"""A file in the console: who may open it, that each opening is written down, and what a browser is told about its bytes."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from dialogs.messages import SentFile
from server.clock import utc_now
from server.console.pages_files import NOTHING_RUNS
from server.conversations import files
from tests.support import pictures
from tests.support.pictures import picture
from tests.support.postgres import Databases
from tests.support.program import Program, running
from tests.support.staff_person import StaffPerson, first_link
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database


@dataclass
class Desk:
    """An adviser who is signed in, and a young person with an open case."""

    program: Program
    jo: StaffPerson
    case_id: uuid.UUID
    person_id: uuid.UUID
    message_id: uuid.UUID

    async def gets(self, content: bytes, name: str = "") -> str:
        """A file comes; where it is opened."""
        async with self.program.service.engine.begin() as db:
            sent = SentFile(name=name, size_bytes=len(content), content=content)
            assert await files.keep(db, self.person_id, self.message_id, "web", [sent], utc_now()) == 1
            newest = (await files.files_of_case(db, self.case_id))[-1]
        return f"/console/cases/{self.case_id}/files/{newest.id}"

    async def audit(self) -> list[tuple[str, uuid.UUID, uuid.UUID]]:
        """What was looked at, by whom and about whom no matter: what, person, case; oldest first."""
        query = text("SELECT what, about_person, about_case FROM audit WHERE about_case IS NOT NULL ORDER BY number")
        async with self.program.service.engine.connect() as db:
            return [tuple(row) for row in (await db.execute(query)).all()]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(databases: Databases) -> AsyncIterator[Desk]:
    url = databases.make()
    async with running(url, has_worker=False) as program:
        jo = StaffPerson(program, program.browser())
        await jo.sets_up(await first_link(program))
        await jo.changes("UPDATE staff SET roles = '{adviser}'")
        sam = WebPerson(program.browser())
        await sam.opens()
        await sam.says("9")
        await sam.says("hello there")
        query = text("SELECT c.id, c.person_id, m.id FROM cases c, messages m ORDER BY m.seq DESC LIMIT 1")
        async with program.service.engine.connect() as db:
            row = (await db.execute(query)).one()
        yield Desk(program, jo, *row)
    databases.drop(url)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def as_it_was(desk: Desk) -> None:
    await desk.jo.changes("UPDATE staff SET roles = '{adviser}', areas = '{home}'")
    await desk.jo.changes("UPDATE cases SET urgency = 'advice', barred = '{}'")
    await desk.jo.changes("DELETE FROM attachments")


async def test_the_page_says_what_it_is_and_shows_it(desk: Desk) -> None:
    where = await desk.gets(picture(), "my \u202eletter")
    page = await desk.jo.opens(where)
    assert page.status_code == 200
    assert f'<img class="file-picture" src="{where}/content"' in page.text
    assert "media-src 'self'" in page.headers["content-security-policy"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    before = await desk.audit()
    shown = await desk.jo.client.get(f"{where}/content")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-security-policy"] == NOTHING_RUNS
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "no-store"
    new = (await desk.audit())[len(before) :]
    assert new == [("chat", desk.person_id, desk.case_id), ("file_opened", desk.person_id, desk.case_id)]


async def test_a_photo_is_shown_without_its_place_and_kept_with_it(desk: Desk) -> None:
    photo = pictures.photo_with_place()
    where = await desk.gets(photo)
    shown = (await desk.jo.client.get(f"{where}/content")).content
    assert b"Exif" not in shown
    assert b"Wapping" not in shown
    async with desk.program.service.engine.connect() as db:
        kept = (await files.files_of_case(db, desk.case_id))[-1]
        assert await files.content_of(db, kept) == photo


@pytest.mark.parametrize("urgency", ["crisis", "safeguarding"])
async def test_about_danger_it_is_asked_once_more(desk: Desk, urgency: str) -> None:
    await desk.jo.changes(f"UPDATE cases SET urgency = '{urgency}'")
    where = await desk.gets(picture())
    page = await desk.jo.opens(where)
    assert "This belongs to a case about danger." in desk.jo.shown
    assert "<img class" not in page.text
    assert f'href="{where}?sure=yes"' in page.text
    page = await desk.jo.opens(f"{where}?sure=yes")
    assert '<img class="file-picture"' in page.text


@pytest.mark.parametrize(
    ("content", "media_type", "way"),
    [
        (pictures.wav(), "audio/wav", "inline"),
        (pictures.WAV_HTML, "audio/wav", "inline"),
        (pictures.JPEG_HTML, "image/jpeg", "inline"),
        (pictures.PDF, "application/pdf", "attachment"),
        (pictures.HTML, "application/octet-stream", "attachment"),
        (pictures.SVG, "application/octet-stream", "attachment"),
        (pictures.EXE, "application/octet-stream", "attachment"),
        (pictures.ZIP, "application/octet-stream", "attachment"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 60, "video/mp4", "attachment"),
    ],
)
async def test_bytes_go_out_as_our_own_type(desk: Desk, content: bytes, media_type: str, way: str) -> None:
    where = await desk.gets(content, "../../x\u202egpj.html\r\nSet-Cookie: a=b")
    await desk.jo.opens(where)
    assert "We cannot show this kind of file" in desk.jo.shown or media_type != "application/octet-stream"
    out = await desk.jo.client.get(f"{where}/content")
    assert out.headers["content-type"] == media_type
    assert out.headers["content-disposition"].startswith(f'{way}; filename="file-')
    assert "html" not in out.headers["content-disposition"]
    assert "set-cookie" not in out.headers
    assert out.headers["content-security-policy"] == NOTHING_RUNS
    assert out.content == content or media_type == "image/jpeg"
    assert b"script" not in out.content or media_type != "image/jpeg"


@pytest.mark.parametrize("content", [picture()[:200], pictures.GIF_HTML, pictures.bomb()], ids=["cut", "both", "bomb"])
async def test_a_picture_that_cannot_be_drawn_hands_out_nothing(desk: Desk, content: bytes) -> None:
    where = await desk.gets(content)
    out = await desk.jo.client.get(f"{where}/content")
    assert out.status_code == 400
    assert out.headers["content-type"].startswith("text/html")
    assert content not in out.content


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE staff SET roles = '{yjs_worker}'",
        "UPDATE staff SET roles = '{manager,administrator}'",
        "UPDATE staff SET areas = '{elsewhere}'",
        "UPDATE cases SET barred = (SELECT array_agg(id) FROM staff)",
    ],
)
async def test_whoever_may_not_read_the_chat_opens_nothing(desk: Desk, change: str) -> None:
    where = await desk.gets(picture())
    await desk.jo.changes(change)
    before = await desk.audit()
    for path in (where, f"{where}/content", f"{where}?sure=yes"):
        answer = await desk.jo.client.get(path)
        assert answer.status_code == 404
        assert b"JFIF" not in answer.content
    assert await desk.audit() == before


async def test_a_file_of_another_case_or_of_none(desk: Desk) -> None:
    where = await desk.gets(picture())
    other = f"/console/cases/{uuid.uuid4()}/files/{where.rpartition('/')[2]}"
    none = f"/console/cases/{desk.case_id}/files/{uuid.uuid4()}"
    for path in (other, none, f"{other}/content", f"{none}/content"):
        assert (await desk.jo.client.get(path)).status_code == 404
    for path in ("/console/cases/x/files/y", f"/console/cases/{desk.case_id}/files/y/content"):
        assert (await desk.jo.client.get(path)).status_code == 400


async def test_a_stranger_is_sent_to_the_sign_in(desk: Desk) -> None:
    where = await desk.gets(picture())
    async with desk.program.browser() as stranger:
        for path in (where, f"{where}/content"):
            answer = await stranger.get(path, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"][:16]) == (303, "/console/sign-in")


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("waiting", "", "A file came. It is being fetched."),
        ("failed", "too-large", "It is larger than 10 MB."),
        ("failed", "gave-up", "Ask them to send it again, or to say what is in it."),
    ],
)
async def test_one_that_is_not_here(desk: Desk, status: str, reason: str, words: str) -> None:
    where = await desk.gets(picture())
    await desk.jo.changes(f"UPDATE attachments SET status = '{status}', reason = '{reason}'")
    await desk.jo.opens(where)
    assert words in desk.jo.shown
    assert (await desk.jo.client.get(f"{where}/content")).status_code == 400


async def test_how_it_stands_in_a_chat(desk: Desk) -> None:
    """What the chat page draws for a message with a file: a link, never the picture itself."""
    await desk.gets(picture(), "<script>alert(1)</script>.jpg")
    async with desk.program.service.engine.connect() as db:
        kept = (await files.files_of(db, [desk.message_id]))[desk.message_id]
    pages = desk.program.service.console.pages
    source = '{% from "console/file_parts.html" import file_item with context %}{{ file_item(file) }}'
    shared: dict[str, Any] = {"_": lambda english: english, "file": kept[0]}
    drawn = pages._templates.from_string(source).render(**shared)
    assert f'href="/console/cases/{desk.case_id}/files/{kept[0].id}"' in drawn
    assert "Open the picture" in drawn
    assert "1 KB, Picture" in drawn
    assert "<img" not in drawn
    assert "<script" not in drawn
