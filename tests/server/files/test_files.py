"""A file's way from a telephone to the sealed record: kept only with a case, fetched once, gone with the person."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.errors import FetchError
from dialogs.messages import MOST_FILE_BYTES, ChannelName
from server.cli.rotate import seal_again
from server.clock import utc_now
from server.conversations import files
from server.conversations.files_fetching import MOST_TRIES, TOO_LATE_AFTER, claim, fail, fetch_next, give_up_old, store
from server.conversations.files_kinds import FileKind
from server.conversations.files_models import FileStatus
from server.conversations.files_privacy import FilesData
from server.db.keyring import KeyRing
from server.db.types import key_ring, use_key_ring
from server.wiring import PERSONAL_DATA
from server.worker.jobs import erase_farewells
from tests.server.wire import SMS, Wire
from tests.support.patience import PATIENCE
from tests.support.pictures import HTML, photo_with_place, picture, wav
from tests.support.program import KeepingChannel
from tests.support.staff import close_open_case
from tests.support.telegram_double import SERVER_ERROR

pytestmark = pytest.mark.database

numbers = itertools.count(1)
KEPT = timedelta(days=90)


def photo_of(wire: Wire, chat: int, content: bytes | None = None, **more: Any) -> dict[str, Any]:
    """An update with a new photo."""
    file_id = f"photo{next(numbers)}"
    wire.double.files[file_id] = picture() if content is None else content
    size = {
        "file_id": file_id,
        "file_unique_id": "u",
        "width": 64,
        "height": 48,
        "file_size": len(wire.double.files[file_id]),
    }
    return wire.update(chat, None, photo=[size], **more)


async def sends(wire: Wire, update: dict[str, Any]) -> str:
    """Hand it over; the last thing that the chat heard."""
    assert (await wire.telegram(update)).status_code == 200
    await wire.program.service.sender.drain()
    return (wire.double.person(update["message"]["chat"]["id"]).texts or [""])[-1]


async def person_of(wire: Wire, chat: int) -> uuid.UUID:
    hashed = wire.program.service.conversations.hash_of("telegram", str(chat))
    async with wire.program.service.engine.connect() as db:
        query = text("SELECT person_id FROM addresses WHERE address_hash = :hashed")
        return (await db.execute(query, {"hashed": hashed})).scalar_one()


async def rows(wire: Wire, chat: int) -> list[Any]:
    """The file rows of somebody's cases, oldest first."""
    query = text(
        "SELECT a.*, c.waiting_since FROM attachments a JOIN cases c ON c.id = a.case_id WHERE c.person_id = :person ORDER BY a.id"
    )
    async with wire.program.service.engine.connect() as db:
        return list((await db.execute(query, {"person": await person_of(wire, chat)})).all())


async def until(is_so: Callable[[], Awaitable[Any]], seconds: float = PATIENCE) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await is_so()):
            await asyncio.sleep(0.05)
        return found


async def stored(wire: Wire, chat: int) -> Any:
    """Somebody's first file, once the worker has it."""

    async def is_there() -> Any:
        return next((row for row in await rows(wire, chat) if row.status == "stored"), None)

    return await until(is_there)


async def content(wire: Wire, row: Any) -> bytes:
    async with wire.program.service.engine.connect() as db:
        found = await files.file_of_case(db, row.case_id, row.id)
        assert found is not None
        return await files.content_of(db, found.file)


async def change(wire: Wire, statement: str, **values: Any) -> int:
    async with wire.program.service.engine.begin() as db:
        return (await db.execute(text(statement), values)).rowcount


async def with_case(wire: Wire, chat: int, words: str = "9") -> None:
    await wire.says(chat, "hello")
    await wire.says(chat, words)


async def test_without_a_case_nothing_is_fetched_or_kept_and_that_is_said(wire: Wire) -> None:
    await wire.says(1, "hello")
    said = await sends(wire, update := photo_of(wire, 1))
    assert "We did not keep it. 9 gets a person." in said
    assert "Ask first, then send it again." in said
    assert await rows(wire, 1) == []
    await wire.says(1, "9")  # the case comes after: what nobody would open was not collected
    assert await rows(wire, 1) == []
    assert update["message"]["photo"][0]["file_id"] not in wire.double.downloads


