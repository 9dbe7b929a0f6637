"""Fetches the attachments of messages from Twilio: asked of Twilio's own host alone, followed to public addresses alone.

Whoever could make us ask an address inside our own network would read what only we may; so the first address has to be the
provider's, each further one is looked up before it is asked, and the credentials go to nobody else.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from base64 import b64encode
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.channel import NO_ANSWER, NOT_THERE, TOO_LARGE, WRONG_LENGTH
from bot.errors import FetchError

NOT_PUBLIC = "not-public"
NOT_THE_PROVIDERS = "not-the-providers"
REFUSED = "refused"
MOST_HOPS = 3
_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)
_TWILIO = re.compile(r"api(\.[a-z0-9-]+){0,2}\.twilio\.com")
"""Twilio's own, in every region."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK, _NOT_FOUND, _SERVER_ERRORS = 200, 404, 500
_WORTH_ANOTHER_TRY = frozenset({401, 403, _NOT_FOUND, 408, 425, 429})
"""Twilio says 404 while it still takes an attachment in; 401 until somebody mends our settings."""

_CARRIES_V4 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses with an IPv4 one inside, which may be one of ours."""


class NotPublic(OSError):
    """A name that stands for an address inside somebody's own network."""


class PublicOnly(AbstractResolver):
    """Looks names up, and refuses those that lead to an address that is not public. What it returns is what is asked."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises NotPublic when one of them is not public."""
        self._resolver = self._resolver or ThreadedResolver()
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(address["host"]) for address in found):
            raise NotPublic("not a public address")
        return found

    async def close(self) -> None:
        """Nothing to let go of but the resolver behind it."""
        if self._resolver is not None:
            await self._resolver.close()


class TwilioMedia:
    """One account's attachments. `base_url` takes the place of Twilio's own host, for a double; `resolver` looks names up."""

    def __init__(
        self, account_sid: str, auth_token: str, base_url: str = "", resolver: AbstractResolver | None = None
    ) -> None:
        self._login = "Basic " + b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._base = urlsplit(base_url) if base_url else None
        self._resolver = resolver
        self._sessions: list[aiohttp.ClientSession] = []

    async def fetch(self, source: str, most_bytes: int) -> bytes:
        """The attachment at that address. Raises `FetchError`."""
        address = source
        if not self._is_providers(_parts(address)):
            raise FetchError(NOT_THE_PROVIDERS, is_retryable=False)
        try:
            for _ in range(MOST_HOPS + 1):
                found = await self._ask(address, most_bytes)
                if isinstance(found, bytes):
                    return found
                address = urljoin(address, found)
        except (NotPublic, aiohttp.InvalidURL):
            raise FetchError(NOT_PUBLIC, is_retryable=False) from None
        except aiohttp.ClientConnectorError as error:
            is_ours = isinstance(error.os_error, NotPublic)
            raise FetchError(NOT_PUBLIC if is_ours else NO_ANSWER, is_retryable=not is_ours) from None
        except aiohttp.ClientPayloadError:
            raise FetchError(WRONG_LENGTH, is_retryable=True) from None
        except (aiohttp.ClientError, OSError, ValueError):  # TimeoutError is an OSError
            raise FetchError(NO_ANSWER, is_retryable=True) from None
        raise FetchError("too-many-hops", is_retryable=False)

    async def close(self) -> None:
        """Let go of connections; the next call opens others."""
        while self._sessions:
            await self._sessions.pop().close()

    async def _ask(self, address: str, most_bytes: int) -> bytes | str:
        """The content, or the address that the answer sends us on to."""
        parts = _parts(address)
        is_providers = self._is_providers(parts)
        if not is_providers:
            _check(parts)
        session = self._open(is_own=is_providers and self._base is not None)
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": self._login} if is_providers else {})
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            if answer.status in _REDIRECTS:
                return answer.headers.get("Location", "")
            if answer.status != _OK:
                raise _refusal(answer.status)
            return await _read(answer, most_bytes)

    def _open(self, *, is_own: bool) -> aiohttp.ClientSession:
        """A session for one way, opened with the first call. Never through a proxy: that would look names up itself."""
        while len(self._sessions) < 2:  # noqa: PLR2004 - the host of the settings, and everybody else
            # as the settings say, a double may stand on this machine
            resolver = None if not self._sessions else PublicOnly(self._resolver)
            self._sessions.append(_session(resolver))
        return self._sessions[0 if is_own else 1]

    def _is_providers(self, parts: SplitResult) -> bool:
        """True for an address of the provider's own host, which alone may see the account's secret."""
        if parts.username is not None or parts.password is not None:
            return False
        if self._base is not None:
            return (parts.scheme, parts.netloc) == (self._base.scheme, self._base.netloc)
        return parts.scheme == "https" and _TWILIO.fullmatch(parts.netloc) is not None


def is_public(address: str) -> bool:
    """True for an address that anybody on the internet could ask."""
    try:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour is not None or found.teredo is not None or found in _CARRIES_V4:
            return False
    return found.is_global and not found.is_multicast


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise FetchError(NOT_THE_PROVIDERS, is_retryable=False) from None


def _check(parts: SplitResult) -> None:
    """Stops what no provider sends us on to. An address in digits is never looked up, so it is judged here."""
    host = parts.hostname or ""
    if parts.scheme != "https" or not host or parts.username is not None or parts.password is not None:
        raise NotPublic("not an address to follow")
    try:
        ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return
    if not is_public(host):
        raise NotPublic("not a public address")


def _session(resolver: AbstractResolver | None) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
    jar: Any = aiohttp.DummyCookieJar()
    return aiohttp.ClientSession(
        connector=connector, timeout=_TIMEOUT, cookie_jar=jar, trust_env=False, auto_decompress=False
    )


def _refusal(status: int) -> FetchError:
    is_retryable = status >= _SERVER_ERRORS or status in _WORTH_ANOTHER_TRY
    return FetchError(NOT_THERE if status == _NOT_FOUND else REFUSED, is_retryable=is_retryable)


async def _read(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The body, while it is not larger than it may be."""
    if (answer.content_length or 0) > most_bytes:
        raise FetchError(TOO_LARGE, is_retryable=False)
    parts, size = [], 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > most_bytes:
            raise FetchError(TOO_LARGE, is_retryable=False)
        parts.append(chunk)
    return b"".join(parts)
