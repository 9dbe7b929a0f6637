"""The team, for administrators: who is in it, inviting, changing, starting anew, removing. Each needs a fresh code."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from dialogs.wording import N_
from server.staff import accounts, guard
from server.staff.access import Act, Role, may_grant
from server.staff.errors import KnownAlready, LastAdministrator, MayNot
from server.staff.guard import needs
from server.staff.links import LINK_LASTS
from server.staff.models import LinkKind
from server.staff.pages_draw import Console
from server.staff.pages_team_form import WishForm, choices, faults, form_of
from server.staff.pages_words import ERRORS, ROLES, SKILLS
from server.staff.sessions import SignedIn, member_of

Administrator = Annotated[SignedIn, Depends(needs(Act.MANAGE_STAFF))]
HOME: Final = f"{guard.ROOT}/team"
DONE: Final = {"changed": N_("The account is changed."), "removed": N_("The account is removed.")}
WRONG_NAME: Final = N_("Type the name exactly as it stands above. Nothing was removed.")


class TeamPages:
    """The handlers."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add(self, routes: APIRouter) -> None:
        """Below `/console/team`."""
        routes.get("/team")(self.page)
        routes.get("/team/invite")(self.invite_page)
        routes.post("/team/invite")(self.invite)
        routes.get("/team/{staff_id}")(self.member_page)
        routes.post("/team/{staff_id}")(self.change)
        routes.post("/team/{staff_id}/reset")(self.reset)
        routes.get("/team/{staff_id}/remove")(self.remove_page)
        routes.post("/team/{staff_id}/remove")(self.remove)

    async def page(self, request: Request, who: Administrator, done: str = "") -> Response:
        """Who is in the team."""
        rows = [self._shown(who, row) for row in await self._team(who)]
        return self._console.pages.draw(request, "staff/team.html", who, rows=rows, done=DONE.get(done, ""))

    async def invite_page(self, request: Request, who: Administrator) -> Response:
        """Who is to come."""
        return self._draw_form(request, who, WishForm(areas=sorted(who.member.areas)), None)

    async def invite(self, request: Request, who: Administrator, form: Annotated[WishForm, Form()]) -> Response:
        """A new account: its one-time link, to be handed over; or the form again with what is wrong."""
        if wrong := faults(form, is_new=True):
            return self._draw_form(request, who, form, None, wrong)
        try:
            async with self._console.engine.begin() as db:
                secret = await accounts.invite(db, who.member, form.wish(), self._console.clock())
        except KnownAlready as error:
            return self._draw_form(request, who, form, None, {"email": ERRORS[type(error)]}, error.status)
        return self._draw_link(request, who, form.name.strip(), secret, LinkKind.INVITATION)

    async def member_page(self, request: Request, who: Administrator, staff_id: uuid.UUID) -> Response:
        """One account, to change."""
        row = await self._managed(who, staff_id)
        return self._draw_form(request, who, form_of(row), row)

    async def change(
        self, request: Request, who: Administrator, staff_id: uuid.UUID, form: Annotated[WishForm, Form()]
    ) -> Response:
        """Other roles, areas, skills, languages; works at that person's next page."""
        row = await self._managed(who, staff_id)
        if wrong := faults(form, is_new=False):
            return self._draw_form(request, who, form, row, wrong)
        try:
            async with self._console.engine.begin() as db:
                wish, now = form.wish(), self._console.clock()
                # what they hold and may hold no more: cases before the account, as everybody who writes both
                await self._console.give_back(db, staff_id, accounts.works_in(wish), now)
                await accounts.change(db, who.member, staff_id, wish, now)
                await self._console.give_back(db, staff_id, accounts.works_in(wish), now)  # what was taken meanwhile
                if accounts.works_in(form_of(row).wish()) - accounts.works_in(wish):
                    await self._console.leave_diary(db, staff_id, accounts.works_in(wish), now)
        except LastAdministrator as error:
            return self._draw_form(request, who, form, row, {"roles": ERRORS[type(error)]}, error.status)
        return guard.go(HOME, done="changed")

    async def reset(self, request: Request, who: Administrator, staff_id: uuid.UUID) -> Response:
        """A link to start anew, for somebody else; oneself has the recovery codes."""
        row = await self._managed(who, staff_id)
        if staff_id == who.member.id:
            raise MayNot
        async with self._console.engine.begin() as db:
            now = self._console.clock()
            await self._console.give_back(db, staff_id, frozenset(), now)
            secret = await accounts.reset(db, who.member, staff_id, now)
        return self._draw_link(request, who, row["name"], secret, LinkKind.RESET)

    async def remove_page(self, request: Request, who: Administrator, staff_id: uuid.UUID) -> Response:
        """Says what removing does to whom, and asks for the name."""
        row = await self._managed(who, staff_id)
        return self._console.pages.draw(request, "staff/remove.html", who, row=row, typed="")

    async def remove(
        self, request: Request, who: Administrator, staff_id: uuid.UUID, name: Annotated[str, Form(max_length=200)] = ""
    ) -> Response:
        """Removes the account, at once; or the page again with what is wrong."""
        row = await self._managed(who, staff_id)
        if name.strip().casefold() != row["name"].strip().casefold():
            return self._draw_remove(request, who, row, name, WRONG_NAME, 422)
        try:
            async with self._console.engine.begin() as db:
                now = self._console.clock()
                # cases before the account, as everybody who writes both; then what was taken meanwhile
                await self._console.give_back(db, staff_id, frozenset(), now)
                await accounts.remove(db, who.member, staff_id, now)
                await self._console.give_back(db, staff_id, frozenset(), now)
                await self._console.leave_diary(db, staff_id, frozenset(), now)
        except LastAdministrator as error:
            return self._draw_remove(request, who, row, name, ERRORS[type(error)], error.status)
        return guard.go(HOME, done="removed")

    async def _team(self, who: SignedIn) -> list[Mapping[str, Any]]:
        async with self._console.engine.connect() as db:
            return await accounts.team(db, who.member.areas)

    async def _managed(self, who: SignedIn, staff_id: uuid.UUID) -> Mapping[str, Any]:
        """The row of an account that somebody may change. Raises MayNot, also for one that does not exist."""
        row = next((row for row in await self._team(who) if row["id"] == staff_id), None)
        if row is None or not _may_manage(who, row):
            raise MayNot
        return row

    def _shown(self, who: SignedIn, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of the list."""
        held = member_of(row)
        return {
            **row,
            "role_names": [ROLES[role][0] for role in ROLES if role in held.roles],
            "is_own": held.id == who.member.id,
            "may_change": _may_manage(who, row),
        }

    def _draw_form(
        self,
        request: Request,
        who: SignedIn,
        form: WishForm,
        row: Mapping[str, Any] | None,
        errors: dict[str, str] | None = None,
        status: int = 0,
    ) -> Response:
        context: dict[str, Any] = {
            "wish": form,
            "row": row,
            "choices": choices(who.member, self._console.languages),
            "role_texts": ROLES,
            "skill_texts": SKILLS,
            "is_own": row is not None and row["id"] == who.member.id,
            "telegram": request.query_params.get("telegram", ""),
        }
        status = status or (422 if errors else 200)
        return self._console.pages.draw(
            request, "staff/member.html", who, status=status, errors=errors or {}, **context
        )

    def _draw_link(self, request: Request, who: SignedIn, name: str, secret: str, kind: LinkKind) -> Response:
        context: dict[str, Any] = {
            "name": name,
            "link": f"{self._console.own_url}{guard.ROOT}/welcome/{secret}",
            "until": self._console.clock() + LINK_LASTS[kind],
            "is_reset": kind is LinkKind.RESET,
        }
        return self._console.pages.draw(request, "staff/link.html", who, **context)

    def _draw_remove(
        self, request: Request, who: SignedIn, row: Mapping[str, Any], typed: str, text: str, status: int
    ) -> Response:
        return self._console.pages.draw(
            request, "staff/remove.html", who, row=row, typed=typed, errors={"name": text}, status=status
        )


def _may_manage(who: SignedIn, row: Mapping[str, Any]) -> bool:
    held = member_of(row)
    return may_grant(who.member, held.roles or {Role.ADVISER}, held.areas)
