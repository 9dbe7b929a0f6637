"""Stories that `connexions chat --save` wrote: played again through the real service, each reply has to be what it was."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml

from dialogs.messages import ChannelName
from server.cli.chat import Story, say
from server.cli.terminal import TerminalChannel
from server.settings import ROOT
from server.wiring import build
from tests.support.program import settings_for

STORIES = sorted((ROOT / "tests" / "stories").glob("*.yaml"))


def test_there_are_stories() -> None:
    assert len(STORIES) >= 4


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
async def test_the_story_goes_as_it_went(path: Path, database_url: str) -> None:
    story: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    began_at = datetime.fromisoformat(story["began_at"])
    again = Story(ChannelName(story["channel"]), began_at)
    service = build(
        settings_for(public_url="http://127.0.0.1:8000"),
        database_url,
        more_channels={"terminal": TerminalChannel(again.channel, again.heard)},
    )
    with time_machine.travel(began_at, tick=False):
        await service.start()
        try:
            for turn in story["turns"]:
                await say(service, "terminal", "somebody", again, turn["says"])
        finally:
            await service.stop()
    assert again.turns == story["turns"]
