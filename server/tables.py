"""All tables of all slices, so that migrations and whole-system tests see every one."""

from __future__ import annotations

import server.answers.unanswered
import server.appointments.care_models
import server.appointments.diary_models
import server.appointments.models
import server.appointments.partner_models
import server.appointments.release_models
import server.conversations.files_models
import server.conversations.models
import server.db.heartbeats
import server.escalations.models
import server.escalations.records_models
import server.escalations.talk_models
import server.outbox.models
import server.people.models
import server.staff.models  # noqa: F401 - a table is known once its module is loaded
from server.db.base import metadata

__all__ = ["metadata"]
