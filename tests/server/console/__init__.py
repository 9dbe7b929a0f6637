"""The console at work, over real HTTP."""
