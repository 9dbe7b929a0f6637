"""Pictures drawn anew: nothing of what a file tells besides its dots, and nothing that fills the machine."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from server.console.picture import redrawn
from server.console.picture_process import MOST_SIDE
from tests.support import pictures
from tests.support.pictures import picture


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


async def test_a_photo_loses_its_place_and_stands_upright() -> None:
    photo = pictures.photo_with_place()
    assert opened(photo).getexif().get_ifd(0x8825)[2] == pictures.PLACE
    made = await redrawn(photo)
    assert made is not None
    shown = opened(made)
    assert shown.format == "JPEG"
    assert shown.size == (48, 64)
    assert not dict(shown.getexif())
    assert "comment" not in shown.info
    assert b"Wapping" not in made
    assert b"Exif" not in made


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "CMYK", "I;16"])
async def test_every_kind_that_is_shown(form: str, mode: str) -> None:
    try:
        content = picture(form, mode=mode)
    except (OSError, ValueError):  # no such kind of picture
        return
    made = await redrawn(content)
    assert made is not None
    assert opened(made).size == (64, 48)
    assert opened(made).format == ("PNG" if (form, mode) == ("PNG", "RGBA") else "JPEG")


async def test_a_large_one_is_made_smaller() -> None:
    made = await redrawn(picture("JPEG", (6000, 3000)))
    assert made is not None
    assert opened(made).size == (MOST_SIDE, MOST_SIDE // 2)


async def test_what_hides_behind_a_picture_is_gone() -> None:
    made = await redrawn(pictures.JPEG_HTML)
    assert made is not None
    assert b"script" not in made


async def test_a_bomb_is_not_drawn_and_takes_no_time() -> None:
    content, began = pictures.bomb(), time.monotonic()
    assert len(content) < 200_000
    assert await redrawn(content) is None
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        picture("JPEG")[:300],
        picture("PNG")[:-30],
        picture("WEBP")[:60],
        picture("GIF")[:40],
        picture("PNG").replace(b"IDAT", b"IDXT"),
        pictures.GIF_HTML,
        pictures.SVG,
        pictures.HTML,
        pictures.EXE,
        pictures.PDF,
        picture("TIFF"),
        picture("BMP"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n" + b"0 " * 100,
    ],
    ids=range(15),
)
async def test_what_is_cut_or_is_no_picture_is_not_drawn(content: bytes) -> None:
    assert await redrawn(content) is None
