"""Draws a picture anew, in a process of its own: reads a file from standard input, writes a clean one to standard output.

Run by its path, never imported by the program: whatever a picture does to the decoder, it does to this process alone. What
comes out holds the dots and nothing else (no place, no time, no camera, no profile). Ends with 1 for what it cannot draw.
"""

from __future__ import annotations

import io
import resource
import sys
import warnings

MOST_SIDE = 2000
MOST_DOTS = 64_000_000
MOST_MEMORY_BYTES = 1 << 30
MOST_SECONDS = 15
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 88


def limit() -> None:
    """From now on this process can take only so much, and write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def drawn(content: bytes) -> bytes:
    """The first frame as a JPEG, or as a PNG where one can see through it; turned upright, at most `MOST_SIDE` on a side.

    Raises OSError, ValueError, MemoryError and what else Pillow raises for a picture that is cut, broken or a bomb.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - after the limits

    Image.MAX_IMAGE_PIXELS = MOST_DOTS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(content), formats=FORMATS) as found:
        found.draft("RGB", (MOST_SIDE, MOST_SIDE))
        found.load()
        upright = ImageOps.exif_transpose(found)
    is_seen_through = upright.has_transparency_data
    plain = upright.convert("RGBA" if is_seen_through else "RGB")
    plain.thumbnail((MOST_SIDE, MOST_SIDE))
    clean = Image.new(plain.mode, plain.size)  # a new one: nothing that came along in the old one's pockets
    clean.paste(plain)
    out = io.BytesIO()
    clean.save(out, "PNG" if is_seen_through else "JPEG", **({} if is_seen_through else {"quality": QUALITY}))
    return out.getvalue()


def main() -> int:
    """0 when a picture was written."""
    limit()
    content = sys.stdin.buffer.read()
    try:
        made = drawn(content)
    except (OSError, ValueError, SyntaxError, MemoryError, ArithmeticError, LookupError, TypeError, Warning):
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
