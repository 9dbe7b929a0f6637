"""What work between colleagues needs: tables and columns of tasks, push, complaints and the youth justice worker's page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MEANS = ("console", "telegram", "sms", "call")
TASKS = ("interpreter", "translate", "access", "call_back", "follow_up", "unreachable", "debrief")
NEW_TASKS = ("asked", "morning", "taken_over", "worker_wrote")
WITH_MEANS = ("case_steps", "staff_notices")


def upgrade() -> None:
    _set_values("means", "means", WITH_MEANS, (*MEANS, "push"))
    _add_push()
    _set_values("kind", "task_kind", ("case_tasks",), (*TASKS, *NEW_TASKS))
    op.add_column("case_tasks", sa.Column("skill", sa.Text(), server_default="", nullable=False))
    op.add_column("case_tasks", sa.Column("note_id", sa.Uuid(), nullable=True))
    op.add_column("case_tasks", sa.Column("about_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_case_tasks_note_id_case_notes"), "case_tasks", "case_notes", ["note_id"], ["id"])
    op.create_foreign_key(op.f("fk_case_tasks_about_id_staff"), "case_tasks", "staff", ["about_id"], ["id"])
    op.create_index(op.f("ix_case_tasks_note_id"), "case_tasks", ["note_id"])
    op.add_column("case_drafts", sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("complaints", sa.Column("words", sa.LargeBinary(), nullable=True))
    op.add_column("complaints", sa.Column("outcome", sa.LargeBinary(), nullable=True))
    op.add_column("people", sa.Column("contact_rules", sa.LargeBinary(), nullable=True))
    _add_worker_links()


def downgrade() -> None:
    op.drop_table("worker_links")
    op.drop_column("people", "contact_rules")
    op.drop_column("complaints", "outcome")
    op.drop_column("complaints", "words")
    op.drop_column("case_drafts", "noted_at")
    op.drop_index(op.f("ix_case_tasks_note_id"), "case_tasks")
    op.drop_constraint(op.f("fk_case_tasks_about_id_staff"), "case_tasks", type_="foreignkey")
    op.drop_constraint(op.f("fk_case_tasks_note_id_case_notes"), "case_tasks", type_="foreignkey")
    for column in ("about_id", "note_id", "skill"):
        op.drop_column("case_tasks", column)
    new = ", ".join(f"'{kind}'" for kind in NEW_TASKS)
    op.execute(f"DELETE FROM case_tasks WHERE kind IN ({new})")
    _set_values("kind", "task_kind", ("case_tasks",), TASKS)
    op.drop_table("push_keys")
    op.drop_table("staff_browsers")
    op.execute("DELETE FROM staff_notices WHERE means = 'push'")
    op.execute("ALTER TABLE case_steps DISABLE TRIGGER USER")
    op.execute("UPDATE case_steps SET means = 'console' WHERE means = 'push'")
    op.execute("ALTER TABLE case_steps ENABLE TRIGGER USER")
    _set_values("means", "means", WITH_MEANS, MEANS)


def _set_values(column: str, name: str, tables: tuple[str, ...], values: tuple[str, ...]) -> None:
    """Let a column hold these values and no others."""
    allowed = ", ".join(f"'{value}'" for value in values)
    for table in tables:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({allowed})")


def _add_push() -> None:
    op.create_table(
        "staff_browsers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_browsers_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["staff_sessions.id"],
            name=op.f("fk_staff_browsers_session_id_staff_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_browsers")),
        sa.UniqueConstraint("browser_hash", name=op.f("uq_staff_browsers_browser_hash")),
    )
    op.create_index(op.f("ix_staff_browsers_staff_id"), "staff_browsers", ["staff_id"])
    op.create_index(op.f("ix_staff_browsers_session_id"), "staff_browsers", ["session_id"])
    op.create_table(
        "push_keys",
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_push_keys")),
    )


def _add_worker_links() -> None:
    keys = {"area": "areas.slug", "case_id": "cases.id", "person_id": "people.id"}
    keys |= dict.fromkeys(("staff_id", "made_by", "ended_by"), "staff.id")
    op.create_table(
        "worker_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_why", sa.LargeBinary(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_worker_links_{column}_{to.split('.')[0]}"))
            for column, to in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_links")),
    )
    for column in ("case_id", "person_id", "staff_id"):
        op.create_index(op.f(f"ix_worker_links_{column}"), "worker_links", [column])
