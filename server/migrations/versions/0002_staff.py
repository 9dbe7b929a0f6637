"""Staff: accounts, sessions, one-time links, recovery codes, failed tries, and the audit that nobody can edit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
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
    op.create_table('audit',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('area', sa.Text(), server_default='', nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('about_person', sa.Uuid(), nullable=True),
    sa.Column('about_case', sa.Uuid(), nullable=True),
    sa.Column('about_staff', sa.Uuid(), nullable=True),
    sa.Column('why', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit'))
    )
    op.create_index(op.f('ix_audit_about_person_number'), 'audit', ['about_person', 'number'], unique=False)
    op.create_index(op.f('ix_audit_area_number'), 'audit', ['area', 'number'], unique=False)
    op.create_index(op.f('ix_audit_staff_id_number'), 'audit', ['staff_id', 'number'], unique=False)
    op.create_table('staff',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('email_hash', sa.LargeBinary(), nullable=False),
    sa.Column('oidc_subject_hash', sa.LargeBinary(), nullable=True),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('telegram_chat', sa.LargeBinary(), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('totp_secret', sa.LargeBinary(), nullable=True),
    sa.Column('totp_step', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('roles', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('skills', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('languages', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('areas', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('console_language', sa.Text(), server_default='en', nullable=False),
    sa.Column('is_trainee', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('is_on_duty', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('most_chats', sa.SmallInteger(), server_default='4', nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('email_hash', name=op.f('uq_staff_email_hash')),
    sa.UniqueConstraint('oidc_subject_hash', name=op.f('uq_staff_oidc_subject_hash'))
    )
    op.create_table('staff_sign_in_tries',
    sa.Column('lock_hash', sa.LargeBinary(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('last_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('lock_hash', name=op.f('pk_staff_sign_in_tries'))
    )
    op.create_table('staff_links',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('kind', one_of('link_kind', 'invitation', 'first_administrator', 'reset'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_links_staff_id_staff')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_staff_links'))
    )
    op.create_index(op.f('ix_staff_links_staff_id'), 'staff_links', ['staff_id'], unique=False)
    op.create_table('staff_recovery_codes',
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_recovery_codes_staff_id_staff')),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_staff_recovery_codes'))
    )
    op.create_index(op.f('ix_staff_recovery_codes_staff_id'), 'staff_recovery_codes', ['staff_id'], unique=False)
    op.create_table('staff_sessions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('browser', sa.Text(), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_factor_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_sessions_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_staff_sessions_token_hash'))
    )
    op.create_index(op.f('ix_staff_sessions_expires_at'), 'staff_sessions', ['expires_at'], unique=False)
    op.create_index(op.f('ix_staff_sessions_staff_id_ended_at'), 'staff_sessions', ['staff_id', 'ended_at'], unique=False)
    append_only("audit", "why")


def downgrade() -> None:
    op.drop_index(op.f('ix_staff_sessions_staff_id_ended_at'), table_name='staff_sessions')
    op.drop_index(op.f('ix_staff_sessions_expires_at'), table_name='staff_sessions')
    op.drop_table('staff_sessions')
    op.drop_index(op.f('ix_staff_recovery_codes_staff_id'), table_name='staff_recovery_codes')
    op.drop_table('staff_recovery_codes')
    op.drop_index(op.f('ix_staff_links_staff_id'), table_name='staff_links')
    op.drop_table('staff_links')
    op.drop_table('staff_sign_in_tries')
    op.drop_table('staff')
    op.drop_index(op.f('ix_audit_staff_id_number'), table_name='audit')
    op.drop_index(op.f('ix_audit_area_number'), table_name='audit')
    op.drop_index(op.f('ix_audit_about_person_number'), table_name='audit')
    op.drop_table('audit')
    op.execute("DROP FUNCTION audit_is_appended()")
