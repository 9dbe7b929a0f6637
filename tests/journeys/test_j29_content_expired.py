"""J29: `work.pay-and-hours` past its hard expiry: a safe line and a person in its place, and no old wage is ever shown."""

from __future__ import annotations

import time_machine

from tests.support.program import Program
from tests.support.web_person import WebPerson


async def test_the_old_figure_is_never_shown(program: Program, web: WebPerson) -> None:
    answer = program.service.ports.book.answer("work.pay-and-hours", "en", None)
    assert answer is not None
    wages = [word for step in answer.steps for word in step.split() if word.startswith("£")]
    assert wages

    with time_machine.travel("2027-06-01 12:00:00+00:00", tick=True):
        await web.opens()
        await web.says("what is the minimum wage for my age")

    assert "A person is checking this answer" in web.heard
    assert not any(wage.rstrip(".") in web.page for wage in wages)


async def test_a_figure_changes_on_its_day(program: Program) -> None:
    book = program.service.ports.book
    with time_machine.travel("2026-11-23 12:00:00+00:00", tick=False):
        now = book.answer("work.pay-and-hours", "en", None)
    assert now is not None
    assert any("£12.71" in step for step in now.steps)
    with time_machine.travel("2026-03-31 12:00:00+00:00", tick=False):
        before = book.answer("work.pay-and-hours", "pl", None)
    assert before is not None
    assert any("12.21" in step for step in before.steps)
