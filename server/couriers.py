"""How this process reaches members of staff: by the bot and the number that young people are answered on, and by telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.push.sender import PushSender
from server.escalations.alarm_words import AlarmWords
from server.escalations.clock import Means
from server.escalations.pushing import Pushed
from server.escalations.telling import Courier, Written
from server.outbox.delivery import Lane
from server.settings import Settings
from server.staff.guard import ROOT as CONSOLE

if TYPE_CHECKING:
    from bot.voice.caller import VoiceCaller


@dataclass(frozen=True, slots=True)
class Couriers:
    """A courier for each means that is set up."""

    by_means: Mapping[Means, Courier]
    caller: VoiceCaller | None = None
    pusher: PushSender | None = None

    async def close(self) -> None:
        """Let go of connections; the lanes close their own. Repeating is harmless."""
        if self.caller is not None:
            await self.caller.close()
        if self.pusher is not None:
            await self.pusher.close()


def couriers(settings: Settings, engine: AsyncEngine, lanes: Mapping[str, Lane], words: AlarmWords) -> Couriers:
    """What the settings allow: WhatsApp is not for staff."""
    url = f"{settings.own_url}{CONSOLE}"
    by_lane = {Means.TELEGRAM: lanes.get("telegram"), Means.SMS: lanes.get("sms")}
    made: dict[Means, Courier] = {
        means: Written(lane.channel, lane.pace, words, url) for means, lane in by_lane.items() if lane is not None
    }
    caller = _caller(settings)
    if caller is not None:
        from server.webhooks.voice import Called  # noqa: PLC0415 - the SDK is heavy

        made[Means.CALL] = Called(caller, words, settings.own_url)
    pusher = PushSender(settings.own_url)
    made[Means.PUSH] = Pushed(engine, pusher, words)
    return Couriers(made, caller, pusher)


def _caller(settings: Settings) -> VoiceCaller | None:
    if not settings.has_voice or settings.twilio_auth_token is None:
        return None
    from bot.voice.caller import VoiceCaller, VoiceSender  # noqa: PLC0415 - the SDK is heavy

    token = settings.twilio_auth_token.get_secret_value()
    return VoiceCaller(VoiceSender(settings.twilio_account_sid, token, settings.voice_from, settings.twilio_api))
