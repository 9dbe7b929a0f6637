"""The conversation in a terminal, through the real service: what is said is stored, cases are opened, deletion deletes."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from dialogs.messages import ChannelName, InboundMessage, MessageKind, Reply, clean_text
from server.cli.processes import database, migrated, read_settings, run_async
from server.cli.terminal import TerminalChannel
from server.clock import utc_now
from server.db.ids import new_id
from server.wiring import Service, build

YOU = "terminal"


@dataclass
class Story:
    """What was said, in the form that tests replay: `tests/stories/*.yaml`."""

    channel: ChannelName
    began_at: datetime
    turns: list[dict[str, Any]] = field(default_factory=list)

    def said(self, text: str) -> None:
        """A turn begins."""
        self.turns.append({"says": text, "hears": []})

    def heard(self, reply: Reply, shown: str) -> None:
        """What came back, as the channel showed it."""
        if self.turns:
            self.turns[-1]["hears"].append({"kind": reply.kind.value, "text": shown})

    def write(self, path: Path) -> None:
        """Write the story file."""
        data = {"channel": self.channel.value, "began_at": self.began_at.isoformat(), "turns": self.turns}
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def play(channel: str, save: Path | None) -> None:
    """Talk until the input ends. One conversation a channel goes on from call to call; `delete` forgets it."""
    try:
        name = ChannelName(channel)
    except ValueError:
        print(f"no channel {channel!r}: {', '.join(ChannelName)}", file=sys.stderr)
        raise SystemExit(2) from None
    settings = read_settings().model_copy(update={"log_level": "ERROR"})
    story = Story(name, utc_now())
    who = f"{YOU}-{new_id()}" if save else YOU  # a story begins with somebody new

    async def main(url: str) -> None:
        await migrated(url)
        lane = f"terminal-{name.value}"
        service = build(settings, url, more_channels={lane: TerminalChannel(name, story.heard)})
        await service.start()
        try:
            await talk(service, lane, who, story)
        finally:
            await service.stop()

    with database(settings) as url:
        run_async(lambda: main(url))
    if save is not None:
        story.write(save)
        print(f"Saved to {save}.")


async def talk(service: Service, lane: str, who: str, story: Story) -> None:
    """Read lines until the input ends, and let the service answer each."""
    if sys.stdin.isatty():
        print("Write as a young person would. Control-D ends.")
    while (line := await asyncio.to_thread(_read_line)) is not None:
        await say(service, lane, who, story, clean_text(line))


async def say(service: Service, lane: str, who: str, story: Story, text: str) -> None:
    """One message, and everything that comes back."""
    now = utc_now()
    kind = MessageKind.START if text == "/start" else MessageKind.TEXT
    story.said(text)
    words = text if kind is MessageKind.TEXT else ""
    await service.conversations.receive(InboundMessage(story.channel, lane, who, str(new_id()), now, kind, words), now)
    await service.sender.drain()


def _read_line() -> str | None:
    """One line from the person; None at the end of the input."""
    if sys.stdin.isatty():
        print("\n> ", end="", flush=True)
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None
