# ruff: noqa: INP001 - a program, not a package
"""Exits 0 when the process on the named port of this machine says that it is alive: for a container's health check."""

import sys
from http.client import HTTPConnection


def main(port: int) -> int:
    """0 when `/healthz` answers 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/healthz")
        return 0 if connection.getresponse().status == 200 else 1  # noqa: PLR2004 - OK
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