async def test_with_a_case_it_is_passed_on_fetched_and_sealed(wire: Wire) -> None:
    await with_case(wire, 2)
    await change(wire, "UPDATE cases SET waiting_since = NULL WHERE person_id = :p", p=await person_of(wire, 2))
    said = await sends(wire, photo_of(wire, 2, photo := photo_with_place()))
    assert "I can not open that. I have passed it on to a person." in said
    row = await stored(wire, 2)
    assert (row.kind, row.media_type, row.size_bytes) == ("picture", "image/jpeg", len(photo))
    assert (row.source, row.reason, row.lease_until) == (None, "", None)
    assert row.waiting_since is not None  # whoever sent it waits for an answer
    assert await content(wire, row) == photo
    async with wire.program.service.engine.connect() as db:
        bodies = (await db.execute(text("SELECT body FROM attachment_pieces"))).scalars().all()
    assert bodies
    for plain in (photo, photo[:40], photo[-40:], b"Wapping"):
        assert not any(plain in body for body in bodies)


async def test_the_same_message_twice_is_one_file(wire: Wire) -> None:
    await with_case(wire, 3)
    update = photo_of(wire, 3)
    await asyncio.gather(*(wire.telegram(update) for _ in range(5)))
    await stored(wire, 3)
    assert (await wire.telegram(update)).status_code == 200
    assert len(await rows(wire, 3)) == 1
    assert wire.double.downloads.count(update["message"]["photo"][0]["file_id"]) == 1


async def test_danger_under_a_picture_opens_the_case_that_keeps_it(wire: Wire) -> None:
    await wire.says(4, "hello")
    await sends(wire, photo_of(wire, 4, caption="i want to kill myself"))
    row = await stored(wire, 4)
    urgency = await wire.scalar(f"SELECT urgency FROM cases WHERE id = '{row.case_id}'")
    assert urgency == "crisis"
    assert any("999" in words or "116 123" in words for words in wire.double.person(4).texts)


async def test_a_large_one_in_many_pieces(wire: Wire) -> None:
    await with_case(wire, 5)
    large = wav(1.0) + bytes(range(256)) * 1200 + b"end"
    await sends(wire, photo_of(wire, 5, large))
    row = await stored(wire, 5)
    assert await wire.scalar(f"SELECT count(*) FROM attachment_pieces WHERE attachment_id = '{row.id}'") == 5
    assert await content(wire, row) == large


@pytest.mark.parametrize("spoil", [
    "DELETE FROM attachment_pieces WHERE attachment_id = :id AND number = 4",
    "DELETE FROM attachment_pieces WHERE attachment_id = :id AND number = 0",
    "UPDATE attachment_pieces p SET body = o.body FROM attachment_pieces o WHERE p.attachment_id = :id AND o.attachment_id = :id AND p.number = 1 AND o.number = 2",
    "UPDATE attachments SET size_bytes = size_bytes - 1 WHERE id = :id",
])  # fmt: skip
async def test_pieces_that_are_missing_or_not_its_own_are_noticed(wire: Wire, spoil: str) -> None:
    chat = 600 + next(numbers)
    await with_case(wire, chat)
    await sends(wire, photo_of(wire, chat, b"RIFF" + bytes(300_000)))
    row = await stored(wire, chat)
    assert await change(wire, spoil, id=row.id) == 1
    with pytest.raises(files.Damaged):
        await content(wire, row)


async def test_larger_than_may_be_by_telegrams_word(wire: Wire) -> None:
    await with_case(wire, 7)
    update = photo_of(wire, 7)
    update["message"]["photo"][0]["file_size"] = MOST_FILE_BYTES + 1
    assert "That is too big for us. Send less than 10 MB. We did not keep it." in await sends(wire, update)
    assert await rows(wire, 7) == []


async def test_larger_than_its_word_is_given_up_and_the_adviser_told(wire: Wire) -> None:
    await with_case(wire, 8)
    update = photo_of(wire, 8, bytes(MOST_FILE_BYTES + 1))
    update["message"]["photo"][0]["file_size"] = 5
    await sends(wire, update)

    async def is_given_up() -> Any:
        return next((row for row in await rows(wire, 8) if row.status == "failed"), None)

    row = await until(is_given_up)
    assert (row.reason, row.source) == ("too-large", None)
    assert await wire.scalar(f"SELECT count(*) FROM attachment_pieces WHERE attachment_id = '{row.id}'") == 0


async def test_an_empty_one_and_one_that_telegram_does_not_know(wire: Wire) -> None:
    for chat, spoil, reason in ((9, b"", "empty"), (10, None, "bad-request")):
        await with_case(wire, chat)
        update = photo_of(wire, chat, spoil or b"")
        del update["message"]["photo"][0]["file_size"]
        if spoil is None:
            del wire.double.files[update["message"]["photo"][0]["file_id"]]
        await sends(wire, update)

        async def is_given_up(chat: int = chat) -> Any:
            return next((row for row in await rows(wire, chat) if row.status == "failed"), None)

        assert (await until(is_given_up)).reason == reason


