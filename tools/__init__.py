"""Small programs for the Makefile: each is run with `python -m tools.NAME` or, before there is a `.venv`, as a file."""
