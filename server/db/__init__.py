"""The database: an embedded server, the key ring, column types, sessions and migrations."""
