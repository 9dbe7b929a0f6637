"""Accounts: given inside one's own areas only, one for each e-mail, and somebody is always left to give them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.ids import new_id
from server.staff import accounts, audit, links
from server.staff.access import Member, Role, Skill
from server.staff.accounts import Wish
from server.staff.errors import KnownAlready, LastAdministrator, MayNot, PoorPassword
from server.staff.signing_in import Outcome
from tests.server.staff.core import (
    FOUNDER,
    HERE,
    NORTH,
    NOW,
    PASSWORD,
    SOUTH,
    Somebody,
    Staffed,
    at_once,
    new_area,
    new_email,
    overlapping,
    set_up_as,
    until_it_waits,
)

NEW = "another lighthouse 99"
MANAGERS = (Role.LEAD, Role.SAFEGUARDING_LEAD, Role.MANAGER, Role.ADVISER, Role.EDITOR)


def wish(*roles: Role, areas: tuple[str, ...] = (NORTH,), **other: Any) -> Wish:
    return Wish(**{"name": "Alex", "email": new_email(), "roles": frozenset(roles), "areas": frozenset(areas)} | other)


def inviting(by: Member, wished: Wish, db: AsyncConnection) -> Any:
    return accounts.invite(db, by, wished, NOW)


def removing(by: Somebody, other: Somebody, db: AsyncConnection) -> Any:
    return accounts.remove(db, by.member, other.member.id, NOW)


def demoting(by: Somebody, other: Somebody, db: AsyncConnection) -> Any:
    return accounts.change(db, by.member, other.member.id, wish(Role.ADVISER, areas=tuple(other.member.areas)), NOW)


@pytest.fixture
def area() -> str:
    """One in which nobody works yet."""
    return new_area()


async def administrators(house: Staffed, area: str) -> int:
    query = (
        "SELECT count(*) FROM staff WHERE 'administrator' = ANY(roles) AND :area = ANY(areas) AND removed_at IS NULL"
        " AND password_hash IS NOT NULL"
    )
    return int(await house.scalar(query, area=area))


async def test_who_is_invited_gets_what_was_wished_and_no_more(house: Staffed) -> None:
    sam = await house.has(
        Role.ADVISER,
        Role.EDITOR,
        areas=(NORTH, SOUTH),
        name="Sam",
        skills=frozenset({Skill.CUSTODY}),
        languages=frozenset({"pl", "cy"}),
        is_trainee=True,
    )
    expected = Member(
        sam.member.id,
        "Sam",
        frozenset({Role.ADVISER, Role.EDITOR}),
        frozenset({NORTH, SOUTH}),
        frozenset({Skill.CUSTODY}),
        frozenset({"pl", "cy"}),
        is_trainee=True,
    )
    assert sam.member == expected


@pytest.mark.parametrize("role", MANAGERS)
async def test_only_administrators_invite(house: Staffed, role: Role) -> None:
    by = Member(new_id(), "Alex", frozenset({role}), frozenset({NORTH}))
    with pytest.raises(MayNot):
        await house.does(partial(inviting, by, wish(Role.ADVISER)))


@pytest.mark.parametrize("areas", [(SOUTH,), (NORTH, SOUTH), (), ("nowhere",)])
async def test_nobody_invites_beyond_their_own_areas_or_to_nowhere(house: Staffed, areas: tuple[str, ...]) -> None:
    kim = await house.has(Role.ADMINISTRATOR)
    wished = wish(Role.ADVISER, areas=areas)
    with pytest.raises(MayNot):
        await house.does(partial(inviting, kim.member, wished))
    assert not [
        row for row in await house.does(lambda db: accounts.team(db, [NORTH, SOUTH])) if row["email"] == wished.email
    ]


async def test_an_account_that_also_works_elsewhere_is_for_those_who_manage_there_too(house: Staffed) -> None:
    """Same answer as for an account that does not exist."""
    kim = await house.has(Role.ADMINISTRATOR)
    elsewhere, both = await house.has(areas=(SOUTH,)), await house.has(areas=(NORTH, SOUTH))
    for staff_id in (elsewhere.member.id, both.member.id, new_id()):
        for act in (
            lambda db, who=staff_id: accounts.change(db, kim.member, who, wish(Role.ADVISER), NOW),
            lambda db, who=staff_id: accounts.remove(db, kim.member, who, NOW),
            lambda db, who=staff_id: accounts.reset(db, kim.member, who, NOW),
        ):
            with pytest.raises(MayNot):
                await house.does(act)
    for who in (elsewhere, both):
        assert await house.finds(who.token, NOW)


async def test_nobody_is_moved_beyond_the_administrator_s_areas_nor_left_without_a_role(house: Staffed) -> None:
    kim, alex = await house.has(Role.ADMINISTRATOR), await house.has()
    for wished in (
        wish(Role.ADVISER, areas=(SOUTH,)),
        wish(Role.ADVISER, areas=(NORTH, SOUTH)),
        wish(Role.ADVISER, areas=()),
        wish(),
    ):
        with pytest.raises(MayNot):
            await house.does(lambda db, wished=wished: accounts.change(db, kim.member, alex.member.id, wished, NOW))
    found = await house.finds(alex.token, NOW)
    assert found
    assert found.member == alex.member


async def test_an_administrator_gives_themselves_no_other_area(house: Staffed) -> None:
    kim = await house.has(Role.ADMINISTRATOR)
    with pytest.raises(MayNot):
        await house.does(
            lambda db: accounts.change(
                db, kim.member, kim.member.id, wish(Role.ADMINISTRATOR, areas=(NORTH, SOUTH)), NOW
            )
        )


@pytest.mark.parametrize("again", [str.upper, str.title, " {} ".format])
async def test_there_is_one_account_for_an_e_mail_however_it_is_written(house: Staffed, again: Any) -> None:
    _, known = await house.invites()
    with pytest.raises(KnownAlready):
        await house.invites(email=again(known.email))


async def test_of_two_invitations_of_one_e_mail_at_the_same_instant_one_wins(house: Staffed) -> None:
    email = new_email()
    works = [partial(inviting, FOUNDER, wish(Role.ADVISER, email=form)) for form in (email, email.upper())] * 2
    found = await at_once(house.engine, *works)
    assert sorted(type(x).__name__ for x in found) == ["KnownAlready", "KnownAlready", "KnownAlready", "str"]
    other = partial(inviting, FOUNDER, wish(Role.ADVISER, email=new_email()))
    assert isinstance((await overlapping(house.engine, other, other))[1], KnownAlready)


async def test_who_was_removed_can_be_invited_again_as_somebody_new(house: Staffed) -> None:
    alex = await house.has()
    await house.does(lambda db: accounts.remove(db, FOUNDER, alex.member.id, NOW))
    again, _ = await house.invites(email=alex.email)
    token, _ = await house.does(lambda db: links.set_up(db, again, set_up_as("Alex", NOW), "", NOW))
    found = await house.finds(token, NOW)
    assert found
    assert found.member.id != alex.member.id
    assert await house.finds(alex.token, NOW) is None


async def test_removal_empties_the_account_and_leaves_the_name_for_what_was_done(house: Staffed) -> None:
    alex = await house.has(name="Quillon")
    filled = "UPDATE staff SET phone = 'x', telegram_chat = 'y', oidc_subject_hash = 'z', is_on_duty = true WHERE id = :id RETURNING 1"
    await house.scalar(filled, id=alex.member.id)
    await house.does(lambda db: accounts.remove(db, FOUNDER, alex.member.id, NOW))
    left = "SELECT num_nonnulls(password_hash, totp_secret, phone, telegram_chat, oidc_subject_hash) FROM staff WHERE id = :id"
    assert await house.scalar(left, id=alex.member.id) == 0
    worked_here = await house.does(lambda db: audit.people(db, frozenset({NORTH})))
    assert (alex.member.id, "Quillon") in [(row["id"], row["name"]) for row in worked_here]
    assert await house.scalar("SELECT count(*) FROM staff_recovery_codes WHERE staff_id = :id", id=alex.member.id) == 0
    people = await house.does(lambda db: accounts.team(db, [NORTH]))
    assert alex.member.id not in {row["id"] for row in people}
    for act in (accounts.remove, accounts.reset):
        with pytest.raises(MayNot):
            await house.does(lambda db, act=act: act(db, FOUNDER, alex.member.id, NOW))


async def test_the_team_shows_those_of_the_areas_and_who_has_not_used_their_link(house: Staffed, area: str) -> None:
    sam = await house.has(name="Sam", areas=(area,))
    await house.has(name="Elsewhere", areas=(SOUTH,))
    _, waiting = await house.invites(name="Waiting", areas=(area, NORTH))
    shown = await house.does(lambda db: accounts.team(db, [area]))
    assert {(row["name"], row["email"], row["has_account"]) for row in shown} == {
        ("Sam", sam.email, True),
        ("Waiting", waiting.email, False),
    }


async def test_the_last_administrator_stays_one(house: Staffed, area: str) -> None:
    """Somebody who was invited and never came is no administrator, nor is one who was reset."""
    kim, robin = [await house.has(Role.ADMINISTRATOR, areas=(area,)) for _ in range(2)]
    await house.invites(Role.ADMINISTRATOR, areas=(area,))
    await house.does(lambda db: accounts.reset(db, kim.member, robin.member.id, NOW))
    for act in (removing, demoting):
        with pytest.raises(LastAdministrator):
            await house.does(partial(act, kim, kim))
    assert await house.finds(kim.token, NOW)
    await house.does(partial(removing, kim, robin))
    assert await administrators(house, area) == 1


async def test_the_last_administrator_may_change_what_else_they_are(house: Staffed, area: str) -> None:
    kim = await house.has(Role.ADMINISTRATOR, areas=(area,))
    both = wish(Role.ADMINISTRATOR, Role.EDITOR, areas=(area,))
    await house.does(lambda db: accounts.change(db, kim.member, kim.member.id, both, NOW))
    found = await house.finds(kim.token, NOW)
    assert found
    assert found.member.roles == {Role.ADMINISTRATOR, Role.EDITOR}


@pytest.mark.parametrize(("first", "second"), [(removing, removing), (demoting, demoting), (removing, demoting)])
async def test_of_two_administrators_who_remove_each_other_at_once_one_stays(
    house: Staffed, area: str, first: Any, second: Any
) -> None:
    kim, robin = [await house.has(Role.ADMINISTRATOR, areas=(area,)) for _ in range(2)]
    found = await overlapping(house.engine, partial(first, kim, robin), partial(second, robin, kim))
    assert found[0] is None
    assert isinstance(found[1], LastAdministrator)
    assert await administrators(house, area) == 1


async def test_of_four_administrators_who_all_remove_each_other_at_once_one_stays(house: Staffed, area: str) -> None:
    people = [await house.has(Role.ADMINISTRATOR, areas=(area,)) for _ in range(4)]
    works = [partial(removing, by, people[(n + 1) % 4]) for n, by in enumerate(people)]
    found = await at_once(house.engine, *works)
    assert await administrators(house, area) == 1
    assert sorted(type(x).__name__ for x in found) == ["LastAdministrator", "NoneType", "NoneType", "NoneType"]


@pytest.mark.parametrize("act", ["remove", "demote", "move"])
async def test_each_area_keeps_somebody_who_manages_its_staff(house: Staffed, area: str, act: str) -> None:
    """Whoever manages the one cannot help the other."""
    other = new_area()
    kim = await house.has(Role.ADMINISTRATOR, areas=(area, other))
    await house.has(Role.ADMINISTRATOR, areas=(other,))
    moved = wish(Role.ADMINISTRATOR, areas=(other,))
    leaving = {
        "remove": partial(removing, kim, kim),
        "demote": partial(demoting, kim, kim),
        "move": lambda db: accounts.change(db, kim.member, kim.member.id, moved, NOW),
    }
    with pytest.raises(LastAdministrator):
        await house.does(leaving[act])
    await house.has(Role.ADMINISTRATOR, areas=(area,))
    await house.does(leaving[act])
    assert await administrators(house, area) == 1


async def test_a_new_password_needs_the_old_one_and_signs_every_other_browser_out(house: Staffed) -> None:
    alex = await house.has()
    other = (await house.tries(alex.email)).token
    here = await house.finds(alex.token, NOW)
    assert here

    async def change(old: str, new: str) -> Outcome:
        return await house.does(lambda db: accounts.change_password(db, here, old, new, HERE, NOW))

    assert await change("not the old one 5", NEW) is Outcome.WRONG
    with pytest.raises(PoorPassword):
        await change(PASSWORD, alex.email)
    assert (await house.tries(alex.email)).outcome is Outcome.OK
    assert await change(PASSWORD, NEW) is Outcome.OK
    assert (await house.tries(alex.email)).outcome is Outcome.WRONG
    assert (await house.tries(alex.email, NEW)).outcome is Outcome.OK
    assert await house.finds(other, NOW) is None
    assert await house.finds(alex.token, NOW)


async def test_wrong_old_passwords_are_counted_and_slowed_down_like_those_of_a_sign_in(house: Staffed) -> None:
    alex = await house.has()
    here = await house.finds(alex.token, NOW)
    assert here

    async def change(old: str) -> Outcome:
        return await house.does(lambda db: accounts.change_password(db, here, old, NEW, HERE, NOW))

    tried = [await change(f"guess number {n}") for n in range(8)]
    assert tried == [*[Outcome.WRONG] * tried.count(Outcome.WRONG), *[Outcome.LOCKED] * tried.count(Outcome.LOCKED)]
    assert tried[-1] is Outcome.LOCKED
    assert (await house.tries(alex.email)).outcome is Outcome.LOCKED
    assert await change(PASSWORD) is Outcome.LOCKED, "a right one does not count while it is locked"


@pytest.mark.parametrize("act", [accounts.reset, accounts.remove])
async def test_a_change_of_password_does_not_undo_a_reset_or_a_removal_of_the_same_instant(
    house: Staffed, act: Any
) -> None:
    alex = await house.has()
    here = await house.finds(alex.token, NOW)
    assert here

    async def changes(db: AsyncConnection) -> Outcome:
        return await accounts.change_password(db, here, PASSWORD, NEW, HERE, NOW)

    async with house.engine.begin() as db:
        await act(db, FOUNDER, alex.member.id, NOW)
        task = asyncio.create_task(house.does(changes))
        await until_it_waits(house.engine, task)
    assert await task is Outcome.WRONG
    assert await house.scalar("SELECT password_hash FROM staff WHERE id = :id", id=alex.member.id) is None


async def test_what_was_done_to_an_account_is_in_the_audit_with_who_did_it(house: Staffed) -> None:
    kim, alex = await house.has(Role.ADMINISTRATOR), await house.has()
    other = wish(Role.EDITOR, name="Alex", email=alex.email)
    await house.does(lambda db: accounts.change(db, kim.member, alex.member.id, other, NOW))
    await house.does(lambda db: accounts.reset(db, kim.member, alex.member.id, NOW))
    await house.does(lambda db: accounts.remove(db, kim.member, alex.member.id, NOW))
    told = "SELECT string_agg(what, ',' ORDER BY number) FROM audit WHERE staff_id = :by AND about_staff = :about"
    assert await house.scalar(told, by=kim.member.id, about=alex.member.id) == ",".join(["manage_staff"] * 3)


async def test_what_was_refused_leaves_no_trace_that_it_was_done(house: Staffed) -> None:
    kim, sam = await house.has(Role.ADMINISTRATOR), await house.has(areas=(SOUTH,))
    for act in (accounts.reset, accounts.remove):
        with pytest.raises(MayNot):
            await house.does(lambda db, act=act: act(db, kim.member, sam.member.id, NOW))
    assert (
        await house.scalar(
            "SELECT count(*) FROM audit WHERE staff_id = :by AND what = 'manage_staff'", by=kim.member.id
        )
        == 0
    )


async def test_the_console_s_language_is_each_one_s_own(house: Staffed) -> None:
    alex, sam = await house.has(), await house.has()
    await house.does(lambda db: accounts.choose_language(db, alex.member.id, "cy"))
    found = [await house.finds(who.token, NOW) for who in (alex, sam)]
    assert [who.console_language if who else None for who in found] == ["cy", "en"]
