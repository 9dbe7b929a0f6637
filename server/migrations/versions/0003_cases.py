"""Cases that people hold: who has one, its clock and who is told, notes, tasks, drafts, who is on call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    """A text column with a named check of its values."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def append_only(table: str, *sealed: str) -> None:
    """Refuse every change and deletion in a table, whoever asks.

    Two jobs say first what they are, for their own transaction: retention (`connexions.expire`) and the rotation of keys
    (`connexions.reseal`), which may seal the `sealed` columns again and change nothing else.
    """
    others = f"- ARRAY[{', '.join(repr(name) for name in sealed)}]::text[]"
    op.execute(f"""
        CREATE FUNCTION {table}_is_appended() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND current_setting('connexions.expire', true) = TG_TABLE_NAME THEN
                RETURN OLD;
            ELSIF TG_OP = 'UPDATE' AND current_setting('connexions.reseal', true) = TG_TABLE_NAME
                AND to_jsonb(NEW) {others} = to_jsonb(OLD) {others} THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
    """)
    change = f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
    op.execute(f"{change} EXECUTE FUNCTION {table}_is_appended()")
    op.execute(f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_is_appended()")


def upgrade() -> None:
    op.create_table('on_call',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('rung', one_of('rung', 'on_duty', 'first', 'second', 'lead', 'manager', 'safeguarding_lead', 'everybody'), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_on_call_area_areas')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_on_call_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_on_call'))
    )
    op.create_index(op.f('ix_on_call_area_rung_starts_at'), 'on_call', ['area', 'rung', 'starts_at'], unique=False)
    op.create_table('case_drafts',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_drafts_case_id_cases')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_drafts_staff_id_staff')),
    sa.PrimaryKeyConstraint('case_id', 'staff_id', name=op.f('pk_case_drafts'))
    )
    op.create_table('case_notes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('kind', one_of('note_kind', 'note', 'ask', 'answer', 'whisper', 'transfer', 'hold', 'event'), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('to_staff_id', sa.Uuid(), nullable=True),
    sa.Column('to_skill', sa.Text(), server_default='', nullable=False),
    sa.Column('answers_id', sa.Uuid(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['answers_id'], ['case_notes.id'], name=op.f('fk_case_notes_answers_id_case_notes')),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_case_notes_area_areas')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_notes_case_id_cases')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_notes_staff_id_staff')),
    sa.ForeignKeyConstraint(['to_staff_id'], ['staff.id'], name=op.f('fk_case_notes_to_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_notes'))
    )
    op.create_index(op.f('ix_case_notes_case_id_written_at'), 'case_notes', ['case_id', 'written_at'], unique=False)
    op.create_table('case_steps',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('clock_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('rung', one_of('rung', 'on_duty', 'first', 'second', 'lead', 'manager', 'safeguarding_lead', 'everybody'), nullable=False),
    sa.Column('kind', one_of('step_kind', 'taken', 'nobody', 'told', 'failed', 'passed', 'acknowledged', 'lapsed', 'stopped'), nullable=False),
    sa.Column('means', one_of('means', 'console', 'telegram', 'sms', 'call'), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('code', sa.Text(), server_default='', nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_case_steps_area_areas')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_steps_case_id_cases')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_steps_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_steps'))
    )
    op.create_index(op.f('ix_case_steps_case_id_at'), 'case_steps', ['case_id', 'at'], unique=False)
    op.create_index('uq_case_steps_taken', 'case_steps', ['case_id', 'clock_since', 'number'], unique=True, postgresql_where=sa.text("kind = 'taken'"))
    op.create_table('case_tasks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('kind', one_of('task_kind', 'interpreter', 'translate', 'access', 'call_back', 'follow_up', 'unreachable', 'debrief'), nullable=False),
    sa.Column('language', sa.Text(), server_default='', nullable=False),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_case_tasks_area_areas')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_tasks_case_id_cases')),
    sa.ForeignKeyConstraint(['done_by'], ['staff.id'], name=op.f('fk_case_tasks_done_by_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_case_tasks_person_id_people')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_tasks_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_tasks'))
    )
    op.create_index(op.f('ix_case_tasks_case_id'), 'case_tasks', ['case_id'], unique=False)
    op.create_index('ix_case_tasks_open', 'case_tasks', ['area', 'due_at'], unique=False, postgresql_where=sa.text('done_at IS NULL'))
    op.create_index(op.f('ix_case_tasks_person_id'), 'case_tasks', ['person_id'], unique=False)
    op.create_table('staff_notices',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('clock_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('means', one_of('means', 'console', 'telegram', 'sms', 'call'), nullable=False),
    sa.Column('status', one_of('notice_status', 'due', 'sending', 'told', 'failed', 'not_needed'), nullable=False),
    sa.Column('attempt', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('provider_id', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_staff_notices_area_areas')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_staff_notices_case_id_cases')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_notices_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_notices')),
    sa.UniqueConstraint('case_id', 'clock_since', 'number', 'staff_id', 'means', name=op.f('uq_staff_notices_case_id_clock_since_number_staff_id_means'))
    )
    op.create_index(op.f('ix_staff_notices_means_provider_id'), 'staff_notices', ['means', 'provider_id'], unique=False)
    op.create_index('ix_staff_notices_waiting', 'staff_notices', ['not_before'], unique=False, postgresql_where=sa.text("status IN ('due', 'sending')"))
    op.add_column('case_messages', sa.Column('staff_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_case_messages_staff_id_staff'), 'case_messages', 'staff', ['staff_id'], ['id'])
    op.add_column('cases', sa.Column('number', sa.BigInteger(), sa.Identity(always=False, start=101), nullable=False))
    op.add_column('cases', sa.Column('skill', sa.Text(), server_default='', nullable=False))
    op.add_column('cases', sa.Column('adviser_id', sa.Uuid(), nullable=True))
    op.add_column('cases', sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('adviser_active_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('first_answer_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('held_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('barred', postgresql.ARRAY(sa.Uuid()), server_default='{}', nullable=False))
    op.add_column('cases', sa.Column('clock_since', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False))
    op.add_column('cases', sa.Column('clock_in_hours', sa.Boolean(), server_default='true', nullable=False))
    op.add_column('cases', sa.Column('clock_next_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('acknowledged_by', sa.Uuid(), nullable=True))
    op.add_column('cases', sa.Column('lost_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('lost_ask_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('lost_adviser_id', sa.Uuid(), nullable=True))
    op.add_column('cases', sa.Column('outcome', one_of('case_outcome', 'answered', 'booked', 'passed_on', 'safe_now', 'emergency_services', 'no_reply', 'wrong_number', 'withdrawn'), nullable=True))
    op.add_column('cases', sa.Column('persons_view', sa.Text(), server_default='', nullable=False))
    op.add_column('cases', sa.Column('next_on', sa.Date(), nullable=True))
    op.add_column('cases', sa.Column('next_step', sa.LargeBinary(), nullable=True))
    op.add_column('cases', sa.Column('closed_by_id', sa.Uuid(), nullable=True))
    op.create_index('ix_cases_clock', 'cases', ['clock_next_at'], unique=False, postgresql_where=sa.text('closed_at IS NULL AND clock_next_at IS NOT NULL'))
    op.create_index('ix_cases_held', 'cases', ['adviser_id'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('ix_cases_lost', 'cases', ['lost_ask_at'], unique=False, postgresql_where=sa.text('lost_ask_at IS NOT NULL'))
    op.execute("UPDATE cases SET clock_since = opened_at, clock_next_at = opened_at WHERE closed_at IS NULL")
    op.create_unique_constraint(op.f('uq_cases_number'), 'cases', ['number'])
    op.create_foreign_key(op.f('fk_cases_acknowledged_by_staff'), 'cases', 'staff', ['acknowledged_by'], ['id'])
    op.create_foreign_key(op.f('fk_cases_adviser_id_staff'), 'cases', 'staff', ['adviser_id'], ['id'])
    op.create_foreign_key(op.f('fk_cases_lost_adviser_id_staff'), 'cases', 'staff', ['lost_adviser_id'], ['id'])
    op.create_foreign_key(op.f('fk_cases_closed_by_id_staff'), 'cases', 'staff', ['closed_by_id'], ['id'])
    append_only("case_steps")


def downgrade() -> None:
    op.drop_constraint(op.f('fk_cases_lost_adviser_id_staff'), 'cases', type_='foreignkey')
    op.drop_constraint(op.f('fk_cases_closed_by_id_staff'), 'cases', type_='foreignkey')
    op.drop_constraint(op.f('fk_cases_adviser_id_staff'), 'cases', type_='foreignkey')
    op.drop_constraint(op.f('fk_cases_acknowledged_by_staff'), 'cases', type_='foreignkey')
    op.drop_constraint(op.f('uq_cases_number'), 'cases', type_='unique')
    op.drop_index('ix_cases_clock', table_name='cases')
    op.drop_index('ix_cases_lost', table_name='cases', postgresql_where=sa.text('lost_ask_at IS NOT NULL'))
    op.drop_index('ix_cases_held', table_name='cases', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_column('cases', 'closed_by_id')
    op.drop_column('cases', 'next_step')
    op.drop_column('cases', 'next_on')
    op.drop_column('cases', 'persons_view')
    op.drop_column('cases', 'outcome')
    op.drop_column('cases', 'lost_adviser_id')
    op.drop_column('cases', 'lost_ask_at')
    op.drop_column('cases', 'lost_since')
    op.drop_column('cases', 'acknowledged_by')
    op.drop_column('cases', 'acknowledged_at')
    op.drop_column('cases', 'clock_next_at')
    op.drop_column('cases', 'clock_in_hours')
    op.drop_column('cases', 'clock_since')
    op.drop_column('cases', 'barred')
    op.drop_column('cases', 'held_until')
    op.drop_column('cases', 'waiting_since')
    op.drop_column('cases', 'first_answer_at')
    op.drop_column('cases', 'adviser_active_at')
    op.drop_column('cases', 'taken_at')
    op.drop_column('cases', 'adviser_id')
    op.drop_column('cases', 'skill')
    op.drop_column('cases', 'number')
    op.drop_constraint(op.f('fk_case_messages_staff_id_staff'), 'case_messages', type_='foreignkey')
    op.drop_column('case_messages', 'staff_id')
    op.drop_index('ix_staff_notices_waiting', table_name='staff_notices', postgresql_where=sa.text("status IN ('due', 'sending')"))
    op.drop_index(op.f('ix_staff_notices_means_provider_id'), table_name='staff_notices')
    op.drop_table('staff_notices')
    op.drop_index(op.f('ix_case_tasks_person_id'), table_name='case_tasks')
    op.drop_index('ix_case_tasks_open', table_name='case_tasks', postgresql_where=sa.text('done_at IS NULL'))
    op.drop_index(op.f('ix_case_tasks_case_id'), table_name='case_tasks')
    op.drop_table('case_tasks')
    op.drop_index('uq_case_steps_taken', table_name='case_steps', postgresql_where=sa.text("kind = 'taken'"))
    op.drop_index(op.f('ix_case_steps_case_id_at'), table_name='case_steps')
    op.drop_table('case_steps')
    op.execute("DROP FUNCTION case_steps_is_appended()")
    op.drop_index(op.f('ix_case_notes_case_id_written_at'), table_name='case_notes')
    op.drop_table('case_notes')
    op.drop_table('case_drafts')
    op.drop_index(op.f('ix_on_call_area_rung_starts_at'), table_name='on_call')
    op.drop_table('on_call')
