"""Files at rest: kept with a case, counted, read again. All bytes are sealed, in pieces, in the database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from dialogs.facts import MOST_FILES_AN_HOUR
from dialogs.messages import MOST_FILE_BYTES, SentFile
from server.conversations.files_kinds import FileKind, FileType, known_type, type_of
from server.conversations.files_models import Attachment, AttachmentPiece, FileStatus
from server.conversations.models import Message
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import service as escalations
from server.escalations.models import Case

attachments = table_of(Attachment)
pieces = table_of(AttachmentPiece)
messages = table_of(Message)
cases = table_of(Case)

FILES_TOPIC: Final = "connexions_files"
"""Workers are told under this name that a file waits to be fetched."""

PIECE_BYTES: Final = 64 * 1024
HOUR: Final = timedelta(hours=1)
_HEAD_BYTES: Final = 18
"""Sealed with each piece: the file's id and the piece's number, so that none can stand in another's place."""


class Damaged(Exception):
    """A file's pieces are not all there, or not its own."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as the console shows it. `name` is the sender's own and may be empty; `size_bytes` is None while nobody knows it."""

    id: uuid.UUID
    case_id: uuid.UUID
    message_id: uuid.UUID | None
    name: str
    type: FileType
    size_bytes: int | None
    status: FileStatus
    reason: str
    sent_at: datetime

    @property
    def kind(self) -> FileKind:
        """What can be done with it."""
        return self.type.kind


@dataclass(frozen=True, slots=True)
class FileOfCase:
    """A file with what decides who may open it."""

    file: KeptFile
    area: str
    person_id: uuid.UUID | None
    barred: tuple[uuid.UUID, ...]
    urgency: CaseUrgency


