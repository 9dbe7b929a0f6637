"""Sends a word to a browser by its maker's push service: sealed for that browser (RFC 8291), signed by us (RFC 8292).

The address is one that a browser gave, so it could be any: it is asked by https, at public addresses alone, and never followed on.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import http_ece
from aiohttp.abc import AbstractResolver
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from joserfc import jwt
from joserfc.jwk import ECKey

from bot.errors import SendError
from bot.sms.media import NotPublic, PublicOnly, is_public

GONE: Final = "gone"
NOT_PUBLIC: Final = "not_public"
NO_ANSWER: Final = "no_answer"
BAD_KEYS: Final = "bad_keys"
LASTS_SECONDS: Final = 300
"""How long a push service keeps an alarm for a browser that is off: later it would only frighten."""

LONGEST_ADDRESS: Final = 2000
_SIGNED_FOR_SECONDS: Final = 3600
_POINT_BYTES, _SECRET_BYTES = 65, 16
_TIMEOUT: Final = aiohttp.ClientTimeout(total=12, sock_connect=5)
_OK, _TOO_MANY, _SERVER_ERRORS = frozenset({200, 201, 202, 204}), 429, 500
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser is reached: an address of its maker's push service, and its own key and secret (base64url)."""

    address: str = field(repr=False)
    key: str = field(repr=False)
    secret: str = field(repr=False)


def make_key() -> str:
    """A new signing key (PEM, PKCS 8). Whoever has it may write to every browser that was added with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_key(private: str) -> str:
    """What a browser is told of a key when it is added: the point, in base64url without padding."""
    return _point(_private(private).public_key())


def read_browser(address: str, key: str, secret: str, *, double: str = "") -> Browser | None:
    """A browser as it describes itself; None for what is not one, or is not at an address that we may ask."""
    try:
        if len(_bytes(secret)) != _SECRET_BYTES or len(_bytes(key)) != _POINT_BYTES:
            return None
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))
        return Browser(address, key, secret) if _may_ask(address, double) else None
    except ValueError:
        return None


class PushSender:
    """Writes to browsers. `contact` is an address at which a push service finds whoever runs the program.

    `double` is the origin of a push service on this machine, for tests; `resolver` looks names up.
    """

    def __init__(self, contact: str, *, double: str = "", resolver: AbstractResolver | None = None) -> None:
        self._contact = contact
        self._double = double
        self._resolver = resolver
        self._sessions: list[aiohttp.ClientSession] = []

    async def send(self, browser: Browser, words: str, private: str) -> str:
        """Hand it to the push service; its name for the message. Raises `SendError`, with a dead address for a browser that is gone."""
        if not _may_ask(browser.address, self._double):
            raise SendError(NOT_PUBLIC, is_retryable=False)
        body = _sealed(browser, words)
        try:
            async with self._open().post(
                browser.address, data=body, headers=self._headers(browser.address, private), allow_redirects=False
            ) as answer:
                if answer.status in _OK:
                    return answer.headers.get("Location", "")[:200]
                raise _refusal(answer)
        except aiohttp.ClientConnectorError as error:
            is_ours = isinstance(error.os_error, NotPublic)
            raise SendError(NOT_PUBLIC if is_ours else NO_ANSWER, is_retryable=not is_ours) from None
        except (aiohttp.ClientError, OSError, ValueError):  # TimeoutError is an OSError
            raise SendError(NO_ANSWER, is_retryable=True) from None

    async def close(self) -> None:
        """Let go of connections; the next call opens others."""
        while self._sessions:
            await self._sessions.pop().close()

    def _headers(self, address: str, private: str) -> dict[str, str]:
        parts = urlsplit(address)
        claims: dict[str, Any] = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + _SIGNED_FOR_SECONDS,
            "sub": self._contact,
        }
        token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(private))
        return {
            "Authorization": f"vapid t={token}, k={public_key(private)}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(LASTS_SECONDS),
            "Urgency": "high",
        }

    def _open(self) -> aiohttp.ClientSession:
        """One session, opened with the first call. Never through a proxy: that would look names up itself."""
        if not self._sessions:
            resolver = None if self._double else PublicOnly(self._resolver)
            connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
            jar: Any = aiohttp.DummyCookieJar()
            make = partial(aiohttp.ClientSession, connector=connector, timeout=_TIMEOUT, cookie_jar=jar)
            self._sessions.append(make(trust_env=False))
        return self._sessions[0]


def _sealed(browser: Browser, words: str) -> bytes:
    """The words, such that only that browser reads them. Raises SendError for keys that are none."""
    try:
        sealed = http_ece.encrypt(
            words.encode(),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=_bytes(browser.key),
            auth_secret=_bytes(browser.secret),
            version="aes128gcm",
        )
    except (ValueError, http_ece.ECEException):
        raise SendError(BAD_KEYS, is_retryable=False, is_address_dead=True) from None
    return bytes(sealed)


def _refusal(answer: aiohttp.ClientResponse) -> SendError:
    if answer.status in _GONE:
        return SendError(GONE, is_retryable=False, is_address_dead=True)
    after = answer.headers.get("Retry-After", "")
    wait = float(after) if after.isascii() and after.isdigit() else None
    is_retryable = answer.status == _TOO_MANY or answer.status >= _SERVER_ERRORS
    return SendError(str(answer.status), is_retryable=is_retryable, retry_after_seconds=wait)


def _may_ask(address: str, double: str) -> bool:
    """True for https at a host that may be public; an address in digits is never looked up, so it is judged here."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if double and f"{parts.scheme}://{parts.netloc}" == double:
        return True
    host = parts.hostname or ""
    is_plain = parts.scheme == "https" and port in {None, 443} and parts.username is None and parts.password is None
    if not is_plain or not host or len(address) > LONGEST_ADDRESS or not address.isascii():
        return False
    is_digits = ":" in host or host.replace(".", "").isdigit()
    return is_public(host) if is_digits else "." in host and not host.endswith((".local", ".internal"))


def _private(pem: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - `make_key` made it
    return key


def _point(key: ec.EllipticCurvePublicKey) -> str:
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Base64url with or without padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
