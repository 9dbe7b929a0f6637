"""Safeguarding records: append-only, exported with a purpose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
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
    op.create_table('safeguarding_records',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=False, start=101), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_safeguarding_records_area_areas')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_safeguarding_records_case_id_cases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safeguarding_records')),
    sa.UniqueConstraint('case_id', name=op.f('uq_safeguarding_records_case_id')),
    sa.UniqueConstraint('number', name=op.f('uq_safeguarding_records_number'))
    )
    op.create_table('safeguarding_entries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('kind', one_of('entry_kind', 'words', 'heard', 'action', 'decision', 'handover', 'translation', 'gist', 'hold', 'release', 'shared'), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('channel', one_of('channel_name', 'telegram', 'sms', 'whatsapp', 'webchat'), nullable=True),
    sa.Column('language', sa.Text(), server_default='', nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('made_by', sa.LargeBinary(), nullable=True),
    sa.Column('of_id', sa.Uuid(), nullable=True),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_safeguarding_entries_area_areas')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_safeguarding_entries_case_id_cases')),
    sa.ForeignKeyConstraint(['of_id'], ['safeguarding_entries.id'], name=op.f('fk_safeguarding_entries_of_id_safeguarding_entries')),
    sa.ForeignKeyConstraint(['record_id'], ['safeguarding_records.id'], name=op.f('fk_safeguarding_entries_record_id_safeguarding_records')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_safeguarding_entries_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safeguarding_entries')),
    sa.UniqueConstraint('record_id', 'place', name=op.f('uq_safeguarding_entries_record_id_place'))
    )
    op.create_index(op.f('ix_safeguarding_entries_case_id'), 'safeguarding_entries', ['case_id'], unique=False)
    op.create_index('ix_safeguarding_entries_hold', 'safeguarding_entries', ['record_id', 'place'], unique=False, postgresql_where=sa.text("kind IN ('hold', 'release')"))
    append_only("safeguarding_records")
    append_only("safeguarding_entries", "body", "made_by")


def downgrade() -> None:
    op.drop_index('ix_safeguarding_entries_hold', table_name='safeguarding_entries', postgresql_where=sa.text("kind IN ('hold', 'release')"))
    op.drop_index(op.f('ix_safeguarding_entries_case_id'), table_name='safeguarding_entries')
    op.drop_table('safeguarding_entries')
    op.drop_table('safeguarding_records')
    op.execute("DROP FUNCTION safeguarding_entries_is_appended()")
    op.execute("DROP FUNCTION safeguarding_records_is_appended()")
