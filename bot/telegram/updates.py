"""Telegram's updates as the one value that the conversation takes, and proof that they came from Telegram.

Belongs here: reading plain dictionaries, without aiogram (a few microseconds each, and nothing heavy to import).
Telegram's own coordinates and phone numbers of contacts are left behind: nobody here needs them. Of a file only its name
at Telegram is read; whether anybody fetches it is decided elsewhere.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.errors import NotFromProvider, Unreadable
from bot.telegram.files import files_of, words_beside
from dialogs.messages import ButtonPress, ChannelName, InboundMessage, MessageKind, clean_text

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_COMMAND = re.compile(r"/([^\W_]\w*)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
# First match wins: Telegram repeats an animation as a document, a venue as a location, a live photo as a photo.
_KINDS = {
    "contact": MessageKind.CONTACT,
    "venue": MessageKind.LOCATION,
    "location": MessageKind.LOCATION,
    "voice": MessageKind.VOICE,
    "audio": MessageKind.VOICE,
    "video_note": MessageKind.VOICE,
    "photo": MessageKind.PHOTO,
    "document": MessageKind.FILE,
    "video": MessageKind.FILE,
    "animation": MessageKind.FILE,
    "paid_media": MessageKind.FILE,
    "story": MessageKind.FILE,
    "poll": MessageKind.FILE,
    "checklist": MessageKind.FILE,
    "sticker": MessageKind.STICKER,
    "dice": MessageKind.STICKER,
}
_MEMBERSHIP = {"kicked": MessageKind.BLOCKED, "member": MessageKind.UNBLOCKED}
_IN_THE_GROUP = frozenset({"member", "administrator", "restricted"})


@dataclass(frozen=True, slots=True)
class GroupContact:
    """Somebody brought the bot into a group or channel, where it never talks; the caller may say so once."""

    chat_id: str
    update_id: str


Parsed = InboundMessage | GroupContact | None


def parse(update: Mapping[str, Any] | bytes, lane: str, *, received_at: datetime | None = None) -> Parsed:
    """The message behind an update; None for a kind that this service has no use for.

    `received_at` (default: now) dates a button press, the one thing that Telegram does not date. Raises `Unreadable`
    when it is not an update at all.
    """
    raw = _as_update(update)
    for name, read in _READERS.items():
        if name in raw:
            try:
                return read(raw, _object(raw[name], name), lane, received_at)
            except (KeyError, RecursionError) as fault:
                raise Unreadable(f"{name} lacks what it must have") from fault
    return None


def acknowledgement(update: Mapping[str, Any]) -> dict[str, str] | None:
    """What to answer the webhook with, so that the pressed button stops spinning; None when no button was pressed."""
    query = callback_id(update)
    return {"method": "answerCallbackQuery", "callback_query_id": query} if query else None


def callback_id(update: Mapping[str, Any]) -> str | None:
    """The id of the button press to answer; None for every other update."""
    query = update.get("callback_query")
    name = query.get("id") if isinstance(query, Mapping) else None
    return name if isinstance(name, str) else None


def check_secret(header: str | None, secret: str) -> None:
    """Return when the header holds the webhook's secret; raises `NotFromProvider` otherwise, in constant time."""
    given, wanted = (header or "").encode("utf-8", "surrogatepass"), secret.encode()
    if not hmac.compare_digest(given, wanted) or not wanted:
        raise NotFromProvider("the webhook's secret is missing or wrong")


def _as_update(update: Mapping[str, Any] | bytes) -> Mapping[str, Any]:
    """The update as a mapping with a whole number for its id."""
    if isinstance(update, bytes):
        try:
            update = json.loads(update)
        except (ValueError, RecursionError) as fault:
            raise Unreadable("the update is not JSON") from fault
    raw = _object(update, "update")
    _whole(raw.get("update_id"), "update_id")
    return raw


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Unreadable(f"{name} is not an object")
    return value


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(f"{name} is not a whole number")
    return value


def _instant(seconds: object) -> datetime:
    try:
        return datetime.fromtimestamp(_whole(seconds, "date"), UTC)
    except (ValueError, OverflowError, OSError) as fault:
        raise Unreadable("date is out of range") from fault


def _chat(raw: Mapping[str, Any]) -> tuple[str, bool]:
    """The chat's id as text, and whether only the person and the bot are in it."""
    chat = _object(raw["chat"], "chat")
    return str(_whole(chat["id"], "chat.id")), chat.get("type") == "private"


def _is_bot(holder: Mapping[str, Any]) -> bool:
    """True for what another bot sent: answering it could go on for ever."""
    sender = holder.get("from")
    return isinstance(sender, Mapping) and sender.get("is_bot") is True


def _language(holder: Mapping[str, Any]) -> str | None:
    sender = holder.get("from")
    code = sender.get("language_code") if isinstance(sender, Mapping) else None
    return code if isinstance(code, str) and code else None


