"""The second factor: codes of an authenticator app (RFC 6238), each good once, and recovery codes for when it is lost."""

from __future__ import annotations

import io
import secrets
import unicodedata
from datetime import datetime
from typing import Final

import pyotp
import segno

from server.db.types import blind_index

STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
"""A phone's clock may be half a minute out, either way."""

ISSUER: Final = "Connexions"
RECOVERY_CODES: Final = 10
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike on paper."""


def new_secret() -> str:
    """A new secret for an authenticator app."""
    return pyotp.random_base32()


def address_of(secret: str, email: str) -> str:
    """What the app reads from the square code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def picture_of(address: str) -> str:
    """The square code as an inline SVG drawing, black on nothing, as large as the page makes it."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", scale=5, border=4, xmldecl=False, svgclass="square-code", lineclass=None, omitsize=True
    )
    return drawn.getvalue().decode()


def step_of(secret: str, code: str, now: datetime, used_step: int) -> int | None:
    """The time step that a code belongs to, when it is right and later than the last one used; None when it is not."""
    typed = "".join(str(unicodedata.decimal(ch)) for ch in code if ch.isdecimal())  # people type their own digits
    if len(typed) != 6:  # noqa: PLR2004 - digits of a code
        return None
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        if step > used_step and secrets.compare_digest(totp.generate_otp(step), typed):
            return step
    return None


def new_recovery_codes() -> tuple[str, ...]:
    """Codes to print and keep: "k7pm-x3qd-9wha", some 59 bits each."""
    return tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    )


def hash_of_recovery_code(code: str) -> bytes:
    """What is stored of a recovery code; spaces, dashes and capitals do not matter."""
    return blind_index("".join(ch for ch in code.lower() if ch.isalnum()), "staff_recovery_codes.code")
