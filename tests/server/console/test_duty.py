"""On duty and off, numbers for alarm calls, and chats that return when somebody goes or is removed; over real HTTP."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from dialogs.effects import CaseUrgency
from server.clock import utc_now
from server.escalations import holding
from server.escalations.errors import NoSuchCase
from server.staff import accounts
from server.staff.access import Role
from tests.server.console.house import FUZZ, House, Worker, Young
from tests.server.staff.core import until_it_waits

pytestmark = pytest.mark.database


async def takes(house: House, who: Worker, words: str = "im done", urgency: CaseUrgency = CaseUrgency.CRISIS) -> Young:
    young = await house.writes(words, urgency)
    async with house.engine.begin() as db:
        await holding.take(db, who.member, young.case, utc_now())
    return young


async def holder(house: House, young: Young) -> uuid.UUID | None:
    found: uuid.UUID | None = await house.scalar("SELECT adviser_id FROM cases WHERE id = :id", id=young.case)
    return found


async def is_on_duty(house: House, who: Worker) -> bool:
    return bool(await house.scalar("SELECT is_on_duty FROM staff WHERE id = :id", id=who.member.id))


async def test_the_switch_in_the_bar(house: House) -> None:
    ada = await house.has()
    assert "On duty" in (await ada.opens("/console/queue")).text
    page = await ada.sends("/console/duty", on="no", next="/console/queue")
    assert ada.path == "/console/queue"
    assert "Off duty" in page.text
    assert not await is_on_duty(house, ada)
    page = await ada.sends("/console/duty", on="yes", next="https://example.org")
    assert ada.path == "/console/queue"
    assert await is_on_duty(house, ada)


async def test_going_with_chats_asks_what_becomes_of_them(house: House) -> None:
    ada = await house.has()
    first, second = await takes(house, ada), await takes(house, ada, "cscs", CaseUrgency.ADVICE)
    await ada.opens("/console/queue")
    page = await ada.sends("/console/duty", on="no", next="/console/queue")
    assert "You hold 2 chats." in page.text
    assert await is_on_duty(house, ada)
    page = await ada.sends("/console/duty", on="no", asked="1", next="/console/queue", chats="perhaps")
    assert page.status_code == 422
    assert "Choose what becomes of your chats." in page.text
    await ada.sends("/console/duty", on="no", next="/console/queue", chats="keep")
    assert not await is_on_duty(house, ada)
    assert await holder(house, first) == ada.member.id
    await ada.posts("/console/duty", on="no", chats="give")
    assert [await holder(house, young) for young in (first, second)] == [None, None]
    query = "SELECT acknowledged_at IS NULL AND clock_next_at IS NOT NULL FROM cases WHERE id = :id"
    assert await house.scalar(query, id=first.case), "nobody is with somebody in danger: the clock runs again"


async def test_who_takes_no_chats_has_no_switch(house: House) -> None:
    for role in (Role.YJS_WORKER, Role.EDITOR, Role.MANAGER, Role.ADMINISTRATOR, Role.TRANSLATOR):
        who = await house.has(role)
        assert "/console/duty" not in (await who.opens("/console")).text
        assert (await who.posts("/console/duty", on="yes")).status_code == 404


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 (0)7700 900456", "+447700900456"),
        ("01632 960123", "+441632960123"),
        ("٠٧٧٠٠ ٩٠٠١٢٣", "+447700900123"),
        ("999", None),
        ("0909 879 0123", None),
        ("ring me", None),
        ("07700 900123 07700 900456 07700 900789", None),
    ],
)
async def test_ones_own_number_for_alarm_calls(house: House, typed: str, kept: str | None) -> None:
    ada = await house.has()
    await ada.opens("/console/account/alarm")
    page = await ada.sends("/console/account/alarm", phone=typed)
    assert page.status_code == (200 if kept else 422)
    assert ("Your number is saved." if kept else "Write a telephone number that rings you") in page.text
    assert f'value="{kept or typed}"' in page.text
    stored = await house.scalar("SELECT phone FROM staff WHERE id = :id", id=ada.member.id)
    assert (stored is not None) == bool(kept)
    assert not stored or b"900" not in stored, "sealed"


async def test_a_number_is_changed_with_a_fresh_code_and_deleted_by_leaving_it_empty(house: House) -> None:
    ada = await house.has()
    await ada.posts("/console/account/alarm", phone="07700 900123")
    page = await ada.posts("/console/account/alarm", phone=" ")
    assert "Your number is deleted." in page.text
    assert await house.scalar("SELECT phone FROM staff WHERE id = :id", id=ada.member.id) is None
    old = await house.has(is_fresh=False)
    page = await old.posts("/console/account/alarm", phone="07700 900123")
    assert page.status_code == 401
    assert "What you typed is kept." in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("12345678", "Connected."),
        ("-10012345678", "no private chat"),
        ("abc", "no private chat"),
        ("1" * 30, "no private chat"),
    ],
)
async def test_an_administrator_connects_a_private_telegram_chat(house: House, typed: str, said: str) -> None:
    boss, ada = await house.has(Role.ADMINISTRATOR), await house.has()
    page = await boss.posts(f"/console/team/{ada.member.id}/telegram", chat=typed)
    assert said in page.text
    stored = await house.scalar("SELECT telegram_chat FROM staff WHERE id = :id", id=ada.member.id)
    assert (stored is not None) == (said == "Connected.")
    far = await house.has(Role.ADMINISTRATOR, area="elsewhere")
    assert (await far.posts(f"/console/team/{ada.member.id}/telegram", chat="12345678")).status_code == 404


async def test_whoever_is_removed_leaves_their_chats_to_the_queue_at_once(house: House) -> None:
    boss, ada = await house.has(Role.ADMINISTRATOR), await house.has(name="Ada")
    young = await takes(house, ada)
    await boss.posts(f"/console/team/{ada.member.id}/remove", name="Ada")
    assert "The account is removed." in boss.shown
    assert await holder(house, young) is None
    assert await house.scalar("SELECT clock_next_at FROM cases WHERE id = :id", id=young.case)


async def test_starting_anew_or_another_area_leaves_chats_to_the_queue(house: House) -> None:
    boss = await house.has(Role.ADMINISTRATOR)
    ada, ben, cat = [await house.has(name=name) for name in ("Ada", "Ben", "Cat")]
    held = [await takes(house, who) for who in (ada, ben, cat)]
    await boss.posts(f"/console/team/{ada.member.id}/reset")
    await boss.posts(f"/console/team/{ben.member.id}", name="Ben", roles=["editor"], areas=["home"])
    await boss.posts(f"/console/team/{cat.member.id}", name="Cat", roles=["adviser", "lead"], areas=["home"])
    assert [await holder(house, young) for young in held] == [None, None, cat.member.id]


async def test_a_removal_that_is_refused_takes_nothing_away(house: House) -> None:
    boss, ada = await house.has(Role.ADMINISTRATOR, area="elsewhere"), await house.has(name="Ada")
    young = await takes(house, ada)
    assert (await boss.posts(f"/console/team/{ada.member.id}/remove", name="Ada")).status_code == 404
    assert await holder(house, young) == ada.member.id


async def test_taking_at_the_instant_of_a_removal_leaves_nobody_holding(house: House) -> None:
    boss, ada, young = await house.has(Role.ADMINISTRATOR), await house.has(), await house.writes("im done")

    async def take() -> None:
        async with house.engine.begin() as db:
            await holding.take(db, ada.member, young.case, utc_now())

    async with house.engine.begin() as db:
        await accounts.remove(db, boss.member, ada.member.id, utc_now())
        taking = asyncio.create_task(take())
        await until_it_waits(house.engine, taking)
    with pytest.raises(NoSuchCase):
        await taking
    assert await holder(house, young) is None


@pytest.mark.parametrize("junk", FUZZ, ids=range(len(FUZZ)))
async def test_no_field_breaks_anything(house: House, junk: str) -> None:
    boss, ada = await house.has(Role.ADMINISTRATOR), await house.has()
    await takes(house, ada)
    for name in ("on", "chats", "next", "asked"):
        assert (await ada.posts("/console/duty", {"on": "no", "chats": "keep"} | {name: junk})).status_code < 500
    assert (await ada.posts("/console/account/alarm", phone=junk)).status_code < 500
    assert (await boss.posts(f"/console/team/{ada.member.id}/telegram", chat=junk)).status_code < 500
