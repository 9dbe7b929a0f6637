"""Rows of the queue, drawn once for everybody: twenty open consoles ask for the same rows every two seconds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup

from server.console.reading import QueueRow

MOST: Final = 8000
"""Rows kept at most, each about half a kilobyte; then all are drawn anew."""

MINUTE: Final = timedelta(minutes=1)

Draw = Callable[[QueueRow], Markup]
Drawn = Callable[[Sequence[QueueRow], Draw, str, uuid.UUID | None], Markup]


class KeptRows:
    """What rows looked like when they were last drawn. A row that changed in anything that shows is another row."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Markup] = {}

    def drawer(self, reader: uuid.UUID, now: datetime, is_late: Callable[[QueueRow], bool]) -> Drawn:
        """For a template: `drawn(rows, macro, language, at)` is what the macro makes of each row, one after the other.

        `at` is the case that stands open beside the list.
        """

        def drawn(rows: Sequence[QueueRow], draw: Draw, language: str, at: uuid.UUID | None) -> Markup:
            found = []
            for row in rows:
                minutes = (now - row.since) // MINUTE if row.since else None
                key = row, language, minutes, is_late(row), row.adviser_id == reader, row.id == at
                found.append(self._kept.get(key) or self._keep(key, draw(row)))
            return Markup("").join(found)

        return drawn

    def _keep(self, key: Hashable, text: Markup) -> Markup:
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = text
        return text