def _base(raw: Mapping[str, Any], holder: Mapping[str, Any], sender: str, lane: str, at: datetime) -> InboundMessage:
    """A message with everything but what was said."""
    return InboundMessage(
        channel=ChannelName.TELEGRAM,
        lane=lane,
        sender=sender,
        external_id=str(raw["update_id"]),
        sent_at=at,
        display_language=_language(holder),
    )


def _read_message(raw: Mapping[str, Any], message: Mapping[str, Any], lane: str, _: datetime | None) -> Parsed:
    chat, is_private = _chat(message)
    if _is_bot(message):
        return None
    if not is_private:
        return GroupContact(chat, str(raw["update_id"]))
    base = _base(raw, message, chat, lane, _instant(message["date"]))
    said = _said(message)
    if said is not None:
        return _spoken(base, said)
    name = next((name for name in _KINDS if name in message), None)
    if name is None:
        return None
    return replace(base, kind=_KINDS[name], text=words_beside(name, message), files=files_of(name, message[name]))


def _read_edited(raw: Mapping[str, Any], message: Mapping[str, Any], lane: str, _: datetime | None) -> Parsed:
    chat, is_private = _chat(message)
    said = _said(message) or _text(message.get("caption"))
    # A live location edits itself every few seconds; an edit without words has nothing to say.
    if not is_private or _is_bot(message) or not said:
        return None
    edited = _whole(message["edit_date"], "edit_date")
    base = _base(raw, message, chat, lane, _instant(edited))
    return replace(base, kind=MessageKind.EDITED, text=said, external_id=f"{base.external_id}.{edited}")


def _read_press(raw: Mapping[str, Any], query: Mapping[str, Any], lane: str, received_at: datetime | None) -> Parsed:
    # Only a button under a message in a chat is ours; the others belong to inline queries and games.
    if "message" not in query or _is_bot(query):
        return None
    chat, is_private = _chat(_object(query["message"], "callback_query.message"))
    if not is_private:
        return GroupContact(chat, str(raw["update_id"]))
    base = _base(raw, query, chat, lane, received_at or datetime.now(UTC))
    data = query.get("data")
    press = ButtonPress.from_token(data) if isinstance(data, str) else None
    return replace(base, kind=MessageKind.CHOICE, press=press)


def _read_membership(raw: Mapping[str, Any], change: Mapping[str, Any], lane: str, _: datetime | None) -> Parsed:
    chat, is_private = _chat(change)
    status = _object(change["new_chat_member"], "new_chat_member").get("status")
    if not is_private:
        return GroupContact(chat, str(raw["update_id"])) if status in _IN_THE_GROUP else None
    kind = _MEMBERSHIP.get(status) if isinstance(status, str) else None
    return None if kind is None else replace(_base(raw, change, chat, lane, _instant(change["date"])), kind=kind)


_READERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], str, datetime | None], Parsed]] = {
    "message": _read_message,
    "callback_query": _read_press,
    "edited_message": _read_edited,
    "my_chat_member": _read_membership,
    "channel_post": _read_message,
}


def _text(value: object) -> str:
    return clean_text(value) if isinstance(value, str) else ""


def _said(message: Mapping[str, Any]) -> str | None:
    """The words of a text message, plain or rich; None when it is something else."""
    if "text" in message:
        if not isinstance(message["text"], str):
            raise Unreadable("text is not text")
        return clean_text(message["text"])
    if "rich_message" in message:
        return clean_text("\n".join(_rich_blocks(message["rich_message"])))
    return None


def _rich_blocks(rich: object) -> Iterator[str]:
    """The words of a rich message, block by block in reading order."""
    if isinstance(rich, Mapping):
        for name, value in rich.items():
            if name == "text":
                yield "".join(_unformatted(value))
            else:
                yield from _rich_blocks(value)
    elif isinstance(rich, list):
        for value in rich:
            yield from _rich_blocks(value)


def _unformatted(text: object) -> Iterator[str]:
    """The plain parts of a rich text, to be joined without gaps: half a word can be bold."""
    if isinstance(text, str):
        yield text
    elif isinstance(text, list):
        for part in text:
            yield from _unformatted(part)
    elif isinstance(text, Mapping):
        yield from _unformatted(text.get("text", text.get("alternative_text")))


def _spoken(base: InboundMessage, said: str) -> InboundMessage:
    """Words as they are, a command without its slash, or a start with its payload."""
    command = _COMMAND.fullmatch(said)
    if command is None:
        return replace(base, text=said)
    name, rest = command[1], (command[2] or "").strip()
    if name.lower() != "start":
        return replace(base, text=f"{name.replace('_', ' ')} {rest}".strip())
    # Typed by hand, "/start" can be followed by a sentence: those are words, and the alarm must read them.
    is_payload = _PAYLOAD.fullmatch(rest) is not None
    return replace(base, kind=MessageKind.START, payload=rest if is_payload else "", text="" if is_payload else rest)
