"""The team and the audit over real HTTP: inviting, changing, starting anew, removing, and who may read about it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.postgres import Databases
from tests.support.program import Program, running
from tests.support.staff_person import StaffPerson, first_link, link_on

pytestmark = pytest.mark.database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def program(databases: Databases) -> AsyncIterator[Program]:
    url = databases.make()
    async with running(url, has_worker=False, public_url="https://chat.example") as made:
        yield made
    databases.drop(url)


@pytest_asyncio.fixture(loop_scope="session")
async def jo(program: Program) -> StaffPerson:
    """The first administrator of an empty house, signed in."""
    person = StaffPerson(program, program.browser())
    await person.empties_the_house()
    await person.sets_up(await first_link(program))
    return person


async def id_of(jo: StaffPerson, person: StaffPerson) -> str:
    """The id in the addresses of somebody's pages, from the list of the team."""
    page = await jo.opens("/console/team")
    return page.text.split(f">{person.name}</a>")[0].rsplit("/console/team/", 1)[1].rstrip('"')


async def test_an_invitation_is_a_link_shown_once_and_accepted_by_the_person(jo: StaffPerson) -> None:
    sam = jo.another("Sam")
    page = await jo.invites(sam, roles=["adviser", "lead"], skills=["housing"], languages=["pl"], trainee="yes")
    assert "https://chat.example/console/welcome/" in page.text
    assert "Nothing was sent" in page.text
    assert link_on(page) not in (await jo.opens("/console/team")).text
    assert "Has not set up yet" in jo.shown
    assert "Welcome, Sam" in (await sam.follows(link_on(page))).text
    await sam.sets_up(link_on(page), email="other@example.org", name="Sammy")
    assert sam.recovery
    start = await sam.opens("/console")
    assert "Sammy" in start.text
    assert "Rota" in start.text, "a lead sets it"
    assert await sam.scalar(
        "SELECT is_trainee FROM staff WHERE id = (SELECT id FROM staff ORDER BY created_at DESC LIMIT 1)"
    )
    await jo.opens("/console/team")
    assert "sam@example.org" in jo.shown, "the e-mail is the one that was invited"
    assert "other@example.org" not in jo.shown


FAULTY = {
    "no name": ({"name": " "}, "Write the name"),
    "no e-mail": ({"email": "sam"}, "Write their e-mail"),
    "no role": ({"roles": []}, "Choose one role"),
    "no area": ({"areas": []}, "Choose one area"),
    "an e-mail in use": ({"email": "JO@example.org"}, "There is an account with this e-mail already."),
}


@pytest.mark.parametrize(("wish", "text"), FAULTY.values(), ids=FAULTY)
async def test_what_is_missing_is_said_and_the_rest_is_kept(jo: StaffPerson, wish: dict[str, str], text: str) -> None:
    page = await jo.invites(jo.another("Sam"), **({"skills": ["housing"]} | wish))
    assert page.status_code in {409, 422}
    assert "There is a problem" in page.text
    assert text in jo.shown
    assert 'value="housing" checked' in page.text
    assert await jo.scalar("SELECT count(*) FROM staff") == 1


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"areas": ["elsewhere"]}, 404),
        ({"areas": ["home", "elsewhere"]}, 404),
        ({"roles": ["owner"]}, 400),
        ({"skills": ["magic"]}, 400),
    ],
    ids=str,
)
async def test_nobody_is_invited_beyond_ones_areas_or_into_roles_that_are_none(
    jo: StaffPerson, wish: dict[str, list[str]], status: int
) -> None:
    assert (await jo.invites(jo.another("Sam"), **wish)).status_code == status
    assert await jo.scalar("SELECT count(*) FROM staff") == 1


async def test_accounts_of_other_areas_cannot_be_seen_or_touched(jo: StaffPerson) -> None:
    sam, alex = jo.another("Sam"), jo.another("Alex")
    for person in (sam, alex):
        await jo.invites(person)
    sam_id, alex_id = await id_of(jo, sam), await id_of(jo, alex)
    await jo.changes("UPDATE staff SET areas = '{elsewhere}' WHERE id = :id", id=sam_id)
    await jo.changes("UPDATE staff SET areas = '{home,elsewhere}' WHERE id = :id", id=alex_id)
    page = await jo.opens("/console/team")
    assert "Sam" not in page.text
    assert "Alex" in page.text
    assert alex_id not in page.text, "seen, because one area is shared; not to change"
    for staff_id in (sam_id, alex_id):
        for path in (f"/console/team/{staff_id}", f"/console/team/{staff_id}/remove"):
            assert (await jo.opens(path)).status_code == 404
        for path in (
            f"/console/team/{staff_id}",
            f"/console/team/{staff_id}/reset",
            f"/console/team/{staff_id}/remove",
        ):
            await jo.opens("/console/account")
            answer = await jo.sends(path, name="Sam", roles=["adviser"], areas=["home"])
            assert answer.status_code == 404
    assert await jo.scalar("SELECT count(*) FROM staff WHERE removed_at IS NULL") == 3


async def test_roles_are_changed(jo: StaffPerson) -> None:
    sam = jo.another("Sam")
    await sam.sets_up(link_on(await jo.invites(sam, languages=["pl"])))
    staff_id = await id_of(jo, sam)
    page = await jo.opens(f"/console/team/{staff_id}")
    assert 'value="adviser" checked' in page.text
    assert 'value="pl" checked' in page.text
    await jo.sends(f"/console/team/{staff_id}", name="Sam", roles=["manager"], areas=["home"])
    assert "The account is changed." in jo.shown
    assert (await sam.opens("/console/audit")).status_code == 200
    assert (await sam.opens("/console/team")).status_code == 404


