"""The statements of every turn, written out once: building them anew for each message cost more than running them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Text, Uuid, bindparam, text
from sqlalchemy.types import TypeEngine

from server.db.prepared import Prepared
from server.db.types import EncryptedJson, EncryptedText, UtcDateTime
from server.outbox.service import INSERT_SQL, TYPES

STATE = EncryptedJson("conversations.state")
ADVISER = EncryptedText("staff.name")
NICKNAME = EncryptedText("phone_seats.nickname")

LOCK = text(
    """
    SELECT a.person_id, a.id, c.id, c.state, a.stopped, c.last_sent_at, c.pace_since, c.pace_count, s.phone_hash, s.nickname
    FROM addresses a JOIN conversations c ON c.person_id = a.person_id
    LEFT JOIN phone_seats s ON s.lane = a.lane AND s.address_hash = a.address_hash
    WHERE a.lane = :lane AND a.address_hash = :hash
    FOR UPDATE OF c
    """
).bindparams(bindparam("lane", type_=Text), bindparam("hash", type_=LargeBinary))
"""The thread of an address, locked. The first statement of a turn, so it goes through SQLAlchemy, which begins the transaction."""

_CASES_SQL = """
    open_case AS (
        SELECT opened_at, urgency, adviser_id, lost_told_at FROM cases
        WHERE person_id = :person_id AND closed_at IS NULL
        FOR SHARE
    ), closed_case AS (
        SELECT closed_at, urgency, CASE WHEN first_answer_at IS NOT NULL THEN adviser_id END AS adviser_id FROM cases
        WHERE person_id = :person_id AND closed_at > :closed_after
        ORDER BY closed_at DESC LIMIT 1
    )
"""
_CASES_SHOWN = """
    o.opened_at, o.urgency, o.adviser_id IS NOT NULL AS is_held, holder.name AS adviser, o.lost_told_at IS NOT NULL AS is_lost,
    k.closed_at, k.urgency AS closed_urgency, k.adviser_id IS NOT NULL AS was_answered, closer.name AS closed_adviser,
    (SELECT p.on_hold_since IS NOT NULL FROM people p WHERE p.id = :person_id) AS is_on_hold
"""
# who holds it is looked up outside of the lock: a join inside would keep the name of before, when somebody takes it just now
_CASES_JOINED = """
    LEFT JOIN open_case o ON true LEFT JOIN staff holder ON holder.id = o.adviser_id
    LEFT JOIN closed_case k ON true LEFT JOIN staff closer ON closer.id = k.adviser_id
"""
_CASES_TYPES: dict[str, TypeEngine[Any]] = {"person_id": Uuid(), "closed_after": UtcDateTime()}

CASES = Prepared(
    f"WITH {_CASES_SQL} SELECT {_CASES_SHOWN} FROM (SELECT 1) AS one {_CASES_JOINED}",  # noqa: S608 - our own texts
    _CASES_TYPES,
)
"""The open case of a person and the one closed last, for a turn without a message. The open one stays locked as in `CLAIM`."""

CLAIM = Prepared(
    f"""
    WITH stored AS (
        INSERT INTO messages
            (id, conversation_id, address_id, area, lane, external_id, kind, body, sent_at, received_at)
        VALUES
            (:id, :conversation_id, :address_id, :area, :lane, :external_id, :kind, :body, :sent_at, :received_at)
        ON CONFLICT (lane, external_id) DO NOTHING
        RETURNING id
    ), heard_from AS (
        UPDATE addresses SET last_inbound_at = :received_at, is_reachable = is_reachable OR channel <> 'webchat'
        WHERE id = :address_id
    ), {_CASES_SQL}
    SELECT {_CASES_SHOWN}, EXISTS (
        SELECT 1 FROM deliveries d
        WHERE d.address_hash = :hash AND d.status IN ('due', 'sending') AND d.leased_by IS DISTINCT FROM :process
    ) AS has_earlier
    FROM stored {_CASES_JOINED}
    """,  # noqa: S608 - our own texts
    {
        "id": Uuid(),
        "conversation_id": Uuid(),
        "address_id": Uuid(),
        "area": Text(),
        "lane": Text(),
        "external_id": Text(),
        "kind": Text(),
        "body": EncryptedText("messages.body"),
        "sent_at": UtcDateTime(),
        "received_at": UtcDateTime(),
        "hash": LargeBinary(),
        "process": Text(),
        **_CASES_TYPES,
    },
)
"""Store a message under its external id; no row when it was there. With its open case, and whether an older delivery waits.

The case stays locked until the turn ends, so that nobody takes it in the middle of the bot's words.
Who writes can be written to again, but a page that was left stays left, also for a message that was under way.
"""

_STATE_SQL = """
    UPDATE conversations
    SET state = :state, language = :language, last_sent_at = :last_sent_at,
        pace_since = :pace_since, pace_count = :pace_count, updated_at = :updated_at
    WHERE id = :thread_id
"""
_STATE_TYPES = {
    "thread_id": Uuid(),
    "state": STATE,
    "language": Text(),
    "last_sent_at": UtcDateTime(),
    "pace_since": UtcDateTime(),
    "pace_count": BigInteger(),
    "updated_at": UtcDateTime(),
}

STORE_STATE = Prepared(_STATE_SQL, _STATE_TYPES)
"""What the conversation remembers after a turn."""

STORE_STATE_AND_REPLY = Prepared(f"WITH state_stored AS ({_STATE_SQL}) {INSERT_SQL}", {**_STATE_TYPES, **TYPES})
"""The same with the first reply, in one round trip."""
