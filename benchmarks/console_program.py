"""The program under load as an operator starts it, and what each part of the machine took of the processor meanwhile."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from server.db.keyring import KeyRing

TICKS = os.sysconf("SC_CLK_TCK")


class Program:
    """One web process and one worker of the program on a database, as an operator starts them."""

    def __init__(self, folder: Path, url: str, ring: KeyRing) -> None:
        self.port, worker_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {
            "database_url": url,
            "key_ring": ring.to_text(),
            "port": str(self.port),
            "worker_port": str(worker_port),
            "log_level": "ERROR",
            "area_hours": "mon-sun 00:00-23:59",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CONNEXIONS_")}
        self._env = kept | {f"CONNEXIONS_{name.upper()}": value for name, value in own.items()}
        self._ports = {"serve": self.port, "work": worker_port}
        self._folder, self.processes = folder, list[subprocess.Popen]()

    def __enter__(self) -> Self:
        self._run("migrate").wait()
        for kind, port in self._ports.items():
            self.processes.append(self._run(kind))
            wait_until_ready(f"http://127.0.0.1:{port}/readyz", self.processes[-1])
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)

    def _run(self, command: str) -> subprocess.Popen:
        code = f"from server.cli.main import app; app(['{command}'])"
        return subprocess.Popen([sys.executable, "-c", code], cwd=self._folder, env=self._env)

    def cpu_seconds(self) -> dict[str, float]:
        """Processor seconds so far: of each part, of the machine while its host gave the core to somebody else (`stolen`),
        and those in which the web process was ready to run and had no core (`starved`)."""
        web, worker = (process.pid for process in self.processes)
        ticks = Path("/proc/stat").read_text().split("\n", 1)[0].split()
        waited = Path(f"/proc/{web}/schedstat").read_text().split()[1]
        return {
            "web": ran(web),
            "worker": ran(worker),
            "crowd": ran(os.getpid()),
            "postgres": sum(ran(pid) for pid in named("postgres")),
            "stolen": int(ticks[8]) / TICKS,
            "starved": int(waited) / 1e9,
        }


def ran(pid: int) -> float:
    """Processor seconds of a process; nothing for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def named(name: str) -> list[int]:
    """Processes of this name."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "comm").read_text().strip() == name:
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


def wait_until_ready(url: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1)
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"not ready: {url}")
