"""Single sign-on against a real provider: who gets in, who does not, and what is left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import utc_now
from server.staff import accounts, oidc_accounts
from server.staff.access import Role
from server.staff.oidc import Proven, Why
from server.staff.oidc_pages import WORDS
from tests.server.staff.core import BROWSER, FOUNDER, NORTH, Somebody, at_once
from tests.server.staff.oidc_house import BACK, CODE, MFA, PUBLIC, START, Comer, House, built, query_of
from tests.support.oidc_provider import OidcProvider, running
from tests.support.postgres import Databases

pytestmark = [pytest.mark.database, pytest.mark.node]

_numbers = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider() -> AsyncIterator[OidcProvider]:
    async with running(f"{PUBLIC}{BACK}") as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(databases: Databases, provider: OidcProvider) -> AsyncIterator[House]:
    url = databases.make()
    async with built(url, provider) as made:
        yield made
    databases.drop(url)


@pytest_asyncio.fixture(loop_scope="session")
async def house(shared: House) -> AsyncIterator[House]:
    """Everything is well at first, for each test."""
    yield shared
    shared.clock.later = timedelta(0)
    await shared.provider.has_fault()


@pytest_asyncio.fixture(loop_scope="session")
async def apart(database_url: str) -> AsyncIterator[House]:
    """A house and a provider of its own, for tests that change the provider for good."""
    async with running(f"{PUBLIC}{BACK}") as own, built(database_url, own) as made:
        yield made


async def member(house: House, *roles: Role) -> tuple[Somebody, Comer]:
    """Somebody with an account that is set up, and an account at the provider with the same e-mail."""
    somebody = await house.has(*roles)
    comer = house.comes(f"subject-{next(_numbers)}")
    await house.provider.knows(comer.subject, email=somebody.email, email_verified=True)
    return somebody, comer


async def invited(house: House) -> tuple[str, Comer]:
    """Somebody who has not used their invitation yet: their e-mail, and their account at the provider."""
    _, wish = await house.invites()
    comer = house.comes(f"subject-{next(_numbers)}")
    await house.provider.knows(comer.subject, email=wish.email, email_verified=True)
    return wish.email, comer


async def id_of(house: House, email: str) -> object:
    return await house.staff.scalar("SELECT id FROM staff WHERE email_hash = :hash", hash=accounts.email_hash(email))


def is_refused(comer: Comer, why: Why) -> bool:
    """True when the page says this and no session was given."""
    return WORDS[why] in comer.shown and not comer.is_inside() and "/console/sign-in" in comer.shown


async def test_the_way_in_with_our_own_code(house: House) -> None:
    somebody, comer = await member(house)
    page = await comer.signs_in()
    assert (page.status_code, comer.path) == (200, CODE)
    page = await comer.gives_code(somebody.secret)
    assert page.status_code == 200
    assert comer.is_in
    assert somebody.member.name in comer.shown
    assert (await house.events(somebody.member.id))[-3:] == ["single_sign_on_linked", "single_sign_on", "code_given"]


async def test_half_way_opens_nothing(house: House) -> None:
    _, comer = await member(house)
    await comer.signs_in()
    for path in ("/console", "/console/account"):
        await comer.opens(path)
        assert comer.path.startswith(CODE)


async def test_it_goes_on_to_where_they_wanted(house: House) -> None:
    somebody, comer = await member(house)
    await comer.signs_in(then="/console/account", amr=MFA)
    assert comer.path == "/console/account"
    again = house.comes(comer.subject)
    await again.signs_in(then="/console/account")
    assert again.path == f"{CODE}?next=%2Fconsole%2Faccount"
    house.clock.later = timedelta(minutes=1)
    await again.gives_code(somebody.secret, next="/console/account")
    assert again.path == "/console/account"


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/console/../x",
        "/elsewhere",
        "/console//evil.example",
        "/console/" + "x" * 5000,
    ],
)
async def test_it_goes_on_to_our_own_pages_only(house: House, next_: str) -> None:
    _, comer = await member(house)
    await comer.signs_in(then=next_, amr=MFA)
    assert (str(comer.page.url) if comer.page else "").startswith(f"{PUBLIC}/console")
    assert "evil" not in comer.path


@pytest.mark.parametrize("how", [{"amr": f"pwd {MFA}"}, {"acr": MFA}])
async def test_the_providers_second_factor_makes_it_whole(house: House, how: dict[str, str]) -> None:
    _, comer = await member(house)
    await comer.signs_in(**how)
    assert comer.is_in


@pytest.mark.parametrize("how", [{"amr": "pwd"}, {"acr": "mfa2"}, {"amr": "MFA"}, {"amr": "xmfa"}])
async def test_anything_else_does_not(house: House, how: dict[str, str]) -> None:
    _, comer = await member(house)
    await comer.signs_in(**how)
    assert comer.path == CODE


async def test_a_step_up_asks_for_our_own_code_all_the_same(house: House) -> None:
    administrator, comer = await member(house, Role.ADMINISTRATOR)
    await comer.signs_in(amr=MFA)
    assert comer.is_in
    await comer.opens("/console/account/password")
    assert comer.path.startswith("/console/again")
    await comer.gives_code(administrator.secret, "/console/again", next="/console/account/password")
    assert comer.path == "/console/account/password"


async def test_nobody_gets_an_account_by_coming(house: House) -> None:
    comer = house.comes("a stranger")
    await house.provider.knows(comer.subject, email="stranger@example.org", email_verified=True)
    before = await house.staff.scalar("SELECT count(*) FROM staff")
    page = await comer.signs_in(amr=MFA)
    assert (page.status_code, is_refused(comer, Why.NOT_INVITED)) == (403, True)
    assert await house.staff.scalar("SELECT count(*) FROM staff") == before


@pytest.mark.parametrize("verified", [False, None, "true", 1, "missing"])
async def test_an_email_that_was_not_verified_is_nobodys(house: House, verified: object) -> None:
    somebody, comer = await member(house)
    claims = {} if verified == "missing" else {"email_verified": verified}
    await house.provider.knows(comer.subject, email=somebody.email, **claims)
    await comer.signs_in(amr=MFA)
    assert is_refused(comer, Why.NOT_INVITED)
    assert (await house.staff_row(somebody.member.id))["oidc_subject_hash"] is None


@pytest.mark.parametrize("email", ["", 7, None, "ﬁrst@example.org"])
async def test_an_odd_email_is_nobodys(house: House, email: object) -> None:
    if await id_of(house, "first@example.org") is None:
        await house.invites(email="first@example.org")
    comer = house.comes(f"odd-{next(_numbers)}")
    await house.provider.knows(comer.subject, email=email, email_verified=True)
    await comer.signs_in(amr=MFA)
    assert is_refused(comer, Why.NOT_INVITED)


async def test_capitals_in_an_email_do_not_matter(house: House) -> None:
    somebody, comer = await member(house)
    await house.provider.knows(comer.subject, email=somebody.email.upper(), email_verified=True)
    await comer.signs_in(amr=MFA)
    assert comer.is_in


async def test_after_the_first_time_the_subject_decides_and_no_email_is_asked_for(house: House) -> None:
    somebody, comer = await member(house)
    await comer.signs_in(amr=MFA)
    await house.provider.knows(comer.subject, email="married@example.org", email_verified=False)
    await house.provider.seen()
    again = house.comes(comer.subject)
    await again.signs_in(amr=MFA)
    assert again.is_in
    assert "GET /me" not in await house.provider.seen()
    assert (await house.events(somebody.member.id))[-2:] == ["single_sign_on", "single_sign_on"]


async def test_another_subject_with_the_same_email_is_refused(house: House) -> None:
    """An address that went to somebody new does not bring its old owner's account along."""
    somebody, comer = await member(house)
    await comer.signs_in(amr=MFA)
    bound = (await house.staff_row(somebody.member.id))["oidc_subject_hash"]
    heir = house.comes("the heir")
    await house.provider.knows(heir.subject, email=somebody.email, email_verified=True)
    await heir.signs_in(amr=MFA)
    assert is_refused(heir, Why.NOT_INVITED)
    assert (await house.staff_row(somebody.member.id))["oidc_subject_hash"] == bound


