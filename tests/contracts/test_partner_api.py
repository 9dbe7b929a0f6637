"""The API for partners on the real program: fuzzed by its own description, asked twice and at once, by strangers and by neighbours."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from server.appointments import booking, others, partners
from server.appointments.history import Doer
from server.appointments.kinds import By, Owner
from server.appointments.partners import Scope
from server.areas import keep_area
from server.clock import utc_now
from tests.server.console.house import House
from tests.support.postgres import Databases
from tests.support.program import running
from tests.support.staff import make_member

pytestmark = pytest.mark.database
BOTH = tuple(Scope)
LONDON = ZoneInfo("Europe/London")


def at(days: int, clock: str = "10:00") -> datetime:
    """A working day in about so many days, by London's clock."""
    day = utc_now().astimezone(LONDON) + timedelta(days=days)
    while day.weekday() > 3:
        day += timedelta(days=1)
    hour, minute = map(int, clock.split(":"))
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


@dataclass
class System:
    """A partner's system."""

    house: House
    token: str
    id: uuid.UUID

    async def calls(self, method: str, path: str, body: Any = None, key: str = "", **query: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or uuid.uuid4().hex}
        async with self.house.program.browser() as client:
            return await client.request(method, f"/api/v1{path}", json=body, headers=headers, params=query)

    async def creates(self, starts: datetime, key: str = "", person: str = "A-1", **more: Any) -> httpx.Response:
        body = {"person": person, "reference": uuid.uuid4().hex, "starts_at": starts.isoformat()}
        body |= {"ends_at": (starts + timedelta(hours=1)).isoformat(), **more}
        query = {"dry_run": body.pop("dry_run")} if "dry_run" in body else {}
        return await self.calls("POST", "/appointments", body, key, **query)

    async def knows(self, person: uuid.UUID, reference: str) -> bool:
        staff = (await make_member(self.house.engine, "Lea")).id
        async with self.house.engine.begin() as db:
            return await partners.link(db, self.id, person, reference, "their consent", staff, utc_now())


async def system(house: House, owner: Owner = Owner.JOBCENTRE, a_minute: int = 10_000, scopes: Any = BOTH) -> System:
    async with house.engine.begin() as db:
        await keep_area(db, "home")
        token = await partners.add(db, "home", "Office", owner, scopes, a_minute, utc_now())
    found = await house.scalar("SELECT id FROM partners ORDER BY created_at DESC LIMIT 1")
    return System(house, token, found)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(databases: Databases) -> AsyncIterator[House]:
    url = databases.make()
    async with running(url, has_worker=False) as program:
        yield House(program)
    databases.drop(url)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def person(house: House) -> uuid.UUID:
    return (await house.writes("hello")).person


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(house: House, person: uuid.UUID) -> System:
    made = await system(house)
    assert await made.knows(person, "A-1")
    return made


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


async def test_create_read_move_cancel(house: House, office: System, person: uuid.UUID) -> None:
    starts = at(20)
    made = await office.creates(starts, place="Jobcentre, 2 High Street", bring="your letter")
    assert made.status_code == 201, made.text
    body = made.json()
    assert set(body) == {"id", "status", "starts_at", "ends_at"}
    path = f"/appointments/{body['id']}"
    row = (
        await house.rows("SELECT owner, office, person_id FROM appointments WHERE id = :id", id=uuid.UUID(body["id"]))
    )[0]
    assert (row.owner, row.office, row.person_id) == ("jobcentre", "confirmed", person)
    assert (await office.calls("GET", path)).json() == body
    later = {"starts_at": at(21).isoformat(), "ends_at": (at(21) + timedelta(hours=2)).isoformat()}
    moved = await office.calls("POST", f"{path}/move", later)
    assert moved.status_code == 200, moved.text
    assert moved.json()["id"] == body["id"]
    assert datetime.fromisoformat(moved.json()["starts_at"]) == at(21)
    found = (await office.calls("POST", "/appointments/search", {"person": "A-1"})).json()["appointments"]
    assert body["id"] in [one["id"] for one in found]
    assert (await office.calls("POST", f"{path}/cancel")).json()["status"] == "cancelled"
    assert (await office.calls("POST", f"{path}/cancel")).json()["status"] == "cancelled"
    assert code(await office.calls("POST", f"{path}/move", later)) == (409, "is_cancelled")
    kinds = await house.rows("SELECT kind FROM case_tasks WHERE person_id = :id AND kind = 'appointment'", id=person)
    assert len(kinds) >= 3


