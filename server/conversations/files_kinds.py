"""What a file is, by its first bytes alone: neither its name nor what was said about it is believed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import filetype


class FileKind(StrEnum):
    """What the console can do with it: show a picture, play a sound, hand out a film or document, or say that it came."""

    PICTURE = "picture"
    SOUND = "sound"
    FILM = "film"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that is always our own word for it. `is_shown`: a browser is given it to show; else it is only handed out."""

    kind: FileKind
    media_type: str
    ending: str
    is_shown: bool = False


UNKNOWN: Final = FileType(FileKind.UNKNOWN, "application/octet-stream", "bin")
"""Web pages, drawings that are programs, executables, archives, office documents, and whatever else nobody opens by accident."""

TYPES: Final[dict[str, FileType]] = {
    "image/jpeg": FileType(FileKind.PICTURE, "image/jpeg", "jpg", is_shown=True),
    "image/png": FileType(FileKind.PICTURE, "image/png", "png", is_shown=True),
    "image/apng": FileType(FileKind.PICTURE, "image/png", "png", is_shown=True),
    "image/webp": FileType(FileKind.PICTURE, "image/webp", "webp", is_shown=True),
    "image/gif": FileType(FileKind.PICTURE, "image/gif", "gif", is_shown=True),
    "image/heic": FileType(FileKind.PICTURE, "image/heic", "heic"),
    "audio/ogg": FileType(FileKind.SOUND, "audio/ogg", "ogg", is_shown=True),
    "audio/mpeg": FileType(FileKind.SOUND, "audio/mpeg", "mp3", is_shown=True),
    "audio/mp4": FileType(FileKind.SOUND, "audio/mp4", "m4a", is_shown=True),
    "audio/x-wav": FileType(FileKind.SOUND, "audio/wav", "wav", is_shown=True),
    "audio/amr": FileType(FileKind.SOUND, "audio/amr", "amr"),
    "video/mp4": FileType(FileKind.FILM, "video/mp4", "mp4"),
    "video/x-m4v": FileType(FileKind.FILM, "video/mp4", "mp4"),
    "video/quicktime": FileType(FileKind.FILM, "video/quicktime", "mov"),
    "video/3gpp": FileType(FileKind.FILM, "video/3gpp", "3gp"),
    "video/webm": FileType(FileKind.FILM, "video/webm", "webm"),
    "application/pdf": FileType(FileKind.DOCUMENT, "application/pdf", "pdf"),
}
"""What the sniffing library says, as we say it."""

_OWN: Final = {kind.media_type: kind for kind in TYPES.values()} | {UNKNOWN.media_type: UNKNOWN}
_BRANDS: Final = {
    b"3gp": "video/3gpp",
    b"3g2": "video/3gpp",
    b"M4A": "audio/mp4",
    b"M4B": "audio/mp4",
    b"qt ": "video/quicktime",
}
_BRANDS_OF_MP4: Final = (b"isom", b"iso", b"mp4", b"mp7", b"avc1", b"dash", b"M4V", b"MSNV")


def type_of(content: bytes) -> FileType:
    """The type of a file by its content; `UNKNOWN` for what is not on the list, empty ones included."""
    return TYPES.get(_from_box(content) or filetype.guess_mime(content[:8192]) or "", UNKNOWN) if content else UNKNOWN


def known_type(media_type: str) -> FileType:
    """The type that was found before, by its name in the database."""
    return _OWN.get(media_type, UNKNOWN)


def _from_box(content: bytes) -> str | None:
    """Films and sounds of phones name their brand in the first box; the library knows a few of them only."""
    if content[4:8] != b"ftyp":
        return None
    brand = content[8:12]
    found = next((mime for start, mime in _BRANDS.items() if brand.startswith(start)), None)
    return found or ("video/mp4" if brand.startswith(_BRANDS_OF_MP4) else None)
