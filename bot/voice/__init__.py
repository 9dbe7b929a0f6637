"""Telephone calls to members of staff, over the same Twilio account as text messages."""
