"""What the console calls queues, reasons, channels, states and outcomes. Marked for the catalogue; templates say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dialogs.effects import CaseUrgency
from dialogs.messages import ChannelName
from dialogs.ports import AlarmKind
from dialogs.wording import N_
from server.errors import ServiceError
from server.escalations.clock import Means, Rung
from server.escalations.clock_models import StepKind
from server.escalations.errors import NoSuchCase, NotYours
from server.escalations.models import CaseOutcome, NoteKind, TaskKind
from server.escalations.queue import Why
from server.outbox.rules import Status
from server.staff.pages_words import ERRORS as STAFF_ERRORS

URGENCIES: Final[dict[CaseUrgency, str]] = {
    CaseUrgency.CRISIS: N_("Danger now"),
    CaseUrgency.SAFEGUARDING: N_("Safety: today"),
    CaseUrgency.COMPLAINT: N_("Complaints"),
    CaseUrgency.ADVICE: N_("Advice"),
    CaseUrgency.ACCESS: N_("Language and access"),
}
"""Queues, most urgent first."""

REASONS: Final[dict[str, str]] = {
    AlarmKind.SUICIDE: N_("Talks of ending their life"),
    AlarmKind.SELF_HARM: N_("Hurts themselves"),
    AlarmKind.OVERDOSE: N_("Took something"),
    AlarmKind.IMMEDIATE_DANGER: N_("In danger now"),
    AlarmKind.THREAT_TO_OTHERS: N_("Threatens somebody"),
    AlarmKind.ABUSE: N_("Abused"),
    AlarmKind.PARTNER_VIOLENCE: N_("Violent partner"),
    AlarmKind.FORCED_MARRIAGE: N_("Forced marriage"),
    AlarmKind.SEXUAL_IMAGES_THREAT: N_("Threatened with pictures"),
    AlarmKind.EXPLOITATION: N_("Used by others for crime or sex"),
    AlarmKind.RUNAWAY_HOMELESS_TONIGHT: N_("Nowhere to sleep tonight"),
    AlarmKind.MISSING_OR_FRIEND_AT_RISK: N_("Somebody else is missing or in danger"),
    "may_be_crisis": N_("May be in danger: feels very low"),
    "asked": N_("Asks for a person"),
    "late_answer": N_("Wrote after the chat was closed"),
    "call_back": N_("Wants to be written to at a time"),
    "booking": N_("Wants a time with an adviser"),
    "follow_up": N_("We write again after a chat"),
    "voice": N_("Sent a voice message"),
    "media": N_("Sent a picture or a file"),
    "language": N_("Writes a language that we do not have"),
    "complaint": N_("Complains"),
    "complain": N_("Complains"),
    "advice": N_("Needs advice"),
    "cancel_appointment": N_("Cannot come to a meeting"),
    "appointments": N_("Asks about a meeting"),
}
"""Why somebody waits, by the code of the case; one that is not here is shown as it is."""

CHANNELS: Final[dict[ChannelName, str]] = {
    ChannelName.TELEGRAM: N_("Telegram"),
    ChannelName.SMS: N_("Text message"),
    ChannelName.WEBCHAT: N_("Web chat"),
    ChannelName.WHATSAPP: N_("WhatsApp"),
}

STATES: Final[dict[Status, str]] = {
    Status.PLANNED: N_("planned"),
    Status.DUE: N_("waiting to go"),
    Status.SENDING: N_("being sent"),
    Status.SENT: N_("sent"),
    Status.DELIVERED: N_("arrived"),
    Status.UNDELIVERED: N_("did not arrive"),
    Status.FAILED: N_("did not go"),
    Status.SKIPPED: N_("not sent"),
    Status.SUPERSEDED: N_("not sent"),
}
"""Where a message stands."""

BAD_STATES: Final = frozenset({Status.UNDELIVERED, Status.FAILED, Status.SKIPPED})

OUTCOMES: Final[dict[CaseOutcome, str]] = {
    CaseOutcome.ANSWERED: N_("Their question was answered"),
    CaseOutcome.BOOKED: N_("A time was agreed"),
    CaseOutcome.PASSED_ON: N_("Somebody else helps now"),
    CaseOutcome.SAFE_NOW: N_("They are safe for now"),
    CaseOutcome.EMERGENCY_SERVICES: N_("Emergency services were called"),
    CaseOutcome.NO_REPLY: N_("They did not write back"),
    CaseOutcome.WRONG_NUMBER: N_("It was a wrong number"),
    CaseOutcome.WITHDRAWN: N_("They do not want this any more"),
}

NOTES: Final[dict[NoteKind, str]] = {
    NoteKind.NOTE: N_("Note"),
    NoteKind.ASK: N_("Question to a colleague"),
    NoteKind.ANSWER: N_("Answer"),
    NoteKind.WHISPER: N_("Whisper"),
    NoteKind.TRANSFER: N_("Passed on"),
    NoteKind.HOLD: N_("On hold"),
    NoteKind.EVENT: N_("Event"),
}

TASKS: Final[dict[TaskKind, str]] = {
    TaskKind.INTERPRETER: N_("Find an interpreter"),
    TaskKind.TRANSLATE: N_("Get a translation"),
    TaskKind.ACCESS: N_("Sort out access"),
    TaskKind.CALL_BACK: N_("Call back"),
    TaskKind.FOLLOW_UP: N_("Ask how they are"),
    TaskKind.UNREACHABLE: N_("Find another way to reach them"),
    TaskKind.DEBRIEF: N_("Have a word with the adviser: that was a hard one"),
    TaskKind.ASKED: N_("Answer a colleague's question"),
    TaskKind.TAKEN_OVER: N_("A lead gave your chat to somebody: read why"),
    TaskKind.WORKER_WROTE: N_("Read what a youth justice worker writes"),
    TaskKind.MORNING: N_("Nobody has answered since yesterday"),
    TaskKind.APPOINTMENT: N_("A meeting needs you"),
    TaskKind.NUMBER_ON_HOLD: N_("A message came from a number on hold"),
    TaskKind.RELEASE: N_("A step of a plan needs somebody"),
    TaskKind.HANDOVER: N_("Talk with them alone about the new adviser"),
    TaskKind.DATE: N_("A date is due"),
}

WHY: Final[dict[Why, str]] = {
    Why.MOST_URGENT: N_("It is the most urgent."),
    Why.LONGEST_WAIT: N_("It has waited longest."),
    Why.LANGUAGE: N_("You speak the language."),
    Why.SKILL: N_("You know about this."),
    Why.ONLY_ONE: N_("It is the only one that waits."),
}

VIEWS: Final[Mapping[str, str]] = {"yes": N_("It helped"), "a_bit": N_("It helped a bit"), "no": N_("It did not help")}
"""The person's own view, asked once at the end."""


