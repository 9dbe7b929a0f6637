"""Requests to people: who asked, why, since when, and who has to act."""
