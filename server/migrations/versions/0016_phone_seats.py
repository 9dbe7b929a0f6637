"""Phones that several share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_seats",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("nickname", sa.LargeBinary(), nullable=True),
        sa.Column("speaks_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["areas.slug"], name=op.f("fk_phone_seats_area_areas")),
        sa.PrimaryKeyConstraint("lane", "address_hash", name=op.f("pk_phone_seats")),
    )
    op.create_index(op.f("ix_phone_seats_lane_phone_hash"), "phone_seats", ["lane", "phone_hash"], unique=False)
    op.add_column("messages", sa.Column("is_unasked", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("messages", "is_unasked")
    op.drop_table("phone_seats")
