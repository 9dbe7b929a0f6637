"""Errors that a caller of the server is meant to see: each with a status and a public text that gives nothing away."""

from __future__ import annotations


class ServiceError(Exception):
    """A request that cannot be carried out. `public` may be shown to anybody; the message may not."""

    status = 500
    public = "Something went wrong. Please try again."


class TooLarge(ServiceError):
    """The body is larger than any message can be."""

    status = 413
    public = "That is too long."


class TooSlow(ServiceError):
    """The body did not come in within its time."""

    status = 408
    public = "That took too long to arrive. Please try again."


class NotReadable(ServiceError):
    """The body is not what this address takes."""

    status = 400
    public = "We could not read that."


class Refused(ServiceError):
    """The signature, secret or origin is wrong."""

    status = 403
    public = "Not allowed."


class NotSigned(Refused):
    """The signature or secret is missing."""

    status = 401


class TryAgain(ServiceError):
    """The database is away for the moment: nothing was stored, ask again soon."""

    status = 503
    public = "We cannot answer for a moment. Please try again soon."
    retry_after_seconds = 5
