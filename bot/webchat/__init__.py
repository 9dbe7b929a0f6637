"""The web chat: a page of ours that reads its thread itself."""
