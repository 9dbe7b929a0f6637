"""All tables of all slices, so that migrations and whole-system tests see every one."""

from __future__ import annotations

from server.db.base import metadata

__all__ = ["metadata"]
