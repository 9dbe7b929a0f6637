"""Diaries and appointments, with the exclusion constraints that refuse an overlap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    """A text column with a named check of its values."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    # trusted since PostgreSQL 13: the owner of a database may add it
    op.execute('CREATE EXTENSION IF NOT EXISTS btree_gist')
    op.create_table('places',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('kind', one_of('place_kind', 'school', 'college', 'one_stop_shop', 'drop_in', 'secure_establishment', 'outreach', 'phone', 'video'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), server_default='', nullable=False),
    sa.Column('address', sa.Text(), server_default='', nullable=False),
    sa.Column('phone', sa.Text(), server_default='', nullable=False),
    sa.Column('door', sa.Text(), server_default='', nullable=False),
    sa.Column('bus_stop', sa.Text(), server_default='', nullable=False),
    sa.Column('how_to_find', sa.Text(), server_default='', nullable=False),
    sa.Column('translations', postgresql.JSONB(), server_default='{}', nullable=False),
    sa.Column('rooms', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('is_step_free', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('has_quiet_room', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('hours', sa.Text(), server_default='', nullable=False),
    sa.Column('photo', sa.LargeBinary(), nullable=True),
    sa.Column('closed_from', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_places_area_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_places')),
    sa.UniqueConstraint('area', 'name', name=op.f('uq_places_area_name'))
    )
    op.create_table('travel_times',
    sa.Column('from_place_id', sa.Uuid(), nullable=False),
    sa.Column('to_place_id', sa.Uuid(), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('from_place_id < to_place_id', name=op.f('ck_travel_times_one_way_round')),
    sa.ForeignKeyConstraint(['from_place_id'], ['places.id'], name=op.f('fk_travel_times_from_place_id_places')),
    sa.ForeignKeyConstraint(['to_place_id'], ['places.id'], name=op.f('fk_travel_times_to_place_id_places')),
    sa.PrimaryKeyConstraint('from_place_id', 'to_place_id', name=op.f('pk_travel_times'))
    )
    op.create_table('appointment_kinds',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('reason', one_of('reason', 'first_talk', 'careers', 'benefits', 'housing', 'review', 'meet_and_greet', 'three_way', 'visit_first', 'accompany', 'group'), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('step_minutes', sa.SmallInteger(), server_default='30', nullable=False),
    sa.Column('before_minutes', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('after_minutes', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('notice_hours', sa.SmallInteger(), server_default='2', nullable=False),
    sa.Column('ahead_days', sa.SmallInteger(), server_default='42', nullable=False),
    sa.Column('capacity', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('skill', sa.Text(), server_default='', nullable=False),
    sa.Column('place_kinds', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('is_for_young_people', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.CheckConstraint('capacity BETWEEN 1 AND 40', name=op.f('ck_appointment_kinds_capacity')),
    sa.CheckConstraint('minutes BETWEEN 5 AND 480', name=op.f('ck_appointment_kinds_minutes')),
    sa.CheckConstraint('step_minutes BETWEEN 5 AND 120', name=op.f('ck_appointment_kinds_step_minutes')),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_appointment_kinds_area_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment_kinds')),
    sa.UniqueConstraint('area', 'reason', name=op.f('uq_appointment_kinds_area_reason'))
    )
    op.create_table('diary_patterns',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('kind', one_of('hours_kind', 'open', 'break'), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('starts_minute', sa.SmallInteger(), nullable=False),
    sa.Column('ends_minute', sa.SmallInteger(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('reasons', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    postgresql.ExcludeConstraint((sa.column('staff_id'), '='), (sa.column('kind'), '='), (sa.column('weekday'), '='), (sa.text('int4range(starts_minute, ends_minute)'), '&&'), (sa.text("daterange(from_on, until_on, '[]')"), '&&'), using='gist', name='ex_diary_patterns_overlap'),
    sa.CheckConstraint('starts_minute >= 0 AND starts_minute < ends_minute AND ends_minute <= 1440', name=op.f('ck_diary_patterns_minutes')),
    sa.CheckConstraint('until_on IS NULL OR from_on <= until_on', name=op.f('ck_diary_patterns_dates')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_diary_patterns_weekday')),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_diary_patterns_area_areas')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_diary_patterns_place_id_places')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_diary_patterns_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_diary_patterns'))
    )
    op.create_index(op.f('ix_diary_patterns_staff_id'), 'diary_patterns', ['staff_id'], unique=False)
    op.create_table('diary_exceptions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('kind', one_of('away_kind', 'leave', 'busy', 'extra'), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'extra') = (place_id IS NOT NULL)", name=op.f('ck_diary_exceptions_extra_has_place')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_diary_exceptions_ends_later')),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_diary_exceptions_area_areas')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_diary_exceptions_place_id_places')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_diary_exceptions_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_diary_exceptions'))
    )
    op.create_index(op.f('ix_diary_exceptions_staff_id_starts_at'), 'diary_exceptions', ['staff_id', 'starts_at'], unique=False)
    op.create_table('outside_calendars',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('failure', sa.Text(), server_default='', nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_outside_calendars_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_calendars')),
    sa.UniqueConstraint('staff_id', name=op.f('uq_outside_calendars_staff_id'))
    )
    op.create_table('busy_times',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('calendar_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_busy_times_ends_later')),
    sa.ForeignKeyConstraint(['calendar_id'], ['outside_calendars.id'], name=op.f('fk_busy_times_calendar_id_outside_calendars'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_busy_times_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_busy_times'))
    )
    op.create_index(op.f('ix_busy_times_calendar_id'), 'busy_times', ['calendar_id'], unique=False)
    op.create_index(op.f('ix_busy_times_staff_id_starts_at'), 'busy_times', ['staff_id', 'starts_at'], unique=False)
    op.create_table('appointments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('owner', one_of('owner', 'ours', 'jobcentre', 'court', 'college', 'work', 'probation', 'yjs', 'housing', 'health'), nullable=False),
    sa.Column('reason', one_of('reason', 'first_talk', 'careers', 'benefits', 'housing', 'review', 'meet_and_greet', 'three_way', 'visit_first', 'accompany', 'group'), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('address_id', sa.Uuid(), nullable=True),
    sa.Column('adviser_id', sa.Uuid(), nullable=True),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('room', sa.SmallInteger(), nullable=True),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('seat', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('busy_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('busy_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', one_of('status', 'held', 'booked', 'cancelled', 'over'), nullable=False),
    sa.Column('hold_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sequence', sa.Integer(), server_default='0', nullable=False),
    sa.Column('needs', sa.LargeBinary(), nullable=True),
    sa.Column('questions', sa.LargeBinary(), nullable=True),
    sa.Column('other_place', sa.LargeBinary(), nullable=True),
    sa.Column('contact', sa.LargeBinary(), nullable=True),
    sa.Column('bring', sa.LargeBinary(), nullable=True),
    sa.Column('who_comes', sa.LargeBinary(), nullable=True),
    sa.Column('companion_id', sa.Uuid(), nullable=True),
    sa.Column('meet_where', sa.LargeBinary(), nullable=True),
    sa.Column('office', one_of('office_status', 'asked', 'offered', 'confirmed', 'told', 'not_told'), nullable=True),
    sa.Column('release_side', one_of('release_side', '', 'before', 'day_release', 'after'), server_default='', nullable=False),
    sa.Column('establishment_ok_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('agreed', one_of('agreed', 'chat', 'phone', 'in_person', 'paper', 'not_asked'), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('booked_by', sa.Uuid(), nullable=True),
    sa.Column('outcome', one_of('outcome', 'attended', 'did_not', 'moved'), nullable=True),
    sa.Column('outcome_by', sa.Uuid(), nullable=True),
    sa.Column('outcome_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('persons_answer', one_of('persons_answer', 'yes', 'no', 'moved'), nullable=True),
    sa.Column('asked_outcome_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('adviser_late_minutes', sa.SmallInteger(), nullable=True),
    sa.Column('person_late_minutes', sa.SmallInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    postgresql.ExcludeConstraint((sa.column('adviser_id'), '='), (sa.column('session_id'), '<>'), (sa.text('tstzrange(busy_from, busy_until)'), '&&'), where=sa.text("status IN ('held', 'booked') AND adviser_id IS NOT NULL"), using='gist', name='ex_appointments_adviser'),
    postgresql.ExcludeConstraint((sa.column('person_id'), '='), (sa.text('tstzrange(starts_at, ends_at)'), '&&'), where=sa.text("status IN ('held', 'booked') AND person_id IS NOT NULL"), using='gist', name='ex_appointments_person'),
    postgresql.ExcludeConstraint((sa.column('place_id'), '='), (sa.column('room'), '='), (sa.column('session_id'), '<>'), (sa.text('tstzrange(starts_at, ends_at)'), '&&'), where=sa.text("status IN ('held', 'booked') AND room IS NOT NULL"), using='gist', name='ex_appointments_room'),
    sa.CheckConstraint("(status = 'held') = (hold_until IS NOT NULL)", name=op.f('ck_appointments_held_until')),
    sa.CheckConstraint('busy_from <= starts_at AND busy_until >= ends_at', name=op.f('ck_appointments_busy_around')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_appointments_ends_later')),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_appointments_address_id_addresses')),
    sa.ForeignKeyConstraint(['adviser_id'], ['staff.id'], name=op.f('fk_appointments_adviser_id_staff')),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_appointments_area_areas')),
    sa.ForeignKeyConstraint(['booked_by'], ['staff.id'], name=op.f('fk_appointments_booked_by_staff')),
    sa.ForeignKeyConstraint(['companion_id'], ['staff.id'], name=op.f('fk_appointments_companion_id_staff')),
    sa.ForeignKeyConstraint(['outcome_by'], ['staff.id'], name=op.f('fk_appointments_outcome_by_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_appointments_person_id_people')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_appointments_place_id_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments'))
    )
    op.create_index(op.f('ix_appointments_adviser_id_starts_at'), 'appointments', ['adviser_id', 'starts_at'], unique=False)
    op.create_index('ix_appointments_held', 'appointments', ['hold_until'], unique=False, postgresql_where=sa.text("status = 'held'"))
    op.create_index(op.f('ix_appointments_person_id_starts_at'), 'appointments', ['person_id', 'starts_at'], unique=False)
    op.create_index(op.f('ix_appointments_place_id_starts_at'), 'appointments', ['place_id', 'starts_at'], unique=False)
    op.create_index('uq_appointments_seat', 'appointments', ['session_id', 'seat'], unique=True, postgresql_where=sa.text("status IN ('held', 'booked')"))
    op.create_table('appointment_changes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', one_of('by', 'person', 'adviser', 'partner', 'release', 'system'), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('change', one_of('change', 'held', 'booked', 'moved', 'cancelled', 'late', 'office', 'outcome', 'answered'), nullable=False),
    sa.Column('old_starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('new_starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('detail', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_appointment_changes_appointment_id_appointments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_appointment_changes_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment_changes'))
    )
    op.create_index(op.f('ix_appointment_changes_appointment_id_at'), 'appointment_changes', ['appointment_id', 'at'], unique=False)
    op.create_table('waiting_list',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('address_id', sa.Uuid(), nullable=False),
    sa.Column('reason', one_of('reason', 'first_talk', 'careers', 'benefits', 'housing', 'review', 'meet_and_greet', 'three_way', 'visit_first', 'accompany', 'group'), nullable=False),
    sa.Column('adviser_id', sa.Uuid(), nullable=True),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('parts', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('status', one_of('wait_status', 'waiting', 'offered', 'taken', 'refused', 'passed'), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_waiting_list_address_id_addresses')),
    sa.ForeignKeyConstraint(['adviser_id'], ['staff.id'], name=op.f('fk_waiting_list_adviser_id_staff')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_waiting_list_appointment_id_appointments'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['area'], ['areas.slug'], name=op.f('fk_waiting_list_area_areas')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_waiting_list_person_id_people')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_waiting_list_place_id_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_list'))
    )
    op.create_index(op.f('ix_waiting_list_area_reason_created_at'), 'waiting_list', ['area', 'reason', 'created_at'], unique=False)
    op.create_index(op.f('ix_waiting_list_person_id'), 'waiting_list', ['person_id'], unique=False)
    op.create_table('calendar_feeds',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('appointment_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_calendar_feeds_appointment_id_appointments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_calendar_feeds_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feeds')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feeds_token_hash'))
    )
    op.create_index(op.f('ix_calendar_feeds_appointment_id'), 'calendar_feeds', ['appointment_id'], unique=False)
    op.create_index(op.f('ix_calendar_feeds_staff_id'), 'calendar_feeds', ['staff_id'], unique=False)


def downgrade() -> None:
    op.drop_table('calendar_feeds')
    op.drop_table('waiting_list')
    op.drop_table('appointment_changes')
    op.drop_table('appointments')
    op.drop_table('busy_times')
    op.drop_table('outside_calendars')
    op.drop_table('diary_exceptions')
    op.drop_table('diary_patterns')
    op.drop_table('appointment_kinds')
    op.drop_table('travel_times')
    op.drop_table('places')
