"""What the chat page sends, as `InboundMessage`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from dialogs.messages import ButtonPress, ChannelName, InboundMessage, MessageKind, SentFile, clean_text

LANE: Final = "web"


def opened(session: str, language: str | None, at: datetime) -> InboundMessage:
    """Somebody opened the page for the first time. One id per session: opening twice is one message."""
    return InboundMessage(
        channel=ChannelName.WEBCHAT,
        lane=LANE,
        sender=session,
        external_id=_external_id(session, "open"),
        sent_at=at,
        kind=MessageKind.START,
        display_language=language,
    )


def said(
    session: str, text: str, press: ButtonPress | None, message_id: str, *, at: datetime, language: str | None = None
) -> InboundMessage:
    """Somebody wrote or pressed a button; of both, the words count, because the alarm reads them.

    `message_id` is the page's own, unique in its session; `at` is aware, UTC.
    """
    words = clean_text(text)
    return InboundMessage(
        channel=ChannelName.WEBCHAT,
        lane=LANE,
        sender=session,
        external_id=_external_id(session, message_id),
        sent_at=at,
        kind=MessageKind.TEXT if words or press is None else MessageKind.CHOICE,
        text=words,
        press=None if words else press,
        display_language=language,
    )


def sent(
    session: str, text: str, file: SentFile, kind: MessageKind, message_id: str, *, at: datetime
) -> InboundMessage:
    """Somebody sent a file, with or without words; `kind` is what its content is."""
    message = said(session, text, None, message_id, at=at)
    return replace(message, kind=kind, files=(file,))


def _external_id(session: str, message_id: str) -> str:
    """Unique per lane: two browsers may choose the same id by chance or on purpose.

    A hash, because ids are logged and the session is a secret.
    """
    return sha256(f"{session} {message_id}".encode()).hexdigest()