async def test_starting_anew_signs_out_and_needs_the_link(jo: StaffPerson) -> None:
    sam = jo.another("Sam")
    await sam.sets_up(link_on(await jo.invites(sam)))
    staff_id = await id_of(jo, sam)
    await jo.opens(f"/console/team/{staff_id}")
    page = await jo.sends(f"/console/team/{staff_id}/reset")
    await sam.opens("/console")
    assert sam.path == "/console/sign-in"
    assert (await sam.gives_password()).status_code == 403
    sam.password = "quite another set of words"
    assert "connect your phone again" in (await sam.follows(link_on(page))).text
    await sam.sets_up(link_on(page), name="Changed")
    assert "Changed" not in (await sam.opens("/console")).text, "the name stays"


async def test_nobody_sends_themselves_a_link(jo: StaffPerson) -> None:
    staff_id = await id_of(jo, jo)
    page = await jo.opens(f"/console/team/{staff_id}")
    assert "/reset" not in page.text
    assert (await jo.sends(f"/console/team/{staff_id}/reset")).status_code == 404
    assert (await jo.opens("/console")).status_code == 200


async def test_the_last_administrator_stays(jo: StaffPerson) -> None:
    staff_id = await id_of(jo, jo)
    await jo.opens(f"/console/team/{staff_id}")
    page = await jo.sends(f"/console/team/{staff_id}", name="Jo", roles=["adviser"], areas=["home"])
    assert page.status_code == 409
    assert "This is the last administrator." in jo.shown
    await jo.opens(f"/console/team/{staff_id}/remove")
    page = await jo.sends(f"/console/team/{staff_id}/remove", name="Jo")
    assert page.status_code == 409
    assert "This is the last administrator." in jo.shown
    assert "administrator" in await jo.scalar("SELECT roles FROM staff")


async def test_removing_asks_for_the_name(jo: StaffPerson) -> None:
    sam = jo.another("Sam")
    await jo.invites(sam)
    staff_id = await id_of(jo, sam)
    await jo.opens(f"/console/team/{staff_id}/remove")
    assert "signed out at once" in jo.shown
    page = await jo.sends(f"/console/team/{staff_id}/remove", name="Samuel")
    assert page.status_code == 422
    assert "Nothing was removed." in jo.shown
    await jo.sends(f"/console/team/{staff_id}/remove", name=" SAM ")
    assert "The account is removed." in jo.shown
    assert "Sam" not in jo.shown
    assert "You are alone so far" in jo.shown


async def test_the_audit_shows_who_did_what_and_can_be_narrowed_down(jo: StaffPerson) -> None:
    sam = jo.another("Sam")
    await sam.sets_up(link_on(await jo.invites(sam)))
    page = await jo.opens("/console/audit")
    rows = page.text.split("<tbody")[1].split("</tbody>")[0]
    assert rows.index("Set up their account") < rows.index("Changed an account"), "newest first"
    assert "Invited" in rows
    staff_id = await id_of(jo, sam)
    page = await jo.opens("/console/audit", staff=staff_id)
    rows = page.text.split("<tbody")[1].split("</tbody>")[0]
    assert "Set up their account" in rows
    assert "Changed an account" not in rows
    assert f'<option value="{staff_id}" selected>' in page.text
    assert (await jo.opens("/console/audit", staff="nobody")).status_code == 200


async def test_the_audit_goes_back_page_by_page(jo: StaffPerson) -> None:
    await jo.changes("INSERT INTO audit (at, area, what) SELECT now(), 'home', 'chat' FROM generate_series(1, 150)")
    await jo.changes(
        "INSERT INTO audit (at, area, what) SELECT now(), 'elsewhere', 'custody' FROM generate_series(1, 5)"
    )
    page = await jo.opens("/console/audit")
    assert page.text.count("Read a chat") == 100
    assert "Read about custody" not in page.text
    older = page.text.split('href="/console/audit?before=')[1].split('"')[0]
    page = await jo.opens("/console/audit", before=older)
    assert page.text.count("Read a chat") == 50
    assert ">Newest</a>" in page.text


async def test_what_people_wrote_stays_text(jo: StaffPerson) -> None:
    sam = jo.another("Sam")
    sam.name = '<img src="x" onerror="alert(1)">'
    await jo.invites(sam)
    assert "<img" not in (await jo.opens("/console/team")).text
    assert "<img" not in (await jo.opens("/console/audit")).text


async def test_what_was_typed_is_kept_while_a_new_code_is_asked_for(jo: StaffPerson) -> None:
    await jo.opens("/console/team/invite")
    await jo.changes("UPDATE staff_sessions SET second_factor_at = now() - interval '11 minutes'")
    wish = {"name": "Sam & Jo", "email": "sam@example.org", "roles": ["adviser", "lead"], "areas": ["home"]}
    page = await jo.sends("/console/team/invite", wish)
    assert page.status_code == 401
    assert "What you typed is kept." in page.text
    assert await jo.scalar("SELECT count(*) FROM staff") == 1
    kept = html.unescape(page.text.split('name="kept" value="')[1].split('"')[0])
    again = {"next": "/console/team/invite", "kept": kept}
    page = await jo.sends("/console/again", again, code="000000")
    assert f'name="kept" value="{html.escape(kept)}"' in page.text
    page = await jo.sends("/console/again", again, code=await jo.new_code())
    assert "What you typed is still here" in page.text
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text.split("<main")[1]):
        fields.setdefault(name, []).append(html.unescape(value))
    assert fields.pop("form")
    page = await jo.sends("/console/team/invite", fields)
    assert link_on(page)
    assert await jo.scalar("SELECT roles FROM staff ORDER BY created_at DESC LIMIT 1") == ["adviser", "lead"]
