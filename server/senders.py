"""Lanes of the SMS provider, and the words that a bot shows about itself."""

from __future__ import annotations

from bot.sms.channel import SmsChannel, TwilioSender
from bot.telegram.profile import BotProfile
from dialogs.messages import ChannelName, Reply, ReplyKind
from dialogs.ports import Wording
from dialogs.wording import Voice
from server.outbox.delivery import Lane
from server.outbox.pace import Pace
from server.settings import Settings
from server.webhooks.twilio import SMS_LANE, WHATSAPP_LANE


def twilio_lanes(settings: Settings) -> dict[str, Lane]:
    """A lane for SMS and one for WhatsApp, as far as they are set up."""
    made = {}
    if settings.twilio_from or settings.twilio_messaging_service:
        made[SMS_LANE] = Lane(SMS_LANE, _channel(settings, ChannelName.SMS), Pace(settings.sms_a_second))
    if settings.twilio_whatsapp_from:
        made[WHATSAPP_LANE] = Lane(WHATSAPP_LANE, _channel(settings, ChannelName.WHATSAPP), Pace(settings.sms_a_second))
    return made


def _channel(settings: Settings, name: ChannelName) -> SmsChannel:
    is_sms = name is ChannelName.SMS
    token = settings.twilio_auth_token
    sender = TwilioSender(
        account_sid=settings.twilio_account_sid,
        auth_token=token.get_secret_value() if token else "",
        from_number=("" if settings.twilio_messaging_service else settings.twilio_from)
        if is_sms
        else settings.twilio_whatsapp_from,
        messaging_service_sid=settings.twilio_messaging_service if is_sms else "",
        status_callback_url=f"{settings.own_url}/webhooks/twilio/status" if settings.public_url else "",
        base_url=settings.twilio_api,
    )
    return SmsChannel(sender, name)


def polite_word(wording: Wording, language: str) -> Reply:
    """What a group hears once."""
    voice = Voice(wording, language)
    return Reply(language, voice.say("I only talk in private. Please write to me on my own."), ReplyKind.NOTICE)


COMMANDS = ("menu", "person", "language", "easy", "private", "help", "stop")


def bot_profiles(wording: Wording, languages: tuple[str, ...]) -> list[BotProfile]:
    """The bot's description and commands in every language offered; the first is also the one for all others."""
    return [_profile(wording, languages[0], ""), *(_profile(wording, language, language) for language in languages)]


def _profile(wording: Wording, language: str, code: str) -> BotProfile:
    voice = Voice(wording, language)
    about = {
        "menu": voice.say("See what you can ask"),
        "person": voice.say("Talk to a person"),
        "language": voice.say("Change language"),
        "easy": voice.say("Use easier words"),
        "private": voice.say("What stays private"),
        "help": voice.say("How this works"),
        "stop": voice.say("Stop messages from us"),
    }
    return BotProfile(
        language=code,
        description=voice.say(
            "Ask about money, home, work, school, health or your rights. It is free and private. A person can help too."
        ),
        short_description=voice.say("Answers and real people, for young people."),
        commands=tuple((name, about[name]) for name in COMMANDS),
    )
