"""Outside calendars fetched over real HTTP: what is kept, what is refused, and where nobody is sent."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from server.appointments import outside
from server.appointments.fetching import Reach, clean_address, fetch, is_public
from server.appointments.finding import Query, free_slots
from server.appointments.ics_in import CalendarFault
from server.appointments.kinds import Reason
from server.staff.access import Member
from tests.support.diary import LONDON, SETTINGS, Town

pytestmark = pytest.mark.database
LOCAL = Reach(is_local_ok=True)

FILE = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Dr Evans\r\nDTSTART:20261208T090000Z\r\nDTEND:20261208T160000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@dataclass
class Elsewhere:
    """A calendar server: answers by path, and what it was asked."""

    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    url: str = ""

    def says(self, path: str, body: bytes = FILE, status: str = "200 OK", **headers: str) -> str:
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
        self.answers[path] = head.encode() + body
        return f"{self.url}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        path = head.split(b" ")[1].decode()
        if path == "/silent":
            await asyncio.sleep(60)
        if path == "/endless":
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            while not writer.is_closing():
                writer.write(b"x" * 100_000)
                try:
                    await writer.drain()
                except ConnectionError:
                    break
        writer.write(self.answers.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        writer.close()


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Elsewhere]:
    made = Elsewhere()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    made.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    yield made
    server.close()


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    async with serving() as made:
        yield made


async def code_of(address: str, reach: Reach = LOCAL) -> str:
    with pytest.raises(CalendarFault) as found:
        await fetch(address, reach)
    return found.value.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
        "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "2002:7f00:0001::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "ff02::1", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_inside_of_networks_are_never_asked(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "wish",
    [
        "", "calendar", "http://example.org/a.ics", "ftp://example.org/", "file:///etc/passwd", "https://", "https://a:b@example.org/",
        "https://example.org:99999/", "https://exa mple.org/", "https://example.org/\x00", "javascript:alert(1)", "https://[::1",
        "https://example.org\\@127.0.0.1/", f"https://example.org/{'x' * 3000}", "gopher://example.org/",
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused_at_once(wish: str) -> None:
    with pytest.raises(CalendarFault, match="bad_address"):
        clean_address(wish)


def test_webcal_is_https() -> None:
    assert clean_address(" webcal://example.org/a.ics ") == "https://example.org/a.ics"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "2130706433", "0x7f.1", "[::ffff:7f00:1]"]
)
async def test_a_private_address_is_refused_however_it_is_written(host: str) -> None:
    assert await code_of(f"https://{host}/a.ics", Reach()) in {"private_address", "no_such_host"}


async def test_one_private_address_among_public_ones_is_enough() -> None:
    async def both(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    assert await code_of("https://example.org/a.ics", Reach(resolve=both)) == "private_address"


async def test_what_was_checked_is_what_is_asked(elsewhere: Elsewhere) -> None:
    asked = []

    async def once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    address = elsewhere.says("/a.ics").replace("127.0.0.1", "calendar.invalid")
    assert await fetch(address, Reach(is_local_ok=True, resolve=once)) == FILE
    assert asked == ["calendar.invalid"]
    assert b"host: calendar.invalid:" in elsewhere.asked[0].lower()


async def test_redirects_are_followed_three_times_and_each_is_checked(elsewhere: Elsewhere) -> None:
    for n in range(5):
        elsewhere.says(f"/{n}", b"", "302 Found", Location=f"/{n + 1}")
    elsewhere.says("/5")
    assert await fetch(f"{elsewhere.url}/2", LOCAL) == FILE
    assert await code_of(f"{elsewhere.url}/1") == "too_many_redirects"
    assert await code_of(elsewhere.says("/out", b"", "301 Moved", Location="file:///etc/passwd")) == "bad_address"
    assert len(elsewhere.asked) == 9


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    """The first host may be asked, which a test has to say of 127.0.0.1; the second is inside."""
    tls, trusted = certificates("calendar.example.org")

    def may_ask(address: str) -> bool:
        return address == "127.0.0.1" or is_public(address)

    async with serving(tls) as made:
        made.says("/a.ics", b"", "302 Found", Location="https://inside.example.org/")
        reach = Reach(resolve=_public_but("inside.example.org"), may_ask=may_ask, tls=trusted)
        address = made.url.replace("127.0.0.1", "calendar.example.org") + "/a.ics"
        assert await code_of(address, reach) == "private_address"
        assert len(made.asked) == 1


def _public_but(inside: str):
    async def resolve(host: str, port: int) -> list[str]:
        return ["10.0.0.1"] if host == inside else ["127.0.0.1"]

    return resolve


async def test_the_certificate_is_of_the_name_and_not_of_the_number() -> None:
    tls, trusted = certificates("calendar.example.org")
    async with serving(tls) as made:
        address = made.says("/a.ics").replace("127.0.0.1", "calendar.example.org")
        reach = Reach(is_local_ok=True, resolve=_public_but("-"), tls=trusted)
        assert await fetch(address, reach) == FILE
        assert await code_of(address.replace("calendar.", "other."), reach) == "not_reached"
        assert await code_of(address, Reach(is_local_ok=True, resolve=_public_but("-"))) == "not_reached"


async def test_what_a_server_may_say_instead(elsewhere: Elsewhere) -> None:
    assert await code_of(elsewhere.says("/no", b"", "403 Forbidden")) == "not_allowed"
    assert await code_of(f"{elsewhere.url}/nothing") == "not_found"
    assert await code_of(elsewhere.says("/oh", b"", "500 Oh")) == "server_error"
    assert await code_of(elsewhere.says("/packed", b"x", Content_Encoding="gzip")) == "not_a_calendar"
    assert await code_of(f"{elsewhere.url}/endless") == "too_large"
    elsewhere.answers["/cut"] = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + FILE
    assert await code_of(f"{elsewhere.url}/cut") == "not_reached"
    assert await code_of("http://127.0.0.1:9/") == "not_reached"
    assert await code_of("https://nowhere.invalid/") == "no_such_host"


async def test_a_silent_server_is_left(elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.appointments.fetching.SECONDS", 0.3)
    assert await code_of(f"{elsewhere.url}/silent") == "no_answer"


async def read(engine: AsyncEngine, now: datetime) -> bool:
    return await outside.read_next(engine, LOCAL, LONDON, now)


async def connect(engine: AsyncEngine, staff_id: uuid.UUID, address: str, now: datetime) -> str:
    async with engine.begin() as db:
        return await outside.connect(db, staff_id, address, now, LOCAL)


async def busy(engine: AsyncEngine) -> list[str]:
    async with engine.begin() as db:
        rows = await db.execute(text("SELECT starts_at, ends_at FROM busy_times ORDER BY starts_at"))
        return [f"{a.astimezone(dt.UTC):%m-%d %H:%M}-{b.astimezone(dt.UTC):%H:%M}" for a, b in rows]


async def test_busy_times_take_slots_away(engine: AsyncEngine, town: Town, now: datetime, elsewhere: Elsewhere) -> None:
    query = Query("home", Reason.FIRST_TALK, now, now + timedelta(days=2))
    async with engine.begin() as db:
        before = await free_slots(db, query, SETTINGS, now)
    assert await connect(engine, town.adviser_id, elsewhere.says("/a.ics"), now) == ""
    assert await read(engine, now)
    async with engine.begin() as db:
        after = await free_slots(db, query, SETTINGS, now)
    busy_day = datetime(2026, 12, 8, tzinfo=LONDON).date()
    assert any(slot.starts_at.date() == busy_day and slot.starts_at.hour == 10 for slot in before)
    assert not [slot for slot in after if slot.starts_at.date() == busy_day and 9 <= slot.starts_at.hour < 16]
    assert not await read(engine, now + timedelta(minutes=14))
    assert await read(engine, now + timedelta(minutes=15))


async def test_a_failure_keeps_what_was_known(
    engine: AsyncEngine, jo: Member, now: datetime, elsewhere: Elsewhere
) -> None:
    await connect(engine, jo.id, elsewhere.says("/a.ics"), now)
    await read(engine, now)
    known = await busy(engine)
    assert known == ["12-08 09:00-16:00"]
    elsewhere.says("/a.ics", FILE[:-30])
    await read(engine, now + timedelta(hours=1))
    async with engine.begin() as db:
        row = await outside.of_staff(db, jo.id)
    assert row is not None
    assert (row["failure"], row["read_at"], row["tried_at"]) == ("cut_off", now, now + timedelta(hours=1))
    assert await busy(engine) == known
    elsewhere.says("/a.ics", FILE.replace(b"T16", b"T12"))
    await read(engine, now + timedelta(hours=2))
    async with engine.begin() as db:
        row = await outside.of_staff(db, jo.id)
    assert row is not None
    assert row["failure"] == ""
    assert await busy(engine) == ["12-08 09:00-12:00"]


async def test_each_calendar_is_read_once_by_many_workers(
    engine: AsyncEngine, jo: Member, now: datetime, elsewhere: Elsewhere
) -> None:
    await connect(engine, jo.id, elsewhere.says("/a.ics"), now)
    done = await asyncio.gather(*(read(engine, now) for _ in range(5)))
    assert sorted(done) == [False] * 4 + [True]
    assert len(elsewhere.asked) == 1


async def test_an_address_that_changes_meanwhile_stores_nothing(
    engine: AsyncEngine, jo: Member, now: datetime, elsewhere: Elsewhere
) -> None:
    await connect(engine, jo.id, elsewhere.says("/a.ics"), now)
    async with engine.begin() as db:
        claimed = await outside._claim(db, now)
    assert claimed is not None
    await connect(engine, jo.id, f"{elsewhere.url}/b.ics", now)
    async with engine.begin() as db:
        await outside._store(db, claimed, [outside.Span(now, now + timedelta(hours=1))], "", now)
    assert await busy(engine) == []


async def test_taken_away_nothing_stays(engine: AsyncEngine, jo: Member, now: datetime, elsewhere: Elsewhere) -> None:
    await connect(engine, jo.id, elsewhere.says("/a.ics"), now)
    await read(engine, now)
    async with engine.begin() as db:
        await outside.disconnect(db, jo.id)
        assert await outside.of_staff(db, jo.id) is None
    assert await busy(engine) == []


async def test_an_address_inside_is_a_failure_with_a_name(engine: AsyncEngine, jo: Member, now: datetime) -> None:
    async with engine.begin() as db:
        assert await outside.connect(db, jo.id, "http://example.org/", now, Reach()) == "bad_address"
        assert await outside.connect(db, jo.id, "https://169.254.169.254/latest", now, Reach()) == ""
    assert await outside.read_next(engine, Reach(), LONDON, now)
    async with engine.begin() as db:
        row = await outside.of_staff(db, jo.id)
    assert row is not None
    assert row["failure"] == "private_address"


def certificates(host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side with a certificate for a host, and a client's side that trusts it."""
    import tempfile

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    start = datetime.now(dt.UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(private + pem)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())
