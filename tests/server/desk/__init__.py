"""The queue and the chat, over real HTTP."""
