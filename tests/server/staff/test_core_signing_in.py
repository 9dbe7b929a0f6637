"""Signing in: a stranger learns nothing, guesses are slowed down also when they come all at once, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta
from functools import partial
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.ids import new_id
from server.staff import accounts, signing_in
from server.staff.access import Role
from server.staff.signing_in import Outcome, Visitor
from server.staff.slowing import FREE_TRIES_OF_A_NETWORK, locked_until
from tests.server.staff.core import (
    BROWSER,
    DAY,
    FOUNDER,
    HERE,
    MINUTE,
    NOW,
    PASSWORD,
    SECOND,
    Staffed,
    at_once,
    code_at,
    new_email,
    until_it_waits,
)
from tests.support.patience import PATIENCE

WRONG = "not the password 7"
NETWORKS = (str(address) for address in IPv4Network("198.51.100.0/24"))


@pytest.fixture
def network() -> str:
    """An address from which nobody tried before."""
    return next(NETWORKS)


async def test_the_right_password_opens_a_session_half_way_and_the_code_makes_it_whole(
    house: Staffed, network: str
) -> None:
    alex = await house.has()
    tried = await house.tries(alex.email, network=network)
    half = await house.finds(tried.token, NOW)
    assert tried.outcome is Outcome.OK
    assert half
    assert not half.has_code
    session_id, code = half.session_id, code_at(alex.secret, NOW)
    given = await house.does(lambda db: signing_in.with_code(db, session_id, alex.member.id, code, HERE, NOW))
    whole = await house.finds(tried.token, NOW)
    assert given is Outcome.OK
    assert whole
    assert whole.has_code
    assert whole.member == alex.member


@pytest.mark.parametrize("change", [str.upper, str.title, "  {}\n".format])
async def test_capitals_and_spaces_around_an_e_mail_do_not_matter(house: Staffed, network: str, change: object) -> None:
    alex = await house.has()
    assert callable(change)
    assert (await house.tries(change(alex.email), network=network)).outcome is Outcome.OK


async def test_wrong_unknown_invited_reset_and_removed_are_told_the_same(house: Staffed, network: str) -> None:
    alex, reset, gone, (_, invited) = (
        await house.has(),
        await house.has(),
        await house.has(),
        await house.invites(),
    )
    await house.does(lambda db: accounts.reset(db, FOUNDER, reset.member.id, NOW))
    await house.does(lambda db: accounts.remove(db, FOUNDER, gone.member.id, NOW))
    told = {
        "wrong": await house.tries(alex.email, WRONG, network=network),
        "empty": await house.tries(alex.email, "", network=network),
        "unknown": await house.tries(new_email(), network=network),
        "nothing": await house.tries("", "", network=network),
        "invited": await house.tries(invited.email, "", network=network),
        "reset": await house.tries(reset.email, network=network),
        "removed": await house.tries(gone.email, network=network),
        "of all who were removed": await house.tries("", network=network),
    }
    assert {name: tried for name, tried in told.items() if tried != signing_in.Try(Outcome.WRONG)} == {}


async def outcomes(house: Staffed, email: str, times: int, *, at: datetime = NOW, network: str) -> list[Outcome]:
    return [(await house.tries(email, WRONG, at=at, network=network)).outcome for _ in range(times)]


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
async def test_five_wrong_tries_are_free_and_then_each_waits_whether_the_account_exists_or_not(
    house: Staffed, network: str, is_known: bool
) -> None:
    email = (await house.has()).email if is_known else new_email()
    assert await outcomes(house, email, 7, network=network) == [Outcome.WRONG] * 5 + [Outcome.LOCKED] * 2
    at = NOW
    for seconds in (30, 60, 120, 240, 480, 900, 900):
        assert await outcomes(house, email, 1, at=at + (seconds - 1) * SECOND, network=network) == [Outcome.LOCKED]
        at += seconds * SECOND
        assert await outcomes(house, email, 1, at=at, network=network) == [Outcome.WRONG]


async def test_the_right_password_does_not_open_a_lock_and_opens_when_it_is_over(house: Staffed, network: str) -> None:
    alex = await house.has()
    await outcomes(house, alex.email, 5, network=network)
    assert (await house.tries(alex.email, network=network)).outcome is Outcome.LOCKED
    assert (await house.tries(alex.email, network=network, at=NOW + 29 * SECOND)).outcome is Outcome.LOCKED
    assert (await house.tries(alex.email, network=network, at=NOW + 30 * SECOND)).outcome is Outcome.OK


async def test_a_lock_holds_from_every_network(house: Staffed, network: str) -> None:
    alex = await house.has()
    await outcomes(house, alex.email, 5, network=network)
    assert (await house.tries(alex.email, network=next(NETWORKS))).outcome is Outcome.LOCKED


async def test_capitals_do_not_count_as_another_account(house: Staffed, network: str) -> None:
    alex = await house.has()
    for n in range(5):
        await house.tries(alex.email.upper() + " " * n, WRONG, network=network)
    assert (await house.tries(alex.email, network=network)).outcome is Outcome.LOCKED


async def test_a_right_password_makes_the_account_s_count_start_anew(house: Staffed, network: str) -> None:
    alex = await house.has()
    for _ in range(3):
        assert await outcomes(house, alex.email, 4, network=network) == [Outcome.WRONG] * 4
        assert (await house.tries(alex.email, network=network)).outcome is Outcome.OK


async def test_wrong_tries_are_forgotten_after_a_day(house: Staffed, network: str) -> None:
    email = new_email()
    await outcomes(house, email, 4, network=network)
    nearly = NOW + DAY - MINUTE
    assert await outcomes(house, email, 2, at=nearly, network=network) == [Outcome.WRONG, Outcome.LOCKED]
    later = nearly + DAY + SECOND
    assert await outcomes(house, email, 6, at=later, network=network) == [Outcome.WRONG] * 5 + [Outcome.LOCKED]


async def test_one_persons_mistakes_do_not_keep_their_colleagues_out(house: Staffed, network: str) -> None:
    alex, sam = await house.has(), await house.has()
    await outcomes(house, alex.email, 8, network=network)
    assert (await house.tries(sam.email, network=network)).outcome is Outcome.OK


async def test_a_network_that_tries_many_accounts_is_slowed_down_too_and_a_right_password_does_not_pay_for_it(
    house: Staffed, network: str
) -> None:
    alex = await house.has()
    for n in range(FREE_TRIES_OF_A_NETWORK):
        assert (await house.tries(new_email(), WRONG, network=network)).outcome is Outcome.WRONG
        if n % 10 == 0:
            assert (await house.tries(alex.email, network=network)).outcome is Outcome.OK
    assert (await house.tries(alex.email, network=network)).outcome is Outcome.LOCKED
    assert (await house.tries(alex.email, network=next(NETWORKS))).outcome is Outcome.OK


async def test_wrong_codes_are_slowed_down_as_well_and_the_right_one_does_not_open_the_lock(
    house: Staffed, network: str
) -> None:
    alex = await house.has()
    for _ in range(5):
        assert await house.gives(alex, "12 34 5", network=network) is Outcome.WRONG
    code = code_at(alex.secret, NOW)
    assert await house.gives(alex, code, network=network) is Outcome.LOCKED
    assert await house.gives(alex, alex.recovery[0], network=network) is Outcome.LOCKED
    assert (await house.tries(alex.email, network=network)).outcome is Outcome.OK
    later = NOW + 31 * SECOND
    assert await house.gives(alex, code_at(alex.secret, later), at=later, network=network) is Outcome.OK


async def test_guessing_codes_is_hopeless(house: Staffed) -> None:
    """Three codes are good at a time: at the longest wait a year of guesses finds one with a chance of one in ten."""
    guesses_a_year = timedelta(days=365) / timedelta(minutes=15)
    assert guesses_a_year * 3 / 1_000_000 < 0.11


async def test_many_guesses_at_one_account_at_the_same_instant_are_no_more_than_five(
    house: Staffed, network: str
) -> None:
    alex = await house.has()
    visitors = [Visitor(f"{network}/{n}", BROWSER) for n in range(16)]
    guesses = [
        partial(signing_in.with_password, email=alex.email, password=WRONG, visitor=visitor, now=NOW)
        for visitor in visitors
    ]
    found = [tried.outcome for tried in await at_once(house.engine, *guesses)]
    assert sorted(found) == [Outcome.LOCKED] * 11 + [Outcome.WRONG] * 5


async def test_many_codes_at_one_account_at_the_same_instant_are_no_more_than_five(
    house: Staffed, network: str
) -> None:
    alex = await house.has()
    found = await house.finds(alex.token, NOW)
    assert found

    async def guess(code: str, db: AsyncConnection) -> Outcome:
        return await signing_in.with_code(db, found.session_id, alex.member.id, code, HERE, NOW)

    works = [partial(guess, code) for code in ["1 2 3"] * 15 + ["4 5 6"]]
    assert sorted(await at_once(house.engine, *works)) == [Outcome.LOCKED] * 11 + [Outcome.WRONG] * 5


async def test_two_hundred_tries_at_once_never_wait_for_each_other_for_ever_and_none_is_lost(
    house: Staffed, network: str
) -> None:
    """Forty accounts from five networks, each account from each network: every pair of locks is taken in every order."""
    people, networks = [new_id() for _ in range(40)], [f"{network}#{n}" for n in range(5)]
    pairs = [(who, where) for where in networks for who in people]
    few = asyncio.Semaphore(18)

    async def one(who: object, where: str) -> Outcome:
        async with few, house.engine.begin() as db:
            return await signing_in.with_code(db, new_id(), who, "wrong", Visitor(where, BROWSER), NOW)  # type: ignore[arg-type]

    before = await house.scalar("SELECT sum(tries) FROM staff_sign_in_tries")
    async with asyncio.timeout(PATIENCE):
        found = await asyncio.gather(*(one(*pair) for pair in pairs))
    assert found == [Outcome.WRONG] * 200
    assert await house.scalar("SELECT sum(tries) FROM staff_sign_in_tries") == before + 400


async def test_tidying_up_waits_for_nobody_and_nobody_waits_for_it(house: Staffed, network: str) -> None:
    busy, old = new_email(), new_email()
    long_ago = NOW - 3 * DAY
    for email in (busy, old):
        await outcomes(house, email, 1, at=long_ago, network=network)

    async with house.engine.begin() as db:
        await signing_in.with_password(db, busy, WRONG, HERE, NOW)
        task = asyncio.create_task(house.does(lambda other: signing_in.expire_tries(other, NOW)))
        await until_it_waits(house.engine, task)
        assert task.done(), "tidying waits for a try"
    assert await task >= 1
    assert await house.does(lambda db: signing_in.expire_tries(db, NOW)) == 0
    assert await outcomes(house, busy, 4, network=network) == [Outcome.WRONG] * 4
    assert await outcomes(house, busy, 1, network=network) == [Outcome.LOCKED]


async def test_what_is_kept_of_a_wrong_try_leads_to_nobody(house: Staffed) -> None:
    """Addresses are few: a hash that anybody can compute is the address itself."""
    address, email = "203.0.113.77", new_email()
    await house.tries(email, WRONG, network=address)
    guesses = [form.encode() for text in (address, email) for form in (text, f"network {text}", f"password{text}")]
    known = [hash_of(guess).digest() for guess in guesses for hash_of in (hashlib.sha256, hashlib.sha1, hashlib.md5)]
    query = "SELECT count(*) FROM staff_sign_in_tries WHERE lock_hash = ANY(:known)"
    assert await house.scalar(query, known=known) == 0


async def test_a_password_that_was_right_when_it_was_asked_for_does_not_undo_a_reset(house: Staffed) -> None:
    """Its hash is made anew when settings change: not when an administrator took it away in the meantime."""
    from server.staff import passwords
    from tests.server.staff.test_core_passwords import SLOWER

    alex = await house.has(Role.ADVISER)
    with passwords.hashed_by(SLOWER):
        async with house.engine.begin() as db:
            await accounts.reset(db, FOUNDER, alex.member.id, NOW)
            task = asyncio.create_task(house.tries(alex.email, PASSWORD))
            await until_it_waits(house.engine, task)
        await task
    assert await house.scalar("SELECT password_hash FROM staff WHERE id = :id", id=alex.member.id) is None


@given(st.integers(0, 10**9), st.integers(1, 100))
def test_waits_only_grow_and_never_beyond_a_quarter_of_an_hour(tries: int, free: int) -> None:
    wait, next_wait = ((locked_until(count, NOW, free) or NOW) - NOW for count in (tries, tries + 1))
    assert (wait == timedelta()) == (tries < free)
    assert wait <= next_wait <= 15 * MINUTE
