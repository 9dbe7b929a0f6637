"""How Alembic runs our migrations: on the connection that `server.db.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from server.tables import metadata

connection = context.config.attributes["connection"]
connection.execute(text("SET lock_timeout = '5s'"))
connection.commit()  # or Alembic would take our transaction for one of the caller's and leave it open
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
