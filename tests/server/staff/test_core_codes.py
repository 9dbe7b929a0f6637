"""Codes: those of an authenticator app as the standard has them, each good once; and recovery codes, each good once too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from server.staff import codes, links, signing_in
from server.staff.codes import step_of
from server.staff.signing_in import Outcome
from tests.server.staff.core import HERE, HOUR, MINUTE, NOW, SECOND, Somebody, Staffed, at_once, code_at, overlapping

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238, appendix B: "12345678901234567890"."""

RFC_CODES = {
    59: "287082",
    1_111_111_109: "081804",
    1_111_111_111: "050471",
    1_234_567_890: "005924",
    2_000_000_000: "279037",
    20_000_000_000: "353130",
}
HALF_A_MINUTE = timedelta(seconds=30)


@pytest.mark.parametrize(("second", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert step_of(RFC_SECRET, code, datetime.fromtimestamp(second, UTC), 0) == second // 30


@pytest.mark.parametrize("typed", ["081 804", " 081804\n", "081-804", "٠٨١٨٠٤", "۰۸۱۸۰۴", "０８１８０４"])
def test_a_code_may_be_typed_as_people_type_in_their_own_digits(typed: str) -> None:
    assert step_of(RFC_SECRET, typed, datetime.fromtimestamp(1_111_111_109, UTC), 0)


@pytest.mark.parametrize("typed", ["", "81804", "0081804", "081805", "²³¹⁸⁰⁴", "①②③④⑤⑥", "abcdef", "0x13F8C"])
def test_what_is_no_code_is_wrong_and_no_fault(typed: str) -> None:
    assert step_of(RFC_SECRET, typed, datetime.fromtimestamp(1_111_111_109, UTC), 0) is None


@given(st.text(max_size=20))
def test_whatever_is_typed_is_no_fault(typed: str) -> None:
    step_of(RFC_SECRET, typed, NOW, 0)


@pytest.mark.parametrize(("seconds", "is_good"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_phone_s_clock_may_be_half_a_minute_out_either_way(seconds: int, is_good: bool) -> None:
    shown = code_at(RFC_SECRET, NOW + timedelta(seconds=seconds))
    assert (step_of(RFC_SECRET, shown, NOW, 0) is not None) == is_good


@given(st.integers(-2, 2), st.integers(-3, 3))
def test_a_code_is_good_only_when_it_is_later_than_the_last_one_used(drift: int, used: int) -> None:
    current = int(NOW.timestamp()) // 30
    found = step_of(RFC_SECRET, code_at(RFC_SECRET, NOW + drift * HALF_A_MINUTE), NOW, current + used)
    assert found == (current + drift if abs(drift) <= 1 and drift > used else None)


async def test_a_code_opens_once_and_the_next_one_opens_again(house: Staffed) -> None:
    alex = await house.has()
    code = code_at(alex.secret, NOW)
    assert await house.gives(alex, code) is Outcome.OK
    assert await house.gives(alex, code, at=NOW + SECOND) is Outcome.WRONG
    later = NOW + HALF_A_MINUTE
    assert await house.gives(alex, code_at(alex.secret, later), at=later) is Outcome.OK


async def test_an_earlier_code_does_not_open_after_a_later_one(house: Staffed) -> None:
    """Somebody who looked over a shoulder has half a minute; not once its owner has moved on."""
    alex = await house.has()
    seen, later = code_at(alex.secret, NOW), NOW + HALF_A_MINUTE
    assert await house.gives(alex, code_at(alex.secret, later), at=later) is Outcome.OK
    assert await house.gives(alex, seen, at=later) is Outcome.WRONG


async def test_the_code_that_set_the_account_up_does_not_sign_in(house: Staffed) -> None:
    alex = await house.has()
    then = NOW - HOUR
    assert await house.gives(alex, code_at(alex.secret, then), at=then + SECOND) is Outcome.WRONG


async def giving(who: Somebody, code: str, db: AsyncConnection) -> Outcome:
    from server.staff import sessions

    found = await sessions.find(db, who.token, NOW)
    assert found is not None
    return await signing_in.with_code(db, found.session_id, who.member.id, code, HERE, NOW)


async def test_of_many_requests_with_one_code_at_the_same_instant_one_wins(house: Staffed) -> None:
    alex = await house.has()
    work = partial(giving, alex, code_at(alex.secret, NOW))
    assert sorted(await at_once(house.engine, *[work] * 4)) == [Outcome.OK, Outcome.WRONG, Outcome.WRONG, Outcome.WRONG]


async def test_a_code_that_another_request_is_just_using_is_used(house: Staffed) -> None:
    alex = await house.has()
    work = partial(giving, alex, code_at(alex.secret, NOW))
    assert await overlapping(house.engine, work, work) == [Outcome.OK, Outcome.WRONG]


async def test_a_code_of_one_account_opens_no_other(house: Staffed) -> None:
    alex, sam = await house.has(), await house.has()
    assert await house.gives(sam, code_at(alex.secret, NOW)) is Outcome.WRONG
    assert await house.gives(sam, alex.recovery[0]) is Outcome.WRONG
    assert await house.gives(alex, alex.recovery[0]) is Outcome.OK


async def test_each_recovery_code_opens_once_however_it_is_typed(house: Staffed) -> None:
    alex = await house.has()
    assert len(set(alex.recovery)) == 10
    for code in alex.recovery:
        typed = f" {code.upper().replace('-', ' ')} "
        assert await house.gives(alex, typed, at=NOW) is Outcome.OK
        assert await house.gives(alex, code, at=NOW) is Outcome.WRONG
    told = "SELECT count(*) FROM audit WHERE staff_id = :id AND what = 'recovery_code_used'"
    assert await house.scalar(told, id=alex.member.id) == 10


async def test_of_many_requests_with_one_recovery_code_at_the_same_instant_one_wins(house: Staffed) -> None:
    alex = await house.has()
    work = partial(giving, alex, alex.recovery[0])
    assert sorted(await at_once(house.engine, *[work] * 4)) == [Outcome.OK, Outcome.WRONG, Outcome.WRONG, Outcome.WRONG]
    work = partial(giving, alex, alex.recovery[1])
    assert await overlapping(house.engine, work, work) == [Outcome.OK, Outcome.WRONG]
    assert await house.does(lambda db: links.recovery_codes_left(db, alex.member.id)) == 8


async def test_new_recovery_codes_end_the_old_ones(house: Staffed) -> None:
    alex = await house.has()
    shown = await house.does(lambda db: links.renew_recovery_codes(db, alex.member.id))
    assert await house.gives(alex, alex.recovery[0]) is Outcome.WRONG
    assert await house.gives(alex, shown[0]) is Outcome.OK


def test_recovery_codes_cannot_be_guessed_or_misread() -> None:
    made = {code for _ in range(50) for code in codes.new_recovery_codes()}
    letters = set("".join(made)) - {"-"}
    assert len(made) == 500
    assert len(letters) >= 30
    assert not letters & set("il1o0")
    assert {len(code) for code in made} == {14}


def test_the_app_reads_who_where_and_the_secret_from_the_square_code() -> None:
    address = codes.address_of(RFC_SECRET, "alex+1@example.org")
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Connexions:alex+1@example.org"
    assert parse_qs(parts.query) == {"secret": [RFC_SECRET], "issuer": ["Connexions"]}
    drawn = codes.picture_of(address)
    assert drawn.startswith("<svg")
    assert "script" not in drawn
    assert " style=" not in drawn


def test_secrets_are_long_and_never_the_same() -> None:
    made = {codes.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {32}


async def test_a_code_given_again_makes_the_session_fresh_again(house: Staffed) -> None:
    alex = await house.has()
    late = NOW + 20 * MINUTE
    before = await house.finds(alex.token, late)
    assert before
    assert not before.has_fresh_code(late)
    assert await house.gives(alex, code_at(alex.secret, late), at=late) is Outcome.OK
    after = await house.finds(alex.token, late)
    assert after
    assert after.has_fresh_code(late + 10 * MINUTE)
    assert not after.has_fresh_code(late + 10 * MINUTE + SECOND)
