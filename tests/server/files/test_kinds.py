"""What a file is, by its content: names and what was said about it count for nothing."""

from __future__ import annotations

import pytest

from server.conversations.files_kinds import TYPES, UNKNOWN, FileKind, known_type, type_of
from tests.support import pictures
from tests.support.pictures import picture


def box(brand: bytes) -> bytes:
    """The beginning of a film or sound of a phone."""
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x02\x00" + b"isommp42" + b"\x00" * 40


WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + b"\x00" * 40
OFFICE = b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + b"\x00" * 16 + b"\x13\x00\x00\x00[Content_Types].xml" + b"word/" * 40
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.mark.parametrize(
    ("content", "media_type", "kind"),
    [
        (picture("JPEG"), "image/jpeg", FileKind.PICTURE),
        (picture("PNG"), "image/png", FileKind.PICTURE),
        (picture("WEBP"), "image/webp", FileKind.PICTURE),
        (picture("GIF"), "image/gif", FileKind.PICTURE),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 40, "image/heic", FileKind.PICTURE),
        (b"OggS\x00\x02" + b"\x00" * 22 + b"\x01\x13OpusHead" + b"\x00" * 40, "audio/ogg", FileKind.SOUND),
        (b"ID3\x03\x00" + b"\x00" * 40, "audio/mpeg", FileKind.SOUND),
        (b"\xff\xfb\x90\x64" + b"\x00" * 40, "audio/mpeg", FileKind.SOUND),
        (b"#!AMR\n" + b"\x00" * 40, "audio/amr", FileKind.SOUND),
        (pictures.wav(), "audio/wav", FileKind.SOUND),
        (box(b"M4A "), "audio/mp4", FileKind.SOUND),
        (box(b"isom"), "video/mp4", FileKind.FILM),
        (box(b"mp42"), "video/mp4", FileKind.FILM),
        (box(b"3gp4"), "video/3gpp", FileKind.FILM),
        (box(b"3gp5"), "video/3gpp", FileKind.FILM),
        (box(b"qt  "), "video/quicktime", FileKind.FILM),
        (WEBM, "video/webm", FileKind.FILM),
        (pictures.PDF, "application/pdf", FileKind.DOCUMENT),
    ],
)
def test_what_is_on_the_list(content: bytes, media_type: str, kind: FileKind) -> None:
    found = type_of(content)
    assert (found.media_type, found.kind) == (media_type, kind)
    assert known_type(media_type) == found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"hello",
        pictures.HTML,
        pictures.SVG,
        b"<?xml version='1.0'?>" + pictures.SVG,
        pictures.EXE,
        b"\x7fELF\x02\x01\x01" + b"\x00" * 60,
        b"#!/bin/sh\necho hello",
        pictures.ZIP,
        OFFICE,
        OLE,
        b"Rar!\x1a\x07\x01\x00" + b"\x00" * 60,
        b"{\\rtf1\\ansi hello}",
        b"\x1f\x8b\x08\x00" + b"\x00" * 60,
        b"II*\x00" + b"\x00" * 60,
        b"BM" + b"\x00" * 60,
        b"\x00\x00\x00\x18ftyp????" + b"\x00" * 40,
    ],
    ids=lambda content: content[:12].decode("latin-1").encode("unicode_escape").decode(),
)
def test_everything_else_is_a_file_that_we_cannot_show(content: bytes) -> None:
    assert type_of(content) == UNKNOWN


@pytest.mark.parametrize("content", [pictures.GIF_HTML, pictures.JPEG_HTML, pictures.WAV_HTML])
def test_two_things_at_once_are_what_they_begin_as(content: bytes) -> None:
    assert type_of(content).media_type in {"image/gif", "image/jpeg", "audio/wav"}


def test_nothing_that_a_browser_runs_is_on_the_list() -> None:
    shown = {kind.media_type for kind in TYPES.values() if kind.is_shown}
    assert {name.split("/")[0] for name in shown} == {"image", "audio"}
    assert not {name for name in shown if "svg" in name or "xml" in name}
    assert known_type("text/html") == UNKNOWN
