"""How long a body may take to come in: who sends one by drops holds up nobody but themselves."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from starlette.types import Message, Receive

from server.errors import TooSlow


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a body may take: `whole` in all, `still` without a byte. Time that we ourselves take does not count."""

    whole: float = 60.0
    still: float = 10.0


PATIENCE: Final = Patience()


class Timed:
    """`receive` of a request, with patience. `is_late` is set once it ran out."""

    def __init__(self, receive: Receive, patience: Patience = PATIENCE) -> None:
        self._receive = receive
        self._patience = patience
        self._waited = 0.0
        self._is_whole = False
        self.is_late = False

    async def __call__(self) -> Message:
        """The next piece; after the last one (a wait for the browser to go away) without a limit. Raises TooSlow."""
        if self._is_whole:
            return await self._receive()
        began = time.monotonic()
        rest = max(0.0, min(self._patience.still, self._patience.whole - self._waited))
        try:
            message = await asyncio.wait_for(self._receive(), rest)
        except TimeoutError as error:
            self.is_late = True
            raise TooSlow from error
        self._waited += time.monotonic() - began
        self._is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message
