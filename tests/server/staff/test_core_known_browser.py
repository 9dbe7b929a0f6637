"""A browser that signed in before has its own count: a stranger's wrong passwords keep nobody from their work."""

from __future__ import annotations

from server.staff import signing_in
from server.staff.signing_in import KNOWN_FORM, MOST_MARKS, Outcome, Try, Visitor
from server.staff.slowing import FREE_TRIES, FREE_TRIES_OF_A_NETWORK
from tests.server.staff.core import BROWSER, NOW, PASSWORD, Somebody, Staffed

STRANGER = "198.51.100.77"
OFFICE = "203.0.113.5"


async def tries(house: Staffed, who: Somebody, password: str, known: str, network: str = OFFICE) -> Try:
    visitor = Visitor(network, BROWSER, known)
    return await house.does(lambda db: signing_in.with_password(db, who.email, password, visitor, NOW))


async def knows(house: Staffed, who: Somebody, before: str = "") -> str:
    return await house.does(lambda db: signing_in.known_from_now(db, who.member.id, before))


async def test_a_stranger_locks_strangers_out_and_not_a_known_browser(house: Staffed) -> None:
    alex = await house.has()
    known = await knows(house, alex)
    for _ in range(FREE_TRIES):
        assert (await tries(house, alex, "wrong wrong wrong", "", STRANGER)).outcome is Outcome.WRONG
    assert (await tries(house, alex, PASSWORD, "", OFFICE)).outcome is Outcome.LOCKED
    assert (await tries(house, alex, PASSWORD, known)).outcome is Outcome.OK


async def test_a_known_browser_is_slowed_down_by_its_own_mistakes(house: Staffed) -> None:
    alex = await house.has()
    known = await knows(house, alex)
    for _ in range(FREE_TRIES):
        await tries(house, alex, "wrong wrong wrong", known)
    assert (await tries(house, alex, PASSWORD, known)).outcome is Outcome.LOCKED
    assert (await tries(house, alex, PASSWORD, "")).outcome is Outcome.OK


async def test_a_network_that_is_locked_lets_known_browsers_in(house: Staffed) -> None:
    alex, network = await house.has(), "203.0.113.99"
    known = await knows(house, alex)
    for n in range(FREE_TRIES_OF_A_NETWORK):
        visitor = Visitor(network, BROWSER)
        email = f"nobody-{n}@example.org"
        await house.does(lambda db, e=email, v=visitor: signing_in.with_password(db, e, "wrong", v, NOW))  # type: ignore[misc]
    assert (await tries(house, alex, PASSWORD, "", network)).outcome is Outcome.LOCKED
    assert (await tries(house, alex, PASSWORD, known, network)).outcome is Outcome.OK


async def test_what_is_made_up_or_of_another_account_is_unknown(house: Staffed) -> None:
    alex, bea = await house.has(), await house.has()
    known = await knows(house, bea)
    email = signing_in.email_hash(alex.email)
    for made in ("", "x", "." * 40, f"{'a' * 32}.{'0' * 32}", known, f"{known}x", known * 10):
        assert not Visitor(OFFICE, BROWSER, made).is_known_to(email)
    assert Visitor(OFFICE, BROWSER, known).is_known_to(signing_in.email_hash(bea.email))


async def test_colleagues_share_a_desk(house: Staffed) -> None:
    alex, bea = await house.has(), await house.has()
    known = await knows(house, bea, await knows(house, alex))
    assert all(Visitor(OFFICE, BROWSER, known).is_known_to(signing_in.email_hash(x.email)) for x in (alex, bea))
    for _ in range(MOST_MARKS):
        known = await knows(house, await house.has(), known)
    assert KNOWN_FORM.fullmatch(known)
    assert not Visitor(OFFICE, BROWSER, known).is_known_to(signing_in.email_hash(alex.email))
