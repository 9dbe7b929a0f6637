"""The HTTP client under Twilio's SDK: one kept session, time limits, nothing personal in logs."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]

from bot.errors import SendError
from bot.sms.errors import NO_ANSWER, NOT_CONNECTED, send_error

_REFUSED = 400
_LONGEST_PAUSE_SECONDS = 3600.0


class TwilioHttp(AsyncHttpClient):  # type: ignore[misc]
    """Calls Twilio for the SDK. Raises `SendError`, and no error of aiohttp or Twilio, for every call that failed.

    `base_url`, when given, takes the place of Twilio's own scheme and host. The SDK's own client is not used: it logs
    numbers with a call's address, keeps the last message, and gives no waiting time when told to slow down.
    """

    def __init__(self, base_url: str = "", timeout_seconds: float = 15.0) -> None:
        super().__init__(logging.getLogger("bot.sms"), is_async=True, timeout=timeout_seconds)
        self._base_url = base_url.rstrip("/")
        self._limits = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=min(5.0, timeout_seconds))
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  our own limits hold
        allow_redirects: bool = False,  # noqa: FBT001, FBT002
    ) -> Response:
        """One call; a status of 400 or more is an error. The SDK names the arguments."""
        call = self._open().request(
            method,
            self._address(uri),
            params=params,
            data=data,
            headers={**(headers or {}), **_credentials(auth)},
            allow_redirects=allow_redirects,
        )
        try:
            async with call as answer:
                text, status, heads = await answer.text(errors="replace"), answer.status, answer.headers
        except aiohttp.ClientConnectorError:
            raise send_error(NOT_CONNECTED) from None
        except (aiohttp.ClientError, OSError):  # TimeoutError is an OSError
            raise send_error(NO_ANSWER) from None
        if status >= _REFUSED:
            raise refusal(status, text, heads.get("Retry-After", ""))
        return Response(status, text, dict(heads))

    async def close(self) -> None:
        """Let go of the session; the next call opens another."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        """The session, opened with the first call because it belongs to the running loop."""
        if self._session is None or self._session.closed:
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(timeout=self._limits, cookie_jar=jar, trust_env=True)
        return self._session

    def _address(self, uri: str) -> str:
        parts = urlsplit(uri)
        return f"{self._base_url}{parts.path}" + (f"?{parts.query}" if parts.query else "") if self._base_url else uri


def refusal(status: int, text: str, retry_after: str = "") -> SendError:
    """The error for an answer of 400 or more: by Twilio's code in it, else by the status alone."""
    try:
        code = json.loads(text)["code"]
    except (ValueError, KeyError, TypeError):
        code = status
    pause = min(float(retry_after), _LONGEST_PAUSE_SECONDS) if retry_after.isdecimal() else None
    return send_error(str(code) if isinstance(code, int) else str(status), status, pause)


def _credentials(auth: tuple[str, str] | None) -> dict[str, str]:
    """Basic authentication by hand: aiohttp's own helper is on its way out and warns."""
    return {"Authorization": "Basic " + b64encode(":".join(auth).encode()).decode()} if auth else {}
