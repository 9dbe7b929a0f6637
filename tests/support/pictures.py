"""Made-up files of every kind, from their first bytes on, and pictures that mean harm."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

PLACE = (51.0, 30.0, 26.0)
"""Where a made-up photo was taken, in degrees, minutes, seconds."""


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **save: Any) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, form, **save)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A photo of a telephone: it lies on its side, and tells where it was taken and with what."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Telephones of Wapping"
    exif.get_ifd(0x8825).update({1: "N", 2: PLACE, 3: "W", 4: (0.0, 7.0, 39.0)})
    return picture(exif=exif, comment=b"taken in Wapping")


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that says that it is 900 million dots, and is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\x00" * (side // 8 + 1)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def wav(seconds: float = 0.2) -> bytes:
    """Silence, as a recording."""
    data = b"\x80" * int(8000 * seconds)
    head = (
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    )
    return head + b"data" + struct.pack("<I", len(data)) + data


SCRIPT = b"<script>document.title='ran'; fetch('/console/ran')</script>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='ran'\">" + SCRIPT + b"</svg>"
EXE = b"MZ\x90\x00\x03" + b"\x00" * 200 + b"This program cannot be run in DOS mode."
GIF_HTML = b"GIF89a/*" + HTML + b"*/=1;" + b"\x00" * 100
JPEG_HTML = picture() + HTML
WAV_HTML = wav() + HTML
PDF = b"%PDF-1.7\n1 0 obj <</OpenAction <</S /JavaScript /JS (app.alert(1))>>>> endobj\n%%EOF"
ZIP = b"PK\x03\x04" + b"\x00" * 60
