"""Seal every personal column again with a new key."""

from __future__ import annotations

from sqlalchemy import Column, Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from server.cli.processes import database, migrated, read_settings, run_async
from server.db.engine import make_engine
from server.db.keyring import KeyRing
from server.db.types import context_of, personal_columns, use_key_ring
from server.tables import metadata
from server.wiring import key_ring_of

BATCH = 500


def rotate() -> None:
    """Add a key, seal everything with it, drop the old ones. In development the ring's file is written; else it is printed."""
    settings = read_settings()
    old = key_ring_of(settings)
    both = old.with_new_primary()
    is_file = settings.key_ring is None
    if is_file:
        both.save(settings.var_dir / "keys")
    else:
        print("Until this has ended, and if it is stopped half-way, CONNEXIONS_KEY_RING has to be:")
        print(both.to_text(), flush=True)
    with database(settings) as url:
        run_async(lambda: _seal_all(url, both))
    new = both
    for key_id in old.key_ids:
        new = new.without(key_id)
    if is_file:
        new.save(settings.var_dir / "keys")
        print("Sealed again. The new ring is in place.")
    else:
        print("Sealed again. Set CONNEXIONS_KEY_RING to:")
        print(new.to_text())


async def _seal_all(url: str, ring: KeyRing) -> None:
    await migrated(url)
    use_key_ring(ring)
    engine = make_engine(url, pool=1)
    try:
        await seal_again(engine, ring)
    finally:
        await engine.dispose()


async def seal_again(engine: AsyncEngine, ring: KeyRing) -> int:
    """Seal every value that another key sealed with the ring's primary one; how many. Stopped half-way, it goes on next time."""
    count = 0
    for table, column in personal_columns(metadata):
        count += await _seal_column(engine, ring, table, column)
    return count


async def _seal_column(engine: AsyncEngine, ring: KeyRing, table: Table, column: Column[bytes]) -> int:
    """One column in batches by primary key, each its own transaction."""
    from sqlalchemy import LargeBinary, and_, literal, tuple_, type_coerce

    keys = tuple(table.primary_key)
    raw, context = type_coerce(column, LargeBinary), context_of(column)
    count, after = 0, None
    while True:
        query = select(*keys, raw).where(column.is_not(None)).order_by(*keys).limit(BATCH).with_for_update()
        async with engine.begin() as db:
            await db.execute(select(func.set_config("connexions.reseal", table.name, True)))
            rows = (await db.execute(query if after is None else query.where(after))).all()
            for *values, value in rows:
                if not ring.is_current(value):
                    same = and_(*(key == at for key, at in zip(keys, values, strict=True)))
                    plain = ring.decrypt(value, context)
                    sealed = type_coerce(ring.encrypt(plain, context), LargeBinary)
                    await db.execute(update(table).where(same).values({column: sealed}))
                    count += 1
        if not rows:
            return count
        last = [literal(at, key.type) for key, at in zip(keys, rows[-1][:-1], strict=True)]
        after = tuple_(*keys) > tuple_(*last)
