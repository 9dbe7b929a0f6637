"""`make bench`: the floor and our whole inbound path, side by side in one run, alternated; then start-up and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from server.db.embedded import EmbeddedPostgres

ROUNDS = 3
FULL_SECONDS = 8.0
STEADY_SECONDS = 15.0


def main() -> None:
    """Print the figures beside their bars; exit 1 when one is missed."""
    with tempfile.TemporaryDirectory(prefix="connexions-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        postgres.start()
        for name in ("floor", "ours"):
            postgres.create_database(name)
        try:
            figures = measure(postgres)
        finally:
            postgres.stop()
    figures["help_seconds"] = timed_help()
    report(figures)


def measure(postgres: EmbeddedPostgres) -> dict[str, float]:
    """Rates of both at 32 connections, each the median of alternated rounds; times at a steady 100 a second; memory; start-up."""
    rates: dict[str, list[float]] = {"floor": [], "ours": []}
    p99 = {"floor": [], "ours": []}
    figures: dict[str, float] = {}
    first = 1
    for _ in range(ROUNDS):
        for place, name in enumerate(("floor", "ours")):
            with serving(name, 8181 + place, postgres.url(name)) as (process, started):
                load(8181 + place, "full", 2.0, first)
                result = load(8181 + place, "full", FULL_SECONDS, first + 100_000)
                calm = load(8181 + place, "steady", STEADY_SECONDS, first + 500_000)
                first += 1_000_000
                rates[name].append(result["rate"])
                p99[name].append(calm["p99"])
                figures |= {
                    f"{name}_p50_steady": calm["p50"],
                    f"{name}_memory": memory(process),
                    f"{name}_start": started,
                    f"{name}_p99_full": result["p99"],
                    f"{name}_p50_full": result["p50"],
                }
                if result["answered"] != result["asked"] or calm["answered"] != calm["asked"]:
                    raise SystemExit(f"{name}: not every request was answered 200")
    for name, measured in rates.items():
        figures |= {f"{name}_rate": median(measured), f"{name}_p99_steady": median(p99[name])}
    return figures


@contextmanager
def serving(name: str, port: int, url: str):
    """The target as a process of its own, ready; with the seconds that took."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.targets", name, str(port), url])
    try:
        while not answers(port):
            if process.poll() is not None:
                raise SystemExit(f"{name} did not start")
            time.sleep(0.02)
        yield process, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing-here", timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def load(port: int, mode: str, seconds: float, first: int) -> dict[str, float]:
    """One run of the load in its own process."""
    command = [sys.executable, "-m", "benchmarks.load", str(port), mode, str(seconds), str(first)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def memory(process: subprocess.Popen) -> float:
    """Resident megabytes of a process."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def timed_help() -> float:
    """Seconds of `connexions --help`, the best of five: the others wait for the disk."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([str(Path(sys.executable).parent / "connexions"), "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return min(times)


def report(figures: dict[str, float]) -> None:
    """The table, and the verdicts."""
    print(f"{'':34}{'floor':>10}{'ours':>10}")
    for label, key in (
        ("whole turns a second, 32 conn.", "rate"),
        ("p50 at 32 connections, ms", "p50_full"),
        ("p99 at 32 connections, ms", "p99_full"),
        ("p50 at 100 a second, ms", "p50_steady"),
        ("p99 at 100 a second, ms", "p99_steady"),
        ("memory, MB", "memory"),
        ("start-up, s", "start"),
    ):
        print(f"{label:34}{figures[f'floor_{key}']:>10.1f}{figures[f'ours_{key}']:>10.1f}")
    print(f"{'connexions --help, s':34}{'':>10}{figures['help_seconds']:>10.2f}")
    bars = {
        "at least 300 turns a second": figures["ours_rate"] >= 300,
        "at least a quarter of the floor": figures["ours_rate"] >= figures["floor_rate"] / 4,
        "p99 under 50 ms at 100 a second": figures["ours_p99_steady"] < 50,
        "under 350 MB": figures["ours_memory"] < 350,
        "--help under half a second": figures["help_seconds"] < 0.5,
    }
    for bar, holds in bars.items():
        print(f"{'holds ' if holds else 'MISSED'}  {bar}")
    raise SystemExit(0 if all(bars.values()) else 1)


if __name__ == "__main__":
    main()
