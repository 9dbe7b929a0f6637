"""J7: Sam, 17, is inside and has no phone. Nothing goes to the phone; a sheet in easy words does what it did."""

from __future__ import annotations

import html

from server.staff.access import Role
from tests.journeys.inside import MONEY, OFFICE, Story
from tests.server.console.house import House


async def test_the_phone_is_on_pause_and_the_sheet_says_when_who_and_where(inside: Story) -> None:
    before = len(inside.got)
    await inside.enters("2026-06-03")
    await inside.does(OFFICE, "arrange", **MONEY)
    await inside.does(OFFICE, "office")
    await inside.priya.posts(f"/console/cases/{inside.case}/messages", text="Are you there?", key="k1")
    assert "Their phone is on pause" in inside.priya.shown
    assert "Are you there?" in inside.priya.shown, "what was typed is kept"
    assert len(inside.got) == before

    page = html.unescape((await inside.priya.opens(f"{inside.spell}/sheet")).text)
    sheet = page[page.index('<article class="sheet"') :]
    for words in (
        "Wednesday 3 June",
        "Thursday 4 June, 11am",
        "Money meeting",
        "Priya meets you at the gate",
        "Your letter",
    ):
        assert words in sheet
    assert not any(
        word in sheet.lower() for word in ("custody", "prison", "jobcentre", "benefit", "release", "youth justice")
    )
    pdf = await inside.priya.opens(f"{inside.spell}/sheet.pdf")
    assert pdf.content.startswith(b"%PDF-")
    arabic = await inside.priya.opens(f"{inside.spell}/sheet", language="ar")
    assert 'lang="ar" dir="rtl"' in arabic.text
    assert (await inside.priya.opens(f"{inside.spell}/sheet.pdf", language="ar")).content.startswith(b"%PDF-")


async def test_whoever_holds_the_phone_learns_nothing_and_priya_sees_it(inside: Story) -> None:
    await inside.enters("2026-06-03")
    await inside.sam.says("where r u")
    assert inside.got[-1].startswith("We can not answer on this number just now.")
    (task,) = await House(inside.program).rows("SELECT id, kind, staff_id FROM case_tasks")
    assert (task.kind, task.staff_id) == ("number_on_hold", inside.priya.member.id)
    assert "where r u" in (await inside.priya.opens(f"/console/tasks/{task.id}")).text


async def test_another_adviser_learns_nothing_of_it(inside: Story) -> None:
    await inside.enters("2026-06-03")
    ada = await House(inside.program).has(Role.ADVISER, name="Ada")
    assert (await ada.opens(inside.spell)).status_code == 404
    assert inside.spell not in (await ada.opens("/console/release")).text
    assert inside.spell in (await inside.priya.opens("/console/release")).text
    query = "SELECT count(*) FROM audit WHERE what = 'custody' AND staff_id = :id"
    assert await House(inside.program).scalar(query, id=inside.priya.member.id) >= 2
    assert await House(inside.program).scalar(query, id=ada.member.id) == 0
