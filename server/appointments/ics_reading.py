"""A calendar file read by a process with limits: what it says busy, or a fault with a name, within a minute."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from server.appointments.ics_series import CalendarFault, Span

PROGRAM: Final = Path(__file__).with_name("ics_process.py")
SECONDS: Final = 60.0


async def read_apart(
    content: bytes, starts: datetime, until: datetime, zone: ZoneInfo, seconds: float = SECONDS
) -> list[Span]:
    """As `ics_in.busy_spans`. Raises CalendarFault, also `too_slow` for a file that would take for ever."""
    pipe = asyncio.subprocess.PIPE
    asked = {"starts": starts.isoformat(), "until": until.isoformat(), "zone": zone.key}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(PROGRAM), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env={}
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate(json.dumps(asked).encode() + b"\n" + content)
    except TimeoutError:
        raise CalendarFault("too_slow") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        # the limit of time ends it by a signal, anything else by an error
        raise CalendarFault("too_slow" if process.returncode < 0 else "broken")
    answer = json.loads(said)
    if "fault" in answer:
        raise CalendarFault(answer["fault"])
    return [Span(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in answer["spans"]]
