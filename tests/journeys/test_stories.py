"""Stories that `connexions chat --save` wrote: played again through the engine, each reply has to be what it was."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from dialogs.engine import take_turn
from dialogs.facts import Desk, Facts
from dialogs.messages import ChannelName, InboundMessage
from dialogs.ports import Ports
from dialogs.state import ConversationState
from server.answers.wire import build_ports
from server.cli.terminal import TerminalChannel, draw
from server.settings import ROOT

STORIES = sorted((ROOT / "tests" / "stories").glob("*.yaml"))
NOON = datetime(2026, 12, 8, 12, tzinfo=ZoneInfo("Europe/London"))
DESK = Desk(is_open=True, closes_at=NOON.replace(hour=17))
MOST = {ChannelName.SMS: 4}


@pytest.fixture(scope="module")
def ports() -> Ports:
    return build_ports(ROOT / "content", ROOT / "locales", lambda: date(2026, 12, 8))


def test_there_are_stories() -> None:
    assert STORIES


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_it_went(path: Path, ports: Ports) -> None:
    story: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    channel = ChannelName(story["channel"])
    terminal = TerminalChannel(channel, lambda reply, shown: None)
    state = ConversationState()
    facts = Facts(NOON, channel, MOST.get(channel, 6), ("en", "cy", "ar"), "en", DESK)
    for number, turn in enumerate(story["turns"]):
        message = InboundMessage(channel, "terminal", "somebody", str(number), datetime.now(UTC), text=turn["says"])
        taken = take_turn(message, state, facts, ports)
        state = ConversationState.from_plain(json.loads(json.dumps(taken.state.to_plain())))
        shown = [draw(terminal.fit(reply)[0], channel) for reply in taken.replies]
        assert shown == [heard["text"] for heard in turn["hears"]], turn["says"]
