"""Is it alive, is it ready, how is it doing."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from server import metrics
from server.db.engine import is_away
from server.settings import Settings


def router(
    engine: AsyncEngine, settings: Settings, refresh: Callable[[], Awaitable[None]], is_stopping: Callable[[], bool]
) -> APIRouter:
    """`/healthz` (the process answers), `/readyz` (it can do its work), `/metrics`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @routes.get("/readyz")
    async def readyz() -> Response:
        try:
            async with engine.connect() as db:
                await db.execute(text("SELECT 1"))
        except Exception as error:
            if not is_away(error):
                raise
            return JSONResponse({"status": "database away"}, status_code=503)
        if is_stopping():
            return JSONResponse({"status": "stopping"}, status_code=503)
        return JSONResponse({"status": "ready"})

    @routes.get("/metrics")
    async def show_metrics(request: Request) -> Response:
        if not _may_see(request, settings):
            return Response(status_code=404)
        try:
            await refresh()
        except Exception as error:
            if not is_away(error):
                raise
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    return routes


def _may_see(request: Request, settings: Settings) -> bool:
    """With a token set, it is asked for; without one, metrics show in development only."""
    if settings.metrics_token is None:
        return not settings.is_production
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), settings.metrics_token.get_secret_value().encode())
