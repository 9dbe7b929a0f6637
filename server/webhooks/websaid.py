"""What a form of the chat page says: words, a press of a button, a file. Read here, because a file must never touch a disk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from dialogs.messages import MOST_FILE_BYTES, ButtonPress, SentFile, clean_file_name, clean_text
from server.errors import NotReadable, ServiceError, TooLarge, TooSlow, TryAgain
from server.web.networks import network_of
from server.webhooks.live import LARGEST_CURSOR
from server.webhooks.places import Places, limits_of

MULTIPART: Final = "multipart/form-data"
MOST_UPLOAD_BYTES: Final = 4 * MOST_FILE_BYTES
"""So much is read of a body, so that a browser hears that its file is too big; what lies beyond is not even read."""

MOST_FIELD_BYTES: Final = 256 * 1024
MOST_FORM_BYTES: Final = MOST_FIELD_BYTES + 64 * 1024
"""So much may stand around a file: all fields together, their headers."""


@dataclass(frozen=True, slots=True)
class Said:
    """A form as it is meant. `file` is None when none was chosen; too large, it has its size and no content.

    `fault` says why a form was not read to its end (its file came too slowly, too many came at once): nothing of it is sent.
    """

    words: str
    press: ButtonPress | None
    message_id: str
    after: int
    page: str
    file: SentFile | None = None
    fault: ServiceError | None = None

    @property
    def is_nothing(self) -> bool:
        """True for a form with nothing in it."""
        return not self.words and self.press is None and self.file is None


async def read_said(request: Request, places: Places, session: str | None) -> Said:
    """The form behind a request, in either of a browser's two ways. Raises NotReadable, TooLarge, TooSlow."""
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        async with request.form() as form:
            return _said(form, None)
    host = request.client.host if request.client else ""
    async with AsyncExitStack() as stack:
        parser = _Upload(request, places, limits_of(network_of(host), session), stack)
        try:
            return _said(await parser.read(), parser)
        except (TooSlow, TryAgain) as error:
            return _said(FormData(parser.items), None, error)


class _Upload(MultiPartParser):
    """Keeps one file, in memory, as far as it may be large; counts the rest. Fields before it are read whatever it is."""

    spool_max_size = MOST_FILE_BYTES + 1

    def __init__(self, request: Request, places: Places, limits: Mapping[str, int], held: AsyncExitStack) -> None:
        self.seen_bytes = 0
        self.file_bytes = 0
        self._places = places
        self._limits = limits
        self._held = held
        self._has_place = False
        super().__init__(
            request.headers, self._some_of(request), max_files=1, max_fields=10, max_part_size=MOST_FIELD_BYTES
        )

    async def read(self) -> FormData:
        """The fields. A body that breaks off, or goes on for ever, gives those that came whole."""
        try:
            return await self.parse()
        except MultiPartException as error:
            if self.file_bytes > MOST_FILE_BYTES:
                return FormData(self.items)
            raise NotReadable("not a form") from error

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a part; of a file that is too large nothing more."""
        if self._current_part.file is not None:
            self.file_bytes += end - start
            if self.file_bytes > MOST_FILE_BYTES:
                return
        super().on_part_data(data, start, end)

    async def _some_of(self, request: Request) -> AsyncGenerator[bytes, None]:
        """The body, piece by piece. A place is taken once there is more of a file to come than its first piece."""
        async for chunk in request.stream():
            if self.file_bytes and not self._has_place:
                await self._held.enter_async_context(self._places.one(self._limits))
                self._has_place = True
            self.seen_bytes += len(chunk)
            if self.seen_bytes > MOST_UPLOAD_BYTES:
                return
            yield chunk
            if self.seen_bytes - self.file_bytes > MOST_FORM_BYTES:
                raise TooLarge


def _said(form: FormData, upload: _Upload | None, fault: ServiceError | None = None) -> Said:
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return Said(
        words=clean_text(fields.get("text", "")),
        press=ButtonPress.from_token(fields.get("press", "")),
        message_id=fields.get("message_id", ""),
        after=_cursor(fields),
        page=fields.get("page", ""),
        file=_file(form, upload) if upload else None,
        fault=fault,
    )


def _cursor(fields: Mapping[str, str]) -> int:
    digits = fields.get("after", "") or "0"
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and int(digits) <= LARGEST_CURSOR):  # noqa: PLR2004
        raise NotReadable("no cursor")
    return int(digits)


def _file(form: FormData, upload: _Upload) -> SentFile | None:
    """The file, if one was chosen: browsers send an empty part without a name when none was."""
    if upload.file_bytes > MOST_FILE_BYTES:
        return SentFile(size_bytes=upload.file_bytes)
    found: Any = form.get("file")
    if found is None and upload.file_bytes:
        raise NotReadable("the file breaks off")
    if not isinstance(found, UploadFile) or not (found.filename or upload.file_bytes):
        return None
    content = found.file.read()
    return SentFile(name=clean_file_name(found.filename or ""), size_bytes=len(content), content=content)
