"""The plans that an area begins with: the release bundle (domain.md 7.4), the ladder before it (W2), the list of day 1 (D21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.appointments.kinds import Owner
from server.appointments.release_models import Anchor, PlanTemplate, PlanTemplateStep, Side, StepKind
from server.db.base import table_of
from server.db.ids import new_id

templates = table_of(PlanTemplate)
template_steps = table_of(PlanTemplateStep)

BUNDLE: Final = "release"
LADDER: Final = "before"
RESETTLEMENT: Final = "resettlement"

NAMES: Final = {
    BUNDLE: N_("Around the release"),
    LADDER: N_("The weeks before"),
    RESETTLEMENT: N_("From day 1"),
}


@dataclass(frozen=True, slots=True)
class Default:
    """One step of a default plan. `owner` is whose appointment it is (empty: none)."""

    code: str
    title: str
    offset_days: int
    side: Side
    kind: StepKind = StepKind.TASK
    anchor: Anchor = Anchor.RELEASE
    lands_on: str = "before"
    is_working_days: bool = False
    owner: str = ""
    requires: tuple[str, ...] = ()


_HOME, _HOST = Side.HOME, Side.HOST
_MEETING = StepKind.APPOINTMENT

STEPS: Final[dict[str, tuple[Default, ...]]] = {
    BUNDLE: (
        Default("work_coach", N_("Ask for a meeting with the prison work coach"), -84, _HOST),
        Default("home_tasks", N_("Start the tasks at home: place to live, course, GP"), -56, _HOME),
        Default("papers", N_("Check ID, bank account and address"), -28, _HOST),
        Default("office_confirmed", N_("The benefit office has confirmed the appointment"), -14, _HOME),
        Default(
            "sheet",
            N_("Print the sheet and give it to them"),
            -7,
            _HOST,
            StepKind.SHEET,
            requires=("office_confirmed",),
        ),
        Default("owners", N_("Home and host have both confirmed the plan"), -2, _HOME),
        Default("released", N_("The release is confirmed"), 0, _HOST, lands_on="any"),
        Default(
            "first_message",
            N_("First message, once the phone is back"),
            0,
            _HOME,
            StepKind.MESSAGE,
            lands_on="any",
            requires=("released",),
        ),
        Default(
            "office",
            N_("Benefit office or youth justice: somebody tells them in person"),
            0,
            _HOME,
            _MEETING,
            lands_on="after",
            owner=Owner.JOBCENTRE.value,
            requires=("office_confirmed",),
        ),
        Default(
            "check_in", N_("Ask how the first day was"), 1, _HOME, _MEETING, lands_on="after", owner=Owner.OURS.value
        ),
        Default(
            "interview", N_("Interview for a course or a job"), 5, _HOME, _MEETING, lands_on="after", owner="college"
        ),
        Default(
            "start",
            N_("First day of the course or job"),
            0,
            _HOME,
            _MEETING,
            Anchor.FIRST_MONDAY,
            "after",
            owner="college",
            requires=("interview",),
        ),
    ),
    LADDER: (
        Default("weeks_12", N_("12 weeks: meet them inside, ask what they want"), -84, _HOST),
        Default("weeks_8", N_("8 weeks: the home adviser meets them"), -56, _HOME),
        Default("weeks_4", N_("4 weeks: courses and jobs at home, with their choice"), -28, _HOME),
        Default("weeks_2", N_("2 weeks: who meets them, the way home, the first days"), -14, _HOME),
        Default("weeks_1", N_("1 week: go through the sheet with them"), -7, _HOST),
    ),
    RESETTLEMENT: tuple(
        Default(code, title, offset, side, anchor=Anchor.ENTERED, is_working_days=True)
        for code, title, offset, side in (
            ("start_id", N_("ID: what is there, what is missing"), 1, _HOST),
            ("start_bank", N_("Bank account"), 5, _HOST),
            ("start_address", N_("Where they will live"), 5, _HOME),
            ("start_gp", N_("GP and medicine at home"), 10, _HOME),
            ("start_learning", N_("A place to learn or work"), 10, _HOME),
            ("start_benefit", N_("Who arranges the benefit interview"), 10, _HOME),
            ("start_phone", N_("Who has the phone, and the way to reach them"), 1, _HOST),
        )
    ),
}
"""Steps in easy English; leads change them per area."""


async def ensure_templates(db: AsyncConnection, area: str) -> None:
    """Make sure that an area has each default plan; what leads changed stays. Repeating is harmless."""
    rows = [{"id": new_id(), "area": area, "code": code, "name": name} for code, name in NAMES.items()]
    put = pg_insert(templates).values(rows).on_conflict_do_nothing(index_elements=["area", "code"])
    made = (await db.execute(put.returning(templates.c.id, templates.c.code))).all()
    steps = [
        _row(template_id, place, step) for template_id, code in made for place, step in enumerate(STEPS[code], start=1)
    ]
    if steps:
        await db.execute(insert(template_steps).values(steps))


def _row(template_id: Any, place: int, step: Default) -> dict[str, Any]:
    return {
        "id": new_id(),
        "template_id": template_id,
        "position": place,
        "code": step.code,
        "kind": step.kind,
        "side": step.side,
        "anchor": step.anchor,
        "offset_days": step.offset_days,
        "is_working_days": step.is_working_days,
        "lands_on": step.lands_on,
        "owner": step.owner,
        "requires": list(step.requires),
        "title": step.title,
    }


async def of_area(db: AsyncConnection, area: str) -> list[Any]:
    """The plans of an area that are in use, as rows of id, code and name, the bundle first."""
    query = select(templates).where(templates.c.area == area, templates.c.is_active)
    rows = (await db.execute(query)).all()
    places = list(NAMES)
    return sorted(rows, key=lambda row: (places.index(row.code) if row.code in places else len(places), row.name))
