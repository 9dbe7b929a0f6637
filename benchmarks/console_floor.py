"""The floor under the console: the barest page that is told of news by PostgreSQL's NOTIFY, and the barest query.

Run as `python -m benchmarks.console_floor PORT DATABASE_URL`: one uvicorn process.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.engine import make_url


async def connect(url: str) -> asyncpg.Connection:
    """A bare connection to the database of an SQLAlchemy URL."""
    parts = make_url(url)
    host = parts.query.get("host") or parts.host
    port = int(parts.query.get("port") or parts.port or 5432)
    return await asyncpg.connect(host=host, port=port, user=parts.username, database=parts.database)


def floor(url: str) -> FastAPI:
    """POST /say: one INSERT and one NOTIFY; GET /events: the words as server-sent events."""
    open_pages: set[asyncio.Queue[str]] = set()

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        app.state.db, listening = await connect(url), await connect(url)
        await app.state.db.execute("CREATE TABLE IF NOT EXISTS floor_said (id bigserial PRIMARY KEY, body text)")
        await listening.add_listener("floor", lambda *heard: [page.put_nowait(heard[3]) for page in open_pages])
        yield
        await app.state.db.close()
        await listening.close()

    app = FastAPI(lifespan=lifespan)
    one_at_a_time = asyncio.Lock()

    @app.post("/say")
    async def say(request: Request) -> Response:
        body = (await request.body()).decode()
        async with one_at_a_time, request.app.state.db.transaction():
            await request.app.state.db.execute("INSERT INTO floor_said (body) VALUES ($1)", body)
            await request.app.state.db.execute("SELECT pg_notify('floor', $1)", body)
        return Response(status_code=204)

    @app.get("/events")
    async def events() -> Response:
        page: asyncio.Queue[str] = asyncio.Queue()
        open_pages.add(page)

        async def news():
            while True:
                yield f"data: {await page.get()}\n\n"

        return StreamingResponse(news(), media_type="text/event-stream")

    return app


def main() -> None:
    port, url = sys.argv[1:3]
    uvicorn.run(
        floor(url),
        host="127.0.0.1",
        port=int(port),
        log_level="warning",
        access_log=False,
        http="httptools",
        loop="uvloop",
    )


if __name__ == "__main__":
    main()
