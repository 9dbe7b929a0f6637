"""One-time links: used once, by one request only; looking spends nothing; what goes wrong spends nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.errors import ServiceError
from server.staff import accounts, links
from server.staff.access import Role
from server.staff.errors import KnownAlready, LinkSpent, PoorPassword, SignInRefused
from server.staff.links import SetUp
from server.staff.models import LinkKind
from server.staff.signing_in import Outcome
from tests.server.staff.core import (
    BROWSER,
    FOUNDER,
    HOUR,
    MINUTE,
    NORTH,
    NOW,
    PASSWORD,
    SECOND,
    Staffed,
    at_once,
    new_email,
    overlapping,
    set_up_as,
    until_it_waits,
)

COUNTED = ("staff_links", "staff_sessions", "staff_recovery_codes", "audit")


async def looks(house: Staffed, link: str, at: datetime = NOW) -> Any:
    return await house.does(lambda db: links.whose_link(db, link, at))


async def uses(
    house: Staffed, link: str, chosen: SetUp | None = None, at: datetime = NOW
) -> tuple[str, tuple[str, ...]]:
    made = chosen or set_up_as("Alex", at)
    return await house.does(lambda db: links.set_up(db, link, made, BROWSER, at))


async def using(link: str, db: AsyncConnection) -> Any:
    return await links.set_up(db, link, set_up_as("Alex", NOW), BROWSER, NOW)


async def stored(house: Staffed) -> list[Any]:
    """Everything that a set-up writes."""
    rows = [await house.scalar(f"SELECT string_agg(t::text, '|' ORDER BY t::text) FROM {name} t") for name in COUNTED]
    return [*rows, await house.scalar("SELECT string_agg(t::text, '|' ORDER BY id) FROM staff t")]


async def test_looking_as_often_as_mail_scanners_do_spends_nothing(house: Staffed) -> None:
    link, wish = await house.invites(name="Sam", email="sam.quillon@example.org")
    before = await stored(house)
    for _ in range(5):
        seen = await looks(house, link)
        assert (seen.name, seen.email, seen.kind) == (wish.name, wish.email, LinkKind.INVITATION)
    assert await stored(house) == before
    assert await uses(house, link)


async def test_a_link_is_used_once(house: Staffed) -> None:
    link, wish = await house.invites()
    token, recovery = await uses(house, link)
    who = await house.finds(token, NOW)
    assert who
    assert who.has_code
    assert who.has_fresh_code(NOW)
    assert len(recovery) == 10
    for _ in range(2):
        with pytest.raises(LinkSpent):
            await looks(house, link)
        with pytest.raises(LinkSpent):
            await uses(house, link, set_up_as("Mallory", NOW, password="another lighthouse 99"))
    assert (await house.tries(wish.email)).outcome is Outcome.OK
    assert (await house.tries(wish.email, "another lighthouse 99")).outcome is Outcome.WRONG


async def test_of_many_who_use_one_link_at_the_same_instant_one_wins(house: Staffed) -> None:
    link, _ = await house.invites()
    found = await at_once(house.engine, *[partial(using, link)] * 4)
    assert sorted(type(x).__name__ for x in found) == ["LinkSpent", "LinkSpent", "LinkSpent", "tuple"]
    won = next(x for x in found if isinstance(x, tuple))
    assert await house.finds(won[0], NOW)


async def test_a_link_that_another_request_is_just_using_is_spent(house: Staffed) -> None:
    link, _ = await house.invites()
    first, second = await overlapping(house.engine, partial(using, link), partial(using, link))
    assert isinstance(first, tuple)
    assert isinstance(second, LinkSpent)


@pytest.mark.parametrize(
    ("kind", "lasts"),
    [
        (LinkKind.INVITATION, timedelta(days=3)),
        (LinkKind.FIRST_ADMINISTRATOR, timedelta(hours=24)),
        (LinkKind.RESET, timedelta(hours=2)),
    ],
)
async def test_links_run_out(house: Staffed, kind: LinkKind, lasts: timedelta) -> None:
    alex = await house.has()
    link = await house.does(lambda db: links.make_link(db, alex.member.id, kind, NOW))
    assert (await looks(house, link, NOW + lasts - SECOND)).kind is kind
    with pytest.raises(LinkSpent):
        await looks(house, link, NOW + lasts)
    with pytest.raises(LinkSpent):
        await uses(house, link, at=NOW + lasts)


async def test_a_newer_link_ends_the_older(house: Staffed) -> None:
    alex = await house.has()
    older, newer = [await house.does(lambda db: accounts.reset(db, FOUNDER, alex.member.id, NOW)) for _ in range(2)]
    with pytest.raises(LinkSpent):
        await uses(house, older)
    assert await uses(house, newer)


@pytest.mark.parametrize("link", ["", "x", "A" * 43, "' OR 1=1 --", "\x00"])
async def test_what_never_was_a_link_is_told_the_same_as_a_spent_one(house: Staffed, link: str) -> None:
    with pytest.raises(LinkSpent):
        await looks(house, link)
    with pytest.raises(LinkSpent):
        await uses(house, link)


WRONG: list[tuple[str, type[ServiceError], dict[str, str]]] = [
    ("a poor password", PoorPassword, {"password": "password1234"}),
    ("the own name as a password", PoorPassword, {"name": "Marmalade Lighthouse"}),
    ("a wrong code", SignInRefused, {"code": "no code"}),
    ("a code of an hour ago", SignInRefused, {"code": set_up_as("Alex", NOW - HOUR).code}),
]


@pytest.mark.parametrize(("error", "change"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_a_set_up_that_fails_spends_and_changes_nothing(
    house: Staffed, error: type[ServiceError], change: dict[str, str]
) -> None:
    """Even where whoever asks catches the error and commits."""
    link, wish = await house.invites()
    before = await stored(house)

    async def fails(db: AsyncConnection) -> None:
        with pytest.raises(error):
            await links.set_up(db, link, replace(set_up_as("Alex", NOW), **change), BROWSER, NOW)

    await house.does(fails)
    assert await stored(house) == before
    assert (await house.tries(wish.email, change.get("password", PASSWORD))).outcome is Outcome.WRONG
    assert await uses(house, link)


async def test_an_invitation_keeps_the_e_mail_it_was_sent_to_whatever_the_form_says(house: Staffed) -> None:
    link, wish = await house.invites()
    other = new_email()
    await uses(house, link, set_up_as("Alex", NOW, email=other))
    assert (await house.tries(other)).outcome is Outcome.WRONG
    assert (await house.tries(wish.email)).outcome is Outcome.OK


async def test_an_empty_name_keeps_the_name_of_the_invitation(house: Staffed) -> None:
    link, _ = await house.invites(name="Sam")
    token, _ = await uses(house, link, set_up_as("  ", NOW))
    who = await house.finds(token, NOW)
    assert who
    assert who.member.name == "Sam"


async def test_after_a_reset_nothing_old_opens_and_the_link_makes_everything_new(house: Staffed) -> None:
    alex = await house.has()
    link = await house.does(lambda db: accounts.reset(db, FOUNDER, alex.member.id, NOW))
    assert await house.finds(alex.token, NOW) is None
    assert (await house.tries(alex.email)).outcome is Outcome.WRONG
    assert await house.gives(alex, alex.recovery[0]) is Outcome.WRONG
    chosen = set_up_as("Alex", NOW + MINUTE, password="a new lighthouse 77")
    token, recovery = await uses(house, link, chosen, NOW + MINUTE)
    assert not set(recovery) & set(alex.recovery)
    assert await house.finds(token, NOW + MINUTE)
    assert await house.gives(alex, alex.recovery[1], at=NOW + MINUTE) is Outcome.WRONG
    assert (await house.tries(alex.email)).outcome is Outcome.WRONG
    assert (await house.tries(alex.email, "a new lighthouse 77")).outcome is Outcome.OK


async def test_a_removed_member_s_link_is_spent(house: Staffed) -> None:
    alex = await house.has()
    link = await house.does(lambda db: accounts.reset(db, FOUNDER, alex.member.id, NOW))
    await house.does(lambda db: accounts.remove(db, FOUNDER, alex.member.id, NOW))
    with pytest.raises(LinkSpent):
        await looks(house, link)
    later = await house.does(lambda db: links.make_link(db, alex.member.id, LinkKind.RESET, NOW))
    with pytest.raises(LinkSpent):
        await uses(house, later)


async def test_a_removal_and_the_use_of_a_link_at_the_same_instant_do_not_block_each_other(house: Staffed) -> None:
    """Both write the account and its links: in the same order, or one of them would be refused."""
    link, wish = await house.invites()
    staff_id = (await looks(house, link)).staff_id
    async with house.engine.begin() as db:
        await db.execute(text("SELECT 1 FROM staff WHERE id = :id FOR UPDATE"), {"id": staff_id})
        task = asyncio.create_task(house.does(partial(using, link)))
        await until_it_waits(house.engine, task)
        await accounts.remove(db, FOUNDER, staff_id, NOW)
    with pytest.raises(LinkSpent):
        await task
    assert (await house.tries(wish.email)).outcome is Outcome.WRONG


async def first(house: Staffed) -> str | None:
    return await house.does(lambda db: accounts.first_link(db, NORTH, NOW))


async def test_the_first_administrator_gives_their_own_e_mail_and_nobody_after_them_is_first(
    empty_house: Staffed,
) -> None:
    house = empty_house
    link = await first(house)
    assert link
    seen = await looks(house, link)
    assert (seen.kind, seen.email) == (LinkKind.FIRST_ADMINISTRATOR, "")
    assert not await house.does(accounts.has_staff)
    email = new_email()
    token, _ = await uses(house, link, set_up_as("Robin", NOW, email=f" {email.upper()} "))
    who = await house.finds(token, NOW)
    assert who
    assert (who.member.name, who.member.areas) == ("Robin", {NORTH})
    assert Role.ADMINISTRATOR in who.member.roles
    assert (await house.tries(email)).outcome is Outcome.OK
    assert await first(house) is None
    assert await house.does(accounts.has_staff)


async def test_a_newer_first_link_ends_the_older_and_makes_no_second_account(empty_house: Staffed) -> None:
    older, newer = await first(empty_house), await first(empty_house)
    assert older
    assert newer
    with pytest.raises(LinkSpent):
        await looks(empty_house, older)
    assert await looks(empty_house, newer)
    assert await empty_house.scalar("SELECT count(*) FROM staff") == 1


async def test_of_two_starts_at_once_one_link_works_and_one_account_waits(empty_house: Staffed) -> None:
    house = empty_house
    made = await at_once(house.engine, *[lambda db: accounts.first_link(db, NORTH, NOW)] * 4)
    assert all(isinstance(link, str) for link in made)
    seen = await asyncio.gather(*(looks(house, link) for link in made), return_exceptions=True)
    assert sorted(type(x).__name__ for x in seen) == ["LinkSpent", "LinkSpent", "LinkSpent", "Welcome"]
    assert await house.scalar("SELECT count(*) FROM staff") == 1


async def test_a_start_while_the_first_administrator_is_being_set_up_makes_no_link_to_their_account(
    empty_house: Staffed,
) -> None:
    house = empty_house
    link = await first(house)
    assert link
    chosen = set_up_as("Robin", NOW, email=new_email())

    async def sets_up(db: AsyncConnection) -> Any:
        return await links.set_up(db, link, chosen, BROWSER, NOW)

    done, later = await overlapping(house.engine, sets_up, lambda db: accounts.first_link(db, NORTH, NOW))
    assert await house.finds(done[0], NOW)
    assert later is None


async def test_the_first_administrator_cannot_take_an_e_mail_that_is_in_use(empty_house: Staffed) -> None:
    house = empty_house
    _, invited = await house.invites()
    link = await first(house)
    assert link
    before = await stored(house)
    with pytest.raises(KnownAlready):
        await uses(house, link, set_up_as("Robin", NOW, email=invited.email.upper()))
    assert await stored(house) == before
    assert await uses(house, link, set_up_as("Robin", NOW, email=new_email()))
