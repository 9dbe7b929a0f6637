"""The rota over real HTTP: who stands, the gaps in plain words, who cannot be reached, and what is refused."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.clock import utc_now
from server.escalations.clock import Rung
from server.escalations.oncall import who_stands
from server.staff.access import Role
from tests.server.console.house import FUZZ, House, Worker

pytestmark = pytest.mark.database
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
async def empty(house: House) -> None:
    await house.changes("DELETE FROM on_call")
    await house.changes("UPDATE staff SET removed_at = now() WHERE removed_at IS NULL")


def local(at: datetime) -> str:
    return at.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M")


def form(who: Worker, rung: Rung = Rung.FIRST, *, starts: int = -1, ends: int = 12, **more: Any) -> dict[str, Any]:
    now = utc_now()
    return {
        "area": "home",
        "rung": rung.value,
        "staff": str(who.member.id),
        "starts": local(now + timedelta(hours=starts)),
        "ends": local(now + timedelta(hours=ends)),
    } | more


def part(page: str, rung: Rung) -> str:
    """What the page says of one rung of home, tags left out."""
    text = (
        page.split(f'id="home-{rung.value}"')[1]
        .split('<div class="rung">', maxsplit=1)[0]
        .split("</section>", maxsplit=1)[0]
    )
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


async def test_nobody_at_first_and_the_page_says_so(house: House) -> None:
    lead = await house.has(Role.LEAD, name="Lena")
    page = await lead.opens("/console/rota")
    for rung in (Rung.FIRST, Rung.SECOND):
        assert "Nobody is named for the next 7 days." in part(page.text, rung)
    assert "Nobody has this role here: an alarm ends at a banner." in part(page.text, Rung.MANAGER)


async def test_put_on_the_rota_who_is_called_and_what_is_left_open(house: House) -> None:
    lead, ada = await house.has(Role.LEAD, name="Lena"), await house.has(name="Ada")
    await lead.opens("/console/rota")
    page = await lead.sends("/console/rota", form(ada))
    assert "The rota is changed." in page.text
    text = part(page.text, Rung.FIRST)
    assert re.search(r"Nobody from .+, .+[ap]m to .+[ap]m", text)
    assert "Ada Now" in text
    assert "No number and no Telegram, so no alarm reaches them: Ada" in text
    async with house.engine.begin() as db:
        assert await who_stands(db, "home", Rung.FIRST, utc_now()) == (ada.member.id,)
    row = (await house.rows("SELECT what, about_staff, area FROM audit WHERE staff_id = :id", id=lead.member.id))[0]
    assert tuple(row) == ("set_rota", ada.member.id, "home")


async def test_who_has_a_number_is_reached_and_the_number_is_not_shown(house: House) -> None:
    lead, ada = await house.has(Role.LEAD, name="Lena"), await house.has(name="Ada")
    await ada.opens("/console/account/alarm")
    await ada.sends("/console/account/alarm", phone="07700 900123")
    page = await lead.posts("/console/rota", form(ada))
    assert "no alarm reaches them" not in part(page.text, Rung.FIRST)
    assert "900123" not in page.text


async def test_no_gap_is_shown_where_two_follow_each_other(house: House) -> None:
    lead, ada, ben = await house.has(Role.LEAD), await house.has(name="Ada"), await house.has(name="Ben")
    await lead.posts("/console/rota", form(ada, ends=100))
    page = await lead.posts("/console/rota", form(ben, starts=100, ends=200))
    assert "Nobody" not in part(page.text, Rung.FIRST)


async def test_where_the_rota_names_nobody_the_role_is_called(house: House) -> None:
    boss = await house.has(Role.MANAGER, name="Mo")
    text = part((await boss.opens("/console/rota")).text, Rung.MANAGER)
    assert "Then everybody with this role is called: Mo" in text
    assert "no alarm reaches them: Mo" in text


async def test_taken_off_again(house: House) -> None:
    lead, ada = await house.has(Role.LEAD), await house.has(name="Ada")
    page = await lead.posts("/console/rota", form(ada))
    entry = re.search(r'action="(/console/rota/[^"]+/remove)"', page.text)
    assert entry
    page = await lead.sends(entry[1])
    assert "Nobody is named" in part(page.text, Rung.FIRST)
    assert (await lead.posts(entry[1])).status_code == 404


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"area": "elsewhere"}, "Choose an area."),
        ({"rung": "everybody"}, "Choose when they are called."),
        ({"staff": "nobody"}, "Choose somebody who may stand there"),
        ({"starts": ""}, "Choose the day and time from which"),
        ({"ends": "2031-01-01T00:00"}, "Choose the day and time until which"),
        ({"ends": local(utc_now() - timedelta(hours=2))}, "This is over already."),
        ({"starts": local(utc_now() + timedelta(hours=20))}, "This is before it begins."),
        ({"ends": local(utc_now() + timedelta(days=40))}, "That is more than 31 days."),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_chosen_stays(house: House, more: dict[str, str], text: str) -> None:
    lead, ada = await house.has(Role.LEAD), await house.has(name="Ada")
    fields = form(ada) | more
    page = await lead.posts("/console/rota", fields)
    assert page.status_code == 422
    assert text in page.text
    assert f'value="{fields["starts"]}"' in page.text
    assert await house.scalar("SELECT count(*) FROM on_call") == 0


async def test_trainees_other_areas_and_other_roles_are_not_put_there(house: House) -> None:
    lead = await house.has(Role.LEAD)
    trainee, far, beth = (
        await house.has(is_trainee=True),
        await house.has(area="elsewhere"),
        await house.has(Role.YJS_WORKER),
    )
    for who in (trainee, far, beth):
        assert (await lead.posts("/console/rota", form(who))).status_code == 422
    ada = await house.has()
    assert (await lead.posts("/console/rota", form(ada, Rung.SAFEGUARDING_LEAD))).status_code == 422


async def test_two_who_press_at_once_put_somebody_there_once(house: House) -> None:
    lead, ben, ada = await house.has(Role.LEAD), await house.has(Role.LEAD), await house.has(name="Ada")
    fields = form(ada)
    answers = await asyncio.gather(lead.posts("/console/rota", fields), ben.posts("/console/rota", fields))
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    assert await house.scalar("SELECT count(*) FROM on_call") == 1


async def test_another_areas_rota_is_neither_seen_nor_changed(house: House) -> None:
    lead, ada, far = (
        await house.has(Role.LEAD),
        await house.has(name="Ada"),
        await house.has(Role.LEAD, name="Zoe", area="elsewhere"),
    )
    page = await lead.posts("/console/rota", form(ada))
    entry = re.search(r'action="(/console/rota/[^"]+/remove)"', page.text)
    assert entry
    page = await far.opens("/console/rota")
    assert "Ada" not in page.text
    assert "None of your areas is served here." in page.text
    assert (await far.posts(entry[1])).status_code == 404
    assert (await far.posts("/console/rota", form(ada))).status_code == 422


@pytest.mark.parametrize("junk", FUZZ, ids=range(len(FUZZ)))
async def test_no_field_breaks_anything(house: House, junk: str) -> None:
    lead, ada = await house.has(Role.LEAD), await house.has(name="Ada")
    for name in form(ada):
        page = await lead.posts("/console/rota", form(ada) | {name: junk})
        assert page.status_code == 422, name
        assert "<script>alert" not in page.text
    assert (await lead.client.get("/console/rota", params={"done": junk})).status_code == 200
