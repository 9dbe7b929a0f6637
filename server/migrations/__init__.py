"""Alembic migrations: each suits the code before and after it, with short lock and statement times."""
