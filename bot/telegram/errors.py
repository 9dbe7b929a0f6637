"""What Telegram's refusals mean for the caller, as one table.

Belongs here: the only reading of aiogram's exceptions. Nothing of Telegram's own text leaves: it can name a chat.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    DetailedAiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.errors import SendError

OUR_FAULT_WAIT_SECONDS = 60.0
"""How long to wait when the bot's own token is refused: somebody has to mend the settings first."""

MAY_HAVE_ARRIVED = frozenset({"timeout", "connection-lost", "server-error", "unreadable-answer"})
"""Codes after which nobody can say whether the person has the message; after every other code they do not have it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: an aiogram error whose text holds `words` (any case) becomes this outcome."""

    error: type[AiogramError]
    words: str
    code: str
    is_retryable: bool = False
    is_address_dead: bool = False
    retry_after_seconds: float | None = None


# First match wins: special words before the rest of their status, children before parents.
REFUSALS = (
    Refusal(TelegramForbiddenError, "bot was blocked", "blocked", is_address_dead=True),
    Refusal(TelegramForbiddenError, "user is deactivated", "deactivated", is_address_dead=True),
    Refusal(TelegramForbiddenError, "can't initiate conversation", "never-started", is_address_dead=True),
    Refusal(TelegramForbiddenError, "bot was kicked", "kicked", is_address_dead=True),
    Refusal(TelegramForbiddenError, "", "forbidden"),
    Refusal(TelegramBadRequest, "chat not found", "chat-not-found", is_address_dead=True),
    Refusal(TelegramBadRequest, "user not found", "user-not-found", is_address_dead=True),
    Refusal(TelegramBadRequest, "peer_id_invalid", "chat-not-found", is_address_dead=True),
    Refusal(TelegramBadRequest, "", "bad-request"),
    Refusal(TelegramUnauthorizedError, "", "token-refused", True, retry_after_seconds=OUR_FAULT_WAIT_SECONDS),
    Refusal(TelegramNotFound, "", "token-unknown", True, retry_after_seconds=OUR_FAULT_WAIT_SECONDS),
    Refusal(TelegramConflictError, "", "conflict", True),
    Refusal(TelegramMigrateToChat, "", "moved"),
    Refusal(TelegramEntityTooLarge, "", "too-large"),
    Refusal(TelegramServerError, "", "server-error", True),
    Refusal(TelegramNetworkError, "clientconnector", "unreachable", True),
    Refusal(TelegramNetworkError, "timeout", "timeout", True),
    Refusal(TelegramNetworkError, "", "connection-lost", True),
    Refusal(ClientDecodeError, "", "unreadable-answer"),
    Refusal(TelegramAPIError, "too many requests", "too-many", True),
    Refusal(TelegramAPIError, "", "refused"),
    Refusal(AiogramError, "", "client-fault"),
)


def send_error(fault: AiogramError) -> SendError:
    """The fault as what the caller should do next."""
    if isinstance(fault, TelegramRetryAfter):
        return SendError("too-many", is_retryable=True, retry_after_seconds=float(fault.retry_after))
    said = fault.message.casefold() if isinstance(fault, DetailedAiogramError) else ""
    row = next(row for row in REFUSALS if isinstance(fault, row.error) and row.words in said)
    return SendError(
        row.code,
        is_retryable=row.is_retryable,
        retry_after_seconds=row.retry_after_seconds,
        is_address_dead=row.is_address_dead,
    )
