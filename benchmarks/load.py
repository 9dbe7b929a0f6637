"""A load of Telegram updates from a second process: how many a second at full speed, and how long each takes at a steady rate."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass

QUESTIONS = (
    "can i leave school at 16",
    "need cscs",
    "how do i get universal credit",
    "menu",
    "they kicked me out",
    "hello",
    "1",
    "what happens when i get out",
    "can the police search me",
    "more",
    "do i tell them about my record",
    "morning after pill",
    "whats the weather",
    "need a bank account no id",
    "thanks",
    "what is an ehcp",
)
SECRET = "benchmark-secret"
PEOPLE = 400


@dataclass
class Result:
    """One run: requests answered 200, how long it took, and each request's time in milliseconds."""

    answered: int
    seconds: float
    times: list[float]

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    def percentile(self, part: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


class Updates:
    """Endless updates of private text messages from `PEOPLE` people, each with its own id."""

    def __init__(self, first: int) -> None:
        self._ids = itertools.count(first)
        self._chance = random.Random(first)

    def request(self) -> bytes:
        """One whole HTTP request."""
        number = next(self._ids)
        person = 10_000 + self._chance.randrange(PEOPLE)
        update = {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": 1_790_000_000 + number // 100,
                "chat": {"id": person, "type": "private", "first_name": "Sam"},
                "from": {"id": person, "is_bot": False, "first_name": "Sam", "language_code": "en"},
                "text": self._chance.choice(QUESTIONS),
            },
        }
        body = json.dumps(update).encode()
        head = (
            f"POST /webhooks/telegram HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bool:
    """One request on a kept connection; true when it was answered 200."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    await reader.readexactly(length)
    return head.startswith(b"HTTP/1.1 200")


async def full_speed(port: int, connections: int, seconds: float, first: int) -> Result:
    """As many as go, on that many connections."""
    updates, result, end = Updates(first), Result(0, 0, []), time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < end:
            is_answered = await ask(reader, writer, updates.request())
            result.answered += is_answered
            result.times.append((time.perf_counter() - began) * 1000)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    result.seconds = time.perf_counter() - began
    return result


async def steady(port: int, rate: float, seconds: float, first: int) -> Result:
    """One request every 1/rate seconds whatever the answers do; a time counts from when the request was due."""
    updates, result = Updates(first), Result(0, 0, [])
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(64):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def one(due: float) -> None:
        connection = await free.get()
        is_answered = await ask(*connection, updates.request())
        result.answered += is_answered  # after the await: others count meanwhile
        result.times.append((time.perf_counter() - due) * 1000)
        free.put_nowait(connection)

    began = time.perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    result.seconds = time.perf_counter() - began
    return result


def main() -> None:
    """`python -m benchmarks.load PORT full|steady SECONDS FIRST`: prints one JSON line."""
    port, mode, seconds, first = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    run = full_speed(port, 32, seconds, first) if mode == "full" else steady(port, 100, seconds, first)
    result = asyncio.run(run)
    print(
        json.dumps(
            {
                "rate": round(result.rate, 1),
                "answered": result.answered,
                "asked": len(result.times),
                "p50": round(statistics.median(result.times), 2),
                "p99": round(result.percentile(0.99), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
