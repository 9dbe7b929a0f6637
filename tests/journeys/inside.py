"""Sam, who writes by text and is taken inside, and the workers at their consoles."""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import dataclass

from server.staff.access import Role
from tests.server.console.house import House, Worker
from tests.support.adviser import newest_case
from tests.support.custody import YoungPerson
from tests.support.program import KeepingChannel, Program

SEEN = re.compile(r'name="seen" value="(\w+)"')
STEP = re.compile(r'id="step-([0-9a-f-]{36})">(.*?)</li>', re.DOTALL)


@dataclass
class Story:
    """Sam's phone, what it got, and Priya who has the case."""

    program: Program
    sms: KeepingChannel
    sam: YoungPerson
    priya: Worker
    case: uuid.UUID
    spell: str = ""

    @classmethod
    async def begins(cls, program: Program, sms: KeepingChannel, *roles: Role) -> Story:
        """Sam asks for a person by text, and Priya takes it."""
        sam = YoungPerson(program.service, "+447700900321")
        await sam.says("can i talk to a person")
        priya = await House(program).has(*(roles or (Role.ADVISER,)), name="Priya")
        case = (await newest_case(program.service))["id"]
        await priya.posts(f"/console/cases/{case}/take")
        return cls(program, sms, sam, priya, case)

    async def enters(self, release_on: str, **more: str) -> None:
        """Priya says that Sam is inside."""
        form = {"entered_on": "2026-03-02", "release_on": release_on, "status": "planned", **more}
        page = await self.priya.posts(f"/console/cases/{self.case}/release", form)
        assert page.status_code == 200, page.text
        self.spell = page.url.path

    async def does(self, title: str, do: str, who: Worker | None = None, **fields: str) -> str:
        """One thing with the step of a title; what the page says then."""
        page = await (who or self.priya).posts(f"{self.spell}/steps/{await self.step(title)}", do=do, **fields)
        assert page.status_code == 200, page.text
        return html.unescape(page.text)

    async def step(self, title: str) -> str:
        """The id of a step by its title."""
        page = html.unescape((await self.priya.opens(self.spell)).text)
        return next(found[1] for found in STEP.finditer(page) if title in found[2])

    async def shown(self, title: str) -> str:
        """What the plan says of a step."""
        page = html.unescape((await self.priya.opens(self.spell)).text)
        return next(found[2] for found in STEP.finditer(page) if title in found[2])

    async def moves(self, on: str) -> str:
        """Look, then move; what the look said."""
        page = await self.priya.opens(f"{self.spell}/move", on=on, status="planned")
        seen = SEEN.search(page.text)
        assert seen, page.text
        await self.priya.posts(f"{self.spell}/move", on=on, status="planned", seen=seen[1])
        return html.unescape(page.text)

    @property
    def got(self) -> list[str]:
        """What Sam's phone got."""
        return self.sms.texts(self.sam.number)


MONEY = {
    "office_of": "jobcentre",
    "on": "2026-06-04",
    "at": "11:00",
    "minutes": "45",
    "where": "The blue door",
    "comes": "Priya",
    "meet": "Priya meets you at the gate",
    "bring": "Your letter",
}
OFFICE = "Benefit office or youth justice"
