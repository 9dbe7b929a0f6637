"""Twilio's webhooks: what came in and what became of what went out. Signed for the address that the outside world sees."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import NotFromProvider, Unreadable
from bot.sms import inbound, receipts, signature
from server import metrics
from server.clock import utc_now
from server.conversations.service import Conversations
from server.errors import NotReadable, NotSigned, Refused
from server.outbox.receipts import take_receipt

SMS_LANE = "sms"
WHATSAPP_LANE = "whatsapp"
SIGNATURE_HEADER = "x-twilio-signature"
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def router(conversations: Conversations, engine: AsyncEngine, public_url: str, auth_token: str) -> APIRouter:
    """The routes. `public_url` is what Twilio signed, whatever address a proxy forwarded to."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/webhooks/twilio/message")
    async def take_message(request: Request) -> Response:
        form, now = await signed_form(request, public_url, auth_token), utc_now()
        try:
            message = inbound.parse(form, lane_of(form.get("To", "")), now)
        except Unreadable as error:
            raise _unreadable(error) from error
        await conversations.receive(message, now)
        return Response(NOTHING_TO_SAY, media_type="text/xml")

    @routes.post("/webhooks/twilio/status")
    async def take_status(request: Request) -> Response:
        form = await signed_form(request, public_url, auth_token)
        try:
            receipt = receipts.parse(form, lane_of(form.get("From", "")))
        except Unreadable as error:
            raise _unreadable(error) from error
        if receipt is not None:
            async with engine.begin() as db:
                await take_receipt(db, receipt, utc_now())
        return Response(status_code=204)

    return routes


async def signed_form(request: Request, public_url: str, auth_token: str) -> dict[str, str]:
    """The fields of a form that Twilio signed for the address the outside sees. Raises NotSigned, Refused, NotReadable."""
    form = await read_form(request)
    header = request.headers.get(SIGNATURE_HEADER)
    query = f"?{request.url.query}" if request.url.query else ""
    try:
        signature.check(f"{public_url}{request.url.path}{query}", form, header, auth_token)
    except NotFromProvider as error:
        metrics.refused.labels("twilio", "signature").inc()
        raise (Refused if header else NotSigned)(str(error)) from error
    return form


def lane_of(our_address: str) -> str:
    """The lane that an address of ours, as Twilio writes it, stands for."""
    return WHATSAPP_LANE if our_address.startswith("whatsapp:") else SMS_LANE


async def read_form(request: Request) -> dict[str, str]:
    """The form's fields, files left out. Raises NotReadable for anything but a form."""
    kind = request.headers.get("content-type", "").split(";")[0]
    if kind != "application/x-www-form-urlencoded":
        metrics.refused.labels("twilio", "unreadable").inc()
        raise NotReadable("not a form")
    async with request.form() as form:
        fields: Mapping[str, object] = dict(form)
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _unreadable(error: Unreadable) -> NotReadable:
    metrics.refused.labels("twilio", "unreadable").inc()
    return NotReadable(str(error))
