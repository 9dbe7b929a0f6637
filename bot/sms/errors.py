"""What Twilio's error codes mean for us: one table for refused calls, for later receipts and for the tests.

Source: twilio.com/docs/api/errors. Bounces follow domain.md 4.5: permanent ones end the address, a phone that is
only off does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import SendError

NOT_CONNECTED = "not_connected"
NO_ANSWER = "no_answer"
TOO_LONG = "too_long"
EMPTY = "empty"
_RATE_PAUSE_SECONDS = 5.0
_SERVER_ERRORS = 500
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error code says, in words for staff and in the fields of a `SendError`."""

    reason: str
    is_retryable: bool = False
    retry_after_seconds: float | None = None
    is_address_dead: bool = False
    is_opted_out: bool = False


def _dead(reason: str) -> Meaning:
    return Meaning(reason, is_address_dead=True)


def _later(reason: str, seconds: float | None = None) -> Meaning:
    return Meaning(reason, is_retryable=True, retry_after_seconds=seconds)


MEANINGS: dict[str, Meaning] = {
    # Ours, before or instead of an answer.
    NOT_CONNECTED: _later("The provider could not be reached; nothing was handed over."),
    NO_ANSWER: _later("The provider was called and did not answer; it may have the message."),
    TOO_LONG: Meaning("The text is longer than one message may be."),
    EMPTY: Meaning("There is nothing to say in the message."),
    # The person said stop.
    "21610": Meaning("The person texted STOP to this number.", is_opted_out=True),
    # The address will never work.
    "21211": _dead("This is not a phone number."),
    "21214": _dead("This phone number cannot be reached."),
    "21217": _dead("This phone number is not well formed."),
    "21265": _dead("This number is a short code and takes no texts."),
    "21408": _dead("This account may not text the country of this number."),
    "21612": _dead("There is no route from our number to this one."),
    "21614": _dead("This is not a mobile number."),
    "21635": _dead("This is a landline and takes no texts."),
    "30004": _dead("The phone or its network blocks our texts."),
    "30005": _dead("The number is unknown or no longer in use."),
    "30006": _dead("The number is a landline, or its network takes no texts."),
    "63003": _dead("This number is not on WhatsApp."),
    "63024": _dead("This number cannot get WhatsApp messages."),
    # Later may work.
    "14107": _later("We send too fast.", _RATE_PAUSE_SECONDS),
    "20429": _later("We send too fast.", _RATE_PAUSE_SECONDS),
    "20500": _later("The provider has a fault."),
    "20503": _later("The provider is out of order for now."),
    "21611": _later("Too many messages wait in the queue of our number.", 60.0),
    "30001": _later("Too many messages wait in the queue of our number.", 60.0),
    "30003": _later("The phone is off or has no signal."),
    "30008": _later("The network gave no reason."),
    "30017": _later("The network is too busy.", 60.0),
    "30022": _later("We send faster than our number may.", _RATE_PAUSE_SECONDS),
    "30410": _later("The network took too long."),
    "63018": _later("We send faster than our WhatsApp number may.", _RATE_PAUSE_SECONDS),
    # Someone has to look at our account, number or text.
    "20003": Meaning("The account name or its secret is wrong."),
    "20404": Meaning("The account or number of ours is unknown."),
    "21602": Meaning("The message has no text."),
    "21603": Meaning("Our own number is missing."),
    "21606": Meaning("Our own number cannot send texts."),
    "21617": Meaning("The text is too long for the provider."),
    "21619": Meaning("The message has no text."),
    "21660": Meaning("Our own number belongs to another account."),
    "21703": Meaning("The messaging service has no number."),
    "21705": Meaning("The messaging service is unknown."),
    "30002": Meaning("The account is suspended."),
    "30007": Meaning("The network took the text for spam."),
    "30034": Meaning("Our number is not registered with the network."),
    "63016": Meaning("WhatsApp wants a template, because the person has not written for 24 hours."),
}


def meaning(code: str, status: int = 0) -> Meaning:
    """What a code says. One not in the table is judged by the HTTP status: busy or broken (retry), else refused."""
    if known := MEANINGS.get(code):
        return known
    if status >= _SERVER_ERRORS or status in _WORTH_ANOTHER_TRY:
        return _later("The provider is busy or out of order.")
    return Meaning("The provider refused the message.")


def send_error(code: str, status: int = 0, retry_after_seconds: float | None = None) -> SendError:
    """The error for a refused call, with nothing personal in it; the provider's own waiting time goes before ours."""
    what = meaning(code, status)
    pause = what.retry_after_seconds if retry_after_seconds is None else retry_after_seconds
    return SendError(
        code,
        is_retryable=what.is_retryable,
        retry_after_seconds=pause if what.is_retryable else None,
        is_address_dead=what.is_address_dead,
        is_opted_out=what.is_opted_out,
    )
