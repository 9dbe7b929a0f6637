"""By when things have to be done: the rules of each area, changed by leads (domain.md 1.7)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from dialogs.wording import N_
from server.appointments import timescales
from server.appointments.timescale_rules import Unit
from server.appointments.timescales import BadRule
from server.console.care_words import CARE_WORDS
from server.console.desk import Desk
from server.staff import audit
from server.staff.access import Act, may_do
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Setter = Annotated[SignedIn, Depends(needs(Act.SET_TIMESCALES))]
Short = Annotated[str, Form(max_length=20)]
HOME: Final = "/console/timescales"
NOT_A_NUMBER: Final = N_("Write a whole number, like 10. Below zero is before.")
NO_UNIT: Final = N_("Choose days, working days or months.")
FAULTS: Final[dict[str, str]] = {
    "amount": N_("That is too far off. Write a smaller number."),
    "red_amount": N_("It cannot be late before it is due. Write the same number, or a later one."),
    "repeat": N_("Choose months or days for the next one, not both, and not below zero."),
}
DONE: Final = {"changed": N_("It is changed. Dates that are set already stay as they are.")}


class TimescalePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/timescales`."""
        routes.get("/timescales")(self.page)
        routes.post("/timescales/{rule_id}")(self.change)

    async def page(self, request: Request, who: Setter, done: str = "") -> Response:
        """The rules of the reader's areas."""
        return await self._draw(request, who, done=DONE.get(done, ""))

    async def change(
        self,
        request: Request,
        who: Setter,
        rule_id: uuid.UUID,
        amount: Short = "",
        red_amount: Short = "",
        unit: Short = "",
        repeat_months: Short = "0",
        repeat_days: Short = "0",
        active: Short = "",
    ) -> Response:
        """Other numbers; or the page again with what is wrong and everything typed. Raises MayNot."""
        given = {"amount": amount, "red_amount": red_amount, "unit": unit, "active": active}
        given |= {"repeat_months": repeat_months, "repeat_days": repeat_days}
        numbers = {name: _number(given[name]) for name in ("amount", "red_amount", "repeat_months", "repeat_days")}
        wrong = {name: NOT_A_NUMBER for name, number in numbers.items() if number is None}
        if unit not in set(Unit):
            wrong["unit"] = NO_UNIT
        async with self._desk.change() as db:
            area = await timescales.area_of_rule(db, rule_id)
            if area is None or not may_do(who.member, Act.SET_TIMESCALES, area):
                raise MayNot
            if not wrong:
                values = {**numbers, "unit": Unit(unit), "is_active": active == "yes"}
                try:
                    await timescales.change_rule(db, rule_id, **values)
                    await audit.note(db, who.member.id, Act.SET_TIMESCALES, self._desk.now(), area=area)
                except BadRule as error:
                    field = "repeat_months" if error.field == "repeat" else error.field
                    wrong = {field: FAULTS[error.field]}
        if wrong:
            errors = {f"{name}-{rule_id}": text for name, text in wrong.items()}
            return await self._draw(request, who, errors=errors, given={rule_id: given})
        return go(HOME, done="changed")

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        *,
        errors: dict[str, str] | None = None,
        given: Mapping[uuid.UUID, Mapping[str, Any]] | None = None,
        done: str = "",
    ) -> Response:
        areas = [area for area in sorted(self._desk.hours) if may_do(who.member, Act.SET_TIMESCALES, area)]
        async with self._desk.console.engine.connect() as db:
            rules = {area: await timescales.rules_of(db, area) for area in areas}
        return self._desk.console.pages.draw(
            request,
            "console/timescales.html",
            who,
            status=422 if errors else 200,
            rules=rules,
            errors=errors or {},
            given=given or {},
            done=done,
            **CARE_WORDS,
        )


def _number(text: str) -> int | None:
    """The whole number in a field, at most five digits; None for anything else. Pure."""
    plain = text.strip()
    is_number = plain.removeprefix("-").isascii() and plain.removeprefix("-").isdecimal() and len(plain) < 6  # noqa: PLR2004
    return int(plain) if is_number else None
