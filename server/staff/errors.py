"""What can go wrong around accounts; the public texts tell a stranger nothing about who has one."""

from __future__ import annotations

from server.errors import ServiceError


class NotSignedIn(ServiceError):
    """No session, an ended one, or one that waits for its second factor."""

    status = 401
    public = "Please sign in."


class CodeNeeded(ServiceError):
    """This needs a fresh code from the authenticator."""

    status = 401
    public = "Please enter a code again."


class MayNot(ServiceError):
    """The role, the area or a bar forbids it; the same answer as for what does not exist."""

    status = 404
    public = "There is nothing here for you."


class ReasonNeeded(ServiceError):
    """Not their own work: they have to say first why they look. `path` is the page that asks."""

    status = 403
    public = "Say first why you look."

    def __init__(self, path: str) -> None:
        super().__init__("a reason is needed")
        self.path = path


class SignInRefused(ServiceError):
    """Wrong e-mail, password or code: nobody is told which."""

    status = 403
    public = "That did not match. Check and try again."


class LockedOut(ServiceError):
    """Too many tries. `until` is when the next one counts."""

    status = 429
    public = "Too many tries. Please wait a while, then try again."


class LinkSpent(ServiceError):
    """The one-time link was used, ran out, or never was."""

    status = 410
    public = "This link does not work any more. Ask for a new one."


class PoorPassword(ServiceError):
    """The password is too short or too easy to guess."""

    status = 422
    public = "Choose a longer password: 12 characters or more, and not one that others would guess."


class KnownAlready(ServiceError):
    """There is an account with this e-mail."""

    status = 409
    public = "There is an account with this e-mail already."


class LastAdministrator(ServiceError):
    """Nobody would be left to manage the staff."""

    status = 409
    public = "This is the last administrator. Make somebody else one first."
