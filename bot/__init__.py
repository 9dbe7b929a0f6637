"""The channels: turn what a platform sends into an `InboundMessage`, and a `Reply` into what the platform takes.

May see `dialogs.messages` and nothing else of ours; no database, no web framework.
"""
