"""A meeting in the young person's own calendar: they ask for it, it says nothing of why."""

from __future__ import annotations

import re

import pytest

from tests.journeys.test_j33_ibrahim_lost import an_interview
from tests.support.program import Program
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database


async def test_asked_for_it_is_there_and_says_no_reason(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await an_interview(program, web, in_minutes=300)
    await web.says("when is my appointment")
    await web.presses("Put it in my calendar")
    assert "nothing of why" in web.heard
    (path,) = set(re.findall(r"/calendar/[\w-]+\.ics", web.page))
    read = await web.client.get(path)
    assert read.status_code == 200
    assert "SUMMARY:Meeting\r\n" in read.text
    assert "College" not in read.text.split("SUMMARY")[1].split("\r\n")[0]
