"""One try to sign in at the provider: what the browser holds, sealed, from leaving us to coming back. Good once."""

from __future__ import annotations

import binascii
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from server.db.keyring import KeyRingError
from server.db.types import key_ring

CONTEXT: Final = "staff.single_sign_on"
LASTS: Final = timedelta(minutes=10)
"""Long enough to find the phone with the second factor."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """`state` ties the answer to this browser, `nonce` the token, `verifier` the code. `next` is where to go on to."""

    next: str
    at: datetime
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def sealed(self) -> str:
        """For a cookie: nobody reads or makes one without our keys."""
        return urlsafe_b64encode(key_ring().encrypt(to_json(self), CONTEXT)).decode()

    def is_answered_by(self, state: str, now: datetime) -> bool:
        """True when the answer belongs to this try and came in time."""
        return secrets.compare_digest(self.state.encode(), state.encode()) and now - self.at <= LASTS


_ATTEMPT: Final = TypeAdapter(Attempt)


def unsealed(text: str) -> Attempt | None:
    """The try in a cookie; None when it is not one of ours."""
    try:
        return _ATTEMPT.validate_json(key_ring().decrypt(urlsafe_b64decode(text.encode()), CONTEXT))
    except (KeyRingError, ValidationError, binascii.Error, ValueError):
        return None
