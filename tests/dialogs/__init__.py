"""Promises of the conversation, told as stories."""
