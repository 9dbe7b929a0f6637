"""One-time links that sign somebody made up in: a route of the demo's own process, which no other program has."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.cli.demo.filling import DEMO_MARK, mark_of
from server.cli.demo.staff import TEAM, MadeUp
from server.staff import guard, sessions
from server.staff.access import Act, Member, may_do
from server.staff.errors import MayNot
from server.staff.guard import ROOT, browser_name, give_cookie, go
from server.wiring import Service

PATH: Final = f"{ROOT}/made-up"


@dataclass
class Doors:
    """Secrets of links that were not used yet, in memory alone. `used` are those whose account somebody has opened."""

    service: Service
    team: dict[str, Member]
    _open: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def link(self, name: str) -> str:
        """A new link for somebody; it works once."""
        secret = secrets.token_urlsafe(16)
        self._open[secret] = name
        return f"{self.service.settings.own_url}{PATH}/{secret}"

    def tell(self) -> None:
        """Print a link for everybody."""
        for person in TEAM:
            self._print(person)

    def _print(self, person: MadeUp) -> None:
        print(f"  {person.name:7} {person.what:20} {self.link(person.name)}", flush=True)

    def router(self) -> APIRouter:
        """The route behind the links."""
        routes = APIRouter()
        routes.get(f"{PATH}/{{secret}}", include_in_schema=False)(self.enter)
        return routes

    async def enter(self, request: Request, secret: str) -> Response:
        """Open a session, as after password and code, and print the next link. Raises MayNot for a used link or another database."""
        name = self._open.pop(secret, "")
        if not name:
            raise MayNot
        member = self.team[name]
        async with self.service.desk.change() as db:
            token = await self._session(db, request, member)
        self.used.add(name)
        print("  used; the next one:", flush=True)
        self._print(next(person for person in TEAM if person.name == name))
        response = go(f"{ROOT}/queue" if may_do(member, Act.SEE_QUEUE) else ROOT)
        give_cookie(request, response, guard.COOKIE, token)
        return response

    async def _session(self, db: AsyncConnection, request: Request, member: Member) -> str:
        if await mark_of(db) != DEMO_MARK:
            raise MayNot
        browser = browser_name(request.headers.get("user-agent", ""))
        return await sessions.open_session(db, member.id, browser, self.service.desk.now(), has_code=True)