async def test_a_broken_line_is_tried_again(wire: Wire) -> None:
    await with_case(wire, 11)
    wire.double.cut_next.append(100)
    wire.double.fail_next(SERVER_ERROR, method="getFile", after=1)
    photo = picture(size=(300, 200))
    await sends(wire, photo_of(wire, 11, photo))
    for reason in ("wrong-length", "server-error"):

        async def is_put_off(reason: str = reason) -> Any:
            return any(row.reason == reason and row.lease_until is None for row in await rows(wire, 11))

        await until(is_put_off)
        assert [row.status for row in await rows(wire, 11)] == ["waiting"]
        await change(wire, "UPDATE attachments SET not_before = now()")
    row = await stored(wire, 11)
    assert row.attempt == 3
    assert await content(wire, row) == photo


async def test_twenty_an_hour_of_one_person_and_what_an_area_may_hold(wire: Wire) -> None:
    await with_case(wire, 12)
    await sends(wire, photo_of(wire, 12))
    row = await stored(wire, 12)
    service, now = wire.program.service, utc_now()
    async with service.engine.begin() as db:
        query = "SELECT conversation_id FROM messages WHERE id = :id"
        conversation = (await db.execute(text(query), {"id": row.message_id})).scalar_one()
        held = (
            await db.execute(
                text(
                    "SELECT coalesce(sum(coalesce(size_bytes, 10485760)), 0) FROM attachments WHERE status <> 'failed'"
                )
            )
        ).scalar_one()

        async def room(most_bytes: int, later: timedelta = timedelta()) -> int:
            return await files.room(db, conversation, "home", most_bytes, now + later)

        assert await room(10**12) == 19
        assert await room(10**12, timedelta(hours=1)) == 20
        assert await room(held + 2 * MOST_FILE_BYTES) == 2
        assert await room(held + MOST_FILE_BYTES - 1) == 0
        assert await room(0) == 0
    copies = "INSERT INTO attachments (id, area, case_id, message_id, lane, name, status, not_before, created_at) SELECT gen_random_uuid(), area, case_id, message_id, lane, name, 'failed', now(), now() FROM attachments, generate_series(1, 19) WHERE id = :id"
    assert await change(wire, copies, id=row.id) == 19
    assert "We can not take that. We did not keep it. You can write it in words." in await sends(
        wire, photo_of(wire, 12)
    )
    assert len(await rows(wire, 12)) == 20


class WithMedia(KeepingChannel):
    """A number whose attachments can be fetched."""

    def __init__(self) -> None:
        super().__init__(ChannelName.SMS)
        self.media: dict[str, bytes | FetchError] = {}

    async def fetch_file(self, source: str, most_bytes: int) -> bytes:
        found = self.media[source]
        if isinstance(found, FetchError):
            raise found
        return found


async def test_attachments_of_a_text_message(wire: Wire) -> None:
    number, lane = "+447700900555", wire.program.service.lanes["sms"]
    await wire.twilio(SMS, wire.form(number, "hello"))
    await wire.twilio(SMS, wire.form(number, "9"))
    urls = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(2)}
    kinds = {"MediaContentType0": "image/jpeg", "MediaContentType1": "text/html"}
    form = wire.form(number, "this is the letter", NumMedia="2", **urls, **kinds)
    assert (await wire.twilio(SMS, form)).status_code == 200
    assert (await wire.twilio(SMS, form)).status_code == 200
    engine = wire.program.service.engine
    waiting = "SELECT count(*) FROM attachments WHERE lane = 'sms' AND status = 'waiting'"
    assert await wire.scalar(waiting) == 2  # a channel that can fetch nothing: they wait
    channel = WithMedia()
    channel.media = {"https://api.twilio.com/0": picture(), "https://api.twilio.com/1": HTML}
    assert await fetch_next(engine, {"sms": channel})
    assert await fetch_next(engine, {"sms": channel})
    assert not await fetch_next(engine, {"sms": channel})
    async with engine.connect() as db:
        query = text("SELECT message_id FROM attachments WHERE lane = 'sms' LIMIT 1")
        message_id = (await db.execute(query)).scalar_one()
        found = (await files.files_of(db, [message_id, uuid.uuid4()]))[message_id]
        assert [file.kind for file in found] == [FileKind.PICTURE, FileKind.UNKNOWN]
        assert [await files.content_of(db, file) for file in found] == [picture(), HTML]
    assert any("passed it on" in words for words in wire.sms.texts(number)), lane


