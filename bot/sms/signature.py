"""Is a webhook from Twilio?"""

from __future__ import annotations

from collections.abc import Mapping

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.errors import NotFromProvider


def check(url: str, form: Mapping[str, str], header: str | None, auth_token: str) -> None:
    """Nothing when Twilio signed this form for this address; raises `NotFromProvider` otherwise.

    `url` is the public one that Twilio called, with its query, whatever a proxy made of it. An empty token refuses all.
    """
    if not header or not auth_token or not header.isascii():
        raise NotFromProvider("no signature")
    # A form with repeated fields is read by its own getlist().
    is_theirs: bool = RequestValidator(auth_token).validate(url, form, header)
    if not is_theirs:
        raise NotFromProvider("wrong signature")
