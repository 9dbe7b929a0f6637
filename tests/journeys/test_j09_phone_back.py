"""J9, up to its message: Priya says "released, phone back". Only then can Sam be written to, and nothing bursts out."""

from __future__ import annotations

from tests.journeys.inside import Story


async def test_a_named_worker_lifts_it_and_nothing_that_waited_goes(inside: Story) -> None:
    before = len(inside.got)
    await inside.enters("2026-06-17")
    page = await inside.priya.posts(f"{inside.spell}/phone-back")
    assert "They can be written to again." in page.text
    assert "Phone back" in page.text
    assert len(inside.got) == before
    await inside.priya.posts(f"/console/cases/{inside.case}/messages", text="Hi Sam. It is Priya.", key="k2")
    await inside.program.service.sender.drain()
    assert inside.got[before:] == ["Hi Sam. It is Priya."]


async def test_sam_writes_the_check_word_after_the_release(inside: Story) -> None:
    await inside.sam.has_word("purple kettle")
    await inside.enters("2026-06-17")
    await inside.sam.says("purple kettle")
    assert inside.got[-1].startswith("We can not answer on this number just now.")
    await inside.priya.posts(f"{inside.spell}/released")
    await inside.sam.says("Purple Kettle")
    assert inside.got[-1].startswith("Thank you. You can write to us here again.")


async def test_inside_again_pauses_it_again(inside: Story) -> None:
    await inside.enters("2026-06-17")
    await inside.priya.posts(f"{inside.spell}/phone-back")
    page = await inside.priya.posts(f"{inside.spell}/recall")
    assert "The plan waits for a new date." in page.text
    await inside.sam.says("hi")
    assert inside.got[-1].startswith("We can not answer on this number just now.")
