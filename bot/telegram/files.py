"""What of a message of Telegram's can be fetched, and the words that came with it. Plain dictionaries, without aiogram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogs.messages import SentFile, clean_file_name, clean_text

_FETCHED = frozenset({"voice", "audio", "video_note", "photo", "document", "video", "animation"})
_LONGEST_FILE_ID = 512


def words_beside(name: str, message: Mapping[str, Any]) -> str:
    """What was written under it; of a sticker the emoji that it stands for. May be empty."""
    sticker = message.get("sticker") if name == "sticker" else None
    words = sticker.get("emoji") if isinstance(sticker, Mapping) else message.get("caption")
    return clean_text(words) if isinstance(words, str) else ""


def files_of(name: str, content: object) -> tuple[SentFile, ...]:
    """What can be fetched of it, one at most; of a photo, which comes in several sizes, the largest."""
    if name == "photo" and isinstance(content, list):
        sizes = [size for size in content if isinstance(size, Mapping)]
        content = max(sizes, key=lambda size: _count(size.get("width")) or 0, default=None)
    if name not in _FETCHED or not isinstance(content, Mapping):
        return ()
    source, own_name = content.get("file_id"), content.get("file_name")
    if not isinstance(source, str) or not 0 < len(source) <= _LONGEST_FILE_ID:
        return ()
    cleaned = clean_file_name(own_name) if isinstance(own_name, str) else ""
    return (SentFile(source, cleaned, _count(content.get("file_size"))),)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
