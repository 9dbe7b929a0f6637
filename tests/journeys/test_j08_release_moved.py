"""J8: Sam's release moves to 17 June. All of the plan goes with it; the office has to be told by a person; both sides accept."""

from __future__ import annotations

from tests.journeys.inside import MONEY, OFFICE, Story


async def test_the_plan_moves_as_one_and_nothing_is_assumed(inside: Story) -> None:
    await inside.enters("2026-06-03")
    await inside.does(OFFICE, "arrange", **MONEY)
    await inside.does(OFFICE, "office")
    await inside.priya.posts(f"{inside.spell}/sheet", version="1")
    for side in ("home", "host"):
        await inside.priya.posts(f"{inside.spell}/accept", side=side, version="1")
    look = await inside.moves("2026-06-17")
    assert "The office has to be told" in look
    assert "They have it on paper: a new sheet is needed" in look

    shown = await inside.shown(OFFICE)
    assert "Thursday 18 June, 11am" in shown
    assert "Office not told yet" in shown
    assert "Tuesday 23 June" not in shown
    page = inside.priya.shown
    for red in ("Not accepted by both", "The sheet is old", "Office not told yet"):
        assert red in page
    assert "Monday 22 June" in await inside.shown("Interview for a course or a job")
    assert "Monday 29 June" in await inside.shown("First day of the course or job")

    await inside.does(OFFICE, "office")
    for side in ("home", "host"):
        await inside.priya.posts(f"{inside.spell}/accept", side=side, version="2")
    await inside.priya.posts(f"{inside.spell}/sheet", version="2")
    page = (await inside.priya.opens(inside.spell)).text
    for red in ("Not accepted by both", "The sheet is old", "Office not told yet"):
        assert red not in page


async def test_two_who_move_it_at_once(inside: Story) -> None:
    await inside.enters("2026-06-03")
    other = await inside.priya.opens(f"{inside.spell}/move", on="2026-06-24", status="planned")
    await inside.moves("2026-06-17")
    seen = other.text.partition('name="seen" value="')[2].partition('"')[0]
    page = await inside.priya.posts(f"{inside.spell}/move", on="2026-06-24", status="planned", seen=seen)
    assert "Somebody changed this plan meanwhile. Nothing was changed." in page.text
    assert "17 June 2026" in page.text