async def test_a_clash_names_other_times_and_no_reason(house: House, office: System) -> None:
    starts = at(30)
    first = await office.creates(starts)
    court = await system(house, Owner.COURT)
    other = await court.creates(starts, person="nobody")
    assert code(other) == (404, "person_unknown")
    second = await office.creates(starts + timedelta(minutes=30))
    assert code(second) == (409, "clash")
    assert set(second.json()) == {"type", "title", "status", "code", "nearest"}
    nearest = [datetime.fromisoformat(one) for one in second.json()["nearest"]]
    assert len(nearest) == 3
    assert all(one >= starts + timedelta(hours=1) for one in nearest)
    assert (await office.creates(nearest[0])).status_code == 201
    assert first.status_code == 201


async def test_the_same_call_twice_is_done_once(house: House, office: System) -> None:
    key, reference = uuid.uuid4().hex, uuid.uuid4().hex
    one = await office.creates(at(40), key, reference=reference)
    two = await office.creates(at(40), key, reference=reference)
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.content == two.content
    assert two.headers["idempotent-replayed"] == "true"
    assert code(await office.creates(at(40, "15:00"), key, reference=reference)) == (422, "key_reused")
    assert code(await office.creates(at(40, "15:00"), reference=reference)) == (409, "reference_used")


async def test_the_same_call_many_times_at_once_is_done_once(house: House, office: System) -> None:
    key, reference = uuid.uuid4().hex, uuid.uuid4().hex
    before = await house.scalar("SELECT count(*) FROM appointments")
    answers = await asyncio.gather(*(office.creates(at(50), key, reference=reference) for _ in range(12)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.content for one in answers}) == 1
    assert sum("idempotent-replayed" in one.headers for one in answers) == 11
    assert await house.scalar("SELECT count(*) FROM appointments") == before + 1


async def test_many_who_want_one_time_get_it_once(office: System) -> None:
    answers = await asyncio.gather(*(office.creates(at(55)) for _ in range(10)))
    assert sorted(one.status_code for one in answers) == [201, *[409] * 9]


async def test_a_dry_run_checks_all_and_stores_nothing(house: House, office: System) -> None:
    tables = ("appointments", "partner_calls", "partner_appointments", "case_tasks", "appointment_changes")
    count = [await house.scalar(f"SELECT count(*) FROM {name}") for name in tables]
    key = uuid.uuid4().hex
    dry = await office.creates(at(60), key, dry_run="true")
    assert (dry.status_code, dry.json()["id"], dry.json()["status"]) == (200, None, "booked")
    assert code(await office.creates(at(-5), dry_run="true")) == (422, "in_the_past")
    assert [await house.scalar(f"SELECT count(*) FROM {name}") for name in tables] == count
    assert (await office.creates(at(60), key)).status_code == 201
    assert code(await office.creates(at(60), dry_run="true")) == (409, "clash")


@pytest.mark.parametrize("token", ["x", "x" * 43, "Bearer", "a b", "x" * 5000])
async def test_a_wrong_token_is_nobody(house: House, token: str) -> None:
    stranger = System(house, token, uuid.uuid4())
    answer = await stranger.creates(at(20))
    assert code(answer) == (401, "no_token")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_revoked_token_is_nobody(house: House) -> None:
    made = await system(house)
    assert (await made.calls("GET", f"/appointments/{uuid.uuid4()}")).status_code == 404
    async with house.engine.begin() as db:
        assert await partners.revoke(db, made.id, utc_now())
        assert not await partners.revoke(db, made.id, utc_now())
    assert code(await made.calls("GET", f"/appointments/{uuid.uuid4()}")) == (401, "no_token")


