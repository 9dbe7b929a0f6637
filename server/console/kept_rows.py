"""Rows of the queue, drawn once for everybody: twenty open consoles ask for the same rows every two seconds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup

from server.console.board import Open
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

    def drawer(self, found: Open, reader: uuid.UUID, now: datetime, is_late: Callable[[QueueRow], bool]) -> Drawn:
        """For a template: `drawn(rows, macro, language, at)` is what the macro makes of each row, one after the other.

        `at` is the case that stands open beside the list. Rows of one read, and its groups, are looked up by where they are
        and not by what stands in them: `found` holds both, so none of them is another for as long as it is there.
        """
        groups = {id(group.shown) for group in found.sorted.groups}

        def drawn(rows: Sequence[QueueRow], draw: Draw, language: str, at: uuid.UUID | None) -> Markup:
            here = at if any(row.id == at for row in rows) else None
            key = id(rows), language, here
            text = found.kept.get(key)
            if text is None:
                text = Markup("").join([one(row, draw, language, is_here=row.id == here) for row in rows])
                if id(rows) in groups:
                    found.kept[key] = text
            return text

        def one(row: QueueRow, draw: Draw, language: str, *, is_here: bool) -> Markup:
            place = id(row), language, row.adviser_id == reader, is_here
            text = found.kept.get(place)
            if text is None:
                minutes = (now - row.since) // MINUTE if row.since else None
                key = row, language, minutes, is_late(row), row.adviser_id == reader, is_here
                text = found.kept[place] = self._kept.get(key) or self._keep(key, draw(row))
            return text

        return drawn

    def _keep(self, key: Hashable, text: Markup) -> Markup:
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = text
        return text
