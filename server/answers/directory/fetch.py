"""Fetches a source over the network: https only, one host, small answers, little patience."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from server.answers.directory.source import SourceError

TIMEOUT_SECONDS: Final = 10.0
MOST_BYTES: Final = 10_000_000
MOST_BYTES_IN_ALL: Final = 200_000_000
MOST_SECONDS_IN_ALL: Final = 1_800.0
MOST_REDIRECTS: Final = 3
OWN_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_CHUNK: Final = 65_536


def hold_address(url: str) -> None:
    """Nothing for an https address, or an http one of this machine. Raises SourceError for any other."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise SourceError(f"this is not a web address: {url[:200]!r}") from None
    is_plain_ok = parts.scheme == "http" and host in OWN_HOSTS
    if not host or not (parts.scheme == "https" or is_plain_ok):
        raise SourceError(f"only https addresses are read: {url[:200]!r}")
    if parts.username or parts.password:
        raise SourceError("an address with a name or password in it is not read")


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to the same host and no less safely."""

    max_redirections = MOST_REDIRECTS

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        hold_address(newurl)
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (old.scheme, old.hostname, old.port) != (new.scheme, new.hostname, new.port):
            raise SourceError(f"{req.full_url} leads to another host")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(slots=True)
class Fetcher:
    """Reads addresses one after another, and gives up when all together take too much. `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    timeout_seconds: float = TIMEOUT_SECONDS
    most_bytes: int = MOST_BYTES
    bytes_left: int = MOST_BYTES_IN_ALL
    began_at: float | None = None

    def read(self, url: str) -> bytes:
        """The body. Raises SourceError for a wrong address, an error, one that is too large, or one that takes too long."""
        hold_address(url)
        now = self.clock()
        self.began_at = now if self.began_at is None else self.began_at
        if now - self.began_at > MOST_SECONDS_IN_ALL:
            raise SourceError(f"the source took more than {MOST_SECONDS_IN_ALL:.0f} seconds")
        # the address was held to https above
        request = urllib.request.Request(url, headers={"Accept": "*/*", "User-Agent": "connexions-directory"})  # noqa: S310
        try:
            with self._opener(url).open(request, timeout=self.timeout_seconds) as response:
                return self._body(url, response, now)
        except urllib.error.HTTPError as error:
            error.close()
            raise SourceError(f"{url}: the server answered {error.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceError(f"{url}: {_why(error)}") from None

    def json(self, url: str) -> Any:
        """The body as JSON. Raises SourceError also when it is none."""
        return parsed_json(self.read(url), url)

    def _opener(self, url: str) -> urllib.request.OpenerDirector:
        """Whatever proxy is set is not asked for addresses of this machine."""
        if urlsplit(url).hostname in OWN_HOSTS:
            return urllib.request.build_opener(_SameHost, urllib.request.ProxyHandler({}))
        return urllib.request.build_opener(_SameHost)

    def _body(self, url: str, response: http.client.HTTPResponse, began_at: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        declared = int(response.headers.get("Content-Length") or -1)
        while size != declared and (chunk := response.read1(_CHUNK)):
            parts.append(chunk)
            size += len(chunk)
            self.bytes_left -= len(chunk)
            if size > self.most_bytes or self.bytes_left < 0:
                raise SourceError(f"{url}: more than {self.most_bytes} bytes")
            if self.clock() - began_at > self.timeout_seconds:
                raise SourceError(f"{url}: more than {self.timeout_seconds:.0f} seconds")
        if declared > size:
            raise SourceError(f"{url}: the answer broke off")
        return b"".join(parts)


def parsed_json(content: bytes, name: str) -> Any:
    """The data of a JSON text. Raises SourceError when it is none, or is nested beyond reason."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SourceError(f"{name}: this is not JSON in UTF-8") from None


def _why(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    return str(reason)[:200] or type(reason).__name__
