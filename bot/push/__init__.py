"""Web Push: a word to a browser that is not open, by its maker's push service."""
