"""Where messages come in: Telegram, Twilio and the web chat. Size, origin, parse, hand over, answer fast."""
