"""Twilio's webhooks about calls to staff: keys pressed in one, and how it ended. Signed, at addresses that nobody can guess."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import Unreadable
from bot.voice import inbound, spoken
from bot.voice.caller import VoiceCaller
from server import metrics
from server.clock import utc_now
from server.errors import NotReadable, Refused
from server.escalations import alarm_words as words_of
from server.escalations.alarm_words import AlarmWords
from server.escalations.answering import Answered, Heard, is_token_of, note_ended, take_key, token_of
from server.escalations.notices import Notice
from server.hours import OpeningHours
from server.webhooks.twilio import signed_form

ANSWERS: Final = {
    Heard.YOURS: words_of.YOURS,
    Heard.ANOTHERS: words_of.ANOTHERS,
    Heard.OVER: words_of.OVER,
    Heard.PASSED: words_of.PASSED,
}
Read = TypeVar("Read")


def call_address(public_url: str, notice_id: uuid.UUID, what: str) -> str:
    """Where the provider posts about a call: `what` is `key` or `ended`."""
    return f"{public_url}/webhooks/voice/{notice_id}/{token_of(notice_id)}/{what}"


class Called:
    """Rings members of staff: `server.escalations.telling.Courier` by telephone."""

    def __init__(self, caller: VoiceCaller, words: AlarmWords, public_url: str) -> None:
        self._caller = caller
        self._words = words
        self._public_url = public_url

    async def tell(self, notice: Notice) -> str:
        """Place the call with what it says and asks."""
        language, case = notice.language, notice.case_number
        needed = words_of.NEEDED if notice.is_danger else words_of.LATE
        lines = [self._words.spoken(language, text, case) for text in (needed, words_of.PRESS)]
        key_url = call_address(self._public_url, notice.id, "key")
        twiml = spoken.question(lines, key_url, self._words.spoken(language, words_of.NOT_TAKEN, case))
        return await self._caller.call(notice.to, twiml, call_address(self._public_url, notice.id, "ended"))


def router(
    engine: AsyncEngine, hours: Mapping[str, OpeningHours], words: AlarmWords, public_url: str, auth_token: str
) -> APIRouter:
    """The routes. `public_url` is what Twilio signed, whatever address a proxy forwarded to."""
    routes = APIRouter(include_in_schema=False)

    async def read(
        request: Request, notice_id: uuid.UUID, token: str, reads: Callable[[Mapping[str, str]], Read]
    ) -> Read:
        form = await signed_form(request, public_url, auth_token)
        if not is_token_of(notice_id, token):
            metrics.refused.labels("voice", "address").inc()
            raise Refused("not an address of ours")
        try:
            return reads(form)
        except Unreadable as error:
            metrics.refused.labels("voice", "unreadable").inc()
            raise NotReadable(str(error)) from error

    @routes.post("/webhooks/voice/{notice_id}/{token}/key")
    async def take_press(request: Request, notice_id: uuid.UUID, token: str) -> Response:
        key = await read(request, notice_id, token, inbound.key)
        async with engine.begin() as db:
            answered = await take_key(db, hours, notice_id, key, utc_now())
        if answered is None:
            return _twiml(spoken.farewell(()))
        return _twiml(answer(words, answered, call_address(public_url, notice_id, "key")))

    @routes.post("/webhooks/voice/{notice_id}/{token}/ended")
    async def take_end(request: Request, notice_id: uuid.UUID, token: str) -> Response:
        why = await read(request, notice_id, token, inbound.reached_nobody)
        if why:
            async with engine.begin() as db:
                await note_ended(db, hours, notice_id, why, utc_now())
        return Response(status_code=204)

    return routes


def answer(words: AlarmWords, answered: Answered, key_url: str) -> str:
    """What the call says after a key; after one that means nothing, or when nobody comes next, it asks again."""
    language, case = answered.language, answered.case_number
    if said := ANSWERS.get(answered.heard):
        return spoken.farewell([words.spoken(language, said, case)])
    texts = [words_of.PRESS]
    if answered.heard is Heard.NOBODY_NEXT:
        texts.insert(0, words_of.NOBODY_NEXT)
    lines = [words.spoken(language, text, case) for text in texts]
    return spoken.question(lines, key_url, words.spoken(language, words_of.NOT_TAKEN, case))


def _twiml(text: str) -> Response:
    return Response(text, media_type="text/xml")
