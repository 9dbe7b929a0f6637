"""Partner systems and what they asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    """A text column with a named check of its values."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table('partners',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('owner', one_of('owner', 'ours', 'jobcentre', 'court', 'college', 'work', 'probation', 'yjs', 'housing', 'health'), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('a_minute', sa.SmallInteger(), server_default='60', nullable=False),
    sa.Column('minute_began_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('minute_calls', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_partners_area_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partners')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_partners_token_hash'))
    )
    op.create_table('partner_people',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.LargeBinary(), nullable=False),
    sa.Column('reference_hash', sa.LargeBinary(), nullable=False),
    sa.Column('basis', sa.LargeBinary(), nullable=False),
    sa.Column('linked_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['linked_by'], ['staff.id'], name=op.f('fk_partner_people_linked_by_staff')),
    sa.ForeignKeyConstraint(['partner_id'], ['partners.id'], name=op.f('fk_partner_people_partner_id_partners')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_partner_people_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner_people')),
    sa.UniqueConstraint('partner_id', 'reference_hash', name=op.f('uq_partner_people_partner_id_reference_hash'))
    )
    op.create_index(op.f('ix_partner_people_person_id'), 'partner_people', ['person_id'], unique=False)
    op.create_table('partner_appointments',
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('reference_hash', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_partner_appointments_appointment_id_appointments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partners.id'], name=op.f('fk_partner_appointments_partner_id_partners')),
    sa.PrimaryKeyConstraint('appointment_id', name=op.f('pk_partner_appointments')),
    sa.UniqueConstraint('partner_id', 'reference_hash', name=op.f('uq_partner_appointments_partner_id_reference_hash'))
    )
    op.create_table('partner_calls',
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('key_hash', sa.LargeBinary(), nullable=False),
    sa.Column('request_hash', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.SmallInteger(), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partners.id'], name=op.f('fk_partner_calls_partner_id_partners')),
    sa.PrimaryKeyConstraint('partner_id', 'key_hash', name=op.f('pk_partner_calls'))
    )
    op.create_index(op.f('ix_partner_calls_at'), 'partner_calls', ['at'], unique=False)


def downgrade() -> None:
    op.drop_table('partner_calls')
    op.drop_table('partner_appointments')
    op.drop_table('partner_people')
    op.drop_table('partners')
