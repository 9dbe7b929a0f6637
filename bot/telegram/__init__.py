"""Telegram, with aiogram as client and types."""
