"""Places and kinds of appointment over real HTTP: kept, refused with what was typed, never another area's."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from server.appointments import others
from server.appointments.kinds import By, Owner, PlaceKind
from server.appointments.others import Outside
from server.clock import utc_now
from server.staff import sessions
from server.staff.access import Role
from tests.server.console.house import FUZZ, House, Worker
from tests.support.diary import a_kind, a_place

pytestmark = pytest.mark.database


def form(name: str, **more: Any) -> dict[str, Any]:
    return {"area": "home", "kind": "one_stop_shop", "name": name, "rooms": "2"} | more


@pytest.fixture
async def lena(house: House) -> Worker:
    await house.changes("DELETE FROM appointments")
    return await house.has(Role.LEAD, name="Lena")


async def test_a_place_is_added_with_its_translations_and_changed(house: House, lena: Worker) -> None:
    said = {"said-cy-door": "Y drws glas", "said-xx-door": "no such language", "said-cy-name": "not a field"}
    page = await lena.posts(
        "/console/places/add", form("Mill Lane", door="The blue door", hours="mon-fri 09:00-17:00", **said)
    )
    assert "The place is added." in page.text
    place_id, kept = (await house.rows("SELECT id, translations FROM places WHERE name = 'Mill Lane'"))[0]
    assert kept == {"cy": {"door": "Y drws glas"}}
    page = await lena.opens(f"/console/places/{place_id}")
    assert "The blue door" in page.text
    assert "Y drws glas" in page.text
    page = await lena.posts(f"/console/places/{place_id}", form("Mill Lane", label="the Lane", is_step_free="yes"))
    assert "The place is changed." in page.text
    row = (await house.rows("SELECT label, is_step_free, translations FROM places WHERE id = :id", id=place_id))[0]
    assert tuple(row) == ("the Lane", True, {})
    what = await house.rows("SELECT what, area FROM audit WHERE staff_id = :id", id=lena.member.id)
    assert [tuple(row) for row in what] == [("set_diaries", "home")] * 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Give the place a name."),
        ({"kind": "castle"}, "Choose what kind of place it is."),
        ({"rooms": "51"}, "Give a number from 0 to 50."),
        ({"rooms": "many"}, "Give a number from 0 to 50."),
        ({"hours": "whenever"}, "Write the hours like this"),
        ({"closed_from": "2026-02-30"}, "Give a day, or leave it empty."),
        ({"area": "elsewhere"}, "Choose an area."),
        ({"name": "x" * 400}, "This is too long."),
    ],
)
async def test_what_cannot_be_is_said_and_everything_typed_stays(
    house: House, lena: Worker, wrong: dict[str, str], said: str
) -> None:
    page = await lena.posts("/console/places/add", form("Nowhere", door="Round the back & up") | wrong)
    assert page.status_code == 422
    assert said in page.text
    assert "Round the back &amp; up" in page.text
    assert await house.scalar("SELECT count(*) FROM places WHERE door LIKE 'Round%'") == 0


async def test_two_places_of_one_name_are_one_too_many(house: House, lena: Worker) -> None:
    await lena.posts("/console/places/add", form("Twice"))
    page = await lena.posts("/console/places/add", form("Twice"))
    assert "Another place has this name already." in page.text


async def test_whatever_is_typed_breaks_nothing(house: House, lena: Worker) -> None:
    fields = ("area", "kind", "name", "door", "rooms", "hours", "closed_from", "said-ar-door")
    for field in fields:
        for text in FUZZ:
            page = await lena.posts("/console/places/add", form("Fuzz") | {"area": "home", field: text})
            assert page.status_code in {200, 422}, (field, text)


async def test_a_place_that_closes_names_what_is_booked_there(house: House, lena: Worker) -> None:
    young, now = await house.writes("hello"), utc_now()
    async with house.engine.begin() as db:
        place_id = await a_place(db, "home", "Closing House")
        starts = now + timedelta(days=9)
        wish = Outside(Owner.COURT, starts, starts + timedelta(hours=1), place_id=place_id)
        booked = await others.add(db, young.person, "home", wish, others.Doer(By.ADVISER), now)
    day = (now + timedelta(days=5)).date().isoformat()
    page = await lena.posts(f"/console/places/{place_id}", form("Closing House", closed_from=day))
    assert "Nothing was called off. Each of these needs a new place:" in page.text
    assert f"/console/appointments/{booked['id']}" in page.text  # type: ignore[index]
    day = (now + timedelta(days=15)).date().isoformat()
    page = await lena.posts(f"/console/places/{place_id}", form("Closing House", closed_from=day))
    assert "Nothing is booked there after it closes." in page.text


async def test_a_photo_is_drawn_anew_and_shown(house: House, lena: Worker) -> None:
    async with house.engine.begin() as db:
        place_id = await a_place(db, "home", "Photo House")
    picture = Image.effect_noise((1600, 1200), 90)
    out = io.BytesIO()
    marks = Image.Exif()
    marks[0x010E] = "secret words"
    picture.save(out, "JPEG", exif=marks, quality=95)
    assert len(out.getvalue()) > 300_000, "larger than any other form may be"
    address, token = f"/console/places/{place_id}/photo", {"form": sessions.form_token(lena.token)}
    page = await lena.client.post(address, data=token, files={"photo": ("door.jpg", out.getvalue(), "image/jpeg")})
    assert "The photo is changed." in page.text
    shown = await lena.client.get(address)
    assert shown.headers["content-type"] == "image/jpeg"
    assert b"secret words" not in shown.content
    assert Image.open(io.BytesIO(shown.content)).size == (1600, 1200)
    for bad in (b"", b"<svg onload=alert(1)>", out.getvalue()[:500]):
        page = await lena.client.post(address, data=token, files={"photo": ("x.jpg", bad, "image/jpeg")})
        assert page.status_code == 422
        assert "Choose a picture" in page.text
    await lena.posts(f"{address}/remove")
    assert (await lena.client.get(address)).status_code == 404


async def test_the_way_between_two_places(house: House, lena: Worker) -> None:
    async with house.engine.begin() as db:
        one, other = await a_place(db, "home", "Here House"), await a_place(db, "home", "There House")
    way = {"one": str(one), "other": str(other)}
    page = await lena.posts("/console/places/ways", way | {"minutes": "35"})
    assert re.search(r"(Here|There) House – (Here|There) House: 35 min", page.text)
    for wrong, said in (
        ({"minutes": "999"}, "minutes that can be true"),
        ({"other": str(one)}, "two different places"),
    ):
        page = await lena.posts("/console/places/ways", way | {"minutes": "35"} | wrong)
        assert said in page.text
    await lena.posts("/console/places/ways", way | {"minutes": ""})
    assert await house.scalar("SELECT count(*) FROM travel_times WHERE minutes = 35") == 0


async def test_another_areas_place_is_nobodys_business(house: House, lena: Worker) -> None:
    far = await house.has(Role.LEAD, name="Far", area="elsewhere")
    async with house.engine.begin() as db:
        place_id = await a_place(db, "home", "Ours alone", PlaceKind.DROP_IN)
    for answer in (
        await far.opens(f"/console/places/{place_id}"),
        await far.posts(f"/console/places/{place_id}", form("Theirs")),
        await far.posts(f"/console/places/{place_id}/photo/remove"),
    ):
        assert answer.status_code == 404
    assert "Ours alone" not in (await far.opens("/console/places")).text


async def test_a_kinds_rules_are_changed_and_what_cannot_be_is_refused(house: House, lena: Worker) -> None:
    async with house.engine.begin() as db:
        await a_kind(db, "home")
    kind_id = await house.scalar("SELECT id FROM appointment_kinds WHERE area = 'home' AND reason = 'careers'")
    good = {"minutes": "50", "step_minutes": "15", "before_minutes": "5", "after_minutes": "10", "notice_hours": "4"}
    good |= {"ahead_days": "30", "capacity": "1", "skill": "benefits", "is_active": "yes"}
    page = await lena.posts(f"/console/kinds/{kind_id}", {**good, "place_kinds": ["phone", "college"]})
    assert "It is changed." in page.text
    query = "SELECT minutes, after_minutes, skill, place_kinds, is_for_young_people, is_active FROM appointment_kinds"
    row = (await house.rows(f"{query} WHERE id = :id", id=kind_id))[0]
    assert tuple(row) == (50, 10, "benefits", ["college", "phone"], False, True)
    for wrong in (
        {"minutes": "0"},
        {"capacity": "41"},
        {"skill": "magic"},
        {"place_kinds": "castle"},
        {"ahead_days": "-1"},
    ):
        page = await lena.posts(f"/console/kinds/{kind_id}", good | wrong)
        assert page.status_code == 422, wrong
    for field in good:
        for text in FUZZ:
            page = await lena.posts(f"/console/kinds/{kind_id}", good | {field: text})
            assert page.status_code in {200, 422}, (field, text)
