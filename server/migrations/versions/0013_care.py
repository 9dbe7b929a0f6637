"""Who looks after a person, handovers, reviews, dates that rules make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OLD_TASKS = ("interpreter", "translate", "access", "call_back", "follow_up", "unreachable", "debrief")
TASKS = (*OLD_TASKS, "asked", "morning", "taken_over", "worker_wrote")
NEW_TASKS = ("appointment", "number_on_hold", "release", "handover", "date")


def _set_tasks(values: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f("ck_case_tasks_task_kind"), "case_tasks", type_="check")
    op.create_check_constraint(op.f("ck_case_tasks_task_kind"), "case_tasks", f"kind IN ({allowed})")


def upgrade() -> None:
    _set_tasks((*TASKS, *NEW_TASKS))
    op.create_table('person_care',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('adviser_id', sa.Uuid(), nullable=True),
    sa.Column('cover_adviser_id', sa.Uuid(), nullable=True),
    sa.Column('previous_adviser_id', sa.Uuid(), nullable=True),
    sa.Column('previous_until_on', sa.Date(), nullable=True),
    sa.Column('prefers_part', sa.Text(), server_default='', nullable=False),
    sa.Column('needs', sa.LargeBinary(), nullable=True),
    sa.Column('trusted', sa.LargeBinary(), nullable=True),
    sa.Column('check_word', sa.LargeBinary(), nullable=True),
    sa.Column('check_tries', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('check_tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('order_ends_on', sa.LargeBinary(), nullable=True),
    sa.Column('eighteenth_on', sa.LargeBinary(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['adviser_id'], ['staff.id'], name=op.f('fk_person_care_adviser_id_staff')),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_person_care_area_areas')),
    sa.ForeignKeyConstraint(['cover_adviser_id'], ['staff.id'], name=op.f('fk_person_care_cover_adviser_id_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_person_care_person_id_people')),
    sa.ForeignKeyConstraint(['previous_adviser_id'], ['staff.id'], name=op.f('fk_person_care_previous_adviser_id_staff')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_person_care'))
    )
    op.create_index(op.f('ix_person_care_adviser_id'), 'person_care', ['adviser_id'], unique=False)
    op.create_table('handovers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('from_id', sa.Uuid(), nullable=False),
    sa.Column('to_id', sa.Uuid(), nullable=True),
    sa.Column('briefed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('meeting_id', sa.Uuid(), nullable=True),
    sa.Column('met_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('comfort_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('comfort', sa.Text(), server_default='', nullable=False),
    sa.Column('comfort_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_id', sa.Uuid(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Uuid(), nullable=True),
    sa.Column('closed_why', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_handovers_area_areas')),
    sa.ForeignKeyConstraint(['closed_by'], ['staff.id'], name=op.f('fk_handovers_closed_by_staff')),
    sa.ForeignKeyConstraint(['first_id'], ['appointments.id'], name=op.f('fk_handovers_first_id_appointments'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['from_id'], ['staff.id'], name=op.f('fk_handovers_from_id_staff')),
    sa.ForeignKeyConstraint(['meeting_id'], ['appointments.id'], name=op.f('fk_handovers_meeting_id_appointments'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_handovers_person_id_people')),
    sa.ForeignKeyConstraint(['to_id'], ['staff.id'], name=op.f('fk_handovers_to_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handovers'))
    )
    op.create_index('uq_handovers_open', 'handovers', ['person_id'], unique=True, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('reviews',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=True),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Uuid(), nullable=True),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('no_next_why', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_reviews_appointment_id_appointments'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_reviews_area_areas')),
    sa.ForeignKeyConstraint(['closed_by'], ['staff.id'], name=op.f('fk_reviews_closed_by_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_reviews_person_id_people')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_reviews_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reviews'))
    )
    op.create_index(op.f('ix_reviews_area_due_on'), 'reviews', ['area', 'due_on'], unique=False)
    op.create_index(op.f('ix_reviews_person_id'), 'reviews', ['person_id'], unique=False)
    op.create_table('timescale_rules',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.Column('amount', sa.SmallInteger(), nullable=False),
    sa.Column('red_amount', sa.SmallInteger(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('repeat_months', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('repeat_days', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('side', sa.Text(), server_default='home', nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_timescale_rules_area_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timescale_rules')),
    sa.UniqueConstraint('area', 'code', name=op.f('uq_timescale_rules_area_code'))
    )
    op.create_table('timescale_dates',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('side', sa.Text(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('red_on', sa.Date(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.Uuid(), nullable=True),
    sa.Column('task_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_timescale_dates_area_areas')),
    sa.ForeignKeyConstraint(['done_by'], ['staff.id'], name=op.f('fk_timescale_dates_done_by_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_timescale_dates_person_id_people')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_timescale_dates_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timescale_dates'))
    )
    op.create_index(op.f('ix_timescale_dates_area_due_on'), 'timescale_dates', ['area', 'due_on'], unique=False)
    op.create_index('uq_timescale_dates_open', 'timescale_dates', ['person_id', 'code'], unique=True, postgresql_where=sa.text('done_at IS NULL'))


def downgrade() -> None:
    new = ", ".join(f"'{kind}'" for kind in NEW_TASKS)
    op.execute(f"DELETE FROM case_tasks WHERE kind IN ({new})")
    _set_tasks(TASKS)
    op.drop_table('timescale_dates')
    op.drop_table('timescale_rules')
    op.drop_table('reviews')
    op.drop_table('handovers')
    op.drop_table('person_care')
