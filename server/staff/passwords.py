"""Passwords: argon2id with the library's own settings (RFC 9106, low memory), and what is too easy to guess."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.staff.errors import PoorPassword

LEAST: Final = 12
MOST: Final = 200
"""Longer ones are refused: hashing is the costly part of a sign-in."""

EASY: Final = (
    "password", "qwerty", "letmein", "welcome", "connexions", "adviser", "admin", "iloveyou", "monkey", "dragon",
    "football", "liverpool", "arsenal", "chelsea", "changeme", "secret",
)  # fmt: skip
"""Words that carry no secret: what is left of a password without them has to be long enough by itself."""

DRESSED_UP: Final = str.maketrans("@4031!5$7", "aaoeiisst")
ROWS: Final = (string.ascii_lowercase, string.digits, "qwertyuiop", "asdfghjkl", "zxcvbnm")
STEPS: Final = frozenset("".join(pair) for row in ROWS for line in (row, row[::-1]) for pair in pairwise(line))
"""From a letter to its neighbour: who knows the first knows the rest."""

LEAST_WORD: Final = 4
"""Shorter parts of a name or an e-mail stand in many words."""

LEAST_LEFT: Final = 8
LEAST_KINDS: Final = 5
"""Fewer different characters than this are a pattern."""


class _Current:
    """Holds the settings of this process."""

    hasher = PasswordHasher()


@contextmanager
def hashed_by(hasher: PasswordHasher) -> Iterator[None]:
    """Other settings for a while: for tests, which sign in by the hundred. The program itself never asks for this."""
    before, _Current.hasher = _Current.hasher, hasher
    try:
        yield
    finally:
        _Current.hasher = before


def check_strength(password: str, *about: str) -> None:
    """Raises PoorPassword for one that is short, long, a pattern, or mostly a well-known word or the person's own e-mail or name."""
    typed = _normal(password)
    words = {*EASY, *(part for text in about for part in _parts(text) if len(part) >= LEAST_WORD)}
    plain = typed.casefold()
    left = min((_left(form, words) for form in (plain, plain.translate(DRESSED_UP))), key=len)
    if not LEAST <= len(typed) <= MOST or len(left) < LEAST_LEFT or len(set(left)) < LEAST_KINDS:
        raise PoorPassword


def _parts(text: str) -> list[str]:
    return re.split(r"[\W_]+", _normal(text).casefold())


def _left(typed: str, words: set[str]) -> str:
    """What is not a well-known word, and not the same letter or its neighbour once more."""
    for word in sorted(words, key=len, reverse=True):
        typed = typed.replace(word, "")
    return typed[:1] + "".join(b for a, b in pairwise(typed) if a != b and a + b not in STEPS)


def _normal(text: str) -> str:
    """One form for the same letters, whichever keyboard they come from."""
    return unicodedata.normalize("NFKC", text)


def hash_password(password: str) -> str:
    """The hash to store, with its salt and settings in it."""
    return _Current.hasher.hash(_normal(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """True when the password is the one. Takes as long without a hash as with one, so that nobody learns who has an account."""
    typed = _normal(password)
    if not password_hash:
        _Current.hasher.hash(typed[:MOST])
        return False
    try:
        _Current.hasher.verify(password_hash, typed[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return len(typed) <= MOST


def needs_new_hash(password_hash: str) -> bool:
    """True when the library's settings have become stronger since."""
    return _Current.hasher.check_needs_rehash(password_hash)
