"""Calendars at secret addresses: no sign-in, no cookie, and the same "not found" for whatever is not one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from server.appointments import feeds
from server.clock import utc_now
from server.web.networks import network_of

MOST_A_MINUTE: Final = 60
"""Requests of one network: calendar programs ask every few minutes."""

MOST_NETWORKS: Final = 10_000
HEADERS: Final = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}


class Pace:
    """Counts requests of each network in the minute that runs, in this process."""

    def __init__(self) -> None:
        self._began: datetime | None = None
        self._seen: dict[str, int] = {}

    def is_too_fast(self, network: str, now: datetime) -> bool:
        """True from the request that is one too many."""
        is_over = self._began is None or now - self._began >= timedelta(minutes=1)
        if is_over or len(self._seen) > MOST_NETWORKS:
            self._began, self._seen = now, {}
        self._seen[network] = self._seen.get(network, 0) + 1
        return self._seen[network] > MOST_A_MINUTE


def router(engine: AsyncEngine, zone: ZoneInfo) -> APIRouter:
    """`/calendar/<secret>.ics`."""
    routes = APIRouter(include_in_schema=False)
    pace = Pace()

    @routes.get("/calendar/{name}")
    async def show(request: Request, name: str) -> Response:
        now = utc_now()
        if pace.is_too_fast(network_of(request.client.host if request.client else ""), now):
            return Response(status_code=429, headers={"Retry-After": "60", **HEADERS})
        token = name.removesuffix(".ics") if name.endswith(".ics") else ""
        async with engine.begin() as db:
            content = await feeds.read(db, token, zone, now) if token else None
        if content is None:
            return Response(status_code=404, headers=HEADERS)
        more = {"Content-Disposition": 'inline; filename="meetings.ics"'}
        return Response(content, media_type="text/calendar; charset=utf-8", headers=HEADERS | more)

    return routes
