"""Passwords: argon2id with the library's own settings (RFC 9106, low memory), and what is too easy to guess."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from server.staff.errors import PoorPassword

LEAST: Final = 12
MOST: Final = 200
"""Longer ones are refused: hashing is the costly part of a sign-in."""

EASY: Final = (
    "password", "passw0rd", "qwerty", "letmein", "welcome", "connexions", "adviser", "admin", "iloveyou", "monkey", "dragon",
    "football", "liverpool", "arsenal", "chelsea", "abc123", "123456", "111111", "000000", "changeme", "secret",
)  # fmt: skip
"""Words that carry no secret: what is left of a password without them has to be long enough by itself."""

LEAST_BESIDE_EASY: Final = 8
LEAST_KINDS: Final = 5
"""Fewer different characters than this are a pattern."""

_hasher = PasswordHasher()


def check_strength(password: str, *about: str) -> None:
    """Raises PoorPassword for one that is short, long, a pattern, or mostly a well-known word or the person's own e-mail or name."""
    if not LEAST <= len(password) <= MOST or len(set(password)) < LEAST_KINDS:
        raise PoorPassword
    rest = password.lower()
    for word in (*EASY, *(part for text in about for part in text.lower().replace("@", " ").split() if len(part) > 3)):  # noqa: PLR2004
        rest = rest.replace(word, "")
    if len(rest) < LEAST_BESIDE_EASY:
        raise PoorPassword


def hash_password(password: str) -> str:
    """The hash to store, with its salt and settings in it."""
    return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """True when the password is the one. Takes as long without a hash as with one, so that nobody learns who has an account."""
    known = password_hash or _nobody()
    try:
        _hasher.verify(known, password[:MOST])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None and len(password) <= MOST


def needs_new_hash(password_hash: str) -> bool:
    """True when the library's settings have become stronger since."""
    return _hasher.check_needs_rehash(password_hash)


@lru_cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
