"""The first tables: areas, people, conversations, the outbox, cases, unanswered questions, heartbeats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    """A text column with a named check of its values."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("thread_order")))
    op.create_table('areas',
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('slug', name=op.f('pk_areas'))
    )
    op.create_table('heartbeats',
    sa.Column('job', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('job', name=op.f('pk_heartbeats'))
    )
    op.create_table('receipts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lane', sa.Text(), nullable=False),
    sa.Column('provider_id', sa.Text(), nullable=False),
    sa.Column('status', one_of('status', 'planned', 'due', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'skipped', 'superseded'), nullable=False),
    sa.Column('code', sa.Text(), server_default='', nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_applied', sa.Boolean(), server_default='false', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipts')),
    sa.UniqueConstraint('lane', 'provider_id', 'status', name=op.f('uq_receipts_lane_provider_id_status'))
    )
    op.create_index(op.f('ix_receipts_received_at'), 'receipts', ['received_at'], unique=False)
    op.create_table('people',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('erase_when_closed', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('is_farewell', sa.Boolean(), server_default='false', nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_people_area_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people'))
    )
    op.create_table('unanswered_questions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('question', sa.LargeBinary(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('nearest', sa.Text(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_unanswered_questions_area_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unanswered_questions'))
    )
    op.create_index(op.f('ix_unanswered_questions_asked_at'), 'unanswered_questions', ['asked_at'], unique=False)
    op.create_table('addresses',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('channel', one_of('channel_name', 'telegram', 'sms', 'whatsapp', 'webchat'), nullable=False),
    sa.Column('lane', sa.Text(), nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('address_hash', sa.LargeBinary(), nullable=False),
    sa.Column('is_reachable', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('stopped', sa.Text(), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_inbound_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('join_tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('join_tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_addresses_area_areas')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_addresses_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_addresses')),
    sa.UniqueConstraint('lane', 'address_hash', name=op.f('uq_addresses_lane_address_hash'))
    )
    op.create_index(op.f('ix_addresses_person_id'), 'addresses', ['person_id'], unique=False)
    op.create_table('cases',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('address_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('urgency', one_of('case_urgency', 'crisis', 'safeguarding', 'advice', 'access', 'complaint'), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('alarms', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('adviser', sa.Text(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_cases_area_areas')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_cases_person_id_people')),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_cases_address_id_addresses')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases'))
    )
    op.create_index('ix_cases_waiting', 'cases', ['area', 'urgency', 'opened_at'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('uq_cases_open_person', 'cases', ['person_id'], unique=True, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('conversations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('state', sa.LargeBinary(), nullable=False),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('last_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pace_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pace_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_conversations_area_areas')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_conversations_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversations')),
    sa.UniqueConstraint('person_id', name=op.f('uq_conversations_person_id'))
    )
    op.create_table('join_codes',
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_join_codes_area_areas')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_join_codes_person_id_people')),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_join_codes'))
    )
    op.create_index(op.f('ix_join_codes_person_id'), 'join_codes', ['person_id'], unique=False)
    op.create_table('case_messages',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_case_messages_area_areas')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_messages_case_id_cases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_messages'))
    )
    op.create_index(op.f('ix_case_messages_case_id'), 'case_messages', ['case_id'], unique=False)
    op.create_table('deliveries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text("nextval('thread_order')"), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=True),
    sa.Column('address_id', sa.Uuid(), nullable=True),
    sa.Column('channel', one_of('channel_name', 'telegram', 'sms', 'whatsapp', 'webchat'), nullable=False),
    sa.Column('lane', sa.Text(), nullable=False),
    sa.Column('to_address', sa.LargeBinary(), nullable=False),
    sa.Column('address_hash', sa.LargeBinary(), nullable=False),
    sa.Column('kind', one_of('delivery_kind', 'reply', 'adviser', 'reminder', 'notice'), nullable=False),
    sa.Column('urgency', sa.SmallInteger(), nullable=False),
    sa.Column('reply', sa.LargeBinary(), nullable=False),
    sa.Column('unique_key', sa.Text(), nullable=True),
    sa.Column('status', one_of('status', 'planned', 'due', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'skipped', 'superseded'), nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('attempt', sa.Integer(), server_default='0', nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_by', sa.Text(), nullable=True),
    sa.Column('provider_id', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_deliveries_address_id_addresses')),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_deliveries_area_areas')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_deliveries_conversation_id_conversations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('unique_key', name=op.f('uq_deliveries_unique_key'))
    )
    op.create_index(op.f('ix_deliveries_address_id'), 'deliveries', ['address_id'], unique=False)
    op.create_index('ix_deliveries_address_waiting', 'deliveries', ['address_hash', 'seq'], unique=False, postgresql_where=sa.text("status IN ('due', 'sending')"))
    op.create_index(op.f('ix_deliveries_conversation_id_seq'), 'deliveries', ['conversation_id', 'seq'], unique=False)
    op.create_index(op.f('ix_deliveries_lane_provider_id'), 'deliveries', ['lane', 'provider_id'], unique=False)
    op.create_index('ix_deliveries_waiting', 'deliveries', ['lane', 'urgency', 'seq'], unique=False, postgresql_where=sa.text("status IN ('due', 'sending')"))
    op.create_table('messages',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text("nextval('thread_order')"), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('address_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('lane', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('kind', one_of('message_kind', 'text', 'choice', 'start', 'edited', 'voice', 'photo', 'file', 'contact', 'location', 'sticker', 'blocked', 'unblocked'), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_messages_address_id_addresses')),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_messages_area_areas')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_messages_conversation_id_conversations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('lane', 'external_id', name=op.f('uq_messages_lane_external_id'))
    )
    op.create_index(op.f('ix_messages_address_id'), 'messages', ['address_id'], unique=False)
    op.create_index(op.f('ix_messages_conversation_id_seq'), 'messages', ['conversation_id', 'seq'], unique=False)
    op.create_index(op.f('ix_messages_received_at'), 'messages', ['received_at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_messages_received_at'), table_name='messages')
    op.drop_index(op.f('ix_messages_conversation_id_seq'), table_name='messages')
    op.drop_index(op.f('ix_messages_address_id'), table_name='messages')
    op.drop_table('messages')
    op.drop_index('ix_deliveries_waiting', table_name='deliveries', postgresql_where=sa.text("status IN ('due', 'sending')"))
    op.drop_index(op.f('ix_deliveries_lane_provider_id'), table_name='deliveries')
    op.drop_index(op.f('ix_deliveries_conversation_id_seq'), table_name='deliveries')
    op.drop_index('ix_deliveries_address_waiting', table_name='deliveries', postgresql_where=sa.text("status IN ('due', 'sending')"))
    op.drop_index(op.f('ix_deliveries_address_id'), table_name='deliveries')
    op.drop_table('deliveries')
    op.drop_index(op.f('ix_case_messages_case_id'), table_name='case_messages')
    op.drop_table('case_messages')
    op.drop_index(op.f('ix_join_codes_person_id'), table_name='join_codes')
    op.drop_table('join_codes')
    op.drop_table('conversations')
    op.drop_index('uq_cases_open_person', table_name='cases', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_index('ix_cases_waiting', table_name='cases', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_table('cases')
    op.drop_index(op.f('ix_addresses_person_id'), table_name='addresses')
    op.drop_table('addresses')
    op.drop_index(op.f('ix_unanswered_questions_asked_at'), table_name='unanswered_questions')
    op.drop_table('unanswered_questions')
    op.drop_table('people')
    op.drop_index(op.f('ix_receipts_received_at'), table_name='receipts')
    op.drop_table('receipts')
    op.drop_table('heartbeats')
    op.drop_table('areas')
    op.execute(sa.schema.DropSequence(sa.Sequence("thread_order")))
