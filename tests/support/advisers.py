"""An adviser at a browser without JavaScript: the queue, a chat and its forms, read as text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

import httpx

from server.staff.access import Member, Role
from tests.support.program import Program
from tests.support.staff import make_member, signed_in

FORM = re.compile(r'name="form" value="([0-9a-f]{32})"')
CASE = re.compile(r'href="/console/cases/([0-9a-f-]{36})"')
TAGS = re.compile(r"<(script|style|template)\b.*?</\1>|<[^>]+>", re.DOTALL)


@dataclass
class Adviser:
    """One member of staff who is signed in. `page` is what they see now."""

    program: Program
    member: Member
    client: httpx.AsyncClient
    page: httpx.Response | None = None

    @property
    def shown(self) -> str:
        """The words of the page."""
        assert self.page is not None
        return " ".join(html.unescape(TAGS.sub(" ", self.page.text)).split())

    @property
    def path(self) -> str:
        """Where they are."""
        assert self.page is not None
        return self.page.url.path

    async def opens(self, path: str, **query: Any) -> httpx.Response:
        """Follow a link."""
        self.page = await self.client.get(path, params=query or None)
        return self.page

    async def looks_at_queue(self) -> list[str]:
        """The ids of the cases on the queue page, in their order, once each."""
        page = await self.opens("/console/queue")
        return list(dict.fromkeys(CASE.findall(page.text)))

    @property
    def token(self) -> str:
        """What the forms of the page carry."""
        assert self.page is not None
        found = FORM.search(self.page.text)
        assert found, "no form here"
        return found[1]

    async def sends(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form of the page they are on."""
        self.page = await self.client.post(path, data={"form": self.token, **fields})
        return self.page

    async def takes_next(self) -> str:
        """Press Take next; the id of the case they got (empty: none)."""
        await self.opens("/console/queue")
        await self.sends("/console/queue/next")
        return self.case_id

    @property
    def case_id(self) -> str:
        """The case that stands open."""
        found = re.fullmatch(r"/console/cases/([0-9a-f-]{36})", self.path)
        return found[1] if found else ""

    async def writes(self, text: str) -> httpx.Response:
        """Send words to the young person of the chat that stands open."""
        return await self.sends(f"/console/cases/{self.case_id}/messages", text=text)


async def adviser(program: Program, name: str = "Jo", *roles: Role, **more: Any) -> Adviser:
    """Somebody who works in the program's area and is signed in."""
    who = await make_member(program.service.engine, name, *roles, **more)
    return Adviser(program, who, await signed_in(program, who))
