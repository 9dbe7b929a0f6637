"""Passwords: what is too easy is refused, what is stored is argon2id, and nobody learns from the time it takes."""

from __future__ import annotations

import random
import string
import time
import unicodedata
from statistics import median

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from server.staff import passwords
from server.staff.errors import PoorPassword
from server.staff.passwords import check_strength, hash_password, hashed_by, is_right, needs_new_hash
from tests.server.staff.core import MINUTE, NOW, PASSWORD, QUICK, Staffed, new_email

ABOUT = ("Morgan Quillon", "morgan.q@zanzibar.example")

EASY = {
    "empty": "",
    "short": "k7pm-x3qd-9",
    "blanks": " " * 20,
    "longer than any person types": "kx7!" * 51,
    "one sign": "a" * 30,
    "four signs in turn": "abcd" * 5,
    "five signs in turn": "abcde" * 4,
    "a word that everybody tries, and little else": "Password2026",
    "such a word as it is dressed up": "P@ssw0rd2026",
    "two such words": "letmeinqwerty1",
    "such a word and one letter many times": "aaaaaaaaaaaaPassword1",
    "our own name": "Connexions24",
    "the alphabet": "abcdefghijklmnop",
    "the digits": "123456789012345",
    "the digits backwards": "9876543210987",
    "a few digits in turn": "1234512345123",
    "a row of the keyboard": "qwertyuiopasdf",
    "another row of the keyboard": "asdfghjkl;zxcvbnm",
    "the own name": "morganquillon1",
    "the own name, turned round": "Quillon-Morgan",
    "the own e-mail": "morgan.q@zanzibar.example",
    "a part of the own e-mail": "zanzibarzanzibar7",
}

GOOD = [
    "marmalade lighthouse 42",
    "correct horse battery staple",
    "k7pm-x3qd-9wha",
    "My cat hates Mondays!",
    "żółta łódka na jeziorze",
    "mae'r gath yn cysgu heno",
    "القطة تنام على السرير",
    "د کور تر شا یو سیند دی",
    "property power terrier",
]


@pytest.mark.parametrize("password", EASY.values(), ids=EASY)
def test_what_others_would_guess_is_refused(password: str) -> None:
    with pytest.raises(PoorPassword):
        check_strength(password, *ABOUT)


@pytest.mark.parametrize("password", GOOD)
def test_a_few_words_in_any_language_will_do(password: str) -> None:
    check_strength(password, *ABOUT)


@given(st.integers(0))
@settings(max_examples=50)
def test_a_password_from_a_generator_will_do(seed: int) -> None:
    check_strength("".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=20)))


@given(st.text(max_size=220), st.text(max_size=30))
@settings(max_examples=50)
def test_nothing_typed_makes_the_check_fall_over_or_lets_a_short_one_pass(password: str, name: str) -> None:
    try:
        check_strength(password, name)
    except PoorPassword:
        return
    assert 12 <= len(unicodedata.normalize("NFKC", password)) <= 200


@given(st.text(max_size=60))
@settings(max_examples=40)
def test_only_the_same_password_is_right(password: str) -> None:
    stored = hash_password(password)
    assert is_right(stored, password)
    assert not is_right(stored, password + "x")
    assert not is_right(stored, password.swapcase() + ".")
    assert password not in stored or len(password) < 5
    assert hash_password(password) != stored


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    typed = "żółta łódka nad Wyspą Bożą"
    for stored_as, typed_as in (("NFC", "NFD"), ("NFD", "NFC")):
        stored = hash_password(unicodedata.normalize(stored_as, typed))
        assert is_right(stored, unicodedata.normalize(typed_as, typed))


def test_a_password_is_not_cut_off_in_silence() -> None:
    whole = "kx7!" * 50
    assert is_right(hash_password(whole), whole)
    assert not is_right(hash_password(whole), whole + "more")


@pytest.mark.parametrize("stored", [None, "", "plain text", "$argon2id$damaged"])
def test_without_a_hash_nothing_is_right(stored: str | None) -> None:
    for password in ("", "nobody has this password", PASSWORD):
        assert not is_right(stored, password)


@pytest.mark.usefixtures("own_settings")
def test_the_program_hashes_with_argon2id_at_no_less_than_owasp_asks() -> None:
    found = extract_parameters(hash_password(PASSWORD))
    assert found.type is Type.ID
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
    assert min(found.salt_len, found.hash_len) >= 16
    assert not needs_new_hash(PasswordHasher().hash("x")), "the library's own settings are stronger"


async def test_stronger_settings_reach_everybody_at_their_next_sign_in(house: Staffed) -> None:
    alex = await house.has()
    stored = "SELECT password_hash FROM staff WHERE id = :id"
    before = await house.scalar(stored, id=alex.member.id)
    stronger = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1)
    with hashed_by(stronger):
        assert needs_new_hash(before)
        assert (await house.tries(alex.email)).token
        after = await house.scalar(stored, id=alex.member.id)
        assert not needs_new_hash(after)
        assert (await house.tries(alex.email)).token
    assert extract_parameters(after).time_cost == 2


SLOWER = PasswordHasher(time_cost=2, memory_cost=16 * 1024, parallelism=1)
"""So that hashing outweighs everything else, as it does in life."""


async def seconds_of(house: Staffed, email: str, n: int) -> float:
    """Of the processor, so that what else the machine does is not counted."""
    begun = time.process_time()
    await house.tries(email, "not the password 7", network=f"192.0.2.{n}", at=NOW + n * 20 * MINUTE)
    return time.process_time() - begun


async def test_an_e_mail_that_nobody_has_takes_as_long_as_one_that_is_known(house: Staffed) -> None:
    """From the very first try after a start, and also for an account that was invited and never set up."""
    with hashed_by(SLOWER):
        alex, (_, invited) = await house.has(), await house.invites()
        first = await seconds_of(house, new_email(), 0)
        taken: dict[str, list[float]] = {alex.email: [], invited.email: [], "nobody": []}
        for n in range(1, 8):
            for email, times in taken.items():
                times.append(await seconds_of(house, new_email() if email == "nobody" else email, n))
    known, invited_too, unknown = (median(times) for times in taken.values())
    assert known / 1.8 < unknown < known * 1.8
    assert known / 1.8 < invited_too < known * 1.8
    assert first < 1.8 * max(taken["nobody"])


def test_quick_hashing_is_over_when_the_test_is() -> None:
    before = passwords.hash_password("x")
    with hashed_by(SLOWER):
        assert needs_new_hash(before)
    assert not needs_new_hash(before)
    assert extract_parameters(before).memory_cost == QUICK.memory_cost
