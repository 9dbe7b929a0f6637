"""The shapes of the files in the content folder. Unknown fields are refused; texts are trimmed and never empty by accident."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dialogs.ports import AlarmKind, Command, Intent, Tier

OFFERED = ("en", "cy", "pl", "ro", "ar", "ur", "so", "fa")
PARTLY = ("ps", "ti")
"""Languages offered in menu order, the first is what a missing one falls back to; and those with the most important texts only."""

GROUPS = ("home", "money", "work", "health", "rights")
NEXT_LIMIT = 3

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
TopicId = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$")]
LineId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
NationScope = Literal["E", "W", "both"]
Skill = Literal["benefits", "sen", "custody", "housing", "health", "record", "safeguarding"]

_NEXT = re.compile(r"^(more|book|person|topic:[a-z]+\.[a-z0-9-]+|alarm:[a-z_]+)$")


def _next_key(key: str) -> str:
    kind = key.removeprefix("alarm:")
    if not _NEXT.match(key):
        raise ValueError("say more, book, person, topic:<id> or alarm:<kind>")
    if key != kind and kind not in set(AlarmKind):
        raise ValueError(f"no such alarm kind; there are {', '.join(AlarmKind)}")
    return key


NextKey = Annotated[str, AfterValidator(_next_key)]


class Strict(BaseModel):
    """A part of a content file: nothing unknown in it, unchangeable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ages(Strict):
    """Youngest and oldest age, both included; None means no limit."""

    min: int | None = Field(default=None, ge=0, le=120)
    max: int | None = Field(default=None, ge=0, le=120)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self


class Source(Strict):
    """Where a fact was checked. `confirmed` only when the official page's own text was seen; `name` is what a person sees."""

    name: Text
    title: Text
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    checked_on: date
    confirmed: bool = False
    note: str = ""


class TopicMeta(Strict):
    """`topic.yaml`: what holds for a topic in every language."""

    id: TopicId
    tier: Tier
    nation: NationScope = "both"
    nation_differs: bool = False
    age: Ages = Ages()
    legal_boundary: bool = False
    sensitive: bool = False
    custody_ok: bool = True
    parent_ok: bool = True
    adviser_skill: Skill | None = None
    lines: Annotated[tuple[LineId, ...], Field(max_length=3)] = ()
    services: tuple[Text, ...] = ()
    next: Annotated[tuple[NextKey, ...], Field(max_length=NEXT_LIMIT)] = ()
    volatility: Literal["low", "med", "high", "local"]
    checked_on: date
    checked_by: Text
    review_by: date
    expires_on: date
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if not self.checked_on <= self.review_by <= self.expires_on:
            raise ValueError("checked_on, review_by and expires_on are not in this order")
        return self


class FrontMatter(Strict):
    """The head of `<lang>.md`. Lengths are checked by `check`, so that a long title is one clear fault among others.

    `made_from` is the fingerprint of the English that a translation was made from.
    """

    title: Text
    short_title: Text
    status: Literal["draft", "approved"]
    approved_by: str = ""
    approved_on: date | None = None
    made_from: str = ""
    labels: dict[NextKey, Text] = {}

    @model_validator(mode="after")
    def _approved_by_somebody(self) -> Self:
        if self.status == "approved" and not (self.approved_by and self.approved_on):
            raise ValueError("approved needs approved_by and approved_on")
        return self


class HelpLine(Strict):
    """One help line of `lines.yaml`, in English. `hours` is "always" or the hours by days."""

    name: Text
    phone: str = ""
    text_to: str = ""
    web: str = ""
    note: str = ""
    ages: Ages = Ages()
    nation: NationScope = "both"
    hours: Literal["always"] | dict[Text, Text] = {}
    checked_on: date
    confirmed: bool = False

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not (self.phone or self.text_to or self.web):
            raise ValueError("a help line needs a phone, a number to text or a web address")
        return self


class HelpLines(Strict):
    """`lines.yaml`."""

    lines: dict[LineId, HelpLine]


class LineWords(Strict):
    """A help line's name and note in another language; what is empty is said in English."""

    name: str = ""
    note: str = ""


class LineTranslations(Strict):
    """`lines/<lang>.yaml`."""

    lines: dict[LineId, LineWords]


class MenuGroup(Strict):
    """One entry of the menu and its topics, in menu order."""

    id: Literal["home", "money", "work", "health", "rights"]
    topics: tuple[TopicId, ...]


class Menu(Strict):
    """`menu.yaml`: five groups, each once."""

    groups: tuple[MenuGroup, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if sorted(group.id for group in self.groups) != sorted(GROUPS):
            raise ValueError(f"the menu needs each of {', '.join(GROUPS)} once")
        return self


class Phrases(Strict):
    """`phrases/<lang>.yaml`: words that work in every state, talk that is no question, and what must be refused."""

    commands: dict[Command, tuple[Text, ...]] = {}
    intents: dict[Intent, tuple[Text, ...]] = {}
    nations: dict[Literal["E", "W"], tuple[Text, ...]] = {}
    languages: dict[LanguageCode, tuple[Text, ...]] = {}
    abuse: tuple[Text, ...] = ()
    discrimination: tuple[Text, ...] = ()
    out_of_scope: tuple[Text, ...] = ()


class Spelling(Strict):
    """`spelling/<lang>.yaml`: short forms and the everyday word behind each; prefixes that are written on to a word, longest first."""

    short_forms: dict[Text, Text] = {}
    prefixes: tuple[Text, ...] = ()


class Wordings(Strict):
    """`wordings/<lang>.yaml`: what bookings and reminders say; {braces} are filled when they are sent."""

    status: Literal["draft", "approved"]
    approved_by: str = ""
    approved_on: date | None = None
    wordings: dict[LineId, Text]


class Disclosing(Strict):
    """`disclosing.yaml`: by language, beginnings of words that give somebody away."""

    words: dict[LanguageCode, tuple[Text, ...]]


class FigureValue(Strict):
    """What a figure is from a day on, as it is written: "£12.71"."""

    starts_on: date
    value: Text


class Figure(Strict):
    """One entry of `figures.yaml`: an amount, rate or age that changes, each value with the day it starts."""

    what: Text
    source: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    confirmed: bool = False
    checked_on: date
    review_by: date
    values: Annotated[tuple[FigureValue, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [value.starts_on for value in self.values]
        if days != sorted(set(days)):
            raise ValueError("values are not in the order of their days, each day once")
        return self

    def on(self, day: date) -> str | None:
        """The value that holds on a day; None before the first."""
        held = [value.value for value in self.values if value.starts_on <= day]
        return held[-1] if held else None


class Figures(Strict):
    """`figures.yaml`."""

    figures: dict[LineId, Figure]


class AlarmRuleEntry(Strict):
    """One rule of `alarm/<lang>.yaml`: any of its phrases is a sign of `kind`."""

    id: LineId
    kind: AlarmKind
    any: Annotated[tuple[Text, ...], Field(min_length=1)]


class AlarmFile(Strict):
    """`alarm/<lang>.yaml`: the rules, what quiets them, and texts that hold them to account."""

    rules: tuple[AlarmRuleEntry, ...]
    idioms: tuple[Text, ...] = ()
    negations: tuple[Text, ...] = ()
    must_raise: dict[AlarmKind, tuple[Text, ...]] = {}
    must_not_raise: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"rule ids stand twice: {', '.join(twice)}")
        return self
