"""The demo's made-up people."""
