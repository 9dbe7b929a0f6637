"""What the talk about a chat needs beside it: who was passed over, who was told of a lost adviser, complaints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("passed_over", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False))
    op.add_column("cases", sa.Column("lost_told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("follows_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_cases_follows_id_cases"), "cases", "cases", ["follows_id"], ["id"])
    op.create_index(op.f("ix_cases_follows_id"), "cases", ["follows_id"])
    op.create_index(
        "ix_cases_closed_person", "cases", ["person_id", "closed_at"], postgresql_where=sa.text("closed_at IS NOT NULL")
    )
    op.create_index("ix_cases_answered", "cases", ["area", "urgency", "opened_at"])
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("is_discrimination", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("handler_id", sa.Uuid(), nullable=True),
        sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_answer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["about_id"], ["staff.id"], name=op.f("fk_complaints_about_id_staff")),
        sa.ForeignKeyConstraint(["area"], ["areas.slug"], name=op.f("fk_complaints_area_areas")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_complaints_case_id_cases")),
        sa.ForeignKeyConstraint(["handler_id"], ["staff.id"], name=op.f("fk_complaints_handler_id_staff")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_complaints_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
    )
    op.create_index(op.f("ix_complaints_case_id"), "complaints", ["case_id"])
    op.create_index(op.f("ix_complaints_person_id"), "complaints", ["person_id"])
    op.create_index(
        "ix_complaints_open", "complaints", ["area", "due_at"], postgresql_where=sa.text("closed_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("complaints")
    op.drop_index("ix_cases_answered", table_name="cases")
    op.drop_index("ix_cases_closed_person", table_name="cases")
    op.drop_index(op.f("ix_cases_follows_id"), table_name="cases")
    op.drop_constraint(op.f("fk_cases_follows_id_cases"), "cases", type_="foreignkey")
    op.drop_column("cases", "follows_id")
    op.drop_column("cases", "lost_told_at")
    op.drop_column("cases", "passed_over")
