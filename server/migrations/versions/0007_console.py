"""Indexes for the console: somebody's chats before are found without reading everybody's."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_cases_person_id_opened_at"), "cases", ["person_id", "opened_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_cases_person_id_opened_at"), table_name="cases")
