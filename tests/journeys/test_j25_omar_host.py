"""J25: Omar, host adviser: sees the plan from his side, asks home for what is theirs, prints the sheet in another language."""

from __future__ import annotations

from server.staff.access import Role
from tests.journeys.inside import MONEY, OFFICE, Story
from tests.server.console.house import House


async def test_omar_works_from_the_host_side(inside: Story) -> None:
    omar = await House(inside.program).has(Role.HOST_ADVISER, name="Omar")
    await inside.enters("2026-06-03", host=str(omar.member.id))
    assert inside.spell in (await omar.opens("/console/release", side="host")).text
    await inside.does(OFFICE, "arrange", **MONEY)
    place = "Where they will live"
    await inside.does(place, "give", omar, owner=str(inside.priya.member.id), side="home")
    assert "Priya" in await inside.shown(place)
    await inside.does(place, "task", omar)
    tasks = await inside.priya.opens("/console/tasks", own="1")
    assert "release" in tasks.text.lower()
    page = await omar.opens(f"{inside.spell}/sheet", language="fa")
    assert 'lang="fa" dir="rtl"' in page.text
    assert (await omar.opens(f"{inside.spell}/sheet.pdf", language="fa")).content.startswith(b"%PDF-")
    await omar.posts(f"{inside.spell}/accept", side="host", version="1")
    assert "Host accepted" in omar.shown