async def test_two_workers_and_a_dead_one(wire: Wire) -> None:
    """A lease that ended is taken over; what the first brings late is not stored a second time."""
    number = "+447700900556"
    await wire.twilio(SMS, wire.form(number, "9"))
    await wire.twilio(SMS, wire.form(number, "9"))
    form = wire.form(number, "", NumMedia="1", MediaUrl0="https://api.twilio.com/late", MediaContentType0="audio/amr")
    await wire.twilio(SMS, form)
    engine, now = wire.program.service.engine, utc_now()
    async with engine.begin() as db:
        first = await claim(db, ("sms",), now)
        assert first is not None
        assert await claim(db, ("sms",), now) is None
    async with engine.begin() as db:
        second = await claim(db, ("sms",), now + timedelta(minutes=4))
        assert second is not None
        assert (second.id, second.attempt) == (first.id, 2)
        assert not await store(db, first, b"late", now)
        await fail(db, first, FetchError("late", is_retryable=False), now)
        assert await store(db, second, wav(), now)
        assert not await store(db, second, wav(), now)
    query = f"SELECT string_agg(status || reason, ',') FROM attachments WHERE id = '{first.id}'"
    assert await wire.scalar(query) == "stored"
    assert await wire.scalar(f"SELECT count(*) FROM attachment_pieces WHERE attachment_id = '{first.id}'") == 1


async def test_what_kills_its_worker_or_waits_for_a_day_is_given_up(wire: Wire) -> None:
    number = "+447700900557"
    await wire.twilio(SMS, wire.form(number, "9"))
    await wire.twilio(SMS, wire.form(number, "9"))
    url = {"NumMedia": "1", "MediaContentType0": "audio/amr", "MediaUrl0": "https://api.twilio.com/kills"}
    await wire.twilio(SMS, wire.form(number, "", **url))
    await wire.twilio(SMS, wire.form(number, "", **url))
    engine, at = wire.program.service.engine, utc_now()
    async with engine.begin() as db:
        claimed = set()
        for _ in range(MOST_TRIES * 2):
            found = await claim(db, ("sms",), at)
            assert found is not None
            claimed.add(found.id)
            at += timedelta(minutes=4)
        assert await claim(db, ("sms",), at) is None
        await give_up_old(db, at)
        status = text("SELECT status FROM attachments WHERE id = ANY(:ids)")
        assert set((await db.execute(status, {"ids": list(claimed)})).scalars()) == {FileStatus.FAILED.value}
    await wire.twilio(SMS, wire.form(number, "", **url))
    async with engine.begin() as db:
        await give_up_old(db, utc_now())
        waiting = text("SELECT count(*) FROM attachments WHERE lane = 'sms' AND status = 'waiting'")
        assert (await db.execute(waiting)).scalar() == 1
        await give_up_old(db, utc_now() + TOO_LATE_AFTER + timedelta(seconds=5))
        assert (await db.execute(waiting)).scalar() == 0


async def test_my_data_says_how_many_and_when(wire: Wire) -> None:
    await with_case(wire, 20)
    await sends(wire, photo_of(wire, 20))
    await stored(wire, 20)
    shown = (await wire.says(20, "my data"))[-1]
    today = wire.program.service.ports.wording.full_date("en", utc_now().date())
    assert f"We hold 1 file from you. Sent on: {today}." in shown


async def deletes(wire: Wire, chat: int) -> None:
    await wire.says(chat, "delete")
    buttons = wire.double.person(chat).buttons
    press = wire.press(chat, next(data for label, data in buttons.items() if "Yes, delete everything" in label))
    assert (await wire.telegram(press)).status_code == 200
    await wire.program.service.sender.drain()


async def test_a_deletion_takes_the_files_along(wire: Wire) -> None:
    await with_case(wire, 21)
    await sends(wire, photo_of(wire, 21))
    row = await stored(wire, 21)
    await deletes(wire, 21)
    assert "Everything is deleted." in wire.double.person(21).texts[-1]
    for table, key in (("attachments", "id"), ("attachment_pieces", "attachment_id")):
        assert await wire.scalar(f"SELECT count(*) FROM {table} WHERE {key} = '{row.id}'") == 0


