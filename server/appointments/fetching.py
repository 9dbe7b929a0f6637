"""Fetches an outside calendar: https only, never from an address inside of a network, and only from the address that was checked."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from server.appointments.ics_in import MOST_BYTES
from server.appointments.ics_series import CalendarFault

LONGEST_ADDRESS: Final = 2_000
MOST_REDIRECTS: Final = 3
SECONDS: Final = 10.0
SECONDS_IN_ALL: Final = 30.0
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

FAULTS: Final = frozenset(
    {
        "bad_address",
        "private_address",
        "no_such_host",
        "no_answer",
        "not_reached",
        "too_many_redirects",
        "not_allowed",
        "not_found",
        "server_error",
    }
)
"""Every code of an address that cannot be fetched."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> Sequence[str]:
    """IP addresses of a host, by this machine's resolver. Raises CalendarFault."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CalendarFault("no_such_host") from None
    return [str(address[4][0]) for address in found]


def clean_address(wish: str, *, is_local_ok: bool = False) -> str:
    """The address as it is fetched: `webcal` is https. Raises CalendarFault `bad_address` for one that never is."""
    text = wish.strip()
    if text.lower().startswith("webcal://"):
        text = f"https://{text[9:]}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
        httpx.URL(text)
    except (ValueError, httpx.InvalidURL):
        raise CalendarFault("bad_address") from None
    is_scheme = parts.scheme == "https" or (is_local_ok and parts.scheme == "http")
    has_odd = any(ord(letter) <= ord(" ") or letter == "\\" for letter in text)
    if not host or not is_scheme or has_odd or parts.username or parts.password or len(text) > LONGEST_ADDRESS:
        raise CalendarFault("bad_address")
    return text


def is_public(address: str) -> bool:
    """True for an address of the open internet; false for loopback, private, link-local, metadata and those that wrap one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if wrapped:
            return False
        if ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_unspecified)


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be fetched. `is_local_ok` also takes http and addresses inside of networks: for tests and a calendar on this machine."""

    is_local_ok: bool = False
    resolve: Resolve = resolve
    may_ask: Callable[[str], bool] = is_public
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)


async def fetch(address: str, reach: Reach) -> bytes:
    """The file at an address, after at most `MOST_REDIRECTS`. Raises CalendarFault with one of `FAULTS`, or `too_large`."""
    try:
        async with asyncio.timeout(SECONDS_IN_ALL):
            for _ in range(MOST_REDIRECTS + 1):
                content, onward = await _once(clean_address(address, is_local_ok=reach.is_local_ok), reach)
                if onward is None:
                    return content
                address = urljoin(address, onward)
    except TimeoutError:
        raise CalendarFault("no_answer") from None
    raise CalendarFault("too_many_redirects")


async def _once(address: str, reach: Reach) -> tuple[bytes, str | None]:
    """One request: the body, or where it leads."""
    url = httpx.URL(address)
    port = url.port or (443 if url.scheme == "https" else 80)
    ip = await _checked(url.host, port, reach)
    headers = {"Host": url.netloc.decode("ascii"), "Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity"}
    headers["User-Agent"] = "connexions-calendar"
    # asked by number, so that a name which leads elsewhere a moment later does not: the name is for the certificate and the server
    numbered = url.copy_with(host=f"[{ip}]" if ":" in ip else ip)
    transport = httpx.AsyncHTTPTransport(verify=reach.tls, trust_env=False)
    try:
        async with (
            httpx.AsyncClient(transport=transport, timeout=SECONDS, trust_env=False) as client,
            client.stream("GET", numbered, headers=headers, extensions={"sni_hostname": url.host}) as response,
        ):
            if response.is_redirect and response.headers.get("location"):
                return b"", response.headers["location"]
            return await _body(response), None
    except httpx.TimeoutException:
        raise CalendarFault("no_answer") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError):
        raise CalendarFault("not_reached") from None


async def _checked(host: str, port: int, reach: Reach) -> str:
    """The first address of a host, once every one of them is seen to be public. Raises CalendarFault."""
    found = await reach.resolve(host, port)
    if not found:
        raise CalendarFault("no_such_host")
    if not reach.is_local_ok and not all(map(reach.may_ask, found)):
        raise CalendarFault("private_address")
    return found[0]


async def _body(response: httpx.Response) -> bytes:
    """All of it, as long as it is not too large; a packed one was not asked for and could be a bomb. Raises CalendarFault."""
    if response.status_code in {401, 403}:
        raise CalendarFault("not_allowed")
    if response.status_code in {404, 410}:
        raise CalendarFault("not_found")
    if response.status_code != httpx.codes.OK:
        raise CalendarFault("server_error")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise CalendarFault("not_a_calendar")
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > MOST_BYTES:
            raise CalendarFault("too_large")
        parts.append(part)
    return b"".join(parts)
