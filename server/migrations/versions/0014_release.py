"""Release plans, and the hold on every way to write to a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    """A text column with a named check of its values."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table('plan_templates',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_plan_templates_area_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_templates')),
    sa.UniqueConstraint('area', 'code', name=op.f('uq_plan_templates_area_code'))
    )
    op.create_table('plan_template_steps',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('template_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', one_of('step_kind', 'task', 'appointment', 'sheet', 'message'), nullable=False),
    sa.Column('side', one_of('side', 'home', 'host'), nullable=False),
    sa.Column('anchor', one_of('anchor', 'release', 'first_monday', 'entered'), nullable=False),
    sa.Column('offset_days', sa.SmallInteger(), nullable=False),
    sa.Column('is_working_days', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('lands_on', sa.Text(), server_default='any', nullable=False),
    sa.Column('at_local', sa.Time(), nullable=True),
    sa.Column('owner', sa.Text(), server_default='', nullable=False),
    sa.Column('requires', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.CheckConstraint("lands_on IN ('any', 'before', 'after')", name=op.f('ck_plan_template_steps_lands_on')),
    sa.ForeignKeyConstraint(['template_id'], ['plan_templates.id'], name=op.f('fk_plan_template_steps_template_id_plan_templates'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_template_steps')),
    sa.UniqueConstraint('template_id', 'code', name=op.f('uq_plan_template_steps_template_id_code'))
    )
    op.create_table('custody_spells',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('host_area', sa.Text(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('home_owner_id', sa.Uuid(), nullable=True),
    sa.Column('host_owner_id', sa.Uuid(), nullable=True),
    sa.Column('template_id', sa.Uuid(), nullable=True),
    sa.Column('entered_on', sa.Date(), nullable=False),
    sa.Column('release_on', sa.Date(), nullable=True),
    sa.Column('status', one_of('release_status', 'earliest', 'planned', 'confirmed', 'released', 'recalled'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('home_accepted', sa.Integer(), server_default='0', nullable=False),
    sa.Column('host_accepted', sa.Integer(), server_default='0', nullable=False),
    sa.Column('sheet_version', sa.Integer(), server_default='0', nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('phone_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('phone_back_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_custody_spells_area_areas')),
    sa.ForeignKeyConstraint(['home_owner_id'], ['staff.id'], name=op.f('fk_custody_spells_home_owner_id_staff')),
    sa.ForeignKeyConstraint(['host_area'], ['areas.slug'], name=op.f('fk_custody_spells_host_area_areas')),
    sa.ForeignKeyConstraint(['host_owner_id'], ['staff.id'], name=op.f('fk_custody_spells_host_owner_id_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_custody_spells_person_id_people')),
    sa.ForeignKeyConstraint(['phone_back_by'], ['staff.id'], name=op.f('fk_custody_spells_phone_back_by_staff')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_custody_spells_place_id_places')),
    sa.ForeignKeyConstraint(['template_id'], ['plan_templates.id'], name=op.f('fk_custody_spells_template_id_plan_templates')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_custody_spells'))
    )
    op.create_index(op.f('ix_custody_spells_area_release_on'), 'custody_spells', ['area', 'release_on'], unique=False)
    op.create_index('uq_custody_spells_open', 'custody_spells', ['person_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('release_changes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('spell_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('old_on', sa.Date(), nullable=True),
    sa.Column('new_on', sa.Date(), nullable=True),
    sa.Column('old_status', sa.Text(), server_default='', nullable=False),
    sa.Column('new_status', sa.Text(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['spell_id'], ['custody_spells.id'], name=op.f('fk_release_changes_spell_id_custody_spells'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_release_changes_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release_changes'))
    )
    op.create_index(op.f('ix_release_changes_spell_id'), 'release_changes', ['spell_id'], unique=False)
    op.create_table('release_steps',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('spell_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('kind', one_of('step_kind', 'task', 'appointment', 'sheet', 'message'), nullable=False),
    sa.Column('side', one_of('side', 'home', 'host'), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('anchor', one_of('anchor', 'release', 'first_monday', 'entered'), nullable=False),
    sa.Column('offset_days', sa.SmallInteger(), nullable=False),
    sa.Column('is_working_days', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('lands_on', sa.Text(), server_default='any', nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('state', one_of('step_state', 'open', 'done', 'replaced', 'skipped', 'task'), nullable=False),
    sa.Column('requires', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=True),
    sa.Column('replaced_by', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('told_version', sa.Integer(), server_default='0', nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_release_steps_appointment_id_appointments'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['done_by'], ['staff.id'], name=op.f('fk_release_steps_done_by_staff')),
    sa.ForeignKeyConstraint(['owner_id'], ['staff.id'], name=op.f('fk_release_steps_owner_id_staff')),
    sa.ForeignKeyConstraint(['replaced_by'], ['release_steps.id'], name=op.f('fk_release_steps_replaced_by_release_steps'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['spell_id'], ['custody_spells.id'], name=op.f('fk_release_steps_spell_id_custody_spells'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release_steps'))
    )
    op.create_index(op.f('ix_release_steps_appointment_id'), 'release_steps', ['appointment_id'], unique=False)
    op.create_index(op.f('ix_release_steps_spell_id_due_on'), 'release_steps', ['spell_id', 'due_on'], unique=False)
    op.add_column('people', sa.Column('on_hold_since', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('people', 'on_hold_since')
    op.drop_table('release_steps')
    op.drop_table('release_changes')
    op.drop_table('custody_spells')
    op.drop_table('plan_template_steps')
    op.drop_table('plan_templates')