async def test_a_record_about_danger_keeps_its_files_without_the_person(wire: Wire) -> None:
    await with_case(wire, 22, "i want to kill myself")
    await sends(wire, photo_of(wire, 22, wav()))
    row = await stored(wire, 22)
    person = await person_of(wire, 22)
    await deletes(wire, 22)
    await close_open_case(wire.program.service.engine, person)
    async with wire.program.service.engine.begin() as db:
        await erase_farewells(db, utc_now())
    assert await wire.scalar(f"SELECT count(*) FROM people WHERE id = '{person}'") == 0
    assert await wire.scalar(f"SELECT message_id FROM attachments WHERE id = '{row.id}'") is None
    assert await content(wire, row) == wav()
    async with wire.program.service.engine.connect() as db:
        assert [file.id for file in await files.files_of_case(db, row.case_id)] == [row.id]


@pytest.mark.parametrize(
    ("words", "closed_days", "sent_days", "stays"),
    [
        ("9", None, 91, True),
        ("9", 1, 91, False),
        ("9", 1, 89, True),
        ("i want to kill myself", 1, 200, True),
        ("i want to kill myself", 366, 400, False),
    ],
)
async def test_how_long_it_is_kept(
    wire: Wire, words: str, closed_days: int | None, sent_days: int, stays: bool
) -> None:
    chat = 700 + next(numbers)
    await with_case(wire, chat, words)
    await sends(wire, photo_of(wire, chat))
    row = await stored(wire, chat)
    if closed_days is not None:
        await close_open_case(wire.program.service.engine, await person_of(wire, chat))
        await change(
            wire, f"UPDATE cases SET closed_at = now() - interval '{closed_days} days' WHERE id = :id", id=row.case_id
        )
    for table, column, key in (("attachments", "created_at", row.id), ("messages", "received_at", row.message_id)):
        await change(wire, f"UPDATE {table} SET {column} = now() - interval '{sent_days} days' WHERE id = :id", id=key)
    async with wire.program.service.engine.begin() as db:
        for handler in PERSONAL_DATA:
            await handler.expire(db, utc_now(), KEPT)
    assert bool(await wire.scalar(f"SELECT count(*) FROM attachments WHERE id = '{row.id}'")) is stays
    assert bool(await wire.scalar(f"SELECT count(*) FROM attachment_pieces WHERE attachment_id = '{row.id}'")) is stays
    assert isinstance(PERSONAL_DATA[1], FilesData)


async def test_two_addresses_that_become_one_person_keep_their_files(wire: Wire) -> None:
    for chat in (30, 31):
        await with_case(wire, chat)
        await sends(wire, photo_of(wire, chat))
        await stored(wire, chat)
    shown = (await wire.says(30, "join"))[-1]
    code = next(word for word in shown.split() if len(word.strip(".")) == 9 and "-" in word).strip(".")
    await wire.says(31, f"join {code}")
    assert await person_of(wire, 30) == await person_of(wire, 31)
    found = await rows(wire, 30)
    assert len(found) == 2
    assert len({row.case_id for row in found}) == 1
    assert [await content(wire, row) for row in found] == [picture(), picture()]


async def test_sealed_again_with_a_new_key_it_opens_all_the_same(wire: Wire) -> None:
    await with_case(wire, 40)
    await sends(wire, photo_of(wire, 40, large := wav() + bytes(range(256)) * 1000))
    row = await stored(wire, 40)
    old = key_ring()
    new = old.with_new_primary()
    try:
        use_key_ring(new)
        assert await seal_again(wire.program.service.engine, new) > 0
        only = KeyRing.from_text(new.to_text())
        for key_id in old.key_ids:
            only = only.without(key_id)
        use_key_ring(only)
        assert await content(wire, row) == large
        use_key_ring(back := KeyRing(new._keys, old.primary, old._index_key))
        await seal_again(wire.program.service.engine, back)  # as it was, for the other tests
    finally:
        use_key_ring(old)
    assert await content(wire, row) == large


async def test_neither_a_name_nor_a_claimed_type_is_believed(wire: Wire) -> None:
    await with_case(wire, 41)
    file_id = f"doc{next(numbers)}"
    wire.double.files[file_id] = HTML
    name = "../../\u202egpj.exe\u0000"
    document = {"file_id": file_id, "file_unique_id": "u", "file_name": name, "mime_type": "image/jpeg"}
    await sends(wire, wire.update(41, None, document=document))
    row = await stored(wire, 41)
    async with wire.program.service.engine.connect() as db:
        found = await files.file_of_case(db, row.case_id, row.id)
    assert found is not None
    assert (found.file.name, found.file.kind, found.file.type.ending) == ("gpj.exe", FileKind.UNKNOWN, "bin")
