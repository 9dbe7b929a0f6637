"""Errors of the partner API as `application/problem+json`: a code for programs, a line for people, nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from server.errors import ServiceError

MEDIA: Final = "application/problem+json"
CODES: Final[dict[str, tuple[int, str]]] = {
    "invalid": (422, "The request does not have the form that the reference describes."),
    "ends_before": (422, "It ends before it begins."),
    "in_the_past": (422, "It begins in the past."),
    "too_long": (422, "It is longer than 12 hours."),
    "too_far": (422, "It is more than two years ahead."),
    "key_reused": (422, "This idempotency key came with another request before."),
    "no_token": (401, "A good token is needed: Authorization: Bearer ..."),
    "missing_scope": (403, "The token is not for this."),
    "person_unknown": (404, "You have no linked person with this reference."),
    "appointment_unknown": (404, "You have no such appointment."),
    "no_such_address": (404, "There is nothing at this address."),
    "wrong_method": (405, "This address does not take this method."),
    "clash": (409, "The person cannot come then."),
    "reference_used": (409, "You have an appointment with this reference already."),
    "is_cancelled": (409, "The appointment was cancelled."),
    "is_over": (409, "The appointment is over."),
    "too_often": (429, "Too many calls in a minute."),
    "try_again": (503, "We cannot answer for a moment. Nothing was stored."),
    "fault": (500, "Something went wrong here."),
}
"""Every problem by its code: the status, and what it says."""


class Stopped(Exception):
    """A call that ends in a problem."""

    def __init__(self, code: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code, self.headers, self.more = code, headers, more


def problem(code: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """The answer that tells of it."""
    status, title = CODES[code]
    body = {"type": f"/api/v1/docs#{code}", "title": title, "status": status, "code": code, **more}
    return JSONResponse(body, status_code=status, headers=dict(headers or {}), media_type=MEDIA)


def add_handlers(app: FastAPI) -> None:
    """Every error of the application becomes a problem."""
    app.add_exception_handler(Stopped, _stopped)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(Exception, _fault)


async def _stopped(_: Request, error: Exception) -> Response:
    assert isinstance(error, Stopped)  # noqa: S101 - registered for it
    return problem(error.code, error.headers, **error.more)


async def _invalid(_: Request, error: Exception) -> Response:
    """Which fields, and never what was in them."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    fields = sorted({".".join(str(part) for part in one["loc"] if isinstance(part, str)) for one in error.errors()})
    return problem("invalid", fields=fields)


async def _no_page(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    codes = {404: "no_such_address", 405: "wrong_method"}
    return problem(codes.get(error.status_code, "invalid"), error.headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 - registered for it
    return Response(status_code=error.status)


async def _fault(_: Request, __: Exception) -> Response:
    return problem("fault")
