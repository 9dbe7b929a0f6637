"""The real application and a real provider, and a person whose browser goes from one to the other."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from server.app import make_app
from server.clock import utc_now
from server.staff import accounts, links, oidc_pages
from server.staff.access import Role
from server.staff.accounts import Wish
from server.wiring import Service, build
from tests.server.staff.core import BROWSER, FOUNDER, NORTH, Somebody, Staffed, code_at, new_email, set_up_as
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.support.program import opened, settings_for

PUBLIC = "https://console.example"
START, BACK, CODE = oidc_pages.PATH, oidc_pages.BACK, "/console/code"
NAME = "Northshire Council"
MFA = "mfa"


class Clock:
    """The time, and later when a test says so."""

    def __init__(self) -> None:
        self.later = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.later


@dataclass
class House:
    """An installation with single sign-on."""

    service: Service
    app: FastAPI
    provider: OidcProvider
    clock: Clock

    @property
    def staff(self) -> Staffed:
        """Its people."""
        return Staffed(self.service.engine)

    async def invites(self, *roles: Role, **other: Any) -> tuple[str, Wish]:
        """An invitation of just now, and what was wished; for an adviser when no role is named."""
        fields = {"name": "Alex", "email": new_email(), "areas": frozenset({NORTH})} | other
        wish = Wish(roles=frozenset(roles or (Role.ADVISER,)), **fields)
        return await self.staff.does(lambda db: accounts.invite(db, FOUNDER, wish, utc_now())), wish

    async def has(self, *roles: Role) -> Somebody:
        """Somebody who was invited and set their account up, a minute ago."""
        (link, wish), then = await self.invites(*roles), utc_now() - timedelta(minutes=1)
        chosen = set_up_as(wish.name, then)
        token, recovery = await self.staff.does(lambda db: links.set_up(db, link, chosen, BROWSER, then))
        found = await self.staff.finds(token, utc_now())
        assert found is not None
        return Somebody(found.member, wish.email, chosen.totp_secret, token, recovery)

    def comes(self, subject: str = "") -> Comer:
        """Somebody at a browser of their own."""
        return Comer(self, subject)

    async def events(self, staff_id: Any) -> list[str]:
        """What the audit says of somebody, oldest first."""
        async with self.service.engine.connect() as db:
            query = text("SELECT what FROM audit WHERE staff_id = :id ORDER BY number")
            return list((await db.execute(query, {"id": staff_id})).scalars())

    async def staff_row(self, staff_id: Any) -> Any:
        """Their account as it is stored."""
        async with self.service.engine.connect() as db:
            return (await db.execute(text("SELECT * FROM staff WHERE id = :id"), {"id": staff_id})).mappings().one()


@dataclass
class Comer:
    """A person and their browser. `page` is where they are."""

    house: House
    subject: str
    page: httpx.Response | None = None
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        ours = httpx.ASGITransport(self.house.app)
        self.client = httpx.AsyncClient(
            base_url=PUBLIC, mounts={PUBLIC: ours}, follow_redirects=True, timeout=30, trust_env=False
        )

    @property
    def shown(self) -> str:
        """The text of the page."""
        assert self.page is not None
        return html.unescape(self.page.text)

    @property
    def path(self) -> str:
        """Where they are, as one address."""
        assert self.page is not None
        return self.page.url.raw_path.decode()

    @property
    def is_in(self) -> bool:
        """True where a sign-in ends: the queue for whoever works with chats, the start for everybody else."""
        return self.path in {"/console", "/console/queue"}

    async def opens(self, path: str, **query: str) -> httpx.Response:
        """Follow a link."""
        self.page = await self.client.get(path, params=query or None)
        return self.page

    async def starts(self, then: str = "") -> httpx.Response:
        """Press the button: the provider's own page."""
        page = await self.opens(START, **({"next": then} if then else {}))
        assert page.url.host == "127.0.0.1", page.text
        return page

    async def answers(self, *, amr: str = "", acr: str = "", go: str = "in") -> str:
        """Sign in at the provider; the address that it sends the browser to, which is not followed."""
        assert self.page is not None
        form = {"who": self.subject, "amr": amr, "acr": acr, "go": go}
        answer = await self.client.post(self.page.url, data=form, follow_redirects=False)
        while answer.next_request is not None and not str(answer.next_request.url).startswith(PUBLIC):
            answer = await self.client.send(answer.next_request, follow_redirects=False)
        assert answer.next_request is not None, answer.text
        return str(answer.next_request.url)

    async def signs_in(self, then: str = "", **how: str) -> httpx.Response:
        """The whole way there and back."""
        await self.starts(then)
        return await self.opens(await self.answers(**how))

    async def sends(self, path: str, **fields: str) -> httpx.Response:
        """Send the form of the page they are on."""
        token = re.search(r'name="form" value="([0-9a-f]{32})"', self.shown)
        assert token, self.shown
        self.page = await self.client.post(path, data={"form": token[1], **fields})
        return self.page

    async def gives_code(self, secret: str, path: str = CODE, **fields: str) -> httpx.Response:
        """Type what the authenticator shows."""
        return await self.sends(path, code=code_at(secret, self.house.clock()), **fields)

    def cookies(self) -> set[str]:
        """Names of the cookies that our pages would get."""
        return {cookie.name for cookie in self.client.cookies.jar if cookie.domain.endswith("console.example")}

    def is_inside(self) -> bool:
        """True when they hold a session, whole or half way."""
        return "staff" in self.cookies()


def query_of(address: str) -> dict[str, str]:
    """The parts of an address's query."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@asynccontextmanager
async def built(database_url: str, provider: OidcProvider, **settings: Any) -> AsyncIterator[House]:
    """The application on this database, with this provider."""
    own = {
        "public_url": PUBLIC,
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": NAME,
        "oidc_second_factor": MFA,
    }
    chosen = settings_for(**(own | settings))
    service, clock = build(chosen, database_url, library=opened(chosen)), Clock()
    service.console = replace(service.console, clock=clock)
    app = make_app(service)
    try:
        yield House(service, app, provider, clock)
    finally:
        await service.engine.dispose()
