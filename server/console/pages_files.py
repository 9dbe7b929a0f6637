"""A file that somebody sent: a page that says what it is, and its bytes, which no browser ever runs. Opened only on purpose."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.console.desk import Desk, note_read
from server.console.looking import require_reason
from server.console.picture import redrawn
from server.console.reading import case_for
from server.conversations.files import Damaged, FileOfCase, KeptFile, content_of, file_of_case
from server.conversations.files_kinds import FileKind, type_of
from server.conversations.files_models import FileStatus
from server.errors import NotReadable
from server.escalations.service import ABOUT_DANGER
from server.staff import audit
from server.staff.access import Fact
from server.staff.errors import MayNot
from server.staff.guard import signed_in
from server.staff.sessions import SignedIn
from server.web.headers import CONTENT_SECURITY_POLICY

Reader = Annotated[SignedIn, Depends(signed_in)]

OPENED: Final = "file_opened"
"""What the audit calls it when the bytes of a file are handed out."""

PATH: Final = "/cases/{case_id}/files/{file_id}"
NOTHING_RUNS: Final = "sandbox; default-src 'none'"
PAGE_POLICY: Final = f"{CONTENT_SECURITY_POLICY}; media-src 'self'"
SURE: Final = "yes"


class FilePages:
    """The handlers. Whoever may read the chat may open its files: need to know is decided in `server.staff.access`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/cases/{case}/files/{file}`, and its bytes below it."""
        routes.get(PATH)(self.page)
        routes.get(f"{PATH}/content")(self.content)

    async def page(
        self, request: Request, who: Reader, case_id: uuid.UUID, file_id: uuid.UUID, sure: str = ""
    ) -> Response:
        """What the file is. A picture or recording is on the page; in a case about danger only after being asked for once more."""
        async with self._desk.change() as db:
            found = await self._found(db, who, case_id, file_id)
        response = self._desk.console.pages.draw(
            request,
            "console/file.html",
            who,
            file=found.file,
            is_danger=found.urgency in ABOUT_DANGER,
            is_asked=found.urgency in ABOUT_DANGER and sure != SURE,
        )
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        return response

    async def content(self, who: Reader, case_id: uuid.UUID, file_id: uuid.UUID) -> Response:
        """The bytes: each time a row of the audit. Pictures are drawn anew; everything else is handed out as it came."""
        async with self._desk.change() as db:
            found = await self._found(db, who, case_id, file_id)
            if found.file.status is not FileStatus.STORED:
                raise NotReadable("not here (yet)")
            now, area = self._desk.now(), found.area
            await audit.note(db, who.member.id, OPENED, now, area=area, person=found.person_id, case=case_id)
            content = await _whole(db, found.file)
        return await _answer(found.file, content)

    async def _found(self, db: AsyncConnection, who: SignedIn, case_id: uuid.UUID, file_id: uuid.UUID) -> FileOfCase:
        """The file, its reading noted. Raises MayNot, the same for one that is not there."""
        found = await file_of_case(db, case_id, file_id)
        if found is None:
            raise MayNot
        await require_reason(db, who.member, await case_for(db, who.member, case_id), self._desk.now())
        await note_read(
            db,
            who.member,
            (Fact.CHAT,),
            self._desk.now(),
            area=found.area,
            person=found.person_id,
            case=case_id,
            barred=found.barred,
        )
        return found


async def _whole(db: AsyncConnection, file: KeptFile) -> bytes:
    try:
        return await content_of(db, file)
    except Damaged as error:
        raise NotReadable("pieces are missing") from error


async def _answer(file: KeptFile, content: bytes) -> Response:
    """The bytes with our own word for what they are, and nothing that a browser could take them for instead."""
    media_type = file.type.media_type
    if file.kind is FileKind.PICTURE and file.type.is_shown:
        drawn = await redrawn(content)
        if drawn is None:
            raise NotReadable("the picture cannot be drawn")
        content, media_type = drawn, type_of(drawn).media_type
    # a name of ours: the sender's could end in anything, and read in any direction
    name = f"file-{file.id.hex[-8:]}.{file.type.ending}"
    way = "inline" if file.type.is_shown else "attachment"
    headers = {
        "Content-Disposition": f'{way}; filename="{name}"',
        "Content-Security-Policy": NOTHING_RUNS,
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)
