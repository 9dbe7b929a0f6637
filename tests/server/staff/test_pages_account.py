"""Accounts over real HTTP: set up by a link, one's own sessions, password, codes and looks; links that are spent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from server.clock import utc_now
from server.staff import accounts
from tests.support.postgres import Databases
from tests.support.program import Program, running
from tests.support.staff_person import PASSWORD, RECOVERY, StaffPerson, first_link

pytestmark = pytest.mark.database
NEW = "another four words together"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def program(databases: Databases) -> AsyncIterator[Program]:
    url = databases.make()
    async with running(url, has_worker=False, public_url="https://chat.example") as made:
        yield made
    databases.drop(url)


@pytest_asyncio.fixture(loop_scope="session")
async def jo(program: Program) -> StaffPerson:
    """The first administrator, just set up, in an empty house."""
    person = StaffPerson(program, program.browser())
    await person.empties_the_house()
    await person.sets_up(await first_link(program))
    return person


@pytest_asyncio.fixture(loop_scope="session")
async def nobody(program: Program) -> StaffPerson:
    """Somebody before any account."""
    person = StaffPerson(program, program.browser())
    await person.empties_the_house()
    return person


async def test_the_first_link_leads_to_an_account_that_may_invite(nobody: StaffPerson, program: Program) -> None:
    link = await first_link(program)
    page = await nobody.follows(link)
    assert "This is the first account" in page.text
    assert 'autocomplete="new-password"' in page.text
    assert 'autocomplete="one-time-code"' in page.text
    assert "<svg" in page.text
    assert "".join(f"<span>{nobody.secret[i : i + 4]}</span> " for i in range(0, 32, 4)) in page.text
    page = await nobody.sets_up(link)
    assert page.status_code == 200
    assert len(nobody.recovery) == len(set(nobody.recovery)) == 10
    assert (await nobody.opens("/console/team")).status_code == 200
    assert "jo@example.org" in nobody.shown
    async with program.service.engine.begin() as db:
        assert await accounts.first_link(db, "home", utc_now()) is None


async def test_a_link_works_once_and_a_newer_one_ends_it(nobody: StaffPerson, program: Program) -> None:
    older = await first_link(program)
    link = await first_link(program)
    for spent in (older, "x" * 43, "short"):
        page = await nobody.opens(f"/console/welcome/{spent}")
        assert page.status_code == 410
        assert "Ask an administrator for a new one" in page.text
    await nobody.sets_up(link)
    assert (await nobody.opens(f"/console/welcome/{link}")).status_code == 410


async def test_a_link_that_was_left_lying_runs_out(nobody: StaffPerson, program: Program) -> None:
    link = await first_link(program)
    await nobody.changes("UPDATE staff_links SET expires_at = now()")
    assert (await nobody.opens(f"/console/welcome/{link}")).status_code == 410


WRONG = {
    "a short password": ({"password": "short"}, "Choose a longer password"),
    "one's own e-mail": ({"password": "jo@example.org"}, "Choose a longer password"),
    "a wrong code": ({"code": "000000"}, "That code is not right"),
    "no name": ({"name": "  "}, "Write the name that young people will see."),
    "no e-mail": ({"email": "jo"}, "Write your e-mail"),
}


@pytest.mark.parametrize(("other", "text"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_said_and_nothing_is_spent(
    nobody: StaffPerson, program: Program, other: dict[str, str], text: str
) -> None:
    link = await first_link(program)
    page = await nobody.sets_up(link, **other)
    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert text in nobody.shown
    assert "<title>Error: Welcome" in page.text
    assert nobody.password not in nobody.shown
    secret = nobody.secret
    assert f'value="{secret}"' in page.text, "the phone has read this one already"
    await nobody.sets_up(link)
    assert len(nobody.recovery) == 10


async def test_a_secret_that_the_page_did_not_make_is_refused(nobody: StaffPerson, program: Program) -> None:
    link = await first_link(program)
    for secret in ("", "A", "a" * 32, "é" * 32, "1" * 32):
        assert (await nobody.sets_up(link, secret=secret)).status_code == 400
    assert await nobody.scalar("SELECT count(*) FROM staff_sessions") == 0


async def test_the_page_in_welsh_stays_welsh(nobody: StaffPerson, program: Program) -> None:
    link = await first_link(program)
    nobody.client.headers["accept-language"] = "cy, en;q=0.5"
    page = await nobody.follows(link)
    assert '<html lang="cy"' in page.text
    assert "Croeso" in page.text
    await nobody.sets_up(link)
    nobody.client.headers["accept-language"] = "en"
    assert '<html lang="cy"' in (await nobody.opens("/console")).text


async def test_sessions_are_listed_and_ended_one_by_one_or_all(jo: StaffPerson, program: Program) -> None:
    others = [StaffPerson(program, program.browser(), secret=jo.secret) for _ in range(2)]
    for other, agent in zip(others, ("Firefox/128 Windows", "Chrome/126 Android"), strict=True):
        other.client.headers["user-agent"] = agent
        await other.signs_in()
    await jo.opens("/console/account")
    assert "Firefox, Windows" in jo.shown
    assert "Chrome, Android" in jo.shown
    assert "This one" in jo.shown
    session = await jo.scalar("SELECT id FROM staff_sessions WHERE browser = 'Firefox, Windows'")
    await jo.sends(f"/console/account/sessions/{session}/end")
    assert "That browser is signed out." in jo.shown
    await others[0].opens("/console")
    assert others[0].path == "/console/sign-in"
    await others[1].opens("/console")
    assert others[1].is_in
    await jo.sends("/console/account/sessions/end-others")
    await others[1].opens("/console")
    assert others[1].path == "/console/sign-in"
    assert (await jo.opens("/console")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(jo: StaffPerson) -> None:
    await jo.changes(
        "INSERT INTO staff (id, name, email, email_hash, created_at) SELECT gen_random_uuid(), name, email, '\\x00', created_at FROM staff"
    )
    await jo.changes(
        "INSERT INTO staff_sessions (id, token_hash, staff_id, created_at, last_used_at, expires_at)"
        " SELECT gen_random_uuid(), '\\x00', id, now(), now(), now() + interval '1 hour' FROM staff WHERE email_hash = '\\x00'"
    )
    session = await jo.scalar("SELECT id FROM staff_sessions WHERE token_hash = '\\x00'")
    await jo.opens("/console/account")
    assert (await jo.sends(f"/console/account/sessions/{session}/end")).status_code == 404
    assert await jo.scalar("SELECT ended_at FROM staff_sessions WHERE token_hash = '\\x00'") is None


async def test_another_password_ends_every_other_session(jo: StaffPerson, program: Program) -> None:
    other = StaffPerson(program, program.browser(), secret=jo.secret)
    await other.signs_in()
    await jo.opens("/console/account/password")
    assert (await jo.sends("/console/account/password", old="wrong", new=NEW)).status_code == 403
    assert "This is not your password now." in jo.shown
    assert (await jo.sends("/console/account/password", old=PASSWORD, new="short")).status_code == 422
    await jo.sends("/console/account/password", old=PASSWORD, new=NEW)
    assert "Your password is changed." in jo.shown
    await other.opens("/console")
    assert other.path == "/console/sign-in"
    assert (await other.gives_password()).status_code == 403
    other.password = NEW
    await other.signs_in()
    assert other.is_in


@pytest.mark.parametrize(
    "place", ["/console/account/password", "/console/account/recovery", "/console/team", "/console/team/invite"]
)
async def test_an_old_code_is_asked_for_again_and_leads_back(jo: StaffPerson, place: str) -> None:
    await jo.changes("UPDATE staff_sessions SET second_factor_at = now() - interval '11 minutes'")
    await jo.opens(place)
    assert jo.path == "/console/again"
    assert "fresh code" in jo.shown
    assert (await jo.sends("/console/again", code="000000", next=place)).status_code == 403
    await jo.sends("/console/again", code=await jo.new_code(), next=place)
    assert jo.path == place


async def test_an_old_code_changes_nothing(jo: StaffPerson) -> None:
    await jo.opens("/console/account/password")
    form = jo.page
    await jo.changes("UPDATE staff_sessions SET second_factor_at = now() - interval '11 minutes'")
    for place, fields in (
        ("/console/account/password", {"old": PASSWORD, "new": NEW}),
        ("/console/account/recovery", {}),
    ):
        jo.page = form
        page = await jo.sends(place, fields)
        assert page.status_code == 401
        assert "Your code, once more" in page.text
        assert PASSWORD not in page.text
        assert NEW not in page.text
    assert await jo.scalar("SELECT count(*) FROM audit WHERE what = 'recovery_codes_renewed'") == 0


async def test_new_recovery_codes_end_the_old_ones(jo: StaffPerson) -> None:
    old = jo.recovery
    await jo.opens("/console/account/recovery")
    page = await jo.sends("/console/account/recovery")
    new = RECOVERY.findall(page.text)
    assert len(new) == 10
    assert not set(new) & set(old)
    assert "Recovery codes left: 10" in (await jo.opens("/console/account")).text
    jo.client.cookies.clear()
    await jo.gives_password()
    assert (await jo.sends("/console/code", code=old[0])).status_code == 403
    await jo.sends("/console/code", code=new[0])
    assert jo.is_in
    assert "Recovery codes left: 9" in (await jo.opens("/console/account")).text


async def test_language_and_looks_are_chosen(jo: StaffPerson) -> None:
    await jo.opens("/console/account")
    await jo.sends("/console/account/language", language="cy")
    assert '<html lang="cy"' in jo.shown
    await jo.sends("/console/account/language", language="xx")
    assert '<html lang="cy"' in jo.shown
    await jo.sends("/console/account/language", language="en")
    await jo.sends("/console/account/look", size="200", theme="dark")
    assert 'data-size="200"' in jo.shown
    assert 'media="all"' in jo.shown


async def test_the_start_says_what_each_may_do(jo: StaffPerson) -> None:
    await jo.changes("UPDATE staff SET roles = '{administrator}'")
    page = await jo.opens("/console")
    assert "Hello Jo" in page.text
    assert "invite, change and remove staff" in page.text
    await jo.changes("UPDATE staff SET roles = '{yjs_worker}', areas = '{}'")
    page = await jo.opens("/console")
    assert "Your roles do not include the chats" in page.text
    assert "invite, change and remove staff" not in page.text
    assert "/console/team" not in page.text
    assert "/console/audit" not in page.text