RUNGS: Final[dict[str, str]] = {
    Rung.ON_DUTY: N_("Whoever is on duty"),
    Rung.FIRST: N_("First on call"),
    Rung.SECOND: N_("Second on call"),
    Rung.LEAD: N_("Lead"),
    Rung.MANAGER: N_("Manager"),
    Rung.SAFEGUARDING_LEAD: N_("Safeguarding lead"),
    Rung.EVERYBODY: N_("Everybody at a console"),
}

STEP_KINDS: Final[dict[StepKind, str]] = {
    StepKind.TAKEN: N_("their turn"),
    StepKind.NOBODY: N_("nobody stands there"),
    StepKind.TOLD: N_("told"),
    StepKind.FAILED: N_("could not be told"),
    StepKind.PASSED: N_("passed it to the next"),
    StepKind.ACKNOWLEDGED: N_("is on it"),
    StepKind.LAPSED: N_("had not answered in time: it went on"),
    StepKind.STOPPED: N_("stopped"),
}

MEANS: Final[dict[str, str]] = {
    Means.CONSOLE: N_("in the console"),
    Means.PUSH: N_("by an alarm in the browser"),
    Means.TELEGRAM: N_("by Telegram"),
    Means.SMS: N_("by text message"),
    Means.CALL: N_("by telephone"),
}
"""What a case's clock did: whose turn it was, what became of it, by which means."""


def alarm_kinds(alarms: list[str]) -> list[str]:
    """The kinds of danger behind the alarm's reasons ("en/suicide/end-my-life"), once each, in words, in their order."""
    kinds = (reason.split("/")[1] for reason in alarms if reason.count("/") > 1)
    return list(dict.fromkeys(REASONS.get(kind, kind) for kind in kinds))


ERRORS: Final[dict[type[ServiceError], str]] = {
    **STAFF_ERRORS,
    NoSuchCase: N_("This chat is closed, or it is not for you. Nothing was changed."),
    NotYours: N_("This chat is not yours any more. Nothing was changed."),
}
"""What a page says where a program is told the error's own text."""
