"""Years of chats for the console's benchmark: rows by generate_series, their sealed columns copied from a few real ones."""

from __future__ import annotations

import time
from dataclasses import dataclass

import asyncpg

LOADED = "session_replication_role"
"""Set to `replica` while filling: foreign keys hold by construction, and checking them row by row takes ten times as long."""


@dataclass(frozen=True)
class Size:
    """How much is stored: closed cases, messages both ways, rows of audit. Two in three messages came in."""

    cases: int
    messages: int

    @property
    def people(self) -> int:
        return max(1, self.cases // 3)

    @property
    def audit(self) -> int:
        return self.cases * 2


SMALL = Size(cases=5_000, messages=75_000)
WHOLE = Size(cases=200_000, messages=3_000_000)

SAMPLES = """
    CREATE TEMP TABLE sample AS
    SELECT (SELECT address FROM addresses LIMIT 1) AS address,
           (SELECT state FROM conversations LIMIT 1) AS state,
           (SELECT to_address FROM deliveries LIMIT 1) AS to_address,
           (SELECT array_agg(body) FROM (SELECT body FROM messages LIMIT 8) few) AS bodies,
           (SELECT array_agg(reply) FROM (SELECT reply FROM deliveries LIMIT 8) few) AS replies,
           (SELECT array_agg(body) FROM (SELECT body FROM case_messages LIMIT 8) few) AS words,
           (SELECT array_agg(id) FROM staff) AS staff
"""
PEOPLE = """
    CREATE TEMP TABLE made AS
    SELECT n, uuidv7() AS person, uuidv7() AS address, uuidv7() AS conversation,
           now() - (n::float / $1) * interval '700 days' - interval '1 day' AS at
    FROM generate_series(1, $1::int) AS n
"""
OF_PEOPLE = (
    "INSERT INTO people (id, area, first_seen_at) SELECT person, 'home', at FROM made",
    """
    INSERT INTO addresses (id, person_id, area, channel, lane, address, address_hash, created_at, last_inbound_at)
    SELECT m.address, person, 'home', 'webchat', 'web', s.address, sha256(m.address::text::bytea), at, at
    FROM made m, sample s
    """,
    """
    INSERT INTO conversations (id, person_id, area, state, language, pace_since, updated_at)
    SELECT conversation, person, 'home', s.state, 'en', at, at FROM made, sample s
    """,
)
CLOSED = """
    INSERT INTO cases (id, area, person_id, address_id, reason, urgency, language, adviser_id, taken_at, first_answer_at,
        clock_since, acknowledged_at, acknowledged_by, opened_at, closed_at, closed_by_id, outcome)
    SELECT uuidv7(), 'home', m.person, m.address, 'asked', 'advice', 'en', s.staff[1 + g % cardinality(s.staff)], at, at,
        at, at, s.staff[1], at, at + interval '1 hour', s.staff[1 + g % cardinality(s.staff)], 'answered'
    FROM generate_series(1, $1::int) AS g JOIN made m ON m.n = 1 + (g % $2::int), sample s
"""
OF_CASES = """
    INSERT INTO case_messages (id, case_id, area, author, body, written_at)
    SELECT uuidv7(), c.id, 'home', 'person', s.words[1 + i % cardinality(s.words)], c.opened_at + i * interval '1 minute'
    FROM cases c, generate_series(1, 3) AS i, sample s WHERE c.closed_at IS NOT NULL
"""
CAME_IN = """
    INSERT INTO messages (id, conversation_id, address_id, area, lane, external_id, kind, body, sent_at, received_at)
    SELECT uuidv7(), m.conversation, m.address, 'home', 'web', 'old-' || g, 'text',
        s.bodies[1 + g % cardinality(s.bodies)], at + g * interval '1 ms', at + g * interval '1 ms'
    FROM generate_series(1, $1::int) AS g JOIN made m ON m.n = 1 + (g % $2::int), sample s
"""
WENT_OUT = """
    INSERT INTO deliveries (id, area, conversation_id, address_id, channel, lane, to_address, address_hash, kind, urgency,
        reply, status, not_before, expires_at, created_at, sent_at)
    SELECT uuidv7(), 'home', m.conversation, m.address, 'webchat', 'web', s.to_address, sha256(m.address::text::bytea),
        'reply', 1, s.replies[1 + g % cardinality(s.replies)], 'sent', at, at, at + g * interval '1 ms', at
    FROM generate_series(1, $1::int) AS g JOIN made m ON m.n = 1 + (g % $2::int), sample s
"""
AUDIT = """
    INSERT INTO audit (at, staff_id, area, what, about_person, about_case)
    SELECT c.opened_at, s.staff[1 + (c.number % cardinality(s.staff))::int], 'home', w, c.person_id, c.id
    FROM cases c, unnest(ARRAY['take', 'chat']) AS w, sample s WHERE c.closed_at IS NOT NULL
"""
WAITING = """
    INSERT INTO cases (id, area, person_id, address_id, reason, urgency, language, waiting_since, clock_since, opened_at)
    SELECT uuidv7(), 'home', person, address, 'asked',
        CASE WHEN n % 100 = 0 THEN 'crisis' WHEN n % 50 = 1 THEN 'safeguarding'
             ELSE (ARRAY['advice', 'advice', 'advice', 'access', 'complaint'])[1 + n % 5] END,
        (ARRAY['en', 'ar', 'pl', 'ro'])[1 + n % 4], now() - n * interval '37 seconds', now() - n * interval '37 seconds',
        now() - n * interval '37 seconds'
    FROM made
"""


async def _loading(url: str) -> asyncpg.Connection:
    from benchmarks.console_floor import connect

    db = await connect(url)
    await db.execute(f"SET {LOADED} = replica")
    await db.execute("SET synchronous_commit = off")
    await db.execute(SAMPLES)
    return db


async def add_waiting(url: str, count: int) -> None:
    """So many people who wait, of all urgencies, one in thirty about danger and seen to by nobody."""
    db = await _loading(url)
    await db.execute(PEOPLE.replace("$1::int", str(count)).replace("$1", str(count)))
    for statement in OF_PEOPLE:
        await db.execute(statement)
    await db.execute(WAITING)
    await db.execute("ANALYZE")
    await db.close()


async def add_years(url: str, size: Size) -> float:
    """Fill the database; the seconds it took, with the statistics renewed."""
    began, db = time.perf_counter(), await _loading(url)
    people = str(size.people)
    await db.execute(PEOPLE.replace("$1::int", people).replace("$1", people))
    for statement in OF_PEOPLE:
        await db.execute(statement)
    came, went = size.messages * 2 // 3, size.messages // 3
    for statement, count in ((CLOSED, size.cases), (OF_CASES, 0), (CAME_IN, came), (WENT_OUT, went), (AUDIT, 0)):
        values = (count, size.people) if count else ()
        await db.execute(statement, *values, timeout=1800)
    await db.execute("VACUUM ANALYZE", timeout=1800)
    await db.close()
    return time.perf_counter() - began
