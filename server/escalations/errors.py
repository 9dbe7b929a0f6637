"""What can go wrong with cases."""

from __future__ import annotations

from server.errors import ServiceError


class NoSuchCase(ServiceError):
    """There is no such open case, or nobody of it can be reached any more."""

    status = 404
    public = "There is no such open case."


class TakenAlready(ServiceError):
    """Somebody else holds it: two pressed at once, and one was first. `holder` is their name."""

    status = 409
    public = "Somebody else has this chat."

    def __init__(self, holder: str) -> None:
        super().__init__(f"held by {holder}")
        self.holder = holder


class NotYours(ServiceError):
    """Only who holds a chat writes in it."""

    status = 409
    public = "This chat is not yours any more. What you typed is kept."


class CannotReach(ServiceError):
    """They blocked us or stopped all messages on that route. `left` are the channels that still work."""

    status = 409
    public = "They cannot get messages that way."

    def __init__(self, left: tuple[str, ...]) -> None:
        super().__init__("not reachable")
        self.left = left


class OnHold(ServiceError):
    """Their phone may be in other hands: nothing is sent to them until a named worker says that it is back."""

    status = 409
    public = "Their phone is on pause. Nothing was sent. What you typed is kept."


class NewWords(ServiceError):
    """The young person wrote again after what was read: whoever decides reads that first."""

    status = 409
    public = "There are new words in this record. Nothing was changed. Read them first."
