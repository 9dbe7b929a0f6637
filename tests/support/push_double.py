"""A push service at the wire: checks the signature (RFC 8292), and opens what it got as the browser would (RFC 8291)."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.push.sender import Browser


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass
class SomeBrowser:
    """A browser that was added: its keys, and what it shows."""

    url: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    shown: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def described(self) -> Browser:
        return Browser(self.url, b64(self.point), b64(self.secret))

    def open(self, body: bytes) -> str:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        key = _derive(shared, self.secret, b"WebPush: info\0" + self.point + theirs, 32)
        nonce = _derive(key, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(_derive(key, salt, b"Content-Encoding: aes128gcm\0", 16)).decrypt(nonce, sealed, None)
        assert plain.rstrip(b"\0")[-1:] == b"\x02"
        return plain.rstrip(b"\0")[:-1].decode()


class PushDouble:
    """The push service. `answers` of a browser are given to its next messages, in order; else they are taken."""

    def __init__(self) -> None:
        self.url = ""
        self.browsers: dict[str, SomeBrowser] = {}
        self.signed_by: set[str] = set()
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    def browser(self) -> SomeBrowser:
        name = f"/send/{len(self.browsers)}"
        self.browsers[name] = SomeBrowser(self.url + name)
        return self.browsers[name]

    async def take(self, request: web.Request) -> web.Response:
        browser, body = self.browsers[request.path], await request.read()
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        claims = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=self.url)
        assert (scheme, set(claims)) == ("vapid", {"aud", "exp", "sub"})
        self.signed_by.add(parts["k"])
        self.headers.append(dict(request.headers))
        self.bodies.append(body)
        status = browser.answers.pop(0) if browser.answers else 201
        if status == 201:
            browser.shown.append(browser.open(body))
        return web.Response(status=status, headers={"Location": f"{self.url}/message/{len(self.bodies)}"})


@asynccontextmanager
async def running_push() -> AsyncIterator[PushDouble]:
    double = PushDouble()
    app = web.Application()
    app.router.add_post("/send/{name}", double.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    double.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    yield double
    await runner.cleanup()
