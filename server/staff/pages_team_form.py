"""The form of an account: what a browser sends becomes a `Wish`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints

from dialogs.wording import N_
from server.staff.access import Member, Role, Skill
from server.staff.accounts import Wish
from server.staff.sessions import member_of

MAIL_FORM: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
NO_NAME: Final = N_("Write the name that young people will see.")
NO_MAIL: Final = N_("Write their e-mail, like name@example.org.")
NO_ROLE: Final = N_("Choose one role or more.")
NO_AREA: Final = N_("Choose one area or more: without one they see nobody.")
Code = Annotated[str, StringConstraints(max_length=60)]


class WishForm(BaseModel):
    """What an administrator filled in. Roles and skills that do not exist are refused by their type."""

    name: str = Field("", max_length=80)
    email: str = Field("", max_length=320)
    roles: list[Role] = Field(default_factory=list, max_length=len(Role))
    areas: list[Code] = Field(default_factory=list, max_length=200)
    skills: list[Skill] = Field(default_factory=list, max_length=len(Skill))
    languages: list[Code] = Field(default_factory=list, max_length=50)
    trainee: str = ""

    def wish(self) -> Wish:
        """What the account is to be."""
        return Wish(
            name=self.name.strip(),
            email=self.email.strip(),
            roles=frozenset(self.roles),
            areas=frozenset(self.areas),
            skills=frozenset(self.skills),
            languages=frozenset(self.languages),
            is_trainee=bool(self.trainee),
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen."""

    roles: tuple[Role, ...]
    areas: tuple[str, ...]
    skills: tuple[Skill, ...]
    languages: tuple[str, ...]


def choices(by: Member, languages: Sequence[str]) -> Choices:
    """What this administrator may give: any role and skill, in their own areas."""
    return Choices(tuple(Role), tuple(sorted(by.areas)), tuple(Skill), tuple(languages))


def form_of(row: Mapping[str, Any]) -> WishForm:
    """The form as it stands for an account now."""
    held = member_of(row)
    return WishForm(
        name=held.name,
        email=row["email"],
        roles=sorted(held.roles),
        areas=sorted(held.areas),
        skills=sorted(held.skills),
        languages=sorted(held.languages),
        trainee="yes" if held.is_trainee else "",
    )


def faults(form: WishForm, *, is_new: bool) -> dict[str, str]:
    """What is missing, by field. An e-mail is asked for once."""
    wrong = {}
    if not form.name.strip():
        wrong["name"] = NO_NAME
    if is_new and not MAIL_FORM.fullmatch(form.email.strip()):
        wrong["email"] = NO_MAIL
    if not form.roles:
        wrong["roles"] = NO_ROLE
    if not form.areas:
        wrong["areas"] = NO_AREA
    return wrong
