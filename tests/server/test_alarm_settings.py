"""What has to be set so that staff can be rung, and what is said when it is not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.support.program import settings_for
from tests.support.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER

TWILIO = {"twilio_account_sid": ACCOUNT_SID, "twilio_auth_token": AUTH_TOKEN}
PUBLIC = {"public_url": "https://chat.example"}


@pytest.mark.parametrize("given", [{}, TWILIO, PUBLIC])
def test_a_number_that_rings_needs_an_account_and_an_address_for_keys(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="CONNEXIONS_VOICE_FROM needs"):
        settings_for(voice_from=OUR_NUMBER, **given)


def test_calls_are_on_with_all_three_and_off_without_the_number() -> None:
    assert settings_for(voice_from=OUR_NUMBER, **TWILIO, **PUBLIC).has_voice
    assert not settings_for(**TWILIO, **PUBLIC).has_voice
