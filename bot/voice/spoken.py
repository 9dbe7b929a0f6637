"""What is said in a call, as TwiML, with the voice that each language has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from twilio.twiml.voice_response import Gather, VoiceResponse  # type: ignore[import-untyped]

VOICES: Final = {"en": ("en-GB", "Polly.Amy"), "cy": ("cy-GB", "Polly.Gwyneth")}
"""Language and voice as Twilio names them; a language without one is read by the English voice."""

WAITS_SECONDS: Final = 8

Line = tuple[str, str]
"""(language, text)."""


def question(lines: Iterable[Line], action_url: str, otherwise: Line) -> str:
    """Say the lines twice and wait for one key, which is posted to `action_url`; without a key say `otherwise` and end."""
    response, said = VoiceResponse(), list(lines)
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=WAITS_SECONDS,
        action=action_url,
        method="POST",
        action_on_empty_result=False,
    )
    for _ in range(2):
        for line in said:
            _say(gather, line)
        gather.pause(length=2)
    response.append(gather)
    _say(response, otherwise)
    return str(response)


def farewell(lines: Iterable[Line]) -> str:
    """Say the lines and end the call."""
    response = VoiceResponse()
    for line in lines:
        _say(response, line)
    response.hangup()
    return str(response)


def _say(where: VoiceResponse, line: Line) -> None:
    language, voice = VOICES.get(line[0], VOICES["en"])
    where.say(line[1], language=language, voice=voice)
