"""J3, the booking: Dean texts, and each text he gets is one part without a link."""

from __future__ import annotations

import pytest

from bot.sms.encoding import count_parts
from tests.journeys.test_sms_ways import Phone
from tests.support.booked import meetings, open_diary
from tests.support.program import Program
from tests.support.twilio_double import TwilioDouble

pytestmark = pytest.mark.node


async def test_dean_books_by_text(tuesday_noon: None, sms_program: Program, twilio: TwilioDouble) -> None:
    await open_diary(sms_program)
    dean = Phone(sms_program, twilio)
    await dean.says("hello")
    await dean.says("need cscs")
    heard = await dean.says("1")
    for words in ("any time", "thursday", "2pm", "nothing"):
        heard += await dean.says(words)
    (held,) = await meetings(sms_program, "held")
    left = held["hold_until"] - held["created_at"]
    assert left.total_seconds() == 30 * 60, "by text somebody has longer"
    heard += await dean.says("yes")
    (booked,) = await meetings(sms_program)
    assert booked["reason"].value == "careers"
    assert "It is booked. Thursday 10 December, 2pm" in heard[-1]
    heard += await dean.says("my meetings")
    for body in heard:
        assert count_parts(body) == count_parts(body)._replace(encoding="GSM-7", parts=1), body
        assert "http" not in body
