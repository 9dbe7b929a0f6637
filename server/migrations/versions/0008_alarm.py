"""What keeps an alarm from falling silent: columns that have a value also when the release before writes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


NEVER_ARRIVED = "kind = 'adviser' AND failure_noted_at IS NULL AND status IN ('undelivered', 'failed', 'skipped')"


def upgrade() -> None:
    for name in ("clock_next_at", "waiting_since"):
        op.alter_column("cases", name, server_default=sa.func.now())
    op.add_column("deliveries", sa.Column("failure_noted_at", sa.DateTime(timezone=True), nullable=True))
    # what failed before is no news
    op.execute("UPDATE deliveries SET failure_noted_at = now() WHERE kind = 'adviser'")
    op.create_index("ix_deliveries_never_arrived", "deliveries", ["seq"], postgresql_where=sa.text(NEVER_ARRIVED))


def downgrade() -> None:
    op.drop_index("ix_deliveries_never_arrived", table_name="deliveries")
    op.drop_column("deliveries", "failure_noted_at")
    for name in ("clock_next_at", "waiting_since"):
        op.alter_column("cases", name, server_default=None)
