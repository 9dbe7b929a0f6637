"""Reads a calendar file in a process of its own: a line of JSON and the file from standard input, JSON to standard output.

Run by its path, never imported by the program: whatever a file does to the libraries, it does to this process alone, and a zone that it
makes up under a known name is known to nobody else.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

MOST_MEMORY_BYTES = 1 << 30
MOST_SECONDS = 40


def limit() -> None:
    """From now on this process can take only so much, and write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """0 when an answer was written: spans in seconds of the epoch, or the code of a fault."""
    limit()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from server.appointments.ics_in import CalendarFault, busy_spans  # noqa: PLC0415 - after the limits

    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    starts, until = datetime.fromisoformat(asked["starts"]), datetime.fromisoformat(asked["until"])
    try:
        spans = busy_spans(content, starts, until, ZoneInfo(asked["zone"]))
    except CalendarFault as fault:
        print(json.dumps({"fault": fault.code}))  # noqa: T201 - the answer
        return 0
    print(json.dumps({"spans": [[one.starts_at.timestamp(), one.ends_at.timestamp()] for one in spans]}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