async def test_what_is_stored_of_the_subject_is_a_hash(house: House) -> None:
    somebody, comer = await member(house)
    await comer.signs_in(amr=MFA)
    stored = bytes((await house.staff_row(somebody.member.id))["oidc_subject_hash"])
    assert len(stored) == 32
    assert comer.subject.encode() not in stored


async def test_the_removed_are_refused(house: House) -> None:
    somebody, comer = await member(house)
    await comer.signs_in(amr=MFA)
    await house.staff.does(lambda db: accounts.remove(db, FOUNDER, somebody.member.id, utc_now()))
    await comer.opens("/console")
    assert comer.path.startswith("/console/sign-in")
    again = house.comes(comer.subject)
    await again.signs_in(amr=MFA)
    assert is_refused(again, Why.NOT_INVITED)


async def test_who_was_removed_and_invited_anew_comes_to_the_new_account(house: House) -> None:
    somebody, comer = await member(house)
    await comer.signs_in(amr=MFA)
    await house.staff.does(lambda db: accounts.remove(db, FOUNDER, somebody.member.id, utc_now()))
    await house.invites(email=somebody.email, name="Anew")
    again = house.comes(comer.subject)
    await again.signs_in(amr=MFA)
    assert again.is_in
    assert "Anew" in again.shown


