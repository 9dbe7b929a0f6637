"""Signing in over real HTTP: two steps, wrong ones slowed down, sessions that end, forms that are our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from server.app import make_app
from server.staff import guard
from server.staff.slowing import FREE_TRIES
from server.web.networks import network_of
from tests.support.postgres import Databases
from tests.support.program import Program, running
from tests.support.staff_person import PASSWORD, StaffPerson, first_link, link_on

pytestmark = pytest.mark.database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def program(databases: Databases) -> AsyncIterator[Program]:
    url = databases.make()
    async with running(url, has_worker=False) as made:
        jo = StaffPerson(made, made.browser())
        await jo.sets_up(await first_link(made))
        made.first = jo  # type: ignore[attr-defined]
        yield made
    databases.drop(url)


@pytest.fixture
def jo(program: Program) -> StaffPerson:
    """The first administrator, at a browser that is not signed in."""
    known = program.first  # type: ignore[attr-defined]
    return StaffPerson(program, program.browser(), secret=known.secret, recovery=known.recovery)


async def grown(program: Program, jo: StaffPerson, name: str) -> StaffPerson:
    """A new adviser whose account is set up, at a browser that is not signed in."""
    await jo.signs_in()
    other = jo.another(name)
    await other.sets_up(link_on(await jo.invites(other)))
    other.client = program.browser()
    return other


async def test_password_then_code_and_back_to_the_page_that_was_asked_for(jo: StaffPerson) -> None:
    page = await jo.opens("/console/team")
    assert (jo.path, page.url.query) == ("/console/sign-in", b"next=%2Fconsole%2Fteam")
    page = await jo.sends("/console/sign-in", email=" JO@example.org ", password=PASSWORD, next="/console/team")
    assert (jo.path, page.url.query) == ("/console/code", b"next=%2Fconsole%2Fteam")
    await jo.sends("/console/code", code=await jo.new_code(), next="/console/team")
    assert jo.path == "/console/team"
    assert "jo@example.org" in jo.shown


async def test_the_cookie_is_for_the_console_alone_and_out_of_reach(jo: StaffPerson) -> None:
    always = {"httponly", "path=/console", "samesite=lax"}
    for scheme, flags in (("http", always), ("https", always | {"secure"})):
        jo.client.cookies.clear()
        await jo.opens("/console/sign-in")
        form = {"form": guard.strangers_field(jo.client.cookies["staff_form"]), "email": jo.email, "password": PASSWORD}
        answer = await jo.client.post(
            "/console/sign-in", data=form, headers={"x-forwarded-proto": scheme}, follow_redirects=False
        )
        given = [line for line in answer.headers.get_list("set-cookie") if line.startswith("staff=")]
        assert [{part.strip().lower() for part in line.split(";")[1:]} for line in given] == [flags]


async def test_a_wrong_password_and_an_unknown_e_mail_look_the_same(jo: StaffPerson) -> None:
    jo.password = "not the password at all"
    wrong = await jo.gives_password()
    shown, path = wrong.text.replace(jo.email, "X"), jo.path
    stranger = jo.another("Nobody")
    stranger.password = jo.password
    unknown = await stranger.gives_password()
    assert wrong.status_code == unknown.status_code == 403
    assert path == stranger.path == "/console/sign-in"
    hidden = guard.strangers_field(jo.client.cookies["staff_form"])
    other = guard.strangers_field(stranger.client.cookies["staff_form"])
    assert shown.replace(hidden, "") == unknown.text.replace(stranger.email, "X").replace(other, "")
    assert "not right" in jo.shown
    assert jo.password not in jo.shown
    await jo.changes("DELETE FROM staff_sign_in_tries")


@pytest.mark.parametrize("email", ["jo@example.org", "nobody@example.org"])
async def test_after_a_few_wrong_ones_even_the_right_one_waits(jo: StaffPerson, email: str) -> None:
    jo.email, jo.password = email, "not the password at all"
    for _ in range(FREE_TRIES):
        assert (await jo.gives_password()).status_code == 403
    jo.password = PASSWORD
    assert (await jo.gives_password()).status_code == 429
    assert "Too many tries" in jo.shown
    assert "staff" not in jo.client.cookies
    await jo.changes("DELETE FROM staff_sign_in_tries")


async def test_a_code_works_once(jo: StaffPerson, program: Program) -> None:
    await jo.gives_password()
    code = await jo.new_code()
    await jo.sends("/console/code", code=code)
    assert jo.is_in
    again = StaffPerson(program, program.browser())
    await again.gives_password()
    assert (await again.sends("/console/code", code=code)).status_code == 403
    assert "used before" in again.shown
    await jo.changes("DELETE FROM staff_sign_in_tries")


async def test_a_recovery_code_works_once_instead_of_the_phone(jo: StaffPerson) -> None:
    code = jo.recovery[0].upper().replace("-", " ")
    await jo.gives_password()
    await jo.sends("/console/code", code=code)
    assert jo.is_in
    jo.client.cookies.clear()
    await jo.gives_password()
    assert (await jo.sends("/console/code", code=code)).status_code == 403
    await jo.changes("DELETE FROM staff_sign_in_tries")


PLACES = (
    "/console",
    "/console/account",
    "/console/account/password",
    "/console/account/recovery",
    "/console/team",
    "/console/team/invite",
    "/console/audit",
    "/console/again",
)


@pytest.mark.parametrize("place", PLACES)
async def test_half_way_nothing_opens_but_the_code(jo: StaffPerson, place: str) -> None:
    await jo.gives_password()
    await jo.opens(place)
    assert jo.path == "/console/code"
    assert "Sign out" in jo.shown
    assert "Jo<" not in jo.shown


async def test_half_way_no_form_works_either(jo: StaffPerson) -> None:
    await jo.gives_password()
    for place in (
        "/console/account/password",
        "/console/team/invite",
        "/console/account/recovery",
        "/console/account/sessions/end-others",
    ):
        await jo.sends(place, roles=["administrator"], areas=["home"], name="X", email="x@example.org")
        assert jo.path == "/console/code"
    assert await jo.scalar("SELECT count(*) FROM staff") == 1


@pytest.mark.parametrize("place", PLACES)
async def test_strangers_are_sent_to_the_sign_in(jo: StaffPerson, place: str) -> None:
    answer = await jo.client.get(place, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in")
    assert answer.headers["cache-control"] == "no-store"


async def test_every_page_asks_who_it_is(jo: StaffPerson, program: Program) -> None:
    """Each route below the console, new ones too: nobody gets in by a page that forgot to ask."""
    # the script that shows an alarm in a closed browser has no content of anybody's; a browser fetches it without a session
    open_to_all = {"/console/sign-in", "/console/welcome/{link}", "/console/push-worker.js"}
    seen = 0
    for path, method in routes_of(make_app(program.service)):
        if not path.startswith("/console") or path in open_to_all:
            continue
        seen += 1
        address = path.replace("{staff_id}", "0" * 32).replace("{session_id}", "0" * 32)
        answer = await jo.client.request(method, address, follow_redirects=False)
        assert (answer.status_code, answer.headers.get("location", "")[:16]) == (303, "/console/sign-in"), (
            method,
            path,
        )
    assert seen > 20


def routes_of(router: Any) -> Iterator[tuple[str, str]]:
    """(path, method) of every route, those of routers inside routers too."""
    for route in router.routes:
        if inner := getattr(route, "original_router", None):
            yield from routes_of(inner)
        for method in (getattr(route, "methods", None) or set()) - {"HEAD"}:
            yield route.path, method


async def test_a_session_that_ended_opens_nothing_and_says_why(jo: StaffPerson) -> None:
    await jo.signs_in()
    await jo.changes("UPDATE staff_sessions SET ended_at = now()")
    page = await jo.opens("/console/account")
    assert jo.path == "/console/sign-in"
    assert "ran out" in page.text


async def test_a_session_left_alone_runs_out(jo: StaffPerson) -> None:
    await jo.signs_in()
    await jo.changes("UPDATE staff_sessions SET last_used_at = now() - interval '121 minutes'")
    await jo.opens("/console")
    assert jo.path == "/console/sign-in"


async def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(jo: StaffPerson) -> None:
    await jo.signs_in()
    kept = jo.client.cookies["staff"]
    await jo.sends("/console/sign-out")
    assert "You are signed out" in jo.shown
    jo.client.cookies.clear()
    jo.client.cookies.set("staff", kept, path="/console")
    await jo.opens("/console")
    assert jo.path == "/console/sign-in"


async def test_a_removed_member_is_out_at_the_next_page(program: Program, jo: StaffPerson) -> None:
    sam = await grown(program, jo, "Sam")
    await sam.signs_in()
    assert (await sam.opens("/console")).status_code == 200
    staff_id = await jo.scalar("SELECT id FROM staff ORDER BY created_at DESC LIMIT 1")
    await jo.opens(f"/console/team/{staff_id}/remove")
    await jo.sends(f"/console/team/{staff_id}/remove", name="sam")
    assert "The account is removed." in jo.shown
    await sam.opens("/console")
    assert sam.path == "/console/sign-in"
    assert (await sam.gives_password()).status_code == 403
    await jo.changes("DELETE FROM staff_sign_in_tries")


async def test_changed_roles_count_from_the_next_page(program: Program, jo: StaffPerson) -> None:
    alex = await grown(program, jo, "Alex")
    await alex.signs_in()
    assert (await alex.opens("/console/team")).status_code == 404
    await jo.changes("UPDATE staff SET roles = '{administrator}' WHERE roles = '{adviser}'")
    assert (await alex.opens("/console/team")).status_code == 200
    await jo.changes("UPDATE staff SET roles = '{adviser}' WHERE roles = '{administrator}'")
    assert (await alex.opens("/console/team")).status_code == 404


@pytest.mark.parametrize("token", ["", "0" * 32, "é", None], ids=["empty", "another", "not ascii", "missing"])
async def test_a_form_without_the_right_token_does_nothing(jo: StaffPerson, token: str | None) -> None:
    await jo.signs_in()
    data = {"language": "cy"} | ({} if token is None else {"form": token})
    answer = await jo.client.post("/console/account/language", data=data)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert await jo.scalar("SELECT count(*) FROM staff WHERE console_language = 'cy'") == 0


async def test_the_token_of_one_session_does_not_fit_another(jo: StaffPerson, program: Program) -> None:
    await jo.signs_in()
    await jo.opens("/console/account")
    other = StaffPerson(program, program.browser(), secret=jo.secret)
    await other.signs_in()
    await other.opens("/console/account")
    other.page = jo.page
    assert (await other.sends("/console/account/language", language="cy")).status_code == 403


async def test_another_site_cannot_send_our_forms(jo: StaffPerson) -> None:
    await jo.signs_in()
    await jo.opens("/console/account")
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        jo.client.headers.update(headers)
        assert (await jo.sends("/console/account/language", language="cy")).status_code == 403
        jo.page = await jo.client.get("/console/account")


@pytest.mark.parametrize("cookie", ["none", "of another browser"])
async def test_a_sign_in_form_belongs_to_the_browser_that_opened_it(
    program: Program, jo: StaffPerson, cookie: str
) -> None:
    await jo.opens("/console/sign-in")
    jo.client.cookies.clear()
    if cookie != "none":
        jo.client.cookies.set("staff_form", "A" * 43, path="/console")
    answer = await jo.sends("/console/sign-in", email=jo.email, password=PASSWORD)
    assert answer.status_code == 403
    assert "staff" not in jo.client.cookies


ELSEWHERE = ("https://evil.example", "//evil.example", "/\\evil.example", "/console//evil.example", "/console/../leave", "/console/%2e%2e/leave", "/leave", "/console.evil.example", "/console@evil.example", "javascript:alert(1)", "/console\r\nX: y", "/console/\u2025/x")  # fmt: skip


@pytest.mark.parametrize("wish", ELSEWHERE)
async def test_nobody_is_sent_elsewhere_after_the_sign_in(jo: StaffPerson, wish: str) -> None:
    page = await jo.gives_password(then=wish)
    assert page.url.query == b""
    answer = await jo.client.post(
        "/console/code",
        data={"form": jo.shown.split('name="form" value="')[1][:32], "code": await jo.new_code(), "next": wish},
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    answer = await jo.client.get("/console/sign-in", params={"next": wish}, follow_redirects=False)
    assert answer.headers["location"] == "/console"


async def test_own_addresses_are_gone_on_to() -> None:
    for path in ("/console", "/console/team", "/console/team/0197-a_b", "/console/audit?staff=1&before=20"):
        assert guard.own_path(path) == path


async def test_pages_are_kept_nowhere_and_hold_nothing_inline(jo: StaffPerson) -> None:
    await jo.signs_in()
    for place in (*PLACES[:-1], "/console/nothing-here"):
        page = await jo.opens(place)
        assert page.headers["cache-control"] == "no-store"
        assert "script-src 'self'; style-src 'self'" in page.headers["content-security-policy"]
        assert " style=" not in page.text
        assert "<style" not in page.text
        assert "<script>" not in page.text
        assert "onclick" not in page.text


async def test_what_does_not_exist_is_a_page_too(jo: StaffPerson) -> None:
    await jo.signs_in()
    for place in (
        "/console/nothing-here",
        "/console/team/not-an-id",
        "/console/audit?before=x",
        "/console/team/00000000-0000-0000-0000-000000000000",
    ):
        page = await jo.opens(place)
        assert page.status_code in {400, 404}
        assert "That did not work" in page.text
        assert "Back to the start" in page.text


async def test_elsewhere_errors_stay_as_they_were(jo: StaffPerson) -> None:
    assert (await jo.client.get("/nothing-here")).json() == {"detail": "Not Found"}


AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0": "Edge, Windows",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": "Firefox, Linux",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1": "Safari, iPhone",
    "curl/8": "",
    "": "",
}


@pytest.mark.parametrize(("agent", "name"), AGENTS.items())
def test_browsers_are_called_what_people_call_them(agent: str, name: str) -> None:
    assert guard.browser_name(agent) == name


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_household_counts_as_one_network(host: str, network: str) -> None:
    assert network_of(host) == network
