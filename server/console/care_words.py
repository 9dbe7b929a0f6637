"""What the console calls everything about who looks after a young person. Marked for the catalogue; templates say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dialogs.meetings import PartOfDay
from dialogs.wording import N_
from server.appointments.handover import Comfort, Tick
from server.appointments.kinds import Owner, Reason
from server.appointments.reviews import ReviewKind
from server.appointments.timescale_rules import WORDS as DATES
from server.appointments.timescale_rules import After, Unit

MEETINGS: Final[dict[Reason, str]] = {
    Reason.FIRST_TALK: N_("First talk"),
    Reason.CAREERS: N_("Careers"),
    Reason.BENEFITS: N_("Help with benefits"),
    Reason.HOUSING: N_("Housing"),
    Reason.REVIEW: N_("Review"),
    Reason.MEET_AND_GREET: N_("Meet and greet"),
    Reason.THREE_WAY: N_("Three of you meet"),
    Reason.VISIT_FIRST: N_("Visit first"),
    Reason.ACCOMPANY: N_("Go along with them"),
    Reason.GROUP: N_("Group"),
}

OWNERS: Final[dict[Owner, str]] = {
    Owner.OURS: N_("Ours"),
    Owner.JOBCENTRE: N_("Jobcentre"),
    Owner.COURT: N_("Court"),
    Owner.COLLEGE: N_("College"),
    Owner.WORK: N_("Work"),
    Owner.PROBATION: N_("Probation"),
    Owner.YJS: N_("Youth justice service"),
    Owner.HOUSING: N_("Housing office"),
    Owner.HEALTH: N_("Health"),
}

TICKS: Final[dict[Tick, str]] = {
    Tick.NAMED: N_("The new adviser is named"),
    Tick.BRIEFED: N_("The new adviser knows the story and the next steps"),
    Tick.MET: N_("All three have met"),
    Tick.COMFORT: N_("The young person says, apart, that it is ok"),
    Tick.FIRST_DATE: N_("The first date with the new adviser is set"),
}

COMFORTS: Final[dict[Comfort, str]] = {
    Comfort.YES: N_("Yes, it is ok"),
    Comfort.NOT_SURE: N_("Not sure"),
    Comfort.NO: N_("No"),
}

REVIEWS: Final[dict[ReviewKind, str]] = {
    ReviewKind.PLAN: N_("Review of the plan"),
    ReviewKind.CUSTODY: N_("Review in custody"),
    ReviewKind.SEN: N_("Yearly review of their support at school"),
    ReviewKind.TRANSITION: N_("Year 9 transition review"),
}

PARTS: Final[dict[PartOfDay, str]] = {
    PartOfDay.MORNING: N_("Morning"),
    PartOfDay.AFTERNOON: N_("Afternoon"),
    PartOfDay.EVENING: N_("Evening"),
}

AFTERS: Final[dict[After, str]] = {
    After.CUSTODY: N_("after they enter custody"),
    After.ORDER_END: N_("from the end of the order"),
    After.EIGHTEENTH: N_("from the eighteenth birthday"),
    After.REVIEW: N_("after the last review"),
}

UNITS: Final[dict[Unit, str]] = {
    Unit.WORKING_DAYS: N_("working days"),
    Unit.DAYS: N_("days"),
    Unit.MONTHS: N_("months"),
}

WEEKDAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))

NEEDS: Final[dict[str, str]] = {
    "step_free": N_("No steps"),
    "quiet": N_("A quiet room"),
    "childcare": N_("Childcare"),
    "fare": N_("Money for the fare"),
}

BARRIERS: Final[dict[str, str]] = {
    "travel": N_("Getting there"),
    "childcare": N_("Care for a child"),
    "sleep": N_("Sleep"),
    "anxiety": N_("Nerves"),
    "money": N_("Money"),
    "area": N_("Not safe in some places"),
    "faith": N_("Times of faith"),
}

CARE_WORDS: Final[Mapping[str, Any]] = {
    "meetings_called": MEETINGS,
    "owners": OWNERS,
    "tick_words": TICKS,
    "comforts": COMFORTS,
    "review_kinds": REVIEWS,
    "parts": PARTS,
    "weekdays": WEEKDAYS,
    "need_words": NEEDS,
    "barrier_words": BARRIERS,
    "date_words": DATES,
    "afters": AFTERS,
    "units": UNITS,
}
"""Words that templates look up."""
