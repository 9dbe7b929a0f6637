"""Files in real browsers: sent from the chat page with and without JavaScript, and opened in the console without being run."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Error, Page, expect
from sqlalchemy import text

from dialogs.messages import MOST_FILE_BYTES, SentFile
from server.clock import utc_now
from server.conversations import files
from tests.browser.conftest import Seen
from tests.browser.walk import choose_looks, is_wider_than_screen, violations
from tests.support import pictures
from tests.support.patience import PATIENCE_MS
from tests.support.pictures import picture
from tests.support.postgres import Databases
from tests.support.program import Program, running
from tests.support.staff_person import StaffPerson, first_link
from tests.support.web_person import WebPerson

pytestmark = [pytest.mark.browser, pytest.mark.database]

PHOTO = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": picture()}


async def choose(page: Page, file: dict[str, Any] | None = None) -> None:
    """Open the row below the box and choose a file."""
    await page.locator(".attach > summary").click()
    await page.locator("#file").set_input_files(file or PHOTO)


async def test_a_picture_with_words_goes_out_and_the_box_is_empty_again(page: Page, desk: Any, seen: Seen) -> None:
    await choose(page)
    await page.locator("#say").fill("what is this")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text(f"me.jpg: {len(picture())} bytes")).to_be_visible()
    await expect(page.locator("#unsent .item")).to_have_count(0)
    await expect(page.locator(".theirs .bubble")).to_have_text(["what is this File"])
    assert [(words, file.content) for words, file in desk.files] == [("what is this", picture())]
    assert await page.locator("#file").evaluate("file => file.files.length") == 0
    await expect(page.locator("#say")).to_have_value("")
    await page.locator("#say").fill("only words")
    await page.keyboard.press("Enter")
    await expect(page.locator(".theirs .bubble")).to_have_text(["what is this File", "only words"])
    assert seen.faults == []


async def test_one_that_failed_is_sent_again_with_its_file(page: Page, desk: Any) -> None:
    desk.is_down = True
    await choose(page)
    await page.get_by_role("button", name="Send").click()
    again = page.get_by_role("button", name="Not sent. Tap to try again.")
    await expect(again).to_be_visible()
    desk.is_down = False
    await again.click()
    await expect(page.locator("#unsent .item")).to_have_count(0)
    assert [file.content for _, file in desk.files] == [picture()]


async def test_too_big_is_said_before_anything_is_sent_and_the_words_stay(
    page: Page, desk: Any, tmp_path: Path
) -> None:
    large = tmp_path / "film.mp4"
    large.write_bytes(bytes(MOST_FILE_BYTES + 1))
    await page.locator("#say").fill("look")
    await page.locator(".attach > summary").click()
    await page.locator("#file").set_input_files(large)
    await expect(page.locator("#connection")).to_have_text(
        "That is too big for us. Send less than 10 MB. We did not keep it."
    )
    await expect(page.locator("#say")).to_have_value("look")
    assert desk.files == []


async def test_without_javascript(plain_page: Page, desk: Any, seen: Seen) -> None:
    await choose(plain_page)
    await plain_page.locator("#say").fill("what is this")
    await plain_page.get_by_role("button", name="Send").click()
    await expect(plain_page.get_by_text(f"me.jpg: {len(picture())} bytes")).to_be_visible()
    await expect(plain_page.locator(".theirs .bubble")).to_have_text(["what is this File"])
    assert [file.content for _, file in desk.files] == [picture()]
    assert seen.faults == []


@pytest.mark.parametrize(
    "looks", [{}, {"language": "ar"}, {"size": "200"}, {"theme": "dark"}], ids=["as it is", "arabic", "large", "dark"]
)
async def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(page: Page, looks: dict[str, str]) -> None:
    await choose_looks(page, **looks)
    if looks.get("language"):
        await page.locator(".tool > summary").first.click()
        await page.get_by_role("button", name="العربية").click()
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        await expect(page.get_by_text("صورة أو ملف")).to_be_visible()
    await choose(page, PHOTO | {"name": "a-very-long-name-" * 8 + ".jpg"})
    await expect(page.locator("#file")).to_be_visible()
    assert not await is_wider_than_screen(page)
    assert await violations(page) == []


async def test_chosen_and_sent_by_keyboard(page: Page, desk: Any) -> None:
    await page.locator("#say").focus()
    for wanted in (".send", ".attach > summary"):
        await page.keyboard.press("Tab")
        await expect(page.locator(wanted)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("#file")).to_be_focused()
    await page.locator("#file").set_input_files(PHOTO)
    await page.locator("#say").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".theirs .bubble")).to_have_text(["File"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def console(databases: Databases) -> AsyncIterator[StaffPerson]:
    """An adviser who is signed in, and one open case."""
    url = databases.make()
    async with running(url, has_worker=False) as program:
        jo = StaffPerson(program, program.browser())
        await jo.sets_up(await first_link(program))
        await jo.changes("UPDATE staff SET roles = '{adviser}'")
        sam = WebPerson(program.browser())
        await sam.opens()
        await sam.says("9")
        yield jo
    databases.drop(url)


async def keep(program: Program, content: bytes, name: str) -> str:
    """A file in the case; where it is opened."""
    async with program.service.engine.begin() as db:
        query = text("SELECT c.person_id, c.id, m.id FROM cases c, messages m LIMIT 1")
        person_id, case_id, message_id = (await db.execute(query)).one()
        sent = SentFile(name=name, size_bytes=len(content), content=content)
        await files.keep(db, person_id, message_id, "web", [sent], utc_now())
        newest: uuid.UUID = (await files.files_of_case(db, case_id))[-1].id
    return f"{program.url}/console/cases/{case_id}/files/{newest}"


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(browser: Browser, console: StaffPerson, seen: Seen) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(locale="en-GB", accept_downloads=True, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    cookies = [
        {"name": c.name, "value": c.value, "url": f"{console.program.url}{c.path}"} for c in console.client.cookies.jar
    ]
    await context.add_cookies(cookies)  # type: ignore[arg-type]
    seen.watch(context)
    yield context
    await context.close()


HARMFUL = {
    "page.html": pictures.HTML,
    "drawing.svg": pictures.SVG,
    "program.exe": pictures.EXE,
    "picture.gif": pictures.GIF_HTML,
    "picture.jpg": pictures.JPEG_HTML,
    "sound.wav": pictures.WAV_HTML,
    "letter.pdf": pictures.PDF,
    "<img src=x onerror=document.title='ran'>.jpg": picture(),
}


@pytest.mark.parametrize("name", HARMFUL)
async def test_nothing_that_was_sent_is_run(
    console: StaffPerson, signed_in: BrowserContext, seen: Seen, name: str
) -> None:
    where = await keep(console.program, HARMFUL[name], name)
    page = await signed_in.new_page()
    await page.goto(where)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "ran" not in await page.title()
    link = page.get_by_role("link", name="Save the file on this device")
    if await link.count():
        async with page.expect_download() as saving:
            await link.click()
        saved = await saving.value
        assert saved.suggested_filename.rpartition(".")[2] in {"bin", "pdf"}
        assert Path(await saved.path()).read_bytes() == HARMFUL[name]
    # straight to the bytes, as an address that somebody copied
    direct = await signed_in.new_page()
    try:
        await direct.goto(f"{where}/content")
        await direct.wait_for_timeout(200)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
    assert "ran" not in await direct.title()
    for frame in direct.frames:
        assert await frame.evaluate("[...document.scripts].filter(s => !s.src).length") == 0
    assert not [url for url in seen.requests if "/console/ran" in url]
    assert not [url for url in seen.requests if not url.startswith((console.program.url, "data:", "blob:"))]


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_page_of_a_picture(console: StaffPerson, signed_in: BrowserContext, seen: Seen, width: int) -> None:
    where = await keep(console.program, picture(size=(900, 600)), "a-very-long-name-" * 6 + "\u202egpj.exe")
    page = await signed_in.new_page()
    await page.set_viewport_size({"width": width, "height": 740})
    await page.goto(where)
    shown = page.locator("img.file-picture")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 900
    assert not await is_wider_than_screen(page)
    assert await violations(page) == []
    assert seen.faults == []


async def test_a_recording_can_be_played(console: StaffPerson, signed_in: BrowserContext, seen: Seen) -> None:
    page = await signed_in.new_page()
    await page.goto(await keep(console.program, pictures.wav(0.5), "note"))
    sound = page.locator("audio")
    playable = """sound => new Promise((done, failed) => { sound.addEventListener('loadedmetadata', () => done(sound.duration));
        sound.addEventListener('error', () => failed(sound.error.message)); sound.load(); sound.preload = 'auto' })"""
    assert await sound.evaluate(playable) == pytest.approx(0.5, abs=0.1)
    assert await violations(page) == []
    assert seen.faults == []


async def test_danger_is_asked_before_anything_shows(
    console: StaffPerson, signed_in: BrowserContext, seen: Seen
) -> None:
    await console.changes("UPDATE cases SET urgency = 'crisis'")
    try:
        where = await keep(console.program, picture(), "")
        page = await signed_in.new_page()
        await page.goto(where)
        await expect(page.get_by_text("This belongs to a case about danger.")).to_be_visible()
        assert not [url for url in seen.requests if url.endswith("/content")]
        assert await violations(page) == []
        await page.get_by_role("button", name="Open it").click()
        await expect(page.locator("img.file-picture")).to_be_visible()
        assert [url for url in seen.requests if url.endswith("/content")] == [f"{where}/content"]
    finally:
        await console.changes("UPDATE cases SET urgency = 'advice'")
