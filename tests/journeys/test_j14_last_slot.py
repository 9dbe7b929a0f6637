"""J14: two young people pick the last time at the same instant. One has it, the other gets the nearest, said once."""

from __future__ import annotations

import asyncio

from tests.support.booked import meetings, open_diary
from tests.support.program import Program
from tests.support.web_person import WebPerson


async def test_one_gets_it_and_the_other_the_nearest(tuesday_noon: None, program: Program) -> None:
    await open_diary(program, "09:00-11:00")
    async with program.browser() as one, program.browser() as other:
        both = [WebPerson(one), WebPerson(other)]
        for person in both:
            await person.opens()
            await person.says("when is my appointment")
            await person.presses("Book a time")
            await person.presses("A first talk")
            await person.presses("Thursday 10 December")
        await asyncio.gather(*(person.presses("9:30am") for person in both))

        winner, loser = sorted(both, key=lambda person: "gone" in person.heard)
        assert "I keep Thursday 10 December, 9:30am for you" in winner.heard
        assert "That time has just gone." in loser.heard
        assert len(await meetings(program, "held")) == 1
        await loser.says("1")
        assert "I keep" in loser.heard
        for person in (winner, loser):
            await person.presses("Nothing")
        await asyncio.gather(*(person.presses("Yes, book it") for person in both))

    booked = await meetings(program)
    assert len({one["starts_at"] for one in booked}) == 2
    assert len({one["person_id"] for one in booked}) == 2