async def test_an_invited_person_without_an_authenticator_needs_a_second_factor_there(house: House) -> None:
    email, comer = await invited(house)
    await comer.signs_in()
    assert is_refused(comer, Why.NOT_SET_UP)
    assert (await house.staff_row(await id_of(house, email)))["oidc_subject_hash"] is None
    again = house.comes(comer.subject)
    await again.signs_in(amr=MFA)
    assert again.is_in


async def test_a_reset_account_waits_for_its_link(house: House) -> None:
    somebody, comer = await member(house)
    await comer.signs_in(amr=MFA)
    await house.staff.does(lambda db: accounts.reset(db, FOUNDER, somebody.member.id, utc_now()))
    again = house.comes(comer.subject)
    await again.signs_in(amr=MFA)
    assert is_refused(again, Why.NOT_SET_UP)


async def test_signing_out_ends_our_session(house: House) -> None:
    _, comer = await member(house)
    await comer.signs_in(amr=MFA)
    token = comer.client.cookies["staff"]
    await comer.sends("/console/sign-out")
    assert not comer.is_inside()
    assert await house.staff.finds(token, utc_now()) is None


async def test_whoever_is_signed_in_goes_on(house: House) -> None:
    _, comer = await member(house)
    await comer.signs_in(amr=MFA)
    await comer.opens(START, next="/console/account")
    assert comer.path == "/console/account"


async def test_another_person_at_the_same_browser_ends_the_first_ones_session(house: House) -> None:
    first, _ = await member(house)
    _, second = await member(house)
    address = await _begun(second)
    old = first.token
    second.client.cookies.set("staff", old, domain="console.example", path="/console")
    await second.opens(address)
    assert second.is_in
    assert await house.staff.finds(old, utc_now()) is None


async def _begun(comer: Comer) -> str:
    await comer.starts()
    return await comer.answers(amr=MFA)


async def test_two_first_times_at_once_are_one_account(house: House) -> None:
    somebody, _ = await member(house)
    proven = Proven("s", b"\x07" * 32, somebody.email, True, "")

    async def work(db: AsyncConnection) -> oidc_accounts.Arrived:
        return await oidc_accounts.sign_in(db, proven, somebody.email, BROWSER, utc_now())

    done = await at_once(house.service.engine, work, work)
    assert [x.is_whole for x in done] == [True, True]
    assert (await house.events(somebody.member.id)).count("single_sign_on_linked") == 1


# what others try


async def test_somebody_elses_answer_does_not_sign_in(house: House) -> None:
    """Login CSRF: the attacker's own answer, followed by a browser that never began, or began another one."""
    _, attacker = await member(house)
    address = await _begun(attacker)
    victim = house.comes("victim")
    page = await victim.opens(address)
    assert (page.status_code, is_refused(victim, Why.LOST)) == (403, True)
    await victim.starts()
    await victim.opens(address)
    assert is_refused(victim, Why.LOST)


async def test_an_answer_works_once(house: House) -> None:
    _, comer = await member(house)
    address = await _begun(comer)
    await comer.opens(address)
    assert comer.is_in
    await comer.sends("/console/sign-out")
    await comer.opens(address)
    assert is_refused(comer, Why.LOST)
    assert "staff_sign_on" not in comer.cookies()


