"""Attachments fetched over real HTTP: from the provider's own host, on to public addresses only, within limits."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import FetchError
from bot.sms.inbound import parse
from bot.sms.media import PublicOnly, TwilioMedia, is_public
from dialogs.messages import MessageKind, SentFile
from tests.support.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER

LOGIN = "Basic " + b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
MOST = 1000
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class MediaHost:
    """A host on this machine, and everything that it was asked with."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answers: dict[str, Answer] = {}
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization", "")))
        return await self.answers[request.path](request)

    def gives(self, path: str, status: int = 200, body: bytes = b"", **headers: str) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=body, headers=headers)

        self.answers[path] = answer

    def sends_on(self, path: str, to: str, status: int = 307) -> None:
        self.gives(path, status, Location=to)


async def started() -> tuple[MediaHost, web.AppRunner]:
    host, app = MediaHost(), web.Application()
    app.router.add_get("/{path:.*}", host.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.url = "http://{}:{}".format(*runner.addresses[0][:2])
    return host, runner


@pytest.fixture
async def host() -> AsyncIterator[MediaHost]:
    made, runner = await started()
    yield made
    await runner.cleanup()


@pytest.fixture
async def inside() -> AsyncIterator[MediaHost]:
    """Another host on this machine: one of our own that nobody outside may ask."""
    made, runner = await started()
    made.gives("/secret", body=b"for us alone")
    yield made
    await runner.cleanup()


class Names(AbstractResolver):
    """A name server that says what a hostile one could."""

    def __init__(self, **names: str) -> None:
        self.names = {name.replace("_", "."): address for name, address in names.items()}

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [
            {"hostname": host, "host": address, "port": port, "family": 2, "proto": 0, "flags": 0}
            for address in self.names[host].split()
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
async def media(host: MediaHost) -> AsyncIterator[TwilioMedia]:
    made = TwilioMedia(ACCOUNT_SID, AUTH_TOKEN, host.url, Names(inside_example="127.0.0.1"))
    yield made
    await made.close()


async def code_of(call: Awaitable[bytes]) -> tuple[str, bool]:
    with pytest.raises(FetchError) as caught:
        await call
    return caught.value.code, caught.value.is_retryable


async def test_fetched_with_the_accounts_secret(host: MediaHost, media: TwilioMedia) -> None:
    host.gives("/a/Media/ME1", body=b"x" * MOST)
    assert await media.fetch(f"{host.url}/a/Media/ME1", MOST) == b"x" * MOST
    assert host.asked == [("/a/Media/ME1", LOGIN)]


async def test_sent_on_within_the_providers_host(host: MediaHost, media: TwilioMedia) -> None:
    host.sends_on("/a", "/b")
    host.gives("/b", body=b"here")
    assert await media.fetch(f"{host.url}/a", MOST) == b"here"


@pytest.mark.parametrize(
    "source",
    [
        "http://127.0.0.1:1/a",
        "https://elsewhere.example/a",
        "file:///etc/passwd",
        "//127.0.0.1/a",
        "http://[::1/a",
        "http://user:pass@{host}/a",
        "https://api.twilio.com/a",
        "",
    ],
)
async def test_never_asked_of_anybody_else(host: MediaHost, media: TwilioMedia, source: str) -> None:
    source = source.format(host=host.url.removeprefix("http://"))
    assert await code_of(media.fetch(source, MOST)) == ("not-the-providers", False)
    assert host.asked == []


@pytest.mark.parametrize(
    ("source", "is_theirs"),
    [
        ("https://api.twilio.com/2010-04-01/Accounts/AC/Messages/MM/Media/ME", True),
        ("https://api.dublin.ie1.twilio.com/2010-04-01/x", True),
        ("http://api.twilio.com/x", False),
        ("https://api.twilio.com.example/x", False),
        ("https://apiXtwilio.com/x", False),
        ("https://api.twilio.com@elsewhere.example/x", False),
        ("https://api.twilio.com:8443/x", False),
        ("https://elsewhere.example/api.twilio.com", False),
    ],
)
async def test_the_providers_own_host(source: str, is_theirs: bool) -> None:
    """Its name leads nowhere here: what matters is whether it is asked at all."""
    media = TwilioMedia(
        ACCOUNT_SID, AUTH_TOKEN, resolver=Names(api_twilio_com="127.0.0.1", api_dublin_ie1_twilio_com="10.1.2.3")
    )
    assert (await code_of(media.fetch(source, MOST)))[0] == ("not-public" if is_theirs else "not-the-providers")
    await media.close()


@pytest.mark.parametrize(
    "to",
    [
        "https://127.0.0.1:{port}/secret",
        "http://127.0.0.1:{port}/secret",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]:{port}/secret",
        "https://[::ffff:127.0.0.1]:{port}/secret",
        "https://[64:ff9b::7f00:1]:{port}/secret",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://0.0.0.0:{port}/secret",
        "https://[fe80::1%25eth0]/",
        "https://224.0.0.1/",
        "https://inside.example:{port}/secret",
        "ftp://inside.example/secret",
        "file:///etc/passwd",
        "https://user:pass@inside.example/",
    ],
)
async def test_never_followed_to_a_private_address(
    host: MediaHost, inside: MediaHost, media: TwilioMedia, to: str
) -> None:
    host.sends_on("/a", to.format(port=inside.url.rpartition(":")[2]))
    assert await code_of(media.fetch(f"{host.url}/a", MOST)) == ("not-public", False)
    assert inside.asked == []


@pytest.mark.parametrize("name", ["127.1", "2130706433", "0x7f000001", "localhost"])
async def test_other_ways_to_write_this_machine(host: MediaHost, inside: MediaHost, name: str) -> None:
    media = TwilioMedia(ACCOUNT_SID, AUTH_TOKEN, host.url)
    host.sends_on("/a", f"https://{name}:{inside.url.rpartition(':')[2]}/secret")
    assert await code_of(media.fetch(f"{host.url}/a", MOST)) == ("not-public", False)
    assert inside.asked == []
    await media.close()


async def test_a_name_with_one_private_address_among_its_own_is_refused() -> None:
    resolver = PublicOnly(Names(mixed_example="8.8.8.8 127.0.0.1"))
    with pytest.raises(OSError, match="public"):
        await resolver.resolve("mixed.example", 443)


async def test_round_and_round_ends(host: MediaHost, media: TwilioMedia) -> None:
    host.sends_on("/a", "/a")
    assert await code_of(media.fetch(f"{host.url}/a", MOST)) == ("too-many-hops", False)
    assert len(host.asked) == 4


async def test_too_large_announced_or_not(host: MediaHost, media: TwilioMedia) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 512)
        except OSError:
            return response

    host.gives("/announced", body=b"x" * (MOST + 1))
    host.answers["/endless"] = endless
    for path in ("/announced", "/endless"):
        assert await code_of(media.fetch(f"{host.url}{path}", MOST)) == ("too-large", False)