async def room(db: AsyncConnection, conversation_id: uuid.UUID, area: str, most_bytes: int, now: datetime) -> int:
    """How many files more may be kept of this person now: by the hour, and by what the area has left of `most_bytes`."""
    of_person = (
        select(func.count())
        .select_from(attachments.join(messages))
        .where(messages.c.conversation_id == conversation_id, attachments.c.created_at > now - HOUR)
    )
    held = func.coalesce(func.sum(func.coalesce(attachments.c.size_bytes, MOST_FILE_BYTES)), 0)
    of_area = select(held).where(attachments.c.area == area, attachments.c.status != FileStatus.FAILED)
    left_bytes = most_bytes - int((await db.execute(of_area)).scalar_one())
    left_files = MOST_FILES_AN_HOUR - int((await db.execute(of_person)).scalar_one())
    return max(0, min(left_files, left_bytes // MOST_FILE_BYTES))


async def keep(
    db: AsyncConnection,
    person_id: uuid.UUID,
    message_id: uuid.UUID,
    lane: str,
    files: Sequence[SentFile],
    now: datetime,
) -> int:
    """Keep files with the person's open case, in the turn of their message; how many. None when no case is open.

    What has to be fetched is stored `waiting`. The person waits for an answer from then on, as for words.
    """
    query = select(cases.c.id, cases.c.area).where(cases.c.person_id == person_id, cases.c.closed_at.is_(None))
    case = (await db.execute(query.with_for_update())).first()
    if case is None:
        return 0
    for file in files:
        row = {"id": new_id(), "area": case.area, "case_id": case.id, "message_id": message_id, "lane": lane}
        row |= {"name": file.name, "created_at": now, "not_before": now, **_where_it_stands(file, now)}
        await db.execute(insert(attachments).values(row))
        await add_pieces(db, row["id"], file.content)
    waits = func.coalesce(cases.c.waiting_since, now)
    await db.execute(update(cases).where(cases.c.id == case.id).values(waiting_since=waits))
    await escalations.tell(db, case.id, case.area)
    if any(file.source for file in files):
        await db.execute(select(func.pg_notify(FILES_TOPIC, "")))
    return len(files)


def _where_it_stands(file: SentFile, now: datetime) -> dict[str, Any]:
    if file.source:
        return {"status": FileStatus.WAITING, "source": file.source, "size_bytes": file.size_bytes}
    return {"status": FileStatus.STORED, "stored_at": now, **described(file.content)}


def described(content: bytes) -> dict[str, Any]:
    """The columns that say what a content is."""
    found = type_of(content)
    return {"kind": found.kind, "media_type": found.media_type, "size_bytes": len(content)}


async def add_pieces(db: AsyncConnection, file_id: uuid.UUID, content: bytes) -> None:
    """Store the bytes of a file, sealed piece by piece; nothing for no bytes."""
    rows = [
        {"id": new_id(), "attachment_id": file_id, "number": number, "body": _head(file_id, number) + piece}
        for number, piece in enumerate(_cut(content))
    ]
    if rows:
        await db.execute(insert(pieces), rows)


def _cut(content: bytes) -> Iterable[bytes]:
    return (content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES))


def _head(file_id: uuid.UUID, number: int) -> bytes:
    return file_id.bytes + number.to_bytes(_HEAD_BYTES - 16, "big")


async def content_of(db: AsyncConnection, file: KeptFile) -> bytes:
    """All bytes of a stored file. Raises Damaged, and `server.db.keyring` errors for bytes that somebody changed."""
    query = select(pieces.c.number, pieces.c.body).where(pieces.c.attachment_id == file.id).order_by(pieces.c.number)
    parts = []
    for place, (number, body) in enumerate((await db.execute(query)).all()):
        if number != place or body[:_HEAD_BYTES] != _head(file.id, place):
            raise Damaged(str(file.id))
        parts.append(body[_HEAD_BYTES:])
    content = b"".join(parts)
    if len(content) != file.size_bytes:
        raise Damaged(str(file.id))
    return content


async def files_of(db: AsyncConnection, message_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[KeptFile]]:
    """The files of messages, by message, in the order in which they were sent; messages without one are left out."""
    query = select(attachments).where(attachments.c.message_id.in_(list(message_ids))).order_by(attachments.c.id)
    found: dict[uuid.UUID, list[KeptFile]] = {}
    for row in (await db.execute(query)).mappings():
        found.setdefault(row["message_id"], []).append(_kept(row))
    return found


async def files_of_case(db: AsyncConnection, case_id: uuid.UUID) -> list[KeptFile]:
    """Every file of a case, oldest first, also those whose message is gone already."""
    query = select(attachments).where(attachments.c.case_id == case_id).order_by(attachments.c.id)
    return [_kept(row) for row in (await db.execute(query)).mappings()]


async def file_of_case(db: AsyncConnection, case_id: uuid.UUID, file_id: uuid.UUID) -> FileOfCase | None:
    """One file of a case, open or closed; None when the case has none of that id."""
    of_case = (cases.c.person_id, cases.c.barred, cases.c.urgency)
    query = select(attachments, *of_case).join(cases).where(attachments.c.id == file_id, cases.c.id == case_id)
    row = (await db.execute(query)).mappings().first()
    if row is None:
        return None
    return FileOfCase(_kept(row), row["area"], row["person_id"], tuple(row["barred"]), row["urgency"])


async def sent_at(db: AsyncConnection, person_id: uuid.UUID) -> list[datetime]:
    """When each file came that is held about a person, oldest first."""
    query = select(attachments.c.created_at).join(cases).where(cases.c.person_id == person_id)
    rows = await db.execute(query.where(attachments.c.status != FileStatus.FAILED).order_by(attachments.c.created_at))
    return list(rows.scalars())


def _kept(row: Mapping[Any, Any]) -> KeptFile:
    return KeptFile(
        row["id"],
        row["case_id"],
        row["message_id"],
        row["name"],
        known_type(row["media_type"]),
        row["size_bytes"],
        row["status"],
        row["reason"],
        row["created_at"],
    )
