"""A person's rights over the real record: told what is held, deleted for good, joined by code only, readable by nobody else."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import make_url, text

from server.clock import utc_now
from server.db.host import find_binaries
from server.escalations import service as escalations
from server.tables import metadata
from server.wiring import PERSONAL_DATA
from server.worker.jobs import erase_farewells
from tests.server.wire import SMS, Wire
from tests.support.patience import PATIENCE
from tests.support.staff import close_open_case

NUMBER, NAME, WORDS = "+447700900321", "Quillon", "zanzibar marmalade lighthouse"
TWO_DAYS = timedelta(days=2)
SHORTEST = 6
"""Less than this of a base64 text stands in any dump by chance."""


async def ids_of(wire: Wire, chat: int) -> list[str]:
    """Everything that the person of a chat is known by."""
    hashed = wire.program.service.conversations.hash_of("telegram", str(chat))
    query = (
        "SELECT a.person_id, a.id, c.id FROM addresses a LEFT JOIN conversations c USING (person_id) "
        "WHERE a.address_hash = :hashed"
    )
    async with wire.program.service.engine.connect() as db:
        row = (await db.execute(text(query), {"hashed": hashed})).one()
    return [str(value) for value in row if value]


async def traces_of(wire: Wire, ids: list[str]) -> dict[str, int]:
    """How many rows of each table name one of them."""
    found = {}
    async with wire.program.service.engine.connect() as db:
        for table in metadata.sorted_tables:
            rows = (await db.execute(text(f'SELECT t::text FROM "{table.name}" t'))).scalars()
            if count := sum(any(known in row for known in ids) for row in rows):
                found[table.name] = count
    return found


async def deletes(wire: Wire, chat: int) -> dict[str, Any]:
    """Ask for a deletion and press yes; the update that pressed."""
    await wire.says(chat, "delete")
    buttons = wire.double.person(chat).buttons
    press = wire.press(chat, next(data for label, data in buttons.items() if "Yes, delete everything" in label))
    assert (await wire.telegram(press)).status_code == 200
    await settled(wire)
    return press


async def settled(wire: Wire) -> None:
    await wire.program.service.sender.drain()
    async with asyncio.timeout(PATIENCE):
        while await wire.scalar("SELECT count(*) FROM deliveries WHERE status IN ('due', 'sending')"):
            await asyncio.sleep(0.05)


async def farewells(wire: Wire, after: timedelta) -> None:
    async with wire.program.service.engine.begin() as db:
        await erase_farewells(db, utc_now() + after)


async def test_my_data_is_the_real_record(wire: Wire) -> None:
    await wire.says(1, "hello")
    await wire.says(1, "what is a cscs card")
    shown = (await wire.says(1, "my data"))[-1]
    assert "We hold 3 messages." in shown
    assert "We keep messages for 90 days." in shown
    assert "telegram" in shown.lower()
    await wire.twilio(SMS, wire.form("+447700900111", "my data"))
    await settled(wire)
    told = " ".join(wire.sms.texts("+447700900111"))
    assert "111" in told
    assert "+447700900111" not in told


async def test_delete_leaves_no_trace_but_a_goodbye_that_goes_a_day_later(wire: Wire) -> None:
    await wire.says(2, "hello")
    await wire.says(2, "im 15 and what is a cscs card")
    ids = await ids_of(wire, 2)
    assert set(await traces_of(wire, ids)) == {"people", "addresses", "conversations", "messages", "deliveries"}
    await deletes(wire, 2)

    assert "Everything is deleted." in wire.double.person(2).texts[-1]
    assert await traces_of(wire, ids) == {}
    farewell = await ids_of(wire, 2)
    assert not set(farewell) & set(ids)
    await farewells(wire, timedelta(hours=23))
    assert "people" in await traces_of(wire, farewell)
    await farewells(wire, TWO_DAYS)
    assert await traces_of(wire, farewell) == {}


async def test_the_update_that_deleted_coming_again_is_no_new_turn(wire: Wire) -> None:
    """Telegram sends it once more when our answer was lost; a person who asked to be forgotten must stay forgotten."""
    await wire.says(3, "hello")
    press = await deletes(wire, 3)
    heard = list(wire.double.person(3).texts)
    assert (await wire.telegram(press)).status_code == 200
    await settled(wire)
    assert wire.double.person(3).texts == heard
    farewell = await ids_of(wire, 3)
    await farewells(wire, TWO_DAYS)
    assert await traces_of(wire, farewell) == {}


async def test_who_writes_again_after_a_deletion_is_a_new_person_who_stays(wire: Wire) -> None:
    await wire.says(4, "hello")
    await deletes(wire, 4)
    await wire.says(4, "hello")
    new = await ids_of(wire, 4)
    await farewells(wire, TWO_DAYS)
    assert (await traces_of(wire, new))["people"] == 1


async def test_a_record_about_danger_stays_until_it_is_closed(wire: Wire) -> None:
    await wire.says(5, "hello")
    await wire.says(5, "i want to kill myself")
    ids = await ids_of(wire, 5)
    await deletes(wire, 5)
    assert "One record stays" in wire.double.person(5).texts[-1]
    traces = await traces_of(wire, ids)
    assert traces["cases"] == traces["addresses"] == 1
    await farewells(wire, TWO_DAYS)
    assert (await traces_of(wire, ids))["cases"] == 1

    case = await wire.scalar(f"SELECT id FROM cases WHERE person_id = '{ids[0]}'")
    await close_open_case(wire.program.service.engine, uuid.UUID(str(ids[0])))
    await farewells(wire, timedelta())
    assert await traces_of(wire, ids) == {}
    assert await wire.scalar(f"SELECT count(*) FROM case_messages WHERE case_id = '{case}'") == 1
    assert await wire.says(5, "hello")


async def code_for(wire: Wire, chat: int) -> str:
    shown = (await wire.says(chat, "join"))[-1]
    found = re.search(r"join ([2-9A-Z]{4}-[2-9A-Z]{4})", shown)
    assert found, shown
    return found[1]


async def test_a_code_makes_one_person_of_two_addresses(wire: Wire) -> None:
    await wire.says(10, "person")
    await wire.says(10, "my rent is late")
    await wire.says(11, "person")
    await wire.says(11, "my boss shouts")
    code = await code_for(wire, 10)
    assert "joined" in (await wire.says(11, f"join {code}"))[-1]

    first, second = await ids_of(wire, 10), await ids_of(wire, 11)
    assert (first[0], first[2]) == (second[0], second[2])
    cases = f"SELECT count(*) FROM cases WHERE person_id = '{first[0]}' AND closed_at IS NULL"
    assert await wire.scalar(cases) == 1
    case = await wire.scalar(cases.replace("count(*)", "id"))
    async with wire.program.service.engine.connect() as db:
        words = [said["body"] for said in await escalations.words_of(db, case)]
    assert "my boss shouts" in words
    assert "my rent is late" in words
    assert "did not work" in (await wire.says(12, f"join {code}"))[-1]


async def test_no_phone_joins_while_danger_is_open(wire: Wire) -> None:
    code = await code_for(wire, 14)
    await wire.says(14, "i want to kill myself")
    assert "did not work" in (await wire.says(15, f"join {code}"))[-1]
    assert "here" in (await wire.says(14, "join"))[-1]

    first, second = await ids_of(wire, 14), await ids_of(wire, 15)
    assert first[0] != second[0]


async def test_an_old_code_does_not_work(wire: Wire) -> None:
    code = await code_for(wire, 20)
    async with wire.program.service.engine.begin() as db:
        await db.execute(text("UPDATE join_codes SET expires_at = now() - interval '1 second'"))
    assert "did not work" in (await wire.says(21, f"join {code}"))[-1]


async def test_codes_cannot_be_guessed(wire: Wire) -> None:
    code = await code_for(wire, 22)
    for n in range(5):
        assert "did not work" in (await wire.says(23, f"join 2345-678{n + 2}"))[-1]
    assert "did not work" in (await wire.says(23, f"join {code}"))[-1]
    assert (await ids_of(wire, 22))[0] != (await ids_of(wire, 23))[0]


async def test_a_code_belongs_to_the_newest_asking(wire: Wire) -> None:
    old = await code_for(wire, 24)
    new = await code_for(wire, 24)
    assert "did not work" in (await wire.says(25, f"join {old}"))[-1]
    assert "joined" in (await wire.says(25, f"join {new}"))[-1]


def shapes(secret: str) -> Iterator[bytes]:
    """A text as it could stand in a dump."""
    for raw in (secret.encode(), secret.encode("utf-16-le"), secret.encode("utf-16-be")):
        yield raw
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + raw)
            if len(inner := whole[4 if shift else 0 : -4]) >= SHORTEST:
                yield inner
    yield secret.casefold().encode()


def dump(url: str) -> bytes:
    """Everything in the database, as a thief would copy it."""
    where = make_url(url)
    host = str(where.query.get("host") or where.host or "")
    port = str(where.query.get("port") or where.port or 5432)
    command = [
        find_binaries().folder / "pg_dump",
        "-h",
        host,
        "-p",
        port,
        "-U",
        where.username or "postgres",
        where.database or "",
    ]
    done = subprocess.run(command, capture_output=True, check=False, env={"PGPASSWORD": where.password or ""})
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


async def test_a_dump_tells_nothing_about_anybody(wire: Wire) -> None:
    for words in (
        f"my name is {NAME}",
        WORDS,
        f"{WORDS} can i talk to a person",
        "join",
        "my data",
        "i want to kill myself",
    ):
        assert (await wire.twilio(SMS, wire.form(NUMBER, words))).status_code == 200
        await wire.says(7_700_900_321, words)
    async with wire.program.service.engine.begin() as db:
        case = (await db.execute(text("SELECT id, area FROM cases WHERE closed_at IS NULL LIMIT 1"))).one()
        await escalations.add_words(db, case.id, case.area, f"{NAME}: {WORDS}", utc_now(), author="adviser")
    await settled(wire)
    held = dump(_url(wire))
    assert b"COPY public.messages" in held, "not a dump"
    assert b"telegram" in held
    for secret in (NUMBER, NUMBER[1:], "07700900321", "7700900321", NAME, WORDS, "zanzibar", "kill myself"):
        for shape in shapes(secret):
            assert shape not in held, secret


def _url(wire: Wire) -> str:
    return wire.program.service.engine.url.render_as_string(hide_password=False)


async def test_old_messages_go_and_an_open_case_keeps_them(wire: Wire) -> None:
    for chat in (40, 41, 42):
        await wire.says(chat, "hello")
    await wire.says(41, "can i talk to a person")
    quiet, waiting, fresh = [await ids_of(wire, chat) for chat in (40, 41, 42)]
    async with wire.program.service.engine.begin() as db:
        for ids in (quiet, waiting):
            await db.execute(
                text(f"UPDATE messages SET received_at = now() - interval '91 days' WHERE conversation_id = '{ids[2]}'")
            )
            await db.execute(
                text(
                    f"UPDATE deliveries SET created_at = now() - interval '91 days' WHERE conversation_id = '{ids[2]}'"
                )
            )
            await db.execute(
                text(f"UPDATE conversations SET updated_at = now() - interval '91 days' WHERE id = '{ids[2]}'")
            )
    await expire(wire)
    assert await traces_of(wire, quiet) == {}
    assert (await traces_of(wire, waiting))["messages"] == 2
    assert (await traces_of(wire, fresh))["messages"] == 1
    await expire(wire)


async def expire(wire: Wire) -> None:
    async with wire.program.service.engine.begin() as db:
        for handler in PERSONAL_DATA:
            await handler.expire(db, utc_now(), timedelta(days=90))


async def test_who_stopped_and_was_silent_for_long_can_write_again(wire: Wire) -> None:
    """Their STOP is kept without the talk; their next message must not fall over what is left."""
    await wire.says(50, "hello")
    await wire.says(50, "stop")
    ids = await ids_of(wire, 50)
    async with wire.program.service.engine.begin() as db:
        old = "now() - interval '91 days'"
        await db.execute(text(f"UPDATE messages SET received_at = {old} WHERE conversation_id = '{ids[2]}'"))
        await db.execute(text(f"UPDATE deliveries SET created_at = {old} WHERE conversation_id = '{ids[2]}'"))
        await db.execute(text(f"UPDATE conversations SET updated_at = {old} WHERE id = '{ids[2]}'"))
    await expire(wire)
    assert set(await traces_of(wire, ids)) == {"people", "addresses"}
    count = len(wire.double.person(50).texts)
    assert len(await wire.says(50, "hello")) > count
    assert await wire.scalar(f"SELECT stopped FROM addresses WHERE id = '{ids[1]}'") is not None


async def test_a_case_closed_for_a_year_goes(wire: Wire) -> None:
    await wire.says(60, "can i talk to a person")
    ids = await ids_of(wire, 60)
    async with wire.program.service.engine.begin() as db:
        closed = f"UPDATE cases SET closed_at = now() - interval '500 days' WHERE person_id = '{ids[0]}'"
        await db.execute(text(closed))
    await expire(wire)
    assert "cases" not in await traces_of(wire, ids)


def test_every_table_with_a_person_in_it_is_somebodys() -> None:
    keys = {"person_id", "address_id", "conversation_id", "case_id", "address_hash", "attachment_id"}
    keys |= {"appointment_id", "spell_id"}
    pointing = {table.name for table in metadata.sorted_tables if keys & set(table.columns.keys())} | {"people"}
    assert pointing == {table.name for handler in PERSONAL_DATA for table in handler.tables}