async def test_cut_off_on_the_way_is_tried_again(host: MediaHost, media: TwilioMedia) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "500"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport
        request.transport.close()
        return response

    host.answers["/a"] = cut
    assert await code_of(media.fetch(f"{host.url}/a", MOST)) == ("wrong-length", True)


@pytest.mark.parametrize(
    ("status", "code", "is_retryable"),
    [
        (404, "not-there", True),
        (401, "refused", True),
        (503, "refused", True),
        (429, "refused", True),
        (410, "refused", False),
    ],
)
async def test_refusals(host: MediaHost, media: TwilioMedia, status: int, code: str, is_retryable: bool) -> None:
    host.gives("/a", status)
    assert await code_of(media.fetch(f"{host.url}/a", MOST)) == (code, is_retryable)


async def test_a_packed_answer_is_not_unpacked(host: MediaHost, media: TwilioMedia) -> None:
    host.gives("/a", body=b"\x1f\x8b not unpacked", **{"Content-Encoding": "gzip"})
    assert await media.fetch(f"{host.url}/a", MOST) == b"\x1f\x8b not unpacked"


async def test_nobody_there() -> None:
    media = TwilioMedia(ACCOUNT_SID, AUTH_TOKEN, "http://127.0.0.1:9")
    assert await code_of(media.fetch("http://127.0.0.1:9/a", MOST)) == ("no-answer", True)
    await media.close()


@pytest.mark.parametrize(
    ("address", "is_so"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("::1", False), ("::ffff:10.0.0.1", False),
     ("2002:7f00:1::", False), ("169.254.1.1", False), ("198.18.0.1", False), ("not an address", False), ("fc00::1", False)],
)  # fmt: skip
def test_public(address: str, is_so: bool) -> None:
    assert is_public(address) is is_so


def form(**more: str) -> dict[str, str]:
    return {"MessageSid": "MM1", "From": "+447700900123", "To": OUR_NUMBER, "Body": "", "NumMedia": "1"} | more


@pytest.mark.parametrize(
    ("more", "kind", "sources"),
    [
        ({"MediaUrl0": "https://x/1", "MediaContentType0": "image/jpeg"}, MessageKind.PHOTO, ["https://x/1"]),
        ({"NumMedia": "2", "MediaUrl0": "https://x/1", "MediaContentType0": "audio/ogg", "MediaUrl1": "https://x/2"},
         MessageKind.VOICE, ["https://x/1", "https://x/2"]),
        ({"MediaUrl0": "https://x/1", "MediaContentType0": "text/vcard"}, MessageKind.CONTACT, []),
        ({"From": "whatsapp:+447700900123", "MediaUrl0": "https://x/1", "MediaContentType0": "image/webp"}, MessageKind.STICKER, []),
        ({"MediaContentType0": "image/jpeg"}, MessageKind.PHOTO, []),
        ({"NumMedia": "many", "MediaUrl0": "https://x/1"}, MessageKind.FILE, []),
        ({"NumMedia": "99999999", **{f"MediaUrl{n}": f"https://x/{n}" for n in range(30)}}, MessageKind.FILE, [f"https://x/{n}" for n in range(10)]),
        ({"MediaUrl0": "https://x/" + "1" * 3000}, MessageKind.FILE, []),
    ],
)  # fmt: skip
def test_what_a_webhook_names(more: dict[str, str], kind: MessageKind, sources: list[str]) -> None:
    message = parse(form(**more), "sms", datetime(2026, 6, 9, tzinfo=UTC))
    assert (message.kind, message.files) == (kind, tuple(SentFile(source) for source in sources))
