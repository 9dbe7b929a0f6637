"""The two programs under load: a bare aiogram handler with one INSERT (the floor), and our whole inbound path.

Run as `python -m benchmarks.targets floor|ours PORT DATABASE_URL`; each is one uvicorn process, as in production.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request, Response

SECRET = "benchmark-secret"


def floor(url: str) -> FastAPI:
    """aiogram in FastAPI, one router, one INSERT through SQLAlchemy, the reply in the webhook's answer."""
    from aiogram import Bot, Dispatcher, Router, types
    from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, insert
    from sqlalchemy.ext.asyncio import create_async_engine

    table = Table(
        "floor",
        MetaData(),
        Column("id", BigInteger, primary_key=True),
        Column("body", Text),
        Column("at", DateTime(timezone=True)),
    )
    engine = create_async_engine(url, pool_size=10, max_overflow=0)
    bot, dispatcher, router = Bot("42:benchmark"), Dispatcher(), Router()

    @router.message()
    async def echo(message: types.Message):
        async with engine.begin() as db:
            await db.execute(insert(table).values(body=message.text, at=datetime.now(UTC)))
        return message.answer("You have rights. We can help you today.")

    dispatcher.include_router(router)

    @asynccontextmanager
    async def lifespan(_: FastAPI):
        async with engine.begin() as db:
            await db.run_sync(table.metadata.create_all)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.post("/webhooks/telegram")
    async def take(request: Request) -> Response:
        update = types.Update.model_validate(await request.json(), context={"bot": bot})
        await dispatcher.feed_webhook_update(bot, update)
        return Response(status_code=200)

    return app


def ours(url: str) -> FastAPI:
    """Our program as wiring builds it, with a channel that answers at once in place of Telegram."""
    from bot.channel import SendResult
    from server.log import set_up_logging

    set_up_logging("WARNING")
    from bot.telegram.channel import TelegramChannel
    from server.app import make_app
    from server.outbox.delivery import Lane
    from server.outbox.pace import Pace
    from server.settings import Settings
    from server.wiring import UNPACED, build

    class NullTelegram(TelegramChannel):
        """Takes everything and sends nothing."""

        async def send(self, to, reply):
            return SendResult("1")

        async def typing(self, to):
            return None

    settings = Settings(
        _env_file=None,
        telegram_token="42:benchmark",
        telegram_mode="webhook",
        telegram_secret=SECRET,
        public_url="https://benchmark.example",
        log_level="WARNING",
        key_ring=_ring(),
    )
    service = build(settings, url)
    null = NullTelegram("42:benchmark")
    service.lanes["telegram"] = Lane("telegram", null, Pace(UNPACED))
    assert service.telegram is not None
    service.telegram._channel = null
    service.conversations.channels["telegram"] = null
    return make_app(service)


def _ring() -> str:
    from server.db.keyring import KeyRing

    return KeyRing.new().to_text()


def main() -> None:
    which, port, url = sys.argv[1:4]
    if which == "ours":
        from server.cli.processes import migrated

        asyncio.run(migrated(url))
    app = {"floor": floor, "ours": ours}[which](url)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(port),
        log_level="warning",
        access_log=False,
        http="httptools",
        loop="uvloop",
        server_header=False,
        date_header=False,
    )


if __name__ == "__main__":
    main()