async def test_a_token_does_what_it_is_for(house: House, person: uuid.UUID) -> None:
    reader = await system(house, scopes=[Scope.READ])
    await reader.knows(person, "A-1")
    assert code(await reader.creates(at(20))) == (403, "missing_scope")
    writer = await system(house, scopes=[Scope.WRITE])
    assert code(await writer.calls("POST", "/appointments/search", {"person": "A-1"})) == (403, "missing_scope")


async def test_another_partner_sees_and_touches_nothing(house: House, office: System, person: uuid.UUID) -> None:
    made = (await office.creates(at(70))).json()
    other = await system(house, Owner.PROBATION)
    assert await other.knows(person, "P-1")
    path = f"/appointments/{made['id']}"
    times = {"starts_at": at(71).isoformat(), "ends_at": (at(71) + timedelta(hours=1)).isoformat()}
    assert code(await other.calls("GET", path)) == (404, "appointment_unknown")
    assert code(await other.calls("POST", f"{path}/move", times)) == (404, "appointment_unknown")
    assert code(await other.calls("POST", f"{path}/cancel")) == (404, "appointment_unknown")
    assert (await other.calls("POST", "/appointments/search", {"person": "P-1"})).json() == {"appointments": []}
    assert code(await other.calls("POST", "/appointments/search", {"person": "A-1"})) == (404, "person_unknown")
    assert code(await other.creates(at(70), person="P-1")) == (409, "clash")


async def test_our_own_appointments_are_no_partners(house: House, office: System, person: uuid.UUID) -> None:
    found = await office.calls("GET", f"/appointments/{uuid.uuid4()}")
    assert code(found) == (404, "appointment_unknown")


async def test_what_somebody_here_changed_is_not_told(house: House, office: System) -> None:
    made = (await office.creates(at(80))).json()
    appointment = uuid.UUID(made["id"])
    async with house.engine.begin() as db:
        row = await others.one(db, appointment)
        assert row is not None
        wish = others.Outside(Owner.JOBCENTRE, at(82), at(82) + timedelta(hours=1))
        await others.change(db, appointment, wish, Doer(By.RELEASE), utc_now())
    changed = {"id": made["id"], "status": "changed", "starts_at": None, "ends_at": None}
    assert (await office.calls("GET", f"/appointments/{appointment}")).json() == changed
    async with house.engine.begin() as db:
        await booking.cancel(db, appointment, Doer(By.PERSON), utc_now())
    assert (await office.calls("GET", f"/appointments/{appointment}")).json() == changed


async def test_whether_somebody_came_is_not_told(house: House, office: System) -> None:
    made = (await office.creates(at(85))).json()
    await house.changes(
        "UPDATE appointments SET outcome = 'did_not', persons_answer = 'no', status = 'over' WHERE id = :id",
        id=uuid.UUID(made["id"]),
    )
    assert (await office.calls("GET", f"/appointments/{made['id']}")).json() == made


async def test_a_link_that_ended_and_a_person_who_was_deleted_are_unknown(house: House) -> None:
    young = (await house.writes("hello")).person
    made = await system(house, Owner.HEALTH)
    await made.knows(young, "H-1")
    one = (await made.creates(at(20), person="H-1")).json()
    async with house.engine.begin() as db:
        (row,) = [row for row in await partners.links_of(db, young) if row["partner_id"] == made.id]
        assert await partners.unlink(db, row["id"], young)
    assert code(await made.calls("GET", f"/appointments/{one['id']}")) == (404, "appointment_unknown")
    assert code(await made.creates(at(22), person="H-1")) == (404, "person_unknown")


