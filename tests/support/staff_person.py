"""A member of staff at a browser without JavaScript: opens pages, fills in forms, holds a phone with an authenticator."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pyotp
from sqlalchemy import text

from server.clock import utc_now
from server.staff import accounts
from tests.support.program import Program

PASSWORD = "correct horse battery staple"
FORM = re.compile(r'name="form" value="([0-9a-f]{32})"')
SECRET = re.compile(r'name="secret" value="([A-Z2-7]{32})"')
LINK = re.compile(r"/console/welcome/([\w-]{43})")
RECOVERY = re.compile(r"<li>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</li>")


@dataclass
class StaffPerson:
    """One person and their browser. `page` is what they see now."""

    program: Program
    client: httpx.AsyncClient
    email: str = "jo@example.org"
    name: str = "Jo"
    password: str = PASSWORD
    secret: str = ""
    recovery: list[str] = field(default_factory=list)
    page: httpx.Response | None = None

    @property
    def shown(self) -> str:
        """The text of the page."""
        assert self.page is not None
        return html.unescape(self.page.text)

    @property
    def path(self) -> str:
        """Where they are."""
        assert self.page is not None
        return self.page.url.path

    @property
    def is_in(self) -> bool:
        """True where a sign-in ends: the queue for whoever works with chats, the start for everybody else."""
        return self.path in {"/console", "/console/queue"}

    async def opens(self, path: str, **query: str) -> httpx.Response:
        """Follow a link."""
        self.page = await self.client.get(path, params=query or None)
        return self.page

    async def sends(self, path: str, data: dict[str, Any] | None = None, **fields: Any) -> httpx.Response:
        """Send the form of the page they are on."""
        token = FORM.search(self.shown)
        assert token, "no form here"
        self.page = await self.client.post(path, data={"form": token[1], **(data or {}), **fields})
        return self.page

    def code(self, steps: int = 0) -> str:
        """What the authenticator shows, or will show so many half minutes later."""
        return pyotp.TOTP(self.secret).at(utc_now() + steps * timedelta(seconds=30))

    async def new_code(self) -> str:
        """A code that works although one was used within this half minute."""
        hashed = accounts.email_hash(self.email)
        async with self.program.service.engine.begin() as db:
            await db.execute(text("UPDATE staff SET totp_step = 0 WHERE email_hash = :hashed"), {"hashed": hashed})
        return self.code()

    async def follows(self, link: str) -> httpx.Response:
        """Open a one-time link and read the secret into the authenticator."""
        page = await self.opens(f"/console/welcome/{link}")
        if found := SECRET.search(page.text):
            self.secret = found[1]
        return page

    async def sets_up(self, link: str, **other: str) -> httpx.Response:
        """The whole page behind a link."""
        await self.follows(link)
        fields = {
            "name": self.name,
            "email": self.email,
            "password": self.password,
            "secret": self.secret,
            "code": self.code(),
        }
        page = await self.sends(f"/console/welcome/{link}", fields | other)
        self.recovery = RECOVERY.findall(page.text)
        return page

    async def gives_password(self, *, then: str = "") -> httpx.Response:
        """The first step of signing in."""
        await self.opens("/console/sign-in", next=then)
        return await self.sends("/console/sign-in", email=self.email, password=self.password, next=then)

    async def signs_in(self) -> httpx.Response:
        """Both steps."""
        await self.gives_password()
        return await self.sends("/console/code", code=await self.new_code())

    async def invites(self, other: StaffPerson, **wish: Any) -> httpx.Response:
        """As an administrator: a link for somebody; `link_on` reads it."""
        await self.opens("/console/team/invite")
        fields = {"name": other.name, "email": other.email, "roles": ["adviser"], "areas": ["home"], **wish}
        return await self.sends("/console/team/invite", fields)

    def another(self, name: str) -> StaffPerson:
        """Somebody else at another browser."""
        return StaffPerson(self.program, self.program.browser(), f"{name.lower()}@example.org", name)

    async def scalar(self, query: str, **values: Any) -> Any:
        """One value from the database."""
        async with self.program.service.engine.begin() as db:
            return (await db.execute(text(query), values)).scalar()

    async def empties_the_house(self) -> None:
        """Nobody works here any more. Needs a database without cases: they name staff."""
        for table in ("staff_sessions", "staff_links", "staff_recovery_codes", "staff_sign_in_tries", "staff"):
            await self.changes(f"DELETE FROM {table}")

    async def changes(self, statement: str, **values: Any) -> None:
        """Change what stands in the database, where waiting would take too long."""
        async with self.program.service.engine.begin() as db:
            await db.execute(text(statement), values)


def link_on(page: httpx.Response) -> str:
    """The one-time link that a page shows."""
    found = LINK.search(page.text)
    assert found, page.text
    return found[1]


async def first_link(program: Program) -> str:
    """What `connexions run` prints."""
    async with program.service.engine.begin() as db:
        link = await accounts.first_link(db, program.service.settings.area, utc_now())
    assert link
    return link
