"""Who writes to us: persons, their addresses, and their rights over what is held."""