async def test_too_many_calls_wait_a_minute(house: House) -> None:
    made = await system(house, a_minute=3)
    answers = [await made.calls("GET", f"/appointments/{uuid.uuid4()}") for _ in range(5)]
    assert [one.status_code for one in answers] == [404, 404, 404, 429, 429]
    assert code(answers[-1]) == (429, "too_often")
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61
    await house.changes(
        "UPDATE partners SET minute_began_at = now() - interval '61 seconds' WHERE id = :id", id=made.id
    )
    assert (await made.calls("GET", f"/appointments/{uuid.uuid4()}")).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": 1_900_000_000},
        {"starts_at": "2027-01-01T10:00:00"},
        {"starts_at": "2027-01-01"},
        {"starts_at": "2027-02-30T10:00:00Z"},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"starts_at": None},
        {"owner": "court"},
        {"person": ""},
        {"person": "x" * 65},
        {"person": "a\u202eb"},
        {"reference": 7},
        {"place": "a\x00b"},
        {"place": "x" * 301},
        {"bring": ["x"]},
    ],
)
async def test_slips_are_refused_and_not_repeated(office: System, change: dict[str, Any]) -> None:
    answer = await office.creates(at(90), **change)
    assert code(answer) == (422, "invalid")
    assert answer.json()["fields"] == [f"body.{next(iter(change))}"]


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (at(9), at(9), "ends_before"),
        (at(9), at(8), "ends_before"),
        (at(-9), at(-9, "11:00"), "in_the_past"),
        (at(9), at(10, "23:00"), "too_long"),
        (at(900), at(900, "11:00"), "too_far"),
    ],
)
async def test_times_that_cannot_be_have_names(office: System, starts: datetime, ends: datetime, said: str) -> None:
    assert code(await office.creates(starts, ends_at=ends.isoformat())) == (422, said)


async def test_a_reference_is_one_persons(house: House, office: System) -> None:
    assert not await office.knows((await house.writes("hello")).person, "A-1")


async def test_the_reference_page_meets_the_policy_of_every_page(house: House) -> None:
    async with house.program.browser() as client:
        page = await client.get("/api/v1/docs")
        described = await client.get("/api/v1/openapi.json")
    assert page.status_code == described.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert "Idempotency-Key" in page.text
    assert "Problem" in described.json()["components"]["schemas"]


async def test_only_hashes_of_tokens_are_kept(house: House, office: System) -> None:
    assert office.token not in str(await house.rows("SELECT * FROM partners"))


async def test_an_address_that_is_not_there_is_a_problem_too(office: System) -> None:
    assert code(await office.calls("GET", "/nothing")) == (404, "no_such_address")
    assert code(await office.calls("DELETE", "/appointments")) == (405, "wrong_method")


async def test_fuzzed_by_its_own_description(house: House, office: System) -> None:
    """Every check of schemathesis, on the running program, with a good token."""
    await asyncio.to_thread(_fuzz, f"{house.program.url}/api/v1/openapi.json", office.token)


def _fuzz(url: str, token: str) -> None:
    config = schemathesis.Config()
    # a time in the past has the right form and is refused all the same, by its own code
    config.projects.default.checks.positive_data_acceptance.expected_statuses = [
        "2xx",
        "401",
        "403",
        "404",
        "409",
        "422",
    ]
    schema = schemathesis.openapi.from_url(url, config=config)
    calls = [found.ok() for found in schema.get_all_operations()]
    assert len(calls) == 5
    for operation in calls:
        for mode in schemathesis.GenerationMode:
            _try(operation, mode, token)


def _try(operation: Any, mode: Any, token: str) -> None:
    from hypothesis import given

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        if mode is schemathesis.GenerationMode.POSITIVE and isinstance(case.body, dict) and "person" in case.body:
            case.body["person"] = "A-1"  # somebody whom it knows: else no call comes far
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, timeout=20)

    run()