async def test_a_code_works_once_also_for_who_kept_the_cookie(house: House) -> None:
    _, comer = await member(house)
    address = await _begun(comer)
    kept = comer.client.cookies["staff_sign_on"]
    await comer.opens(address)
    thief = house.comes()
    thief.client.cookies.set("staff_sign_on", kept, domain="console.example", path="/console")
    await thief.opens(address)
    assert is_refused(thief, Why.FAULTY)


async def test_a_code_of_another_try_is_refused(house: House) -> None:
    """Own state, stolen code: the code belongs to the thief's victim, whose verifier the thief does not have."""
    _, victim = await member(house)
    _, thief = await member(house)
    stolen = query_of(await _begun(victim))["code"]
    own = query_of(await _begun(thief))
    await thief.opens(BACK, **(own | {"code": stolen}))
    assert is_refused(thief, Why.FAULTY)


async def test_an_answer_that_comes_late_is_refused(house: House) -> None:
    _, comer = await member(house)
    address = await _begun(comer)
    house.clock.later = timedelta(minutes=11)
    await comer.opens(address)
    assert is_refused(comer, Why.LOST)


@pytest.mark.parametrize("cookie", ["x", "AAAA", "", "é", "A" * 3000])
async def test_a_made_up_cookie_is_none(house: House, cookie: str) -> None:
    comer = house.comes()
    comer.page = await comer.client.get(
        BACK, params={"state": "x", "code": "y"}, headers={"cookie": f"staff_sign_on={cookie}".encode()}
    )
    assert is_refused(comer, Why.LOST)


async def test_an_answer_that_names_another_issuer_is_refused(house: House) -> None:
    _, known = await member(house)
    for other in ({"iss": "https://other.example"}, {"iss": ""}):
        comer = house.comes(known.subject)
        answer = query_of(await _begun(comer)) | other
        await comer.opens(BACK, **answer)
        assert is_refused(comer, Why.FAULTY)


