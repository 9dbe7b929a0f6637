"""What a place to meet looks like, for whoever has its address: no sign-in, no cookie, nothing about anybody."""

from __future__ import annotations

import uuid
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from server.appointments import places
from server.clock import utc_now
from server.web.networks import network_of
from server.webhooks.calendar import Pace

PNG: Final = b"\x89PNG"
HEADERS: Final = {
    "Cache-Control": "private, max-age=300",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def router(engine: AsyncEngine) -> APIRouter:
    """`/picture/<id of a place>`."""
    routes = APIRouter(include_in_schema=False)
    pace = Pace()

    @routes.get("/picture/{name}")
    async def show(request: Request, name: str) -> Response:
        if pace.is_too_fast(network_of(request.client.host if request.client else ""), utc_now()):
            return Response(status_code=429, headers={"Retry-After": "60", **HEADERS})
        try:
            place_id = uuid.UUID(name)
        except ValueError:
            return Response(status_code=404, headers=HEADERS)
        async with engine.connect() as db:
            photo = await places.photo_of(db, place_id)
        if photo is None:
            return Response(status_code=404, headers=HEADERS)
        return Response(photo, media_type="image/png" if photo.startswith(PNG) else "image/jpeg", headers=HEADERS)

    return routes
