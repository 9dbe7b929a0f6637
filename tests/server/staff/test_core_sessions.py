"""Sessions: half-way ones open nothing, all of them run out, and whoever is signed out or removed is out at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.staff import accounts, sessions
from server.staff.access import Act, Member, Role, Skill, may_do
from server.staff.accounts import Wish
from server.staff.sessions import SignedIn
from server.staff.signing_in import Outcome
from tests.server.staff.core import (
    BROWSER,
    DAY,
    FOUNDER,
    HOUR,
    MINUTE,
    NORTH,
    NOW,
    SECOND,
    SOUTH,
    Somebody,
    Staffed,
    code_at,
    until_it_waits,
)


async def opened(house: Staffed, who: Somebody, *, has_code: bool, browser: str = BROWSER) -> str:
    return await house.does(lambda db: sessions.open_session(db, who.member.id, browser, NOW, has_code=has_code))


async def session_of(house: Staffed, token: str) -> SignedIn:
    found = await house.finds(token, NOW)
    assert found
    return found


async def test_half_way_has_no_code_and_ends_after_ten_minutes_even_in_use(house: Staffed) -> None:
    alex = await house.has()
    token = await opened(house, alex, has_code=False)
    for minutes in range(10):
        half = await house.finds(token, NOW + minutes * MINUTE)
        assert half
        assert not half.has_code
        assert not half.has_fresh_code(NOW + minutes * MINUTE)
    assert await house.finds(token, NOW + 10 * MINUTE) is None


async def test_a_session_that_ran_out_half_way_is_not_made_whole_by_a_late_code(house: Staffed) -> None:
    alex = await house.has()
    token = await opened(house, alex, has_code=False)
    session_id, late = (await session_of(house, token)).session_id, NOW + 11 * MINUTE
    await house.does(lambda db: sessions.note_code(db, session_id, late))
    assert await house.finds(token, late) is None


async def test_an_ended_session_is_not_made_whole_by_a_code(house: Staffed) -> None:
    alex = await house.has()
    token = await opened(house, alex, has_code=False)
    session_id = (await session_of(house, token)).session_id
    await house.does(lambda db: sessions.end(db, session_id, alex.member.id, NOW))
    await house.does(lambda db: sessions.note_code(db, session_id, NOW))
    assert await house.finds(token, NOW) is None


async def test_after_twelve_hours_everybody_signs_in_again_however_busy(house: Staffed) -> None:
    alex = await house.has()
    token = await opened(house, alex, has_code=True)
    for halves in range(24):
        assert await house.finds(token, NOW + halves * HOUR / 2)
    assert await house.finds(token, NOW + 12 * HOUR - SECOND)
    assert await house.finds(token, NOW + 12 * HOUR) is None


async def test_a_fresh_code_does_not_make_the_day_longer(house: Staffed) -> None:
    alex = await house.has()
    token = await opened(house, alex, has_code=True)
    for halves in range(1, 24):
        at = NOW + halves * HOUR / 2
        found = await house.finds(token, at)
        assert found
        await house.does(lambda db, session_id=found.session_id, at=at: sessions.note_code(db, session_id, at))
    assert await house.finds(token, NOW + 12 * HOUR) is None


async def test_an_hour_of_silence_ends_it(house: Staffed) -> None:
    alex = await house.has()
    token = await opened(house, alex, has_code=True)
    assert await house.finds(token, NOW + 59 * MINUTE)
    assert await house.finds(token, NOW + (59 + 59) * MINUTE)
    assert await house.finds(token, NOW + (59 + 59 + 60) * MINUTE) is None


async def test_what_a_page_asks_for_by_itself_is_no_use(house: Staffed) -> None:
    alex = await house.has()
    token = await opened(house, alex, has_code=True)
    for minutes in (20, 40, 59):
        at = NOW + minutes * MINUTE
        assert await house.does(lambda db, at=at: sessions.find(db, token, at, is_use=False))  # type: ignore[misc]
    assert await house.finds(token, NOW + 60 * MINUTE) is None


async def test_a_cookie_that_is_not_exactly_the_one_opens_nothing(house: Staffed) -> None:
    alex = await house.has()
    token = await opened(house, alex, has_code=True)
    assert await house.finds(token, NOW)
    for other in ("", token[:-1], token + "x", token.swapcase(), token.encode().hex()):
        assert await house.finds(other, NOW) is None
    stored = await house.scalar(
        "SELECT encode(token_hash, 'hex') FROM staff_sessions WHERE staff_id = :id", id=alex.member.id
    )
    assert await house.finds(stored, NOW) is None


async def test_no_two_sessions_share_a_cookie_or_what_their_forms_carry(house: Staffed) -> None:
    alex = await house.has()
    tokens = [await opened(house, alex, has_code=True) for _ in range(3)]
    forms = {(await session_of(house, token)).form_token for token in tokens}
    assert len(set(tokens)) == len(forms) == 3
    assert all(len(token) >= 43 for token in tokens)
    assert not any(form in token for form in forms for token in tokens)


async def test_signing_out_ends_this_one_at_once_and_only_once(house: Staffed) -> None:
    alex = await house.has()
    here, there = await opened(house, alex, has_code=True), await opened(house, alex, has_code=True)
    session_id = (await session_of(house, here)).session_id
    assert await house.does(lambda db: sessions.end(db, session_id, alex.member.id, NOW))
    assert not await house.does(lambda db: sessions.end(db, session_id, alex.member.id, NOW))
    assert await house.finds(here, NOW) is None
    assert await house.finds(there, NOW)


async def test_nobody_ends_a_session_of_somebody_else(house: Staffed) -> None:
    alex, sam = await house.has(), await house.has()
    session_id = (await session_of(house, alex.token)).session_id
    assert not await house.does(lambda db: sessions.end(db, session_id, sam.member.id, NOW))
    assert await house.finds(alex.token, NOW)


async def test_every_other_browser_can_be_signed_out(house: Staffed) -> None:
    alex, sam = await house.has(), await house.has()
    tokens = [await opened(house, alex, has_code=True) for _ in range(3)]
    kept = (await session_of(house, tokens[0])).session_id
    assert await house.does(lambda db: sessions.end_all(db, alex.member.id, NOW, but=kept)) == 3
    assert [await house.finds(token, NOW) is not None for token in (*tokens, alex.token)] == [True, False, False, False]
    assert await house.finds(sam.token, NOW)


async def test_the_list_shows_what_still_works_newest_first_and_nobody_else_s(house: Staffed) -> None:
    alex, sam = await house.has(), await house.has()
    phone = await opened(house, alex, has_code=True, browser="Safari, iPhone")
    await opened(house, sam, has_code=True)
    shown = await house.does(lambda db: sessions.of_member(db, alex.member.id, NOW))
    assert [row["browser"] for row in shown] == ["Safari, iPhone", BROWSER]
    session_id = (await session_of(house, phone)).session_id
    await house.does(lambda db: sessions.end(db, session_id, alex.member.id, NOW))
    assert len(await house.does(lambda db: sessions.of_member(db, alex.member.id, NOW))) == 1
    assert await house.does(lambda db: sessions.of_member(db, alex.member.id, NOW + DAY)) == []


async def test_who_is_removed_is_out_at_the_next_request_in_every_browser(house: Staffed) -> None:
    alex = await house.has()
    half = await opened(house, alex, has_code=False)
    await house.does(lambda db: accounts.remove(db, FOUNDER, alex.member.id, NOW))
    assert [await house.finds(token, NOW) for token in (alex.token, half)] == [None, None]


async def test_a_session_opened_behind_the_back_of_a_removal_opens_nothing(house: Staffed) -> None:
    alex = await house.has()
    await house.does(lambda db: accounts.remove(db, FOUNDER, alex.member.id, NOW))
    token = await opened(house, alex, has_code=True)
    assert await house.finds(token, NOW) is None
    assert await house.gives(alex, code_at(alex.secret, NOW)) is Outcome.WRONG
    assert await house.gives(alex, alex.recovery[0]) is Outcome.WRONG


async def test_a_role_taken_away_is_gone_at_the_next_request(house: Staffed) -> None:
    alex = await house.has(Role.LEAD, Role.MANAGER, areas=(NORTH, SOUTH))
    wish = Wish("Alex", alex.email, frozenset({Role.ADVISER}), frozenset({SOUTH}))
    await house.does(lambda db: accounts.change(db, FOUNDER, alex.member.id, wish, NOW))
    now = (await session_of(house, alex.token)).member
    assert (now.roles, now.areas) == ({Role.ADVISER}, {SOUTH})
    assert not may_do(now, Act.SEE_AUDIT)


async def test_a_removal_and_a_request_of_the_removed_at_the_same_instant_do_not_block_each_other(
    house: Staffed,
) -> None:
    """Both write the account and the session: in the same order, or one of them would be refused."""
    alex = await house.has()
    later = NOW + 5 * MINUTE
    async with house.engine.begin() as db:
        await db.execute(text("SELECT 1 FROM staff WHERE id = :id FOR UPDATE"), {"id": alex.member.id})
        task = asyncio.create_task(house.finds(alex.token, later))
        await until_it_waits(house.engine, task)
        await accounts.remove(db, FOUNDER, alex.member.id, later)
    await task
    assert await house.finds(alex.token, later) is None


async def test_roles_and_skills_of_another_release_count_for_nothing(house: Staffed) -> None:
    alex = await house.has(Role.ADVISER, skills=frozenset({Skill.HOUSING}))
    change = "UPDATE staff SET roles = roles || '{emperor}', skills = skills || '{juggling}' WHERE id = :id RETURNING 1"
    assert await house.scalar(change, id=alex.member.id) == 1
    now = (await session_of(house, alex.token)).member
    assert (now.roles, now.skills) == ({Role.ADVISER}, {Skill.HOUSING})
    assert isinstance(now, Member)


@pytest.mark.parametrize(("age", "is_kept"), [(timedelta(days=90), True), (timedelta(days=92), False)])
async def test_sessions_are_kept_ninety_days_after_their_end(house: Staffed, age: timedelta, is_kept: bool) -> None:
    alex = await house.has()
    await house.does(lambda db: sessions.expire(db, NOW + age))
    count = await house.scalar("SELECT count(*) FROM staff_sessions WHERE staff_id = :id", id=alex.member.id)
    assert bool(count) == is_kept
