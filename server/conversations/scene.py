"""Where a turn plays: what its effects need to know."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs.messages import ChannelName
from server.conversations.thread import Thread
from server.escalations.service import Asker
from server.hours import OpeningHours


@dataclass(frozen=True, slots=True)
class Scene:
    """A turn's thread, the words of its message (empty for an event), the area and the time.

    `language` is the area's. `picked` is what stood on the choice that was pressed or whose number was typed (empty: none).
    `hours` say when people are at their desks. `message_id` and `lane` are the message's (None and empty for an event).
    """

    thread: Thread
    words: str
    area: str
    zone: ZoneInfo
    kept_days: int
    now: datetime
    hours: OpeningHours
    language: str = "en"
    picked: str = ""
    message_id: uuid.UUID | None = None
    lane: str = ""
    channel: ChannelName = ChannelName.WEBCHAT

    @property
    def own_words(self) -> str:
        """What they wrote themselves; a number that picked a choice says nothing."""
        return "" if self.picked else self.words

    @property
    def asker(self) -> Asker:
        """Who asks, where, and whether people are at their desks."""
        return Asker(self.thread.person_id, self.thread.address_id, self.area, self.hours.desk(self.now).is_open)
