"""How long a test waits for what must come. Only a fault waits so long: a slow machine is none."""

PATIENCE = 90.0
"""Seconds."""

PATIENCE_MS = 30_000
"""For one step in a browser."""