FAULTS = (
    "nonce", "no-nonce", "issuer", "issuers", "audience", "audience-for-us", "another-party", "expired", "from-tomorrow", "no-expiry",
    "no-subject", "empty-subject", "long-subject", "odd-subject", "access-token", "foreign-key", "unsigned", "secret-as-key",
    "public-key-as-secret", "cut", "none", "words",
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_wrong_token_is_refused(house: House, fault: str) -> None:
    somebody, comer = await member(house)
    await house.provider.has_fault(fault)
    page = await comer.signs_in(amr=MFA)
    assert (page.status_code, is_refused(comer, Why.FAULTY)) == (403, True)
    assert "single_sign_on" not in await house.events(somebody.member.id)
    assert (await house.staff_row(somebody.member.id))["oidc_subject_hash"] is None


async def test_the_same_token_signed_again_without_a_fault_is_taken(house: House) -> None:
    """So that the faults above are what is refused, and not the hand that makes them."""
    _, comer = await member(house)
    await house.provider.has_fault("signed-again")
    await comer.signs_in(amr=MFA)
    assert comer.is_in


async def test_an_email_in_the_token_is_enough(apart: House) -> None:
    await apart.provider.changes_keys("another", has_email=True)
    _, comer = await member(apart)
    await comer.signs_in(amr=MFA)
    assert comer.is_in
    assert "GET /me" not in await apart.provider.seen()
    for fault in ("empty-subject", "long-subject", "odd-subject"):
        _, other = await member(apart)
        await apart.provider.has_fault(fault)
        await other.signs_in(amr=MFA)
        assert is_refused(other, Why.FAULTY)


async def test_user_info_of_somebody_else_is_refused(house: House) -> None:
    _, comer = await member(house)
    await house.provider.has_fault("other-person")
    await comer.signs_in(amr=MFA)
    assert is_refused(comer, Why.FAULTY)


async def test_new_keys_of_the_provider_are_found_but_not_looked_for_all_the_time(apart: House) -> None:
    _, known = await member(apart)
    await known.signs_in(amr=MFA)
    await apart.provider.changes_keys("another")
    for minutes, path in ((0, BACK), (2, "/console/queue")):
        apart.clock.later = timedelta(minutes=minutes)
        comer = apart.comes(known.subject)
        await comer.signs_in(amr=MFA)
        assert comer.path.partition("?")[0] == path


# when it does not work


async def test_somebody_who_stops_there_is_told(house: House) -> None:
    _, comer = await member(house)
    await comer.starts()
    await comer.opens(await comer.answers(go="stop"))
    assert is_refused(comer, Why.STOPPED)


async def test_without_a_code_nothing_happens(house: House) -> None:
    _, known = await member(house)
    for error, why in (("", Why.FAULTY), ("server_error", Why.AWAY), ("invalid_scope", Why.FAULTY)):
        comer = house.comes(known.subject)
        state = query_of(await _begun(comer))["state"]
        await comer.opens(BACK, state=state, error=error)
        assert is_refused(comer, why)


@pytest.mark.parametrize("fault", ["away", "garbage", "broken"])
async def test_a_provider_that_is_away_at_the_return(house: House, fault: str) -> None:
    somebody, comer = await member(house)
    address = await _begun(comer)
    await house.provider.has_fault(fault)
    page = await comer.opens(address)
    assert (page.status_code, is_refused(comer, Why.AWAY)) == (503, True)
    await comer.opens("/console/sign-in")
    await comer.sends("/console/sign-in", email=somebody.email, password=somebody.password)
    assert comer.path == CODE


@pytest.mark.parametrize("fault", ["away", "garbage", "broken", "other-issuer-told", "incomplete"])
async def test_a_provider_that_is_away_at_the_start(house: House, fault: str) -> None:
    house.clock.later = timedelta(hours=2 * next(_numbers))
    await house.provider.has_fault(fault)
    comer = house.comes()
    page = await comer.opens(START)
    assert (page.status_code, is_refused(comer, Why.AWAY)) == (503, True)
    await house.provider.has_fault()
    await comer.starts()


async def test_what_the_provider_publishes_is_asked_for_once(house: House) -> None:
    _, comer = await member(house)
    await comer.signs_in(amr=MFA)
    await house.provider.seen()
    await house.comes(comer.subject).signs_in(amr=MFA)
    asked = await house.provider.seen()
    assert "GET /.well-known/openid-configuration" not in asked
    assert "GET /jwks" not in asked


async def test_the_way_there_has_state_nonce_and_a_challenge(house: House) -> None:
    comer = house.comes()
    answer = await comer.client.get(START, follow_redirects=False)
    asked = query_of(answer.headers["location"])
    assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == ("code", "S256", "openid email")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) == 43
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("staff_sign_on=", "HttpOnly", "Secure", "SameSite=lax", "Path=/console"))
    assert not any(asked[name] in cookie for name in ("state", "nonce"))
    assert answer.headers["cache-control"] == "no-store"


async def test_without_a_setting_no_second_factor_of_theirs_is_believed(
    databases: Databases, provider: OidcProvider
) -> None:
    url = databases.make()
    async with built(url, provider, oidc_second_factor="") as house:
        _, known = await member(house)
        for how in ({"amr": MFA, "acr": MFA}, {"amr": " "}):
            comer = house.comes(known.subject)
            await comer.signs_in(**how)
            assert comer.path == CODE
    databases.drop(url)


async def test_the_first_account_is_nobodys_before_it_is_set_up(databases: Databases, provider: OidcProvider) -> None:
    """What stands in its e-mail's place until then is no e-mail, whatever a provider verifies."""
    url = databases.make()
    async with built(url, provider) as house:
        assert await house.staff.does(lambda db: accounts.first_link(db, NORTH, utc_now()))
        comer = house.comes("first")
        await house.provider.knows(comer.subject, email=accounts.FIRST_EMAIL, email_verified=True)
        await comer.signs_in(amr=MFA)
        assert is_refused(comer, Why.NOT_INVITED)
    databases.drop(url)


async def test_sessions_of_single_sign_on_are_not_fresh(house: House) -> None:
    _, comer = await member(house)
    await comer.signs_in(amr=MFA)
    found = await house.staff.finds(comer.client.cookies["staff"], utc_now())
    assert found is not None
    assert found.has_code
    assert not found.has_fresh_code(utc_now())
