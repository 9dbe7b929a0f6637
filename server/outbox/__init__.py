"""The only way out: every message to anybody is a row first, is sent by its id, and is swept up after a crash."""
