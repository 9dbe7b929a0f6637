"""That somebody types on the chat page, told to the person of ours who talks with them: the fact alone, never the letters."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request, Response

from server.web.origin import require_own
from server.webhooks.chatdesk import ChatDesk


def add_typing(routes: APIRouter, desk: ChatDesk, session_of: Callable[[Request], str | None]) -> None:
    """`/typing`: nothing for a session that is not one."""

    async def typing(request: Request) -> Response:
        if session := session_of(request):
            await desk.types(session)
        return Response(status_code=204)

    routes.post("/typing", dependencies=[Depends(require_own)])(typing)
