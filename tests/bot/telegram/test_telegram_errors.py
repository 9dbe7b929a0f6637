"""The table of refusals: complete, in an order that lets every row be reached, and silent about the person."""

from __future__ import annotations

import inspect

import pytest
from aiogram import exceptions
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.methods import SendMessage

from bot.errors import ChannelError
from bot.telegram.channel import TelegramChannel
from bot.telegram.errors import MAY_HAVE_ARRIVED, REFUSALS, Refusal, send_error

METHOD = SendMessage(chat_id=5550001, text="where can i stay")


def fault(kind: type[AiogramError], words: str) -> AiogramError:
    """An error as aiogram raises it."""
    if kind is TelegramMigrateToChat:
        return TelegramMigrateToChat(METHOD, words, migrate_to_chat_id=1)
    if issubclass(kind, TelegramAPIError):
        return kind(METHOD, words)
    if kind is ClientDecodeError:
        return ClientDecodeError("x", ValueError("y"), "where can i stay")
    return kind(words)


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row.code}-{row.words}")
def test_every_row_is_reached(row: Refusal) -> None:
    error = send_error(fault(row.error, f"Bad thing: {row.words.upper()} of 5550001"))
    assert (error.code, error.is_retryable, error.is_address_dead) == (row.code, row.is_retryable, row.is_address_dead)
    assert error.retry_after_seconds == row.retry_after_seconds
    assert "5550001" not in str(error)


def test_every_error_of_the_api_has_an_outcome() -> None:
    kinds = [kind for _, kind in inspect.getmembers(exceptions, inspect.isclass) if issubclass(kind, TelegramAPIError)]
    assert len(kinds) > 8
    for kind in kinds:
        if kind is not TelegramRetryAfter:
            assert send_error(fault(kind, "?")).code


def test_flood_control_says_how_long() -> None:
    error = send_error(TelegramRetryAfter(METHOD, "Too Many Requests", retry_after=17))
    assert (error.is_retryable, error.retry_after_seconds) == (True, 17.0)


def test_what_may_have_arrived_is_a_code_of_the_table() -> None:
    assert {row.code for row in REFUSALS} >= MAY_HAVE_ARRIVED


def test_a_token_that_cannot_be_one_is_our_error_not_aiograms() -> None:
    with pytest.raises(ChannelError):
        TelegramChannel("not a token")
