"""How a bot introduces itself in one language, and the calls that say so.

Belongs here: Telegram's limits for these texts. The words themselves come from the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aiogram import methods
from aiogram.methods import TelegramMethod
from aiogram.types import BotCommand


@dataclass(frozen=True, slots=True)
class BotProfile:
    """A bot's words in one language (empty: for every language without its own). Empty texts are left as they are.

    `description` (512 characters) fills the empty chat, `short_description` (120) the bot's page, `name` (64) its
    title. `commands` pairs a command without its slash (lower case, digits, underscores) with what it does.
    """

    language: str
    name: str = ""
    description: str = ""
    short_description: str = ""
    commands: tuple[tuple[str, str], ...] = ()

    def calls(self) -> Iterator[tuple[TelegramMethod[Any], str, TelegramMethod[Any]]]:
        """For each text given: the call that reads it, its field, and the call that writes it."""
        code = self.language or None
        if self.name:
            yield methods.GetMyName(language_code=code), "name", methods.SetMyName(name=self.name, language_code=code)
        if self.description:
            writer: TelegramMethod[Any] = methods.SetMyDescription(description=self.description, language_code=code)
            yield methods.GetMyDescription(language_code=code), "description", writer
        if self.short_description:
            writer = methods.SetMyShortDescription(short_description=self.short_description, language_code=code)
            yield methods.GetMyShortDescription(language_code=code), "short_description", writer
        if self.commands:
            commands = [BotCommand(command=name, description=about) for name, about in self.commands]
            writer = methods.SetMyCommands(commands=commands, language_code=code)
            yield methods.GetMyCommands(language_code=code), "commands", writer
