"""The audit cannot be edited, a stolen dump names nobody, and a new key reaches everything that was sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import LargeBinary, select, text, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.cli.rotate import seal_again
from server.db.engine import make_engine
from server.db.ids import new_id
from server.db.keyring import KeyRing, UnknownKey
from server.db.types import key_ring, personal_columns, use_key_ring
from server.staff import accounts, audit
from server.staff.access import Act, Fact, Role
from server.staff.errors import KnownAlready
from server.staff.signing_in import Outcome
from server.tables import metadata
from tests.server.staff.core import FOUNDER, NORTH, NOW, PASSWORD, SECOND, SOUTH, Staffed, code_at
from tests.server.test_privacy import dump, shapes
from tests.support.postgres import Databases

WHY = "asked about their marmalade"


async def noted(house: Staffed, *, who: Any = None, what: Any = Fact.CHAT, area: str = NORTH, **about: Any) -> int:
    """The number of a row that was just appended."""
    await house.does(lambda db: audit.note(db, who or FOUNDER.id, what, NOW, area=area, **about))
    return int(await house.scalar("SELECT max(number) FROM audit"))


EDITS = {
    "changed": "UPDATE audit SET what = 'nothing' WHERE number = :number",
    "changed in what is sealed": "UPDATE audit SET why = NULL WHERE number = :number",
    "changed to itself": "UPDATE audit SET what = what WHERE number = :number",
    "changed by an insert": (
        "INSERT INTO audit (number, at, what) OVERRIDING SYSTEM VALUE VALUES (:number, now(), 'x')"
        " ON CONFLICT (number) DO UPDATE SET what = 'x'"
    ),
    "changed by a merge": (
        "MERGE INTO audit a USING (SELECT CAST(:number AS bigint) AS n) x ON a.number = x.n WHEN MATCHED THEN DELETE"
    ),
    "deleted": "DELETE FROM audit WHERE number = :number",
    "deleted in a query": "WITH gone AS (DELETE FROM audit WHERE number = :number RETURNING 1) SELECT * FROM gone",
    "emptied": "TRUNCATE audit",
    "emptied with all that hangs on it": "TRUNCATE audit CASCADE",
}

DELETIONS = {"deleted", "deleted in a query", "changed by a merge"}
CHANGES = {"changed in what is sealed", "changed to itself"}
ALLOWED = {"connexions.expire": DELETIONS, "connexions.reseal": CHANGES}
"""What two jobs may do that say so for their own transaction: retention deletes, the rotation of keys changes. Nobody empties."""


async def edits(db: AsyncConnection, edit: str, number: int) -> bool:
    """True when the database let it happen."""
    statement = text(EDITS[edit])
    values = {"number": number} if ":number" in EDITS[edit] else {}
    try:
        async with db.begin_nested():
            await db.execute(statement, values)
    except DBAPIError as error:
        if "append-only" not in str(error.orig):
            raise
        return False
    return True


@pytest.mark.parametrize("edit", EDITS)
async def test_no_row_of_the_audit_is_ever(house: Staffed, edit: str) -> None:
    number = await noted(house, why=WHY)
    row = "SELECT a::text FROM audit a WHERE number = :number"
    before = await house.scalar(row, number=number)
    assert not await house.does(lambda db: edits(db, edit, number))
    assert await house.scalar(row, number=number) == before


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("setting", ALLOWED)
async def test_only_retention_deletes_and_only_the_rotation_of_keys_changes(
    house: Staffed, setting: str, edit: str
) -> None:
    """Each only where it names this table, and for its own transaction: the next one is refused again."""
    number, other = await noted(house, why=WHY), await noted(house, why=WHY)

    async def as_job(db: AsyncConnection, table: str) -> bool:
        await db.execute(text("SELECT set_config(:setting, :name, true)"), {"setting": setting, "name": table})
        return await edits(db, edit, number)

    assert not await house.does(lambda db: as_job(db, "staff"))
    assert not await house.does(lambda db: as_job(db, ""))
    assert await house.does(lambda db: as_job(db, "audit")) == (edit in ALLOWED[setting])
    assert not await house.does(lambda db: edits(db, edit, other))


async def test_a_statement_that_fails_notes_nothing_and_what_is_noted_stands_with_what_was_done(house: Staffed) -> None:
    before = await house.scalar("SELECT count(*) FROM audit")

    async def fails(db: AsyncConnection) -> None:
        await audit.note(db, FOUNDER.id, Act.EXPORT_RECORD, NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await house.does(fails)
    assert await house.scalar("SELECT count(*) FROM audit") == before


async def test_each_area_sees_its_own_rows_newest_first_and_those_of_its_staffs_accounts(house: Staffed) -> None:
    alex, sam = await house.has(name="Alex"), await house.has(name="Sam", areas=(SOUTH,))
    mine = await noted(house, who=alex.member.id, why=WHY)
    theirs = await noted(house, area=SOUTH)
    ours = await noted(house, who=alex.member.id, area="", what="code_given")
    other = await noted(house, who=sam.member.id, area="", what="code_given")
    invited = await house.scalar(
        "INSERT INTO audit (at, staff_id, what, about_staff) VALUES (now(), :by, 'manage_staff', :about) RETURNING number",
        by=sam.member.id,
        about=alex.member.id,
    )
    shown = await house.does(lambda db: audit.page(db, frozenset({NORTH})))
    numbers = [row["number"] for row in shown]
    assert numbers == sorted(numbers, reverse=True)
    assert {mine, ours, invited} <= set(numbers)
    assert not {theirs, other} & set(numbers)
    row = next(row for row in shown if row["number"] == mine)
    assert (row["staff_name"], row["what"], row["why"], row["at"]) == ("Alex", "chat", WHY, NOW)
    assert {row["staff_id"] for row in await own(house, alex.member.id)} == {alex.member.id}


async def own(house: Staffed, staff_id: Any) -> Any:
    return await house.does(lambda db: audit.page(db, frozenset({NORTH}), staff_id=staff_id))


async def test_pages_follow_each_other_without_a_gap_or_a_double(house: Staffed) -> None:
    who = new_id()
    for _ in range(audit.PAGE + 20):
        await noted(house, who=who)
    first = await own(house, who)
    second = await house.does(lambda db: audit.page(db, frozenset({NORTH}), before=first[-1]["number"], staff_id=who))
    numbers = [row["number"] for row in (*first, *second)]
    assert (len(first), len(second)) == (audit.PAGE, 20)
    assert all(a > b for a, b in pairwise(numbers))


async def test_somebody_removed_is_still_named_beside_what_they_did(house: Staffed) -> None:
    alex = await house.has(name="Quillon")
    number = await noted(house, who=alex.member.id)
    await house.does(lambda db: accounts.remove(db, FOUNDER, alex.member.id, NOW))
    assert next(r["staff_name"] for r in await own(house, alex.member.id) if r["number"] == number) == "Quillon"


async def test_a_young_person_is_told_what_was_looked_at_and_when_and_no_name_of_staff(house: Staffed) -> None:
    person, other = new_id(), new_id()
    for what, about in ((Fact.NAME, person), (Fact.CHAT, person), (Fact.CHAT, other)):
        await noted(house, what=what, person=about, why=WHY)
    told = await house.does(lambda db: audit.reads_about(db, person))
    assert [dict(row) for row in told] == [{"at": NOW, "what": "name"}, {"at": NOW, "what": "chat"}]


PHONE, TELEGRAM, ADDRESS = "+447700900654", "7700900321", "203.0.113.99"
NAME, EMAIL = "Quillon Zanzibar", "quillon.zanzibar@example.org"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def full_house(databases: Databases) -> AsyncIterator[tuple[Staffed, list[str]]]:
    """A database in which everything that staff have is filled in, and every secret that is in it."""
    url = databases.make()
    house = Staffed(make_engine(url, pool=5))
    kim = await house.has(Role.ADMINISTRATOR, name=NAME, email=EMAIL)
    link, _ = await house.invites(name=f"{NAME} the Second", email=f"second.{EMAIL}")
    reset = await house.has()
    second = await house.does(lambda db: accounts.reset(db, FOUNDER, reset.member.id, NOW))
    ring = key_ring()
    sealed = {
        "phone": ring.encrypt(PHONE.encode(), "staff.phone"),
        "telegram": ring.encrypt(TELEGRAM.encode(), "staff.telegram_chat"),
    }
    change = "UPDATE staff SET phone = :phone, telegram_chat = :telegram WHERE id = :id RETURNING 1"
    await house.scalar(change, **sealed, id=kim.member.id)
    await house.tries(EMAIL, "not the password 7", network=ADDRESS)
    half = await house.tries(EMAIL)
    await noted(house, who=kim.member.id, why=WHY)
    secrets = [
        NAME,
        "Quillon",
        "Zanzibar",
        EMAIL,
        EMAIL.upper(),
        PHONE,
        PHONE[3:],
        TELEGRAM,
        WHY,
        "marmalade",
        PASSWORD,
    ]
    secrets += [kim.secret, reset.secret, link, second, kim.token, half.token, ADDRESS]
    secrets += [form for code in kim.recovery for form in (code, code.replace("-", ""))]
    yield house, secrets
    await house.engine.dispose()
    databases.drop(url)


async def test_a_dump_names_nobody_of_the_staff_and_opens_nothing(full_house: tuple[Staffed, list[str]]) -> None:
    house, secrets = full_house
    held = dump(house.engine.url.render_as_string(hide_password=False))
    for table in ("staff", "staff_links", "staff_sessions", "staff_recovery_codes", "staff_sign_in_tries", "audit"):
        assert f"COPY public.{table} ".encode() in held, "not a dump"
    assert b"administrator" in held
    for secret in secrets:
        for shape in shapes(secret):
            assert shape not in held, secret


@contextmanager
def ring_in_use(ring: KeyRing) -> Iterator[None]:
    before = key_ring()
    use_key_ring(ring)
    try:
        yield
    finally:
        use_key_ring(before)


async def test_a_new_key_reaches_staff_and_audit_and_everybody_still_signs_in(make_database: Any) -> None:
    engine = make_engine(make_database(), pool=5)
    house = Staffed(engine)
    kim = await house.has(Role.ADMINISTRATOR, name=NAME, email=EMAIL)
    numbers = [await noted(house, who=kim.member.id, why=f"{WHY} {n}") for n in range(3)]
    rest = "SELECT string_agg(concat(number, at, staff_id, area, what), '|' ORDER BY number) FROM audit"
    before = await house.scalar(rest)

    old = key_ring()
    both = old.with_new_primary()
    new = both.without(old.primary)
    with ring_in_use(both):
        assert await seal_again(engine, both) >= 3 + 3
        assert await seal_again(engine, both) == 0
    with ring_in_use(new):
        assert await sealed_by(house, new, old) >= {"staff.name", "staff.email", "staff.totp_secret", "audit.why"}
        reasons = {row["number"]: row["why"] for row in await own(house, kim.member.id)}
        assert [reasons[number] for number in numbers] == [f"{WHY} {n}" for n in range(3)]
        assert await house.scalar(rest) == before
        assert (await house.tries(EMAIL)).outcome is Outcome.OK
        assert await house.gives(kim, code_at(kim.secret, NOW)) is Outcome.OK
        assert await house.gives(kim, kim.recovery[0], at=NOW + SECOND) is Outcome.OK
        with pytest.raises(KnownAlready):
            await house.invites(email=EMAIL)
        assert not await house.does(lambda db: edits(db, "changed", numbers[0]))
    await engine.dispose()


async def sealed_by(house: Staffed, new: KeyRing, old: KeyRing) -> set[str]:
    """Columns with values, all of which the new ring sealed and the old one does not open."""
    found = set()
    for table, column in personal_columns(metadata):
        async with house.engine.connect() as db:
            query = select(type_coerce(column, LargeBinary)).where(column.is_not(None))
            for value in (await db.execute(query)).scalars():
                assert new.is_current(value)
                with pytest.raises(UnknownKey):
                    old.decrypt(value, "any")
                found.add(f"{table.name}.{column.name}")
    return found


async def test_what_was_sealed_since_the_new_key_came_is_left_as_it_is(make_database: Any) -> None:
    engine = make_engine(make_database(), pool=5)
    house = Staffed(engine)
    early = [await house.has() for _ in range(3)]
    both = key_ring().with_new_primary()
    with ring_in_use(both):
        late = await house.has()
        columns_of_staff, reasons_of_audit = 3, 1
        assert await seal_again(engine, both) == len(early) * (columns_of_staff + reasons_of_audit)
        outcomes = [(await house.tries(who.email)).outcome for who in (*early, late)]
        assert outcomes == [Outcome.OK] * 4
    await engine.dispose()


async def test_after_seven_years_a_row_goes_and_not_a_day_before(house: Staffed) -> None:
    who = new_id()
    await noted(house, who=who)
    years = timedelta(days=7 * 365)
    for at, left in ((NOW + years, 1), (NOW + years + timedelta(days=3), 0), (NOW + years + timedelta(days=3), 0)):
        await house.does(lambda db, at=at: audit.expire(db, at))
        assert await house.scalar("SELECT count(*) FROM audit WHERE staff_id = :who", who=who) == left
