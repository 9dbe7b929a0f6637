"""Errors of cases."""

from __future__ import annotations

from server.errors import ServiceError


class NoSuchCase(ServiceError):
    """There is no open case of that id."""

    status = 404
    public = "There is no open case with that number."
