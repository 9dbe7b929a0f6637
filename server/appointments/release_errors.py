"""What can go wrong with a release plan; every text can be shown to staff."""

from __future__ import annotations

from server.errors import ServiceError


class NoSuchSpell(ServiceError):
    """There is none, or it is over."""

    status = 404
    public = "There is no such plan, or it is over. Nothing was changed."


class SpellOpen(ServiceError):
    """They have an open one already."""

    status = 409
    public = "There is a plan for this person already. Nothing was changed."


class ChangedMeanwhile(ServiceError):
    """Somebody else changed the plan after it was read: whoever decides looks at it again. `version` is the one that stands."""

    status = 409
    public = "Somebody changed this plan meanwhile. Nothing was changed. Look at it again."

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version} stands")
        self.version = version


class TimeTaken(ServiceError):
    """A time was booked by somebody else between the look and the move."""

    status = 409
    public = "A time of this plan was taken just now. Nothing was changed. Look at it again."


class NotReleased(ServiceError):
    """What was asked needs a release first."""

    status = 409
    public = "They are not released. Nothing was changed."


class StepsOpen(ServiceError):
    """A plan ends only when nothing of it is open."""

    status = 409
    public = "Some steps are still open. Finish, replace or skip each of them first."


class BadRelease(ServiceError):
    """A field of a form that cannot be so. `field` names it, `code` says why: past, before_entry, unknown, missing, too_far."""

    status = 422
    public = "Something in this form cannot be so."

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class OutAlready(ServiceError):
    """The date of a release that has happened is not moved."""

    status = 409
    public = "They are released already. Nothing was changed."


class NotYet(ServiceError):
    """Something else of the plan has to be done first. `titles` are those steps, in English."""

    status = 409
    public = "Something else of this plan has to be done first. Nothing was changed."

    def __init__(self, titles: tuple[str, ...]) -> None:
        super().__init__("; ".join(titles))
        self.titles = titles


class StepSettled(ServiceError):
    """Somebody settled the step meanwhile, or it is of another plan."""

    status = 409
    public = "This step was settled already. Nothing was changed."
