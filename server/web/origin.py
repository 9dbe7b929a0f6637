"""Whether a request that changes something comes from one of our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from server.errors import Refused

OWN_SITES = frozenset({"same-origin", "none"})
"""`none` is a person who typed the address or used a bookmark."""


def is_own(request: Request) -> bool:
    """True unless the browser says that another site asked.

    `Origin: null` is what browsers send with our own `no-referrer` forms, so it proves nothing either way. Then, and
    without both headers (old browsers), SameSite is the guard: the cookie does not come along with another site's form.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site in OWN_SITES
    origin = request.headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.headers.get("host")


async def require_own(request: Request) -> None:
    """Stops a request that another site made. Raises `Refused`."""
    if not is_own(request):
        raise Refused("cross-site request")
